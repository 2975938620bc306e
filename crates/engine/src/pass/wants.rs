//! What plans want of the evidence: for each of their scans the columns, and the filters that stand on it.

use super::stats::HOST_COLUMNS;
use crate::error::EngineError;
use crate::table::EvidenceTable;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::expr_rewriter::unnormalize_col;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, LogicalPlan, TableScan};
use model::{Column, KqlType, RECORD_COLUMN, Schema, Wants};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One scan of a table in some plan.
#[derive(Clone, Debug)]
pub struct ScanInfo {
    /// The query's number in the run.
    pub query: usize,
    pub table: Arc<str>,
    /// In order of name.
    pub columns: BTreeSet<String>,
    /// What a row must satisfy, of which all is known before the pass. Empty: every row is kept.
    pub filters: Vec<Expr>,
}

impl ScanInfo {
    /// `T(A, B): f(A) and g(B)`, or `T(A): all rows`.
    pub fn describe(&self) -> String {
        let columns: Vec<_> = self.columns.iter().map(String::as_str).collect();
        let filters: Vec<_> = self.filters.iter().map(ToString::to_string).collect();
        let filters = if filters.is_empty() { "all rows".to_owned() } else { filters.join(" and ") };
        format!("{}({}): {filters}", self.table, columns.join(", "))
    }
}

/// The scans of an optimised plan.
pub fn scans(query: usize, plan: &LogicalPlan, into: &mut Vec<ScanInfo>) -> Result<(), EngineError> {
    plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(info) = scan_info(query, scan)?
        {
            into.push(info);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

fn scan_info(query: usize, scan: &TableScan) -> datafusion::common::Result<Option<ScanInfo>> {
    let provider = source_as_provider(&scan.source)?;
    let Some(table) = (provider.as_ref() as &dyn std::any::Any).downcast_ref::<EvidenceTable>() else { return Ok(None) };
    let mut columns: BTreeSet<String> = scan.projected_schema.fields().iter().map(|f| f.name().clone()).collect();
    let mut filters = Vec::new();
    for filter in &scan.filters {
        for conjunct in split_conjunction(filter) {
            columns.extend(conjunct.column_refs().iter().map(|c| c.name.clone()));
            let always = matches!(conjunct, Expr::Literal(datafusion::common::ScalarValue::Boolean(Some(true)), _));
            if known(conjunct) && !always && !filters.contains(conjunct) {
                filters.push(conjunct.clone());
            }
        }
    }
    columns.remove(RECORD_COLUMN);
    let filters = filters.into_iter().map(unnormalize_col).collect();
    Ok(Some(ScanInfo { query, table: Arc::clone(&table.name), columns, filters }))
}

/// Whether nothing in it waits for the end of the pass.
fn known(expr: &Expr) -> bool {
    !expr.is_volatile() && !expr.exists(|e| Ok(matches!(e, Expr::Placeholder(_)))).unwrap_or(true)
}

/// What the pass does with one table.
#[derive(Debug)]
pub struct TablePlan {
    /// What the source is asked for.
    pub columns: Schema,
    /// Which of them are kept.
    pub kept: Vec<usize>,
    pub conjuncts: Vec<Expr>,
    /// Rows that satisfy all conjuncts of one group are kept; an empty group keeps all, no group none.
    pub groups: Vec<BTreeSet<usize>>,
    pub time: Option<usize>,
    pub host: Option<usize>,
}

/// Puts the scans of all plans together. `times` asks for the times of every offered table.
pub fn combine(scans: &[ScanInfo], offered: &BTreeMap<Arc<str>, Schema>, times: bool) -> BTreeMap<Arc<str>, TablePlan> {
    let mut plans = BTreeMap::new();
    for (name, schema) in offered {
        let of_table: Vec<&ScanInfo> = scans.iter().filter(|s| s.table == *name).collect();
        let has_time = schema.columns.iter().any(|c| &*c.name == "TimeGenerated" && c.kql_type == KqlType::DateTime);
        if of_table.is_empty() && !(times && has_time) {
            continue;
        }
        let kept: BTreeSet<&str> = of_table.iter().flat_map(|s| s.columns.iter().map(String::as_str)).collect();
        let host = HOST_COLUMNS
            .into_iter()
            .find(|h| kept.contains(h) && schema.index_of(h).is_some_and(|i| schema.columns[i].kql_type == KqlType::String));
        let columns: Vec<Column> =
            schema.columns.iter().filter(|c| kept.contains(&*c.name) || (has_time && &*c.name == "TimeGenerated")).cloned().collect();
        let columns = Schema::new(columns);
        let (mut conjuncts, mut groups): (Vec<Expr>, Vec<BTreeSet<usize>>) = (Vec::new(), Vec::new());
        for scan in of_table {
            let group = scan
                .filters
                .iter()
                .map(|f| {
                    conjuncts.iter().position(|c| c == f).unwrap_or_else(|| {
                        conjuncts.push(f.clone());
                        conjuncts.len() - 1
                    })
                })
                .collect();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        // What keeps more makes what keeps less needless.
        let needed: Vec<BTreeSet<usize>> = groups.iter().filter(|g| !groups.iter().any(|o| o != *g && o.is_subset(g))).cloned().collect();
        plans.insert(
            Arc::clone(name),
            TablePlan {
                kept: columns.columns.iter().enumerate().filter(|(_, c)| kept.contains(&*c.name)).map(|(n, _)| n).collect(),
                time: if has_time { columns.index_of("TimeGenerated") } else { None },
                host: host.and_then(|h| columns.index_of(h)),
                columns,
                conjuncts,
                groups: needed,
            },
        );
    }
    plans
}

/// What the source is asked for.
pub fn wants(plans: &BTreeMap<Arc<str>, TablePlan>) -> Wants {
    Wants { tables: plans.iter().map(|(name, plan)| (Arc::clone(name), plan.columns.clone())).collect() }
}
