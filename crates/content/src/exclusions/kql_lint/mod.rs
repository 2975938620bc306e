//! Exclusions that a team has in its own KQL: what each hides beside what is meant, and what to write instead.
//!
//! Reads `.kql` and the YAML of Sentinel's hunting queries and analytics rules. Only what is left out is judged (`!=`, `!in`, `!has`, `not(…)`, anti joins), not what is looked for.

mod atoms;
mod columns;
mod computed;
mod find;
mod judge;
mod source;

use kql_syntax::parse;
use source::Source;

/// What is to be said of one condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryRemark {
    /// Of the file, from 1.
    pub line: u64,
    pub kind: QueryRemarkKind,
    /// The condition as written, on one line.
    pub text: String,
    pub hides: String,
    pub instead: String,
}

/// What a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryRemarkKind {
    /// The text is no YAML or no KQL.
    Unreadable,
    /// `A != x and B != y` hides where either holds.
    Either,
    /// Nothing but what an attacker writes: names of files, command lines, ports.
    AttackerOnly,
    /// `has`, `contains`, `endswith` with a domain hit others.
    DomainMatch,
    /// Two names in one.
    Fused,
    /// A zone or address that many share.
    Shared,
    /// A folder in which anybody puts programs, or with many makers' programs.
    Folder,
    /// A pattern or a word that matches nearly anything.
    Anything,
    /// The exclusion never ends.
    NoEnd,
}

impl QueryRemarkKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Either => "either",
            Self::AttackerOnly => "attacker_only",
            Self::DomainMatch => "domain_match",
            Self::Fused => "fused",
            Self::Shared => "shared",
            Self::Folder => "folder",
            Self::Anything => "anything",
            Self::NoEnd => "no_end",
        }
    }
}

/// More remarks than that on one file nobody reads.
pub(super) const MOST: usize = 500;

/// Judges the exclusions of a file's queries, in the order of the file.
pub fn lint_query(file: &str, text: &str) -> Vec<QueryRemark> {
    let sources = match Source::all(file, text) {
        Ok(sources) => sources,
        Err(remark) => return vec![remark],
    };
    let mut remarks = Vec::new();
    for source in &sources {
        let parsed = parse(&source.query);
        if let Some(error) = parsed.diagnostics.iter().find(|d| d.level == kql_syntax::Level::Error) {
            remarks.push(source.remark(
                QueryRemarkKind::Unreadable,
                error.span,
                format!("this is no KQL that is understood ({}), and what follows may be judged wrongly", error.message),
                "correct the query",
            ));
        }
        judge::remarks(source, &find::exclusions(&parsed.script), &mut remarks);
    }
    remarks.sort();
    remarks.dedup();
    remarks.truncate(MOST);
    remarks
}

#[cfg(test)]
mod tests;
