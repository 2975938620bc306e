//! Suricata's EVE.

use crate::support::{Folder, read, wants, wants_all};
use model::Source;

const EVE: &str = r#"{"timestamp":"2018-09-11T16:41:54.344890+0000","flow_id":1,"event_type":"dns","src_ip":"10.0.2.15","src_port":39394,"dest_ip":"192.168.1.1","dest_port":53,"proto":"UDP","dns":{"version":2,"type":"answer","id":42597,"flags":"8180","rd":true,"rrname":"coinhive.com","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"coinhive.com","rrtype":"A","ttl":177,"rdata":"104.20.208.59"},{"rrname":"coinhive.com","rrtype":"A","rdata":"104.20.209.59"}],"grouped":{"A":["104.20.208.59"]}},"host":"sensor1"}
{"timestamp":"2018-09-11T16:41:55+0000","flow_id":1,"event_type":"dns","src_ip":"192.168.1.1","src_port":53,"dest_ip":"10.0.2.15","dest_port":39394,"proto":"UDP","dns":{"version":3,"type":"response","id":2,"rcode":"NXDOMAIN","queries":[{"rrname":"no.pool","rrtype":"AAAA"}]}}
{"timestamp":"2018-09-11T16:41:56+0000","flow_id":1,"event_type":"dns","src_ip":"10.0.2.15","src_port":39394,"dest_ip":"192.168.1.1","dest_port":53,"proto":"UDP","dns":{"type":"answer","id":3,"rcode":"NOERROR","rrname":"one.pool","rrtype":"A","rdata":"1.2.3.4"}}
{"timestamp":"2017-01-17T12:17:01+0000","flow_id":2,"event_type":"flow","src_ip":"10.0.0.1","src_port":5,"dest_ip":"9.9.9.9","dest_port":3333,"proto":"TCP","app_proto":"failed","flow":{"pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":100,"bytes_toclient":50,"start":"2017-12-25T10:00:00+0100","end":"2017-12-25T10:00:02.5+0100","state":"closed"}}
{"timestamp":"2017-01-17T12:17:01+0000","flow_id":3,"event_type":"flow","src_ip":"10.0.0.1","src_port":5,"dest_ip":"9.9.9.9","dest_port":3333,"proto":"TCP","flow":{"pkts_toserver":3,"pkts_toclient":0,"start":"2017-12-25T10:00:00+0100","age":7}}
{"timestamp":"2017-01-17T12:17:02+0000","flow_id":4,"event_type":"alert","src_ip":"10.0.0.1","src_port":5,"dest_ip":"9.9.9.9","dest_port":3333,"proto":"TCP","alert":{"action":"blocked","signature_id":2017871,"signature":"ET COINMINER x","category":"Crypto Currency Mining Activity Detected","severity":2},"http":{"hostname":"us1.bitminter.com"},"host":"sensor1"}
{"timestamp":"2017-01-17T12:17:03+0000","flow_id":5,"event_type":"tls","src_ip":"10.0.0.1","src_port":5,"dest_ip":"9.9.9.9","dest_port":443,"proto":"TCP","tls":{"subject":"CN=p","issuerdn":"CN=p","sni":"pool.x","version":"TLS 1.2","ja3":{"hash":"abc"},"ja4":"t13d"}}
{"timestamp":"2017-01-17T12:17:03+0000","flow_id":5,"event_type":"http","src_ip":"10.0.0.1","src_port":5,"dest_ip":"9.9.9.9","dest_port":8080,"proto":"TCP","http":{"hostname":"pool.x","url":"/a","http_user_agent":"bfgminer/5","http_method":"POST","status":404}}
{"timestamp":"2017-01-17T12:17:04+0000","event_type":"stats","stats":{"uptime":1}}
{"timestamp":"2017-01-17T12:17:04+0000","event_type":"anomaly","anomaly":{}}
{"timestamp":"2017-01-17T12:17:04+0000","event_type":"stats","stats":{"uptime":2}}
"#;

