//! What firewalls and gateways write of connections, bare and within syslog.

use crate::support::{Folder, Seen, read, wants, wants_all};
use model::{Source, ticks};

const NET: &str = "ASimNetworkSessionLogs";
const WEB: &str = "ASimWebSessionLogs";
const DNS: &str = "ASimDnsActivityLogs";
const COLUMNS: &[&str] = &[
    "EventProduct",
    "EventSubType",
    "SrcIpAddr",
    "SrcPortNumber",
    "DstIpAddr",
    "DstHostname",
    "DstPortNumber",
    "NetworkProtocol",
    "NetworkDuration",
    "SrcBytes",
    "DstBytes",
    "NetworkBytes",
    "DvcAction",
    "SrcUsername",
    "NetworkRuleName",
];

fn rows(text: &str) -> (Vec<String>, Seen) {
    Folder::new(&[("fw.log", text.as_bytes())]).table(NET, COLUMNS)
}

fn errors(seen: &Seen) -> Vec<String> {
    seen.errors.iter().map(|e| format!("{} {}", e.record.unwrap_or_default(), e.reason)).collect()
}

fn told(seen: &Seen) -> Vec<&str> {
    seen.warnings.iter().map(|(_, text)| text.as_str()).collect()
}

fn at(text: &str) -> i64 {
    ticks::parse_iso(text).expect("a time")
}

/// Whatever stands before it, the line says the same.
fn same_behind_syslog(line: &str, expected: &[&str]) {
    for head in ["", "<134>", "Nov 18 00:00:01 gw ", "<134>Nov 18 00:00:01 gw ", "<134>1 2025-11-18T00:00:01Z gw - - - - "] {
        let text = format!("{head}{line}\n");
        let (rows, seen) = rows(&text);
        assert_eq!(rows, expected, "{text}");
        assert_eq!(errors(&seen), Vec::<String>::new(), "{text}");
        assert_eq!(seen.records.get("Syslog").copied().unwrap_or_default(), u64::from(head.len() > 5), "{text}");
    }
}

const DANTE: &str = "Nov 18 00:00:01 (1763424001.1) sockd[12]: info: pass(1): tcp/accept [: 10.0.0.5.41000 10.0.0.2.1080\n\
Nov 18 00:00:01 (1763424001.1) sockd[12]: info: pass(1): tcp/connect [: username%bob@10.0.0.5.41000 10.0.0.2.1080 -> 10.0.0.2.5000 Pool.Example.443\n\
Nov 18 00:10:01 (1763424601.1) sockd[12]: info: pass(1): tcp/connect -: username%bob@10.0.0.5.41000 10.0.0.2.1080 -> 10.0.0.2.5000 pool.example.443 (43)\n\
Nov 18 00:10:01 (1763424601.1) sockd[12]: info: pass(1): tcp/connect ]: 9000 -> username%bob@10.0.0.5.41000 10.0.0.2.1080 -> 4000, 4000 -> 10.0.0.2.5000 203.0.113.9.3333 -> 9000: local client closed.  Session duration: 600s\n\
Nov 18 00:10:02 (1763424602.1) danted[12]: info: block(2): tcp/connect [: 10.0.0.6.41001 10.0.0.2.1080 -> 10.0.0.2.5000 2001:db8::9.3333\n";

