//! Recorded bytes to tables: finds the evidence under the given paths, decides by content what each file is, and reads it
//! into Arrow batches under Sentinel's schemas.
//!
//! What goes in: paths. What comes out: a [`model::Source`]. It knows no query; it opens files to read, never for anything else,
//! never follows a link out of what it was given, and writes nothing. Every file ends as read, as skipped with a reason, or as one of
//! [`Evidence::other_files`] for the file scanner.
//!
//! A format is a folder that implements [`Format`]: `sniff` decides by the head of a file, [`Dataset`] says what tables it yields,
//! [`Chunks`] hands out pieces of work in order, and the pieces are parsed by many threads.

mod archive;
mod azure_flow;
mod basic;
mod cef;
mod columns;
mod connection;
mod context;
mod device_log;
mod direction;
mod discover;
mod dns_log;
mod error;
mod eve;
mod evenness;
mod exports;
mod flow_text;
mod format;
mod frame;
mod input;
mod json;
mod lines;
mod look;
mod mining;
mod netflow;
mod notes;
mod options;
mod ordered;
mod parquet;
mod pcap;
mod proxy_log;
mod recognise;
mod row;
mod session;
mod source;
mod stream;
mod suspect;
mod syslog;
mod view;
mod vpc_flow;
pub mod wallet;
mod zeek;

pub use columns::{ColumnBuilder, TableBuilder};
pub use context::ReadContext;
pub use error::EvidenceError;
pub use format::{Chunks, Dataset, Format, Head, Job, Sniff};
pub use input::{Input, OtherFile};
pub use lines::{Block, Line, LineChunks, LineParser, Split};
pub use options::{Caps, Options};
pub use source::{Evidence, open, open_bytes};

/// All formats, the surest first: the first that says yes has the file.
fn formats() -> &'static [&'static dyn Format] {
    &[
        &pcap::Capture,
        &netflow::NetFlow,
        &zeek::Zeek,
        &eve::Eve,
        &azure_flow::AzureFlow,
        &vpc_flow::VpcFlow,
        &dns_log::DnsLog,
        &flow_text::FlowText,
        &proxy_log::ProxyLog,
        &cef::Cef,
        &parquet::Parquet,
        &exports::csv::Csv,
        &exports::objects::Json,
        &syslog::Syslog,
        &device_log::DeviceLog,
    ]
}
