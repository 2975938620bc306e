//! Exclusions as teams write them, weak and sound.

use super::*;
use QueryRemarkKind as Kind;

fn kinds(query: &str) -> Vec<Kind> {
    lint_query("q.kql", query).into_iter().map(|r| r.kind).filter(|kind| *kind != Kind::NoEnd).collect()
}

fn of(query: &str, kind: Kind) -> QueryRemark {
    let remarks = lint_query("q.kql", query);
    remarks.iter().find(|r| r.kind == kind).cloned().unwrap_or_else(|| panic!("{query}: no {kind:?} in {remarks:#?}"))
}

#[test]
fn either_hides_and_both_is_meant() {
    let remark = of("SigninLogs\n| where IPAddress != '1.2.3.4' and UserPrincipalName != 'a@b.c'", Kind::Either);
    assert_eq!(remark.line, 2);
    assert!(remark.hides.contains("EITHER") && remark.hides.contains("learn.microsoft.com/azure/sentinel/false-positives"));
    assert_eq!(remark.instead, "where not(IPAddress == '1.2.3.4' and UserPrincipalName == 'a@b.c')");
    let with = of("T | where not(FileName =~ 'rsync' or AccountName has 'backup') and x > 1", Kind::Either);
    assert_eq!(with.instead, "where not(FileName =~ 'rsync' and AccountName has 'backup')");
    for sound in [
        "SigninLogs | where not(IPAddress == '1.2.3.4' and UserPrincipalName == 'a@b.c')",
        "SigninLogs | where IPAddress != '1.2.3.4' or UserPrincipalName != 'a@b.c'",
        "T | where ActionType != 'x' and EventResult !~ 'Failure'",
        "T | where DeviceName != '' and AccountName !in ('')",
        "T | where DeviceName == 'a' and AccountName == 'b'",
        "T | where FileName != OriginalFileName and DeviceName != Computer",
        r"T | where TargetProcessFilePath !has @':\Windows\x.exe' and ActingProcessFilePath !has @':\Windows\x.exe'",
        "T | where AccountName !endswith '$' and RemoteIP !startswith '10.' and RemoteIP !startswith '192.168.'",
    ] {
        assert_eq!(kinds(sound), [], "{sound}");
    }
}

#[test]
fn names_and_command_lines_are_the_attackers() {
    for query in [
        "DeviceProcessEvents | where FileName != 'rsync'",
        "DeviceProcessEvents | where FileName !in~ ('rsync', 'Veeam.Backup.Manager.exe')",
        "DeviceProcessEvents | where ProcessCommandLine !has '--bench'",
        "DeviceProcessEvents | where not(InitiatingProcessFileName has_any ('mining-sim', 'crypto-sim'))",
        "let Approved = dynamic(['bitcoind', 'litecoind']); DeviceProcessEvents | where tolower(FileName) !in (Approved)",
        "DeviceProcessEvents | join kind=leftanti (_GetWatchlist('Approved')) on FileName",
        "DeviceNetworkEvents | where not(RemotePort == 8333)",
        "DeviceProcessEvents | where not(FileName == 'rsync' and ProcessCommandLine has 'vault')",
        "SecurityEvent | where CommandLine !contains 'minexd'",
        "union (DeviceProcessEvents | where FileName !endswith 'backup.exe'), Syslog",
        "DeviceProcessEvents | extend ok = case(FileName == 'rsync', true, false) | where not(ok)",
        "DeviceProcessEvents | extend ok = case(FileName == 'rsync', true, false) | where ok == false",
        "DeviceProcessEvents | extend keep = iff(FileName == 'rsync', 0, 1) | where keep == 1",
        "DeviceProcessEvents | extend keep = iff(FileName == 'rsync', 0, 1) | where keep != 0",
        "DeviceProcessEvents | where case(FileName == 'rsync', 'good', 'bad') == 'bad'",
        "DeviceProcessEvents | where iff(FileName == 'rsync', 0, 1) == 1",
        "DeviceProcessEvents | extend n = toint(FileName == 'rsync') | where n == 0",
        "DeviceProcessEvents | extend n = tolower(FileName) | where n != 'rsync'",
        "let isok = (n:string) { n == 'rsync' }; DeviceProcessEvents | where not(isok(FileName))",
    ] {
        assert_eq!(kinds(query), [Kind::AttackerOnly], "{query}");
    }
    let remark = of("DeviceProcessEvents | where FileName != 'rsync'", Kind::AttackerOnly);
    assert!(remark.hides.contains("who calls a miner `rsync`"), "{remark:?}");
    assert!(remark.instead.starts_with("where not(FileName == 'rsync' and FolderPath =="), "{remark:?}");
    for sound in [
        "DeviceProcessEvents | where not(FileName == 'rsync' and FolderPath == '/usr/bin/rsync' and SHA256 in ('d4'))",
        "DeviceProcessEvents | where FileName == 'rsync' and ProcessCommandLine has 'stratum'",
        "DeviceProcessEvents | where SHA256 !in ('d4')",
        r"SecurityEvent | where NewProcessName != @'C:\Program Files\Veeam\a.exe'",
        "SecurityAlert | where ProductName != 'Azure Security Center'",
    ] {
        assert_eq!(kinds(sound), [], "{sound}");
    }
}