#[test]
fn dante_bare_and_in_syslog() {
    let expected = [
        "Dante|Start|10.0.0.5|41000||pool.example|443|TCP|null|null|null|null|Allow|bob|",
        "Dante|End|10.0.0.5|41000|203.0.113.9||3333|TCP|600000|4000|9000|13000|Allow|bob|",
        "Dante|Start|10.0.0.6|41001|2001:db8::9||3333|TCP|null|null|null|null|Deny||",
    ];
    let (seen, all) = rows(DANTE);
    assert_eq!(seen, expected);
    assert_eq!((errors(&all), told(&all)), (vec![], vec![]));
    let (times, _) = Folder::new(&[("sockd.log", DANTE.as_bytes())]).table(NET, &["EventStartTime", "EventEndTime"]);
    assert_eq!(times[1], format!("{}|{}", at("2025-11-18T00:00:01.1Z"), at("2025-11-18T00:10:01.1Z")));
    // Through syslog the time has no zone, which is said once.
    let syslog = DANTE.replace("(1763424001.1)", "gw").replace("(1763424601.1)", "gw").replace("(1763424602.1)", "gw");
    let (seen, all) = rows(&syslog);
    assert_eq!((seen, errors(&all)), (expected.map(str::to_owned).to_vec(), vec![]));
    let folder = Folder::new(&[("messages", syslog.as_bytes())]);
    let evidence = folder.open();
    let seen = read(&evidence, &wants_all(&evidence.offer()), 2);
    assert_eq!(seen.rows["Syslog"].len(), 5);
    assert_eq!(told(&seen), ["5 lines have a time without a zone, which is unknown; say the zone with --timezone"]);
    // A connection that is not understood is told with its place.
    let (_, seen) = rows(&DANTE.replace("10.0.0.6.41001", "10.0.0.6").replace("2001:db8::9.3333", "nowhere"));
    assert_eq!(errors(&seen), ["4 a connection whose ends are not understood"]);
}

const HAPROXY: &str = "10.0.0.5:41000 [18/Nov/2025:00:00:01.123] proxy~ out/pool1 0/0/600210 7000 -- 1/1/1/1/0 0/0";

#[test]
fn haproxys_log_of_tcp() {
    let expected = ["HAProxy|Start|10.0.0.5|41000|||null|TCP|600210|null|7000|7000|Allow||proxy~"];
    assert_eq!(rows(&format!("{HAPROXY}\n")).0, expected);
    let syslog = format!("Nov 18 00:00:01 lb haproxy[123]: {HAPROXY}\nNov 18 00:00:02 lb sshd[1]: x\n");
    let (seen, all) = rows(&syslog);
    assert_eq!(seen, expected);
    assert_eq!(errors(&all), Vec::<String>::new());
    let unnamed = "1 connections are to a server that the line does not name by its address";
    assert!(told(&all).contains(&unnamed), "{:?}", told(&all));
    let (seen, all) = rows(&format!("{}\n", HAPROXY.replace("pool1", "pool.example.com")));
    assert_eq!(seen[0], "HAProxy|Start|10.0.0.5|41000||pool.example.com|null|TCP|600210|null|7000|7000|Allow||proxy~");
    assert!(!told(&all).contains(&unnamed));
    let refused = HAPROXY.replace("out/pool1 0/0/600210", "out/<NOSRV> -1/-1/0");
    assert_eq!(rows(&refused).0, ["HAProxy|Start|10.0.0.5|41000|||null|TCP|0|null|7000|7000|||proxy~"]);
    // A request through it, among others of a host's syslog.
    let http = "Nov 18 00:00:01 lb haproxy[77]: 10.0.0.5:50000 [18/Nov/2025:08:50:00.655] proxies farm/squid1 10/0/30/69/600109 200 2750 - - ---- 1/1/1/1/0 0/0 \"CONNECT pool.example:3333 HTTP/1.1\"\n";
    let mixed = format!("{}{http}", "Nov 18 00:00:01 lb sshd[77]: Accepted publickey for x\n".repeat(20));
    let (seen, _) = Folder::new(&[("messages", mixed.as_bytes())]).table(WEB, &["Url", "Dvc"]);
    assert_eq!(seen, ["pool.example:3333|lb"]);
}

