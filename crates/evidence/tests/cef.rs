//! Events in the Common Event Format.

use crate::support::{Folder, read, wants};
use model::{Source, ticks};

const TABLE: &str = "CommonSecurityLog";
const COLUMNS: &[&str] = &[
    "Computer",
    "DeviceVendor",
    "DeviceProduct",
    "DeviceAction",
    "SourceIP",
    "SourcePort",
    "DestinationIP",
    "DestinationHostName",
    "DestinationPort",
    "Protocol",
    "SentBytes",
    "RequestURL",
    "RequestMethod",
    "RequestClientApplication",
    "AdditionalExtensions",
];

const LINES: &str = r"Nov 18 00:00:01 nss CEF:0|Zscaler|NSSWeblog|5.7|Allowed|Allowed|3|act=Allowed app=HTTPS cat=Other dhost=pool.example dst=203.0.113.9 src=10.0.0.5 in=7000 out=5000 outcome=200 request=pool.example:443/?a\=b rt=1763424001000 requestClientApplication=XMRig/6 (Linux x86_64) requestMethod=CONNECT suser=bob
<134>Nov 18 00:00:02 fw CEF:0|Palo Alto Networks|PAN-OS|10.1|end|TRAFFIC|1|rt=Nov 18 2025 00:00:02 GMT src=10.0.0.5 dst=203.0.113.9 spt=41000 dpt=3333 proto=tcp act=allow in=1 out=2 cn1Label=Elapsed time cn1=3600 PanOSSourceUUID=x y
CEF:0|v|p|1|id|n|Low|src=10.0.0.6 dpt=70000000000 start=1763424003000
";

#[test]
fn events_are_rows() {
    let folder = Folder::new(&[("fw.log", LINES.as_bytes())]);
    let (rows, seen) = folder.table(TABLE, COLUMNS);
    assert_eq!(seen.errors, []);
    assert_eq!(
        rows,
        [
            "nss|Zscaler|NSSWeblog|Allowed|10.0.0.5|null|203.0.113.9|pool.example|null||5000|pool.example:443/?a=b|CONNECT|XMRig/6 (Linux x86_64)|",
            "fw|Palo Alto Networks|PAN-OS|allow|10.0.0.5|41000|203.0.113.9||3333|tcp|2||||PanOSSourceUUID=x y",
            "|v|p||10.0.0.6|null|||null||null||||",
        ]
    );
    let (rows, _) = folder.table(TABLE, &["TimeGenerated", "StartTime"]);
    let time = |at: &str| at.parse().map_or_else(|_| at.to_owned(), ticks::iso_short);
    let times: Vec<String> = rows.iter().map(|row| row.split('|').map(time).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(times, ["2025-11-18T00:00:01Z null", "null null", "2025-11-18T00:00:03Z 2025-11-18T00:00:03Z"]);
    assert_eq!(
        seen.warnings.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
        ["1 lines have a time without a zone, which is unknown; say the zone with --timezone"]
    );
}

/// Where few lines are events the file is a syslog, which says that they are read as text only.
#[test]
fn events_among_other_lines_are_told() {
    let text = format!("{}{}", "Nov 18 00:00:01 web1 sshd[1]: Accepted key\n".repeat(5), LINES.lines().next().unwrap_or_default());
    let folder = Folder::new(&[("messages", text.as_bytes())]);
    let (rows, seen) = folder.table("Syslog", &["ProcessName"]);
    assert_eq!(rows.len(), 6);
    assert!(seen.warnings.iter().any(|(_, text)| text.starts_with("1 lines are events in the Common Event Format")), "{:?}", seen.warnings);
    let offers = |text: &str| Folder::new(&[("x.log", text.as_bytes())]).open().offer().tables.iter().any(|table| &*table.name == TABLE);
    assert!(!offers("a line about CEF:0|x|y\n"));
    assert!(!offers("Nov 18 00:00:01 web1 sshd[1]: Accepted key\n"));
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let text = format!("{}no event\n", LINES.repeat(10));
    let (rows, seen) = Folder::new(&[("fw.log", text.as_bytes())]).table(TABLE, &["SourceIP"]);
    assert_eq!(rows.len(), 30);
    let errors: Vec<_> = seen.errors.iter().map(|e| (e.record, e.reason.as_str())).collect();
    assert_eq!(errors, [(Some(30), "no event of the Common Event Format")]);
}

/// Each byte changed, and the end anywhere: never more than an error.
#[test]
fn events_with_any_byte_changed_are_read_to_their_end() {
    for at in 0..LINES.len() {
        for value in [b'|', b'=', b'\\', 0xff] {
            let mut changed = LINES.as_bytes().to_vec();
            changed[at] = value;
            changed.truncate(if value == 0xff { at + 1 } else { usize::MAX });
            let evidence = evidence::open_bytes(&[("x.log", &changed)], evidence::Options::default());
            let offer = evidence.offer();
            if offer.tables.iter().any(|table| &*table.name == TABLE) {
                let seen = read(&evidence, &wants(&offer, &[(TABLE, COLUMNS)]), 1);
                assert!(seen.errors.iter().all(|e| !e.reason.contains("report it")), "{at} {value}: {:?}", seen.errors);
            }
        }
    }
}
