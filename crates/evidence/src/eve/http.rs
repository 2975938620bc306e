//! http events to ASimWebSessionLogs.

use crate::row::{Fill, Mapping};
use crate::zeek::{http_host_name, http_result, http_url};

pub(super) const TABLE: &str = "ASimWebSessionLogs";

pub(super) const MAPPING: Mapping = &[
    ("TimeGenerated", Fill::Time("timestamp")),
    ("Type", Fill::Const(TABLE)),
    ("EventCount", Fill::Number(1)),
    ("EventType", Fill::Const("HTTPsession")),
    ("EventSchemaVersion", Fill::Const("0.2.6")),
    ("EventVendor", Fill::Const("OISF")),
    ("EventProduct", Fill::Const("Suricata")),
    ("EventSeverity", Fill::Const("Informational")),
    ("EventStartTime", Fill::Time("timestamp")),
    ("EventEndTime", Fill::Time("timestamp")),
    ("EventOriginalUid", Fill::Text("flow_id")),
    ("EventOriginalType", Fill::Const("http")),
    ("EventResult", Fill::With(&["http.status"], http_result)),
    ("EventResultDetails", Fill::Text("http.status")),
    ("Dvc", Fill::Text("host")),
    ("DvcHostname", Fill::Text("host")),
    ("DvcAction", Fill::Const("Allow")),
    ("NetworkSessionId", Fill::Text("flow_id")),
    ("SrcIpAddr", Fill::Text("src_ip")),
    ("SrcPortNumber", Fill::Long("src_port")),
    ("DstIpAddr", Fill::Text("dest_ip")),
    ("DstPortNumber", Fill::Long("dest_port")),
    ("DstHostname", Fill::With(&["http.hostname", "http.http_method", "http.url"], http_host_name)),
    ("DstFQDN", Fill::With(&["http.hostname", "http.http_method", "http.url"], http_host_name)),
    ("HttpHost", Fill::Text("http.hostname")),
    ("NetworkApplicationProtocol", Fill::Const("HTTP")),
    ("NetworkProtocol", Fill::Upper("proto")),
    ("Url", Fill::With(&["http.http_method", "http.hostname", "dest_port", "http.url"], http_url)),
    ("UrlOriginal", Fill::Text("http.url")),
    ("HttpVersion", Fill::Text("http.protocol")),
    ("HttpRequestMethod", Fill::Text("http.http_method")),
    ("HttpReferrer", Fill::Text("http.http_refer")),
    ("HttpUserAgent", Fill::Text("http.http_user_agent")),
    ("HttpContentType", Fill::Text("http.http_content_type")),
    ("HttpContentFormat", Fill::Text("http.http_content_type")),
    ("HttpRequestXff", Fill::Text("http.xff")),
    ("DstBytes", Fill::Long("http.length")),
    ("AdditionalFields", Fill::Object(&["community_id", "tx_id", "in_iface", "pcap_filename"])),
];