#[test]
fn domains_folders_and_patterns() {
    let of_kind = |query: &str, kind| of(query, kind).hides;
    assert!(of_kind("T | where RemoteUrl !endswith 'example.com'", Kind::DomainMatch).contains("notexample.com"));
    assert!(of_kind("T | where RemoteUrl !contains 'zpool.ca'", Kind::DomainMatch).contains("zpool.cache"));
    assert!(of_kind("T | where not(DnsQuery has 'example.com')", Kind::DomainMatch).contains("not-example.com"));
    assert!(of_kind("T | where Domain !in ('mooo.com')", Kind::Shared).contains("dynamic-DNS"));
    assert!(of_kind("T | where Domain !endswith '.duckdns.org'", Kind::Shared).contains("dns"));
    assert!(of_kind("T | where not(ipv4_is_in_range(RemoteIP, '104.16.0.0/13'))", Kind::Shared).contains("Cloudflare"));
    assert!(of_kind("T | where Domain !in ('pangolinminer.comgandalph3000.com')", Kind::Fused).contains("two names"));
    assert!(of_kind("T | where FolderPath !startswith '/tmp'", Kind::Folder).contains("everybody"));
    assert!(of_kind(r"T | where FolderPath !startswith @'C:\ProgramData\'", Kind::Folder).contains("programdata"));
    assert!(of_kind(r"T | where FolderPath !contains @'\AppData\Local'", Kind::Folder).contains("users write"));
    assert!(of_kind(r"T | where FolderPath !startswith @'C:\Program Files\'", Kind::Folder).contains("many makers"));
    assert!(of_kind("T | where not(ProcessCommandLine matches regex '.*')", Kind::Anything).contains("matches anything"));
    assert!(of_kind("T | where not(AccountName matches regex 'student[0-9]+')", Kind::Anything).contains("anywhere"));
    assert!(of_kind("T | where AccountName !contains 'svc'", Kind::Anything).contains("many a text"));
    for sound in [
        "T | where not(RemoteUrl =~ 'example.com' or RemoteUrl endswith '.example.com')",
        r"T | where FolderPath != @'C:\Program Files\Veeam\a.exe'",
        r"T | where FolderPath !startswith @'C:\Program Files\Veeam\'",
        "T | where not(ipv4_is_in_range(RemoteIP, '10.0.0.0/8'))",
        "T | where not(AccountName matches regex '^student[0-9]{2}$')",
        "T | where RemoteUrl endswith 'example.com' and FolderPath startswith '/tmp'",
    ] {
        assert_eq!(kinds(sound), [], "{sound}");
    }
}

