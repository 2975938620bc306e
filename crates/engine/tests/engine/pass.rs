//! What the pass asks for, keeps and tells.

use crate::evidence::{Rows, lines, many, query, run};
use engine::{EngineOptions, NowPolicy};
use model::{RecordId, ticks};

const QUERIES: [&str; 9] = [
    "DnsEvents | where Name has 'pool' | project Name, Count",
    "DnsEvents | where TimeGenerated > ago(10s) | summarize n=count(), hosts=make_set(Computer) by bin(TimeGenerated, 5s)",
    "let pools = datatable(Name:string, Coin:string)['x7.pool.example','a','x107.pool.example','b']; DnsEvents | join kind=inner pools on Name | project Name, Coin, Computer",
    "let pools = datatable(D:string)['x7.pool.example','x207.pool.example']; DnsEvents | where Name in (pools) | project Name",
    "DnsEvents | summarize n=count(), s=sum(Count) by Computer | sort by Computer asc",
    "union isfuzzy=true DnsEvents, Syslog | where Computer == 'alpha' | take 5 | project Name, Count",
    "let most = toscalar(DnsEvents | summarize max(Count)); DnsEvents | where Count == most | project Name",
    "DnsEvents | where isnull(Count) | count",
    "DnsEvents | where Name has 'pool' | sort by Count desc | extend n = row_number() | where n <= 3 | project n, Name, p = prev(Name)",
];

fn queries() -> Vec<model::Query> {
    QUERIES.iter().map(|q| query(q, true)).collect()
}

/// Each scan, as `table(columns): filters`.
#[test]
fn scans_want_their_columns_and_filter_at_the_source() {
    let source = Rows::new("DnsEvents", many(100), 10);
    let outcome = run(EngineOptions::default(), &source, &queries());
    let found: Vec<(usize, String, usize)> =
        outcome.scans.iter().map(|s| (s.query, s.columns.iter().cloned().collect::<Vec<_>>().join(","), s.filters.len())).collect();
    let expected = [
        (0, "Count,Name", 1),
        // The filter rests on now: the rows are kept until it is known.
        (1, "Computer,TimeGenerated", 0),
        (2, "Computer,Name", 1),
        (3, "Name", 1),
        (4, "Computer,Count", 0),
        (5, "Computer,Count,Name", 1),
        (6, "Count", 0),
        (6, "Count,Name", 0),
        (7, "Count", 1),
        (8, "Count,Name", 1),
    ];
    let expected: Vec<_> = expected.iter().map(|(q, c, f)| (*q, (*c).to_owned(), *f)).collect();
    assert_eq!(found, expected);
    let wanted = source.wanted.lock().unwrap().clone().unwrap();
    let columns: Vec<_> = wanted.tables["DnsEvents"].columns.iter().map(|c| c.name.to_string()).collect();
    assert_eq!(columns, ["TimeGenerated", "Computer", "Name", "Count"]);
}

#[test]
fn the_answers_are_the_same_for_any_batch_size_thread_count_and_memory() {
    let reference = {
        let source = Rows::new("DnsEvents", many(5000), 5000);
        run(EngineOptions { threads: 1, ..EngineOptions::default() }, &source, &queries())
    };
    let answers = lines(&reference);
    assert!(answers.iter().all(|a| a.contains("\"error\":null")), "{answers:#?}");
    assert!(answers[0].contains("x7.pool.example") && answers[8].contains("[1,\"x4907.pool.example\",\"\"]"), "{answers:#?}");
    for (batch_rows, threads, memory) in [(1, 2, None), (7, 4, None), (1000, 3, None), (100, 2, Some(4 << 20)), (500, 2, Some(1))] {
        let source = Rows::new("DnsEvents", many(5000), batch_rows);
        // The smallest memory is for kept rows: all of them are moved to files.
        let options = EngineOptions { threads, memory, ..EngineOptions::default() };
        let outcome = run(options, &source, &queries());
        assert_eq!(lines(&outcome), answers, "{batch_rows} rows a batch, {threads} threads, memory {memory:?}");
        let lineages = |o: &engine::RunOutcome| o.answers.iter().map(|a| a.as_ref().unwrap().lineage.clone()).collect::<Vec<_>>();
        assert_eq!(lineages(&outcome), lineages(&reference));
        assert_eq!(outcome.offsets, reference.offsets);
    }
}

#[test]
fn now_is_the_end_of_the_evidence_or_what_is_said() {
    let source = Rows::new("DnsEvents", many(100), 10);
    let text = "DnsEvents | where TimeGenerated > ago(10s) | summarize n=count(), t=now()";
    let outcome = run(EngineOptions::default(), &source, &[query(text, false)]);
    let end = ticks::UNIX_EPOCH + 99 * ticks::SECOND;
    assert_eq!(outcome.now, end);
    assert!(lines(&outcome)[0].contains("[[10,\"1970-01-01T00:01:39.0000000Z\"]]"), "{:?}", lines(&outcome));
    // A wrong clock: ten years after the caller's.
    let mut rows = many(100);
    rows[50].0 = 315_360_000;
    let wrong = Rows::new("DnsEvents", rows, 10);
    assert_eq!(run(EngineOptions { otherwise: end, ..EngineOptions::default() }, &wrong, &[query(text, false)]).now, end);
    let options = EngineOptions { now: NowPolicy::Fixed(end - 50 * ticks::SECOND), ..EngineOptions::default() };
    assert!(lines(&run(options, &source, &[query(text, false)]))[0].contains("[[60,"));
}

