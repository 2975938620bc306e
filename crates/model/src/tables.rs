//! The tables that are known by name: Sentinel's and Defender's, and Poolhound's own custom tables.

use crate::{Column, KqlType, Schema, TableSchema};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

static SENTINEL: &str = include_str!("tables.txt");

/// What Sentinel has no table for. Each can be uploaded as it stands.
static POOLHOUND: &str = "
PoolhoundStratum_CL TimeGenerated:datetime LastSeen:datetime Computer:string SrcIpAddr:string DstIpAddr:string DstHostname:string ProcessUniqueId:string SrcPortNumber:int DstPortNumber:int Protocol:string Role:string Coin:string Algorithm:string Agent:string Login:string Wallet:string Worker:string SharesSubmitted:long SharesAccepted:long SharesRejected:long SharesUnknown:long BytesOut:long BytesIn:long Difficulty:real HashesEstimated:real HashesAccepted:real Intervals:dynamic Confidence:real Proof:dynamic SourceFile:string SourceOffset:long
PoolhoundTls_CL TimeGenerated:datetime Computer:string SrcIpAddr:string DstIpAddr:string ServerName:string Alpn:string Version:string Ja3:string Ja4:string Subject:string Issuer:string CertificateSha256:string SourceFile:string SrcPortNumber:int DstPortNumber:int SelfSigned:bool SourceOffset:long
PoolhoundIdsAlert_CL TimeGenerated:datetime Computer:string SrcIpAddr:string DstIpAddr:string Signature:string Category:string Action:string Sensor:string SourceFile:string SrcPortNumber:int DstPortNumber:int SignatureId:long Severity:long SourceOffset:long
PoolhoundYara_CL TimeGenerated:datetime Computer:string FilePath:string FileType:string SHA256:string RuleName:string RuleNamespace:string RuleAuthor:string RuleSource:string FileSize:long ProcessId:long Strings:dynamic Meta:dynamic
PoolhoundWallet_CL TimeGenerated:datetime Computer:string Wallet:string Coin:string Account:string ProcessName:string ProcessPath:string CommandLine:string ProcessUniqueId:string SHA256:string SourceTable:string SourceFile:string SourceOffset:long
PoolhoundScheduledTask_CL TimeGenerated:datetime Computer:string TaskName:string TaskKind:string Command:string Account:string Schedule:string SourceFile:string
PoolhoundPackage_CL TimeGenerated:datetime Computer:string Package:string Version:string Vendor:string FilePath:string SHA256:string MD5:string
PoolhoundFile_CL TimeGenerated:datetime Computer:string FilePath:string Kind:string Owner:string OwnerGroup:string Mode:string WritableBy:string SHA256:string
PoolhoundReadError_CL TimeGenerated:datetime SourceFile:string Reader:string Reason:string SourceOffset:long Record:long
";

static BUILTIN: LazyLock<BTreeMap<Arc<str>, TableSchema>> = LazyLock::new(|| {
    SENTINEL
        .lines()
        .chain(POOLHOUND.lines())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split(' ');
            let name: Arc<str> = words.next()?.into();
            let columns = words
                .filter_map(|word| word.split_once(':'))
                .filter_map(|(column, kind)| Some(Column::new(column, KqlType::from_name(kind)?)))
                .collect();
            Some((name.clone(), TableSchema::new(name, Schema::new(columns))))
        })
        .collect()
});

/// A known table. Names are case-sensitive.
pub fn builtin(name: &str) -> Option<&'static TableSchema> {
    BUILTIN.get(name)
}

/// All known tables, by name.
pub fn all() -> impl Iterator<Item = &'static TableSchema> {
    BUILTIN.values()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_is_a_table_with_unique_typed_columns() {
        let lines = SENTINEL.lines().chain(POOLHOUND.lines()).filter(|l| !l.is_empty() && !l.starts_with('#'));
        for line in lines {
            let name = line.split(' ').next().unwrap();
            let table = builtin(name).unwrap();
            assert_eq!(table.schema.columns.len(), line.split(' ').count() - 1, "{name}");
            let names: BTreeSet<_> = table.schema.columns.iter().map(|c| &c.name).collect();
            assert_eq!(names.len(), table.schema.columns.len(), "{name}");
        }
    }

    #[test]
    fn the_column_that_every_mining_rule_reads() {
        assert!(builtin("DnsEvents").unwrap().schema.index_of("Name").is_some());
    }
}