#[test]
fn one_file_yields_several_tables() {
    let folder = Folder::new(&[("eve.json", EVE.as_bytes())]);
    let check = |table: &str, columns: &[&str], expected: &[&str]| {
        let (rows, seen) = folder.table(table, columns);
        assert_eq!(rows, expected, "{table}");
        assert_eq!(seen.errors, []);
        assert_eq!(seen.warnings, [(folder.name("eve.json"), "events without a table: 1 anomaly, 2 stats".to_owned())]);
    };
    check(
        "ASimDnsActivityLogs",
        &[
            "SrcIpAddr",
            "DstPortNumber",
            "DnsQuery",
            "DnsQueryTypeName",
            "DnsQueryType",
            "DnsResponseCode",
            "EventResult",
            "DnsResponseName",
            "Dvc",
        ],
        &[
            r#"10.0.2.15|53|coinhive.com|A|1|0|Success|["104.20.208.59","104.20.209.59"]|sensor1"#,
            "10.0.2.15|53|no.pool|AAAA|28|3|Failure||",
            r#"10.0.2.15|53|one.pool|A|1|0|Success|["1.2.3.4"]|"#,
        ],
    );
    check(
        "ASimNetworkSessionLogs",
        &[
            "DstIpAddr",
            "DstPortNumber",
            "NetworkDuration",
            "SrcBytes",
            "NetworkBytes",
            "EventResult",
            "DvcAction",
            "NetworkApplicationProtocol",
        ],
        &["9.9.9.9|3333|2500|100|150|Success|Allow|", "9.9.9.9|3333|7000|null|null|Failure||"],
    );
    check(
        "PoolhoundIdsAlert_CL",
        &["Computer", "Signature", "SignatureId", "Severity", "Action", "Sensor", "DstHostname"],
        &["|ET COINMINER x|2017871|2|blocked|Suricata on sensor1|us1.bitminter.com"],
    );
    check("PoolhoundTls_CL", &["ServerName", "Version", "Ja3", "Ja4", "SelfSigned"], &["pool.x|TLS 1.2|abc|t13d|true"]);
    check("ASimWebSessionLogs", &["Url", "HttpUserAgent", "EventResult"], &["http://pool.x:8080/a|bfgminer/5|Failure"]);
}

#[test]
fn a_flow_is_of_the_time_when_it_began() {
    let (rows, _) = Folder::new(&[("eve.json", EVE.as_bytes())]).table("ASimNetworkSessionLogs", &["TimeGenerated"]);
    assert_eq!(rows[0], model::ticks::parse_iso("2017-12-25T09:00:00Z").unwrap().to_string());
}

#[test]
fn whatever_the_number_of_threads_the_rows_are_the_same() {
    let many = EVE.repeat(2_000);
    let folder = Folder::new(&[("eve.json", many.as_bytes())]);
    let evidence = folder.open();
    let all = wants_all(&evidence.offer());
    let one = read(&evidence, &all, 1);
    let four = read(&evidence, &all, 4);
    assert_eq!(one.rows, four.rows);
    assert_eq!(one.records, four.records);
    assert_eq!(one.rows["ASimDnsActivityLogs"].len(), 6_000);
    let few = wants(&evidence.offer(), &[("PoolhoundTls_CL", &["ServerName"])]);
    assert_eq!(read(&evidence, &few, 2).records, one.records, "records that nobody wants are counted");
}

#[test]
fn an_alert_is_about_who_opened_the_connection() {
    let alert = |more: &str| {
        format!(
            r#"{{"timestamp":"2017-01-17T12:17:02+0000","event_type":"alert","src_ip":"9.9.9.9","src_port":3333,"dest_ip":"10.0.0.1","dest_port":5,"alert":{{"signature":"x"}}{more}}}"#
        )
    };
    let log = [
        alert(""),
        alert(r#","direction":"to_client""#),
        alert(r#","direction":"to_client","flow":{"src_ip":"10.0.0.1","src_port":5,"dest_ip":"9.9.9.9","dest_port":3333}"#),
    ]
    .join("\n");
    let (rows, _) = Folder::new(&[("eve.json", log.as_bytes())])
        .table("PoolhoundIdsAlert_CL", &["SrcIpAddr", "SrcPortNumber", "DstIpAddr", "DstPortNumber"]);
    assert_eq!(rows, ["9.9.9.9|3333|10.0.0.1|5", "10.0.0.1|5|9.9.9.9|3333", "10.0.0.1|5|9.9.9.9|3333"]);
}