#[test]
fn netfilter_through_the_kernels_log() {
    let line = "[UFW ALLOW] IN=br0 OUT=eth0 PHYSIN=veth1 MAC=aa:bb SRC=10.0.0.5 DST=203.0.113.9 LEN=60 TOS=0x00 TTL=63 ID=1 DF PROTO=TCP SPT=41000 DPT=3333 WINDOW=64240 SYN URGP=0";
    let expected = "netfilter|Start|10.0.0.5|41000|203.0.113.9||3333|TCP|null|60|null|60|Allow||[UFW ALLOW]";
    same_behind_syslog(line, &[expected]);
    for head in ["Nov 18 00:00:01 gw kernel: [  123.456789] ", "[  123.456789] ", "Tue Nov 18 00:00:01 2025 kern.warn kernel: [ 1.2] "] {
        assert_eq!(rows(&format!("{head}{line}\n")).0, [expected], "{head}");
    }
    let dropped = line.replace("UFW ALLOW", "nft drop: ").replace("PROTO=TCP", "PROTO=47").replace("SPT=41000 DPT=3333 ", "");
    assert_eq!(rows(&dropped).0, ["netfilter|Start|10.0.0.5|null|203.0.113.9||null|GRE|null|60|null|60|Deny||[nft drop: ]"]);
    let (none, seen) = rows(&format!("{line}\n{}\n", line.replace("SRC=10.0.0.5", "SRC=here")));
    assert_eq!((none.len(), errors(&seen)), (1, vec!["1 a packet whose address is not understood".to_owned()]));
    // A sentence with the same words is none.
    let words = "Nov 18 00:00:01 gw app[1]: INSERT INTO t SET SRC=1, DST=2\n";
    assert_eq!(rows(words).0.len(), 0);
}

#[test]
fn pfsense_and_opnsense() {
    let four = "5,,,1000000103,em0,match,pass,out,4,0x0,,64,12345,0,DF,6,tcp,60,10.0.0.5,203.0.113.9,41000,3333,0,S,1,,64240,,mss";
    let six = "6,,,1000000104,em0,match,block,in,6,0x00,0x00000,64,UDP,17,40,2001:db8::5,2001:db8::9,41000,3333,20";
    let expected = [
        "pfSense|Start|10.0.0.5|41000|203.0.113.9||3333|TCP|null|60|null|60|Allow||1000000103",
        "pfSense|Start|2001:db8::5|41000|2001:db8::9||3333|UDP|null|40|null|40|Deny||1000000104",
    ];
    same_behind_syslog(four, &expected[..1]);
    for head in [
        "Nov 18 00:00:01 pf filterlog[123]: ",
        "<134>1 2025-11-18T00:00:01+00:00 pf.example filterlog 123 - - ",
        "Nov 18 00:00:01 filterlog: ",
    ] {
        let (seen, all) = rows(&format!("{head}{four}\n{head}{six}\n"));
        assert_eq!((seen, errors(&all)), (expected.map(str::to_owned).to_vec(), vec![]), "{head}");
    }
    // Numbers between commas that are of no filter.
    let other = Folder::new(&[("x.log", &b"1,2,3,4,5,6,7,8,9\n1,2,3,4,5,6,pass,8,9\n"[..])]);
    assert!(!other.open().offer().tables.iter().any(|table| &*table.name == NET));
}

const ASA: &str = "Built outbound TCP connection 12345 for outside:203.0.113.9/3333 (203.0.113.9/3333) to inside:10.0.0.5/41000 (198.51.100.1/41000) (CORP\\bob)\n\
Teardown TCP connection 12345 for outside:203.0.113.9/3333 to inside:10.0.0.5/41000 duration 25:45:12 bytes 9000 TCP FINs from inside\n\
Teardown TCP connection 12346 for outside:203.0.113.7/50000 to dmz:10.0.0.80/443 duration 0:00:30 bytes 0 SYN Timeout\n\
Deny udp src inside:10.0.0.6/41000 dst outside:2001:db8::9/3333 by access-group \"inside_in\" [0x0, 0x0]\n\
access-list inside_in permitted tcp inside/10.0.0.5(41000) -> outside/203.0.113.9(3333) hit-cnt 1 first hit [0x0, 0x0]\n\
Teardown dynamic TCP translation from inside:10.0.0.5/41000 to outside:198.51.100.1/41000 duration 0:00:30\n";