#[test]
fn a_condition_held_against_false_is_negated() {
    for query in [
        "T | where (IPAddress == '1.2.3.4') == false and (UserPrincipalName == 'a@b.c') != true",
        "T | where false == (IPAddress == '1.2.3.4') and iff(UserPrincipalName == 'a@b.c', false, true)",
        "T | where not((IPAddress == '1.2.3.4') == true or (UserPrincipalName == 'a@b.c') == true)",
    ] {
        assert_eq!(kinds(query), [Kind::Either], "{query}");
    }
    assert_eq!(kinds("DeviceProcessEvents | where (FileName == 'rsync') == false"), [Kind::AttackerOnly]);
    for sound in ["T | where (IPAddress == '1.2.3.4') == true", "T | where IsActive == false", "T | where (FileName == 'rsync') != false"] {
        assert_eq!(kinds(sound), [], "{sound}");
    }
}

#[test]
fn what_was_made_a_column_before_is_followed() {
    for query in [
        "T | extend ok = IPAddress != '1.2.3.4' and UserPrincipalName != 'a@b.c' | where ok",
        "T | extend known = IPAddress == '1.2.3.4' or UserPrincipalName == 'a@b.c' | where not(known)",
        "T | extend known = IPAddress == '1.2.3.4' or UserPrincipalName == 'a@b.c' | where known == false",
        "T | extend x = case(IPAddress == '1.2.3.4', 'ok', UserPrincipalName == 'a@b.c', 'ok', 'bad') | where x == 'bad'",
        "T | extend x = case(IPAddress == '1.2.3.4', 'ok', UserPrincipalName == 'a@b.c', 'ok', 'bad') | where x != 'ok'",
        "T | where IPAddress != '1.2.3.4' | where UserPrincipalName != 'a@b.c'",
        "T | summarize c = countif(IPAddress != '1.2.3.4' and UserPrincipalName != 'a@b.c') by DeviceName | where c > 0",
    ] {
        assert_eq!(kinds(query), [Kind::Either], "{query}");
    }
    for query in [
        "DeviceProcessEvents | extend x = case(FileName == 'rsync', 'ok', 'bad') | where x == 'bad'",
        "DeviceProcessEvents | extend x = iff(FileName == 'rsync', 'ok', 'bad') | where x =~ 'bad'",
        "DeviceProcessEvents | project ok = FileName in ('rsync') | where not(ok)",
        "DeviceProcessEvents | summarize c = countif(FileName != 'rsync') by DeviceName | where c > 0",
    ] {
        assert_eq!(kinds(query), [Kind::AttackerOnly], "{query}");
    }
    for sound in [
        "T | extend x = case(FileName == 'xmrig', 'bad', 'ok') | where x == 'bad'",
        "T | extend ok = FileName == 'xmrig' | where ok",
        "T | extend ok = not(ok) | where ok",
        "T | summarize c = countif(FileName != 'rsync') by DeviceName",
        "T | where IPAddress != '1.2.3.4' | where UserPrincipalName == 'a@b.c' | summarize count() by x | where DeviceName != 'b'",
    ] {
        assert_eq!(kinds(sound), [], "{sound}");
    }
}

#[test]
fn begins_of_addresses() {
    assert!(of("T | where RemoteIP !startswith '52.'", Kind::Shared).hides.contains("16777216"));
    assert!(of("T | where SrcIpAddr !startswith '203.0.113.1'", Kind::DomainMatch).hides.contains("203.0.113.10"));
    for sound in
        ["RemoteIP !startswith '203.0.113.'", "RemoteIP !startswith '10.'", "RemoteIP !startswith '10.20.'", "RemoteIP == '52.1.2.3'"]
    {
        assert_eq!(kinds(&format!("T | where {sound}")), [], "{sound}");
    }
}