#[test]
fn lineage_names_records_and_offsets() {
    let source = Rows::new("DnsEvents", many(1000), 64);
    let texts = [
        "DnsEvents | where Name has 'pool' | project Name",
        "DnsEvents | summarize count() by Computer | sort by Computer asc",
        "DnsEvents | where Name has 'pool' | summarize arg_max(Count, *) by Computer",
        "let pools = datatable(Name:string)['x7.pool.example']; DnsEvents | join kind=inner pools on Name",
        "print 1",
        "let T = DnsEvents | where Name has 'pool' | summarize n=count() by Name, Computer; T | join kind=inner (T | where n == 1) on Name | where Name startswith 'x7.'",
        // The row is found by what nobody asks for.
        "DnsEvents | where Name has 'pool' | summarize arg_max(Count, Name) by Computer | project Computer",
    ];
    let outcome = run(EngineOptions::default(), &source, &texts.map(|t| query(t, true)));
    let lineages: Vec<_> = outcome.answers.iter().map(|a| a.as_ref().unwrap().lineage.clone().unwrap()).collect();
    assert_eq!(lineages[0].len(), 10);
    assert_eq!((lineages[0][0].count, lineages[0][0].records.clone()), (1, vec![RecordId::new(0, 7)]));
    assert_eq!(lineages[0][9].records, vec![RecordId::new(1, 407)]);
    assert_eq!(outcome.offsets[&RecordId::new(1, 407)], 90_700);
    assert_eq!((lineages[1][0].count, lineages[1][0].records.len()), (334, 16));
    assert_eq!(lineages[1][0].records[1], RecordId::new(0, 3));
    // The row itself.
    assert!(lineages[2].iter().all(|l| l.count == 1), "{:?}", lineages[2]);
    assert_eq!(lineages[3][0].records, vec![RecordId::new(0, 7)]);
    assert_eq!(lineages[4][0].count, 0);
    assert!(lineages[6].iter().all(|l| l.count == 1), "{:?}", lineages[6]);
    // Twice the same record, named once.
    assert_eq!((lineages[5][0].count, lineages[5][0].records.clone()), (2, vec![RecordId::new(0, 7)]));
}

#[test]
fn tables_are_counted_and_errors_told() {
    let source = Rows::new("DnsEvents", many(100), 10);
    let outcome = run(EngineOptions::default(), &source, &[query("DnsEvents | where Computer == 'alpha' | count", false)]);
    let stats = &outcome.tables["DnsEvents"];
    assert_eq!((stats.all.rows, stats.records, stats.kept), (100, 100, 34));
    assert_eq!(stats.by_host.iter().map(|(h, s)| (h.as_str(), s.rows)).collect::<Vec<_>>(), [("alpha", 34), ("beta", 66)]);
    assert_eq!(stats.by_host["alpha"].to, Some(ticks::UNIX_EPOCH + 99 * ticks::SECOND));
    assert_eq!(outcome.read_errors.len(), 1);
    assert_eq!(outcome.answers[0].as_ref().unwrap().scans, vec!["DnsEvents".into()]);
}

#[test]
fn read_errors_are_a_table() {
    let source = Rows::new("DnsEvents", many(10), 10);
    let text = "PoolhoundReadError_CL | project SourceFile, Reader, Reason, SourceOffset, Record";
    let outcome = run(EngineOptions::default(), &source, &[query(text, true)]);
    assert!(lines(&outcome)[0].contains("[[\"a.log\",\"rows\",\"a bad line\",7,null]]"), "{:?}", lines(&outcome));
}

/// What the pass asks for must not be less than what the plans need afterwards, whatever is not known before it.
#[test]
fn unknowns_before_the_pass_lose_no_rows() {
    let queries = [
        "let T = materialize(DnsEvents | where Name has 'pool' | summarize n=count() by Name); T | join kind=inner (DnsEvents | project Name, Computer) on Name | count",
        "let T = materialize(DnsEvents | summarize n=count() by Name); DnsEvents | where Name in (T | where Name has 'pool' | project Name) | count",
        "range t from ago(9s) to now() step 1s | join kind=inner (DnsEvents | project t = TimeGenerated, Name) on t | count",
        "let low = toscalar(DnsEvents | where Name has 'pool' | summarize min(Count)); union (DnsEvents | where Count == low), (DnsEvents | where Count > low and Name has 'pool') | count",
        "let T = datatable(Name:string)['x7.pool.example']; DnsEvents | join kind=leftanti T on Name | count",
        "DnsEvents | where Computer in ((DnsEvents | where Name has 'x7.' | project Computer)) | count",
    ];
    let source = Rows::new("DnsEvents", many(300), 50);
    let outcome = run(EngineOptions::default(), &source, &queries.map(|q| query(q, true)));
    let counts: Vec<String> = lines(&outcome).iter().map(|l| l.split("\"rows\":").nth(1).unwrap_or(l).to_owned()).collect();
    let expected = [3, 3, 10, 3, 299, 200].map(|n| format!("[[{n}]],\"error\":null}}"));
    assert_eq!(counts, expected);
}

#[test]
fn a_shared_table_is_read_with_the_columns_that_its_uses_need() {
    let text = "let T = materialize(DnsEvents | summarize arg_max(Count, *) by Name); T | join kind=inner (T | project Name, Computer) on Name | project Name, Computer1";
    let source = Rows::new("DnsEvents", many(10), 10);
    let outcome = run(EngineOptions::default(), &source, &[query(text, true)]);
    assert!(lines(&outcome)[0].contains("\"error\":null"), "{:?}", lines(&outcome));
    let scans: Vec<String> = outcome.scans.iter().map(|s| s.columns.iter().cloned().collect::<Vec<_>>().join(",")).collect();
    assert_eq!(scans, ["Computer,Count,Name"]);
}