#[test]
fn cisco_asa() {
    let ids = ["6-302013", "6-302014", "6-302014", "4-106023", "6-106100", "6-305012"];
    let expected = [
        "ASA|Start|10.0.0.5|41000|203.0.113.9||3333|TCP|null|null|null|null|Allow||",
        "ASA|End|10.0.0.5|41000|203.0.113.9||3333|TCP|92712000|null|null|9000|Allow||",
        "ASA|End|203.0.113.7|50000|10.0.0.80||443|TCP|30000|null|null|0|Allow||",
        "ASA|Start|10.0.0.6|41000|2001:db8::9||3333|UDP|null|null|null|null|Deny||inside_in",
        "ASA|Start|10.0.0.5|41000|203.0.113.9||3333|TCP|null|null|null|null|Allow||inside_in",
    ];
    for head in [
        "",
        "<166>",
        "Nov 18 2025 09:00:00 fw1 : ",
        "Nov 18 2025 09:00:00: ",
        "<166>Nov 18 2025 09:00:00 fw1: ",
        "Nov 18 09:00:00 fw1 ",
        "<166>:Nov 18 09:00:00 UTC: ",
    ] {
        let text: String = ASA.lines().zip(ids).map(|(line, id)| format!("{head}%ASA-{id}: {line}\n")).collect();
        let (seen, all) = rows(&text);
        assert_eq!((seen, errors(&all)), (expected.map(str::to_owned).to_vec(), vec![]), "{head}");
    }
    let line = format!("Nov 18 2025 09:00:00 fw1 : %ASA-6-302014: {}\n", ASA.lines().nth(1).unwrap());
    let mut folder = Folder::new(&[("asa.log", line.as_bytes())]);
    folder.options.timezone = "UTC".parse().ok();
    let (seen, _) = folder.table(NET, &["EventStartTime", "EventEndTime", "Dvc"]);
    assert_eq!(seen, [format!("{}|{}|fw1", at("2025-11-17T07:14:48Z"), at("2025-11-18T09:00:00Z"))]);
    let page = "Nov 18 09:00:00 fw1 %ASA-5-304001: bob@10.0.0.5 Accessed URL 203.0.113.9:http://pool.example/a\n";
    let (seen, _) = Folder::new(&[("asa.log", page.as_bytes())]).table(WEB, &["SrcIpAddr", "SrcUsername", "DstIpAddr", "Url"]);
    assert_eq!(seen, ["10.0.0.5|bob|203.0.113.9|http://pool.example/a"]);
    let (_, seen) = rows(&line.replace("for outside:203.0.113.9/3333 to", "for"));
    assert_eq!(errors(&seen), ["0 a connection whose ends are not understood"]);
}

const FORTIGATE: &str = r#"date=2025-11-18 time=01:00:01 devname="fw" devid="FG1" eventtime=1763424001000000000 tz="+0100" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.0.0.5 srcport=41000 srcintf="lan" dstip=203.0.113.9 dstport=3333 dstintf="wan" sessionid=1 proto=6 action="close" policyid=7 policyname="out, all" service="tcp/3333" app="Mining" duration=600 sentbyte=5000 rcvdbyte=7000 sentpkt=50 rcvdpkt=60 user="bob"
date=2025-11-18 time=01:00:01 devname="fw" devid="FG1" tz="+0100" logid="0317013312" type="utm" subtype="webfilter" eventtype="ftgd_blk" srcip=10.0.0.5 srcport=41000 dstip=203.0.113.9 dstport=8443 proto=6 hostname="Pool.Example" action="blocked" url="/a?b=\"c\"" sentbyte=50 rcvdbyte=70 catdesc="Crypto Mining" agent="XMRig/6"
date=2025-11-18 time=01:00:01 devname="fw" devid="FG1" tz="+0100" logid="1501054802" type="utm" subtype="dns" eventtype="dns-response" srcip=10.0.0.5 srcport=41000 dstip=10.0.0.53 dstport=53 proto=17 qname="pool.example" qtype="A" qtypeval=1 qclass="IN" ipaddr="203.0.113.9, 203.0.113.10" action="pass"
date=2025-11-18 time=01:00:02 devname="fw" devid="FG1" tz="+0100" logid="0100032001" type="event" subtype="system" level="information" logdesc="Admin login successful" user="admin"
"#;