#[test]
fn names_of_hosts_and_words_in_paths() {
    for column in ["Name", "QueryName", "DnsQuery", "DstHostname", "RequestURL", "DestinationHostName", "Fqdn", "RemoteUrl"] {
        assert_eq!(kinds(&format!("T | where {column} !has 'monero.net'")), [Kind::DomainMatch], "{column}");
        assert_eq!(kinds(&format!("T | where not({column} endswith 'mooo.com')")), [Kind::DomainMatch, Kind::Shared], "{column}");
    }
    assert_eq!(kinds("T | where Name != 'Heartbeat'"), []);
    for weak in ["contains 'rsync'", "has 'minex'", "endswith '/bin/rsync'", r"endswith @'\Veeam\a.exe'", "contains '/usr/bin/rsync'"] {
        assert_eq!(kinds(&format!("DeviceProcessEvents | where not(FolderPath {weak})")), [Kind::AttackerOnly], "{weak}");
    }
    for sound in [r"contains @'C:\Program Files\Veeam\a.exe'", "== '/usr/bin/rsync'"] {
        assert_eq!(kinds(&format!("DeviceProcessEvents | where not(FolderPath {sound})")), [], "{sound}");
    }
}

#[test]
fn what_has_no_end_is_told_once() {
    let ends = |query: &str| lint_query("q.kql", query).iter().filter(|r| r.kind == Kind::NoEnd).count();
    assert_eq!(ends("T | where SHA256 !in ('a') | where DeviceName != 'b'"), 1);
    assert_eq!(ends("T | where not(SHA256 == 'a' and DeviceName == 'b' and TimeGenerated < datetime(2027-02-18))"), 0);
    assert_eq!(ends("T | where TimeGenerated > ago(1d) and ActionType != 'x'"), 0);
    let remark = of("T | where not(SHA256 == 'a' and DeviceName == 'b')", Kind::NoEnd);
    assert_eq!(remark.instead, "give it an end: not(SHA256 == 'a' and DeviceName == 'b' and TimeGenerated < datetime(2027-02-18))");
}

#[test]
fn lines_are_those_of_the_file() {
    let rule = "id: a\nname: x\nquery: |\n  let A = 1;\n\n  DeviceProcessEvents\n  | where FileName != 'rsync'\nversion: 1.0.0\n";
    let remarks = lint_query("rule.yaml", rule);
    assert!(remarks.iter().all(|r| r.line == 7) && remarks.len() == 2, "{remarks:#?}");
    assert_eq!(lint_query("rule.yaml", "query: [").first().map(|r| r.kind), Some(Kind::Unreadable));
    assert_eq!(lint_query("rule.yaml", "name: x\n"), []);
    assert_eq!(lint_query("q.kql", "T | where (").first().map(|r| r.kind), Some(Kind::Unreadable));
    let deep = format!("T | where {}x{}", "not(".repeat(50_000), ")".repeat(50_000));
    assert!(!lint_query("q.kql", &deep).is_empty());
    // A long file takes no longer than its length, and as YAML as well.
    let long = "| where FileName != 'a' and AccountName != 'b'\n".repeat(20_000);
    assert_eq!(lint_query("q.kql", &format!("T\n{long}")).len(), 500);
    assert!(lint_query("q.yaml", &format!("query: |\n  T\n{}", long.replace("| where", "  | where"))).iter().all(|r| r.line > 2));
}

/// Detections look for things; that is no exclusion.
#[test]
fn our_own_hunts_and_what_they_leave_out() {
    let library = crate::Library::embedded().unwrap();
    let mut said = Vec::new();
    for hunt in &library.hunts {
        let remarks = lint_query("hunt.kql", &hunt.query).into_iter().filter(|r| r.kind != Kind::NoEnd);
        said.extend(remarks.map(|r| format!("{}: {} {}", hunt.id, r.kind.name(), r.text)));
    }
    // Text that speaks of mining data is left out by its words, which a miner could write as well: the wallet and the pool are found by other hunts.
    assert_eq!(
        said,
        [
            "mining-words: attacker_only CommandLine !has 'data mining'",
            "mining-words: attacker_only CommandLine has_any ('data-mining', 'text-mining', 'process-mining', 'process mining')"
        ]
    );
}