#[test]
fn fortigate() {
    let expected = "FortiGate|End|10.0.0.5|41000|203.0.113.9||3333|TCP|600000|5000|7000|12000|Allow|bob|out, all";
    same_behind_syslog(FORTIGATE.lines().next().unwrap(), &[expected]);
    let folder = Folder::new(&[("fg.log", FORTIGATE.as_bytes())]);
    let (seen, all) = folder.table(NET, &["EventStartTime", "TimeGenerated", "EventEndTime", "Dvc", "NetworkApplicationProtocol"]);
    let (start, end) = (at("2025-11-17T23:50:01Z"), at("2025-11-18T00:00:01Z"));
    assert_eq!((seen, errors(&all), told(&all)), (vec![format!("{start}|{start}|{end}|fw|Mining")], vec![], vec![]));
    let (seen, _) = folder.table(WEB, &["TimeGenerated", "SrcIpAddr", "Url", "DstHostname", "DstPortNumber", "DvcAction", "HttpUserAgent"]);
    assert_eq!(seen, [format!(r#"{end}|10.0.0.5|http://Pool.Example:8443/a?b=\"c\"|pool.example|8443|Deny|XMRig/6"#)]);
    let (seen, _) =
        folder.table(DNS, &["SrcIpAddr", "DstIpAddr", "DnsQuery", "DnsQueryTypeName", "DnsResponseName", "EventSubType", "Dvc"]);
    assert_eq!(seen, [r#"10.0.0.5|10.0.0.53|pool.example|A|["203.0.113.9","203.0.113.10"]|response|fw"#]);
    let (_, seen) = rows(&FORTIGATE.replacen("dstip=203.0.113.9", "dstip=there", 1));
    assert_eq!(errors(&seen), ["0 traffic whose address is not understood"]);
    let (_, seen) = rows(&format!("{FORTIGATE}{FORTIGATE}{FORTIGATE}what is this\n"));
    assert_eq!(errors(&seen), ["12 no line of a device that is known"]);
}

const PALO_ALTO: &str = "1,2025/11/18 10:16:00,012801054321,TRAFFIC,end,2561,2025/11/18 10:16:00,10.0.0.5,203.0.113.9,198.51.100.1,203.0.113.9,\"out, all\",corp\\bob,,stratum,vsys1,trust,untrust,ethernet1/2,ethernet1/1,default,2025/11/18 10:16:00,45678,1,41000,3333,40002,3333,0x400053,tcp,allow,18532,6532,12000,40,2025/11/18 10:05:30,600,any,0,7300000000000000002,0x0,10.0.0.0-10.255.255.255,United States,0,22,18,aged-out,0,0,0,0,vsys1,pa1,from-policy\n\
1,2025/11/18 10:16:00,012801054321,THREAT,url,2561,2025/11/18 10:16:00,10.0.0.5,203.0.113.9,198.51.100.1,203.0.113.9,out,,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,default,2025/11/18 10:16:00,45678,1,41000,443,40002,443,0x40b000,tcp,block-url,\"pool.example/a,b\",(9999),cryptocurrency,informational,client-to-server\n\
1,2025/11/18 10:16:00,012801054321,SYSTEM,general,0,2025/11/18 10:16:00,,general,,0,0,general,informational,\"x\",1,0x0\n";

#[test]
fn palo_alto() {
    let expected = "PAN-OS|End|10.0.0.5|41000|203.0.113.9||3333|TCP|600000|6532|12000|18532|Allow|corp\\bob|out, all";
    same_behind_syslog(PALO_ALTO.lines().next().unwrap(), &[expected]);
    let header = "\"Domain\",\"Receive Time\",\"Serial #\",\"Type\",\"Threat/Content Type\",\"Config Version\",\"Generate Time\",\"Source address\",\"Destination address\"\n";
    for head in ["", header, "\u{feff}Domain,Receive Time,Serial #,Type,Threat/Content Type\n"] {
        let mut folder = Folder::new(&[("log.csv", format!("{head}{PALO_ALTO}").as_bytes())]);
        let (seen, all) = folder.table(NET, COLUMNS);
        assert_eq!((seen, errors(&all)), (vec![expected.to_owned()], vec![]), "{head}");
        assert_eq!(told(&all), ["2 lines have a time without a zone, which is unknown; say the zone with --timezone"]);
        let (seen, _) = folder.table(WEB, &["SrcIpAddr", "Url", "DstHostname", "DvcAction", "UrlCategory"]);
        assert_eq!(seen, ["10.0.0.5|https://pool.example/a,b|pool.example|Deny|cryptocurrency"]);
        folder.options.timezone = "UTC".parse().ok();
        let (seen, _) = folder.table(NET, &["EventStartTime", "EventEndTime", "Dvc"]);
        assert_eq!(seen, [format!("{}|{}|pa1", at("2025-11-18T10:06:00Z"), at("2025-11-18T10:16:00Z"))]);
    }
}

#[test]
fn threeproxy() {
    let text = "1763424001.123 PROXY.3128 00000 - 10.0.0.5:41000 203.0.113.9:443 5000 7000 1 CONNECT_pool.example:443_HTTP/1.1\n\
1763424001.123  SOCK5.1080 00000 bob 10.0.0.6:41000 203.0.113.9:3333 5000 7000 0 CONNECT 203.0.113.9:3333\n\
1763424001.123 PROXY.3128 00003 - 10.0.0.7:41000 0.0.0.0:0 0 0 0 GET_http://pool.example/_HTTP/1.1\n";
    let (seen, all) = rows(text);
    assert_eq!(
        seen,
        [
            "3proxy|End|10.0.0.5|41000|203.0.113.9|pool.example|443|TCP|null|5000|7000|12000|Allow||",
            "3proxy|End|10.0.0.6|41000|203.0.113.9||3333|TCP|null|5000|7000|12000|Allow|bob|",
            "3proxy|End|10.0.0.7|41000||pool.example|0|TCP|null|0|0|0|Deny||",
        ]
    );
    assert_eq!((errors(&all), told(&all)), (vec![], vec![]));
}

#[test]
fn nginx_streams() {
    let text = "10.0.0.5 [18/Nov/2025:00:10:01 +0000] TCP 200 9000 4000 600.000 \"203.0.113.9:3333\" \"9000\" \"4000\" \"0.001\"\n\
10.0.0.6 [18/Nov/2025:00:10:01 +0000] TCP 200 9000 4000 600.000\n";
    let (seen, all) = rows(text);
    assert_eq!(
        seen,
        [
            "nginx|End|10.0.0.5|null|203.0.113.9||3333|TCP|600000|4000|9000|13000|Allow||",
            "nginx|End|10.0.0.6|null|||null|TCP|600000|4000|9000|13000|Allow||",
        ]
    );
    assert_eq!(errors(&all), Vec::<String>::new());
    assert_eq!(told(&all), ["1 connections are to a server that the line does not name by its address"]);
}

/// What speaks of connections and is of no device that is known is told.
#[test]
fn unknown_devices_are_told() {
    let told_of = |line: &str| {
        let folder = Folder::new(&[("messages", format!("Nov 18 00:00:01 gw {line}\n").as_bytes())]);
        let evidence = folder.open();
        let seen = read(&evidence, &wants_all(&evidence.offer()), 1);
        told(&seen).iter().any(|text| text.starts_with("1 lines seem to be of connections"))
    };
    for line in [
        "id=firewall sn=1 m=97 src=10.0.0.5:41000:X0 dst=203.0.113.9:3333:X1 proto=tcp/3333",
        "device: src_ip=10.0.0.5 dst_ip=203.0.113.9",
        "CheckPoint 1 - [action:\"Accept\"; src:\"10.0.0.5\"; dst:\"203.0.113.9\"; service:\"3333\"]",
        "firewall,info forward: in:bridge out:ether1, proto TCP (SYN), 10.0.0.5:41000->203.0.113.9:3333, len 60",
    ] {
        assert!(told_of(line), "{line}");
    }
    for line in [
        "sshd[1]: Accepted publickey for root from 10.0.0.5 port 41000",
        "app[1]: copy src/a -> dst/b",
        "app[1]: mount src=/a dst=/b",
        "cron[1]: a->b",
    ] {
        assert!(!told_of(line), "{line}");
    }
    let (_, seen) = rows("Nov 18 00:00:01 lb haproxy[1]: 10.0.0.5:41000 [18/Nov/2025:00:00:01.123] as we like it\n");
    assert_eq!(errors(&seen), ["0 a connection in a form of HAProxy's log that is not known"]);
}

/// A log that a host collects from all its devices.
#[test]
fn devices_among_each_other() {
    let text = format!(
        "Nov 18 00:00:01 a sshd[1]: x\nNov 18 00:00:01 b %ASA-6-302013: {}\nNov 18 00:00:01 c {}\nNov 18 00:00:02 d {}",
        ASA.lines().next().unwrap(),
        FORTIGATE.lines().next().unwrap(),
        PALO_ALTO
    );
    let (seen, all) = rows(&text);
    assert_eq!((seen.len(), errors(&all)), (3, vec![]));
}

/// Name servers among others in a host's syslog; what dnsmasq asks plainly, the hunts read from Syslog themselves.
#[test]
fn lookups_in_a_hosts_syslog() {
    let text = "Nov 18 00:00:01 ns sshd[1]: Accepted key\n\
Nov 18 00:00:01 ns named[9]: client @0x7f 10.0.0.5#50000 (pool.example): query: pool.example IN A +E(0) (10.0.0.53)\n\
Nov 18 00:00:01 ns named[9]: all zones loaded\n\
Nov 18 00:00:01 ns unbound[9]: [9:0] info: 10.0.0.6 pool.example. A IN\n\
Nov 18 00:00:01 ns dnsmasq[9]: 7 10.0.0.7/50000 query[A] pool.example from 10.0.0.7\n\
Nov 18 00:00:01 ns dnsmasq[9]: query[A] pool.example from 10.0.0.8\n";
    let folder = Folder::new(&[("messages", text.as_bytes())]);
    let (seen, all) = folder.table(DNS, &["EventProduct", "SrcIpAddr", "DnsQuery", "Dvc"]);
    assert_eq!(seen, ["BIND|10.0.0.5|pool.example|ns", "Unbound|10.0.0.6|pool.example|ns", "dnsmasq|10.0.0.7|pool.example|ns"]);
    assert_eq!((errors(&all).len(), all.records["Syslog"]), (0, 6));
}

#[test]
fn requests_in_a_hosts_syslog() {
    let text = "Nov 18 00:00:01 gw sshd[1]: Accepted key\n\
Nov 18 00:00:01 gw nginx: 10.0.0.5 - - [18/Nov/2025:00:00:01 +0000] \"CONNECT pool.example:3333 HTTP/1.1\" 200 4096 \"-\" \"XMRig/6\"\n\
Nov 18 00:00:01 gw nginx: 10.0.0.6 - - [18/Nov/2025:00:00:01 +0000] \"GET /index.html HTTP/1.1\" 200 4096 \"-\" \"-\"\n\
Nov 18 00:00:01 gw tinyproxy[7]: Request (file descriptor 7): CONNECT pool.example:3333 HTTP/1.1\n\
Nov 18 00:00:01 gw squid[7]: 1551426905.123    199 10.0.0.9 TCP_TUNNEL/200 16807 CONNECT pool.example:443 - HIER_DIRECT/1.2.3.4 -\n";
    let folder = Folder::new(&[("messages", text.as_bytes())]);
    let (seen, all) = folder.table(WEB, &["EventProduct", "SrcIpAddr", "Url", "Dvc"]);
    assert_eq!(seen, ["HTTP access log|10.0.0.5|pool.example:3333|gw", "Tinyproxy||pool.example:3333|gw"]);
    assert_eq!((errors(&all).len(), all.records["Syslog"]), (0, 5));
}

/// Each byte changed, and the end anywhere: never more than an error.
#[test]
fn lines_with_any_byte_changed_are_read_to_their_end() {
    let asa: String = ASA.lines().map(|line| format!("%ASA-6-302014: {line}\n")).collect();
    let mut texts = vec![DANTE.to_owned(), asa, PALO_ALTO.to_owned(), format!("{HAPROXY}\n{HAPROXY}\n")];
    texts.extend(FORTIGATE.lines().map(|line| format!("{line}\n")));
    for text in texts {
        for at in 0..text.len() {
            for value in [b' ', b'9', 0xff] {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = value;
                changed.truncate(if value == 0xff { at + 1 } else { usize::MAX });
                let evidence = evidence::open_bytes(&[("x.log", &changed)], evidence::Options::default());
                let offer = evidence.offer();
                if offer.tables.iter().any(|table| &*table.name == NET) {
                    let seen = read(&evidence, &wants(&offer, &[(NET, COLUMNS), (WEB, &["Url"]), (DNS, &["DnsQuery"])]), 1);
                    assert!(seen.errors.iter().all(|e| !e.reason.contains("report it")), "{at} {value}: {:?}", seen.errors);
                }
            }
        }
    }
}

#[test]
fn envoy_and_istio() {
    let plain = "[2025-11-18T00:00:00.310Z] \"CONNECT pool.example:3333 HTTP/1.1\" 200 - 154 9000 226 100 \"10.0.0.5\" \"XMRig/6\" \"cc21\" \"pool.example:3333\" \"203.0.113.9:3333\"\n\
[2025-11-18T00:00:00.310Z] \"GET /index.html HTTP/1.1\" 200 - 154 0 226 100 \"10.0.0.6\" \"curl\" \"cc22\" \"www.example\" \"10.0.0.80:80\"\n";
    let folder = Folder::new(&[("envoy.log", plain.as_bytes())]);
    let columns = &["SrcIpAddr", "Url", "DstHostname", "DstPortNumber", "DstIpAddr", "HttpUserAgent", "DstBytes"];
    let (seen, all) = folder.table(WEB, columns);
    assert_eq!(seen, ["10.0.0.5|pool.example:3333|pool.example|3333|203.0.113.9|XMRig/6|9000"]);
    assert_eq!((errors(&all), told(&all)), (vec![], vec![]));
    let istio = "[2025-11-18T00:00:00.310Z] \"- - -\" 0 - - - \"-\" 7000 9000 600000 - \"-\" \"-\" \"-\" \"-\" \"203.0.113.9:3333\" PassthroughCluster 10.0.0.5:50000 203.0.113.9:3333 10.0.0.5:41000 pool.example -\n\
[2025-11-18T00:00:00.310Z] \"GET /api HTTP/1.1\" 200 - via_upstream - \"-\" 0 90 6 5 \"-\" \"curl\" \"id\" \"pool.example\" \"203.0.113.9:80\" outbound|80||pool.example 10.0.0.5:50001 203.0.113.9:80 10.0.0.5:41001 - default\n\
[2025-11-18T00:00:00.310Z] \"GET /own HTTP/1.1\" 200 - via_upstream - \"-\" 0 90 6 5 \"-\" \"curl\" \"id\" \"www.example\" \"10.0.0.80:80\" inbound|80|| 10.0.0.5:50001 10.0.0.80:80 10.0.0.9:41001 - default\n";
    let (seen, all) = rows(istio);
    assert_eq!(seen, ["Envoy|Start|10.0.0.5|41000|203.0.113.9|pool.example|3333|TCP|600000|7000|9000|16000|||"]);
    assert_eq!(errors(&all), Vec::<String>::new());
    let (seen, _) = Folder::new(&[("x.log", istio.as_bytes())]).table(WEB, &["SrcIpAddr", "Url", "DstHostname", "EventResult"]);
    assert_eq!(seen, ["10.0.0.5|http://pool.example/api|pool.example|Success"]);
}
