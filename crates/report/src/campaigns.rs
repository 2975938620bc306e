//! What was mined, by wallet, and what it cost.

use crate::style::Style;
use crate::terminal::{Shown, limited, more, paragraph};
use crate::text::{count, safe};
use model::Verdict;
use model::campaign::{Campaign, Estimate, Money};
use model::finding::Report;
use std::io::{self, Write};

pub(crate) fn write(report: &Report, style: Style, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    if report.campaigns.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.bold("What was mined"))?;
    for campaign in limited(&report.campaigns, shown) {
        for line in lines(campaign) {
            let indent = if line.0 { "  " } else { "    " };
            paragraph(indent, "      ", &safe(&line.1), style, out)?;
        }
    }
    more(report.campaigns.len(), "campaigns", shown, out)?;
    if report.campaigns.iter().any(|c| c.victim_cost.is_some()) {
        paragraph("  ", "  ", "Mining that this evidence did not see is not in these numbers.", style, out)?;
    }
    writeln!(out)
}

/// Lines, and whether each is a heading.
fn lines(campaign: &Campaign) -> Vec<(bool, String)> {
    let whom = match campaign.wallet.as_str() {
        "" => "no wallet seen".to_owned(),
        wallet => wallet.to_owned(),
    };
    let approved = if campaign.verdict == Verdict::Explained { " (explained by exclusions)" } else { "" };
    let mut what = campaign.coins.clone();
    what.extend(campaign.algorithms.iter().map(|a| format!("({a})")));
    let coin = if what.is_empty() { "coin unknown".to_owned() } else { what.join(" ") };
    let hosts: Vec<&str> = campaign.hosts.iter().map(|h| h.host.as_str()).collect();
    let seconds: f64 = campaign.hosts.iter().map(|h| h.seconds).sum();
    let mut lines = vec![
        (true, format!("{whom}{approved}: {coin}")),
        (
            false,
            format!(
                "{} ({}) at {}{}",
                count(hosts.len() as u64, "host", "hosts"),
                some(&hosts),
                some(&campaign.pools),
                if seconds > 0.0 { format!(", seen for {}", duration(seconds)) } else { String::new() }
            ),
        ),
    ];
    if campaign.shares_submitted > 0 || campaign.shares_accepted > 0 {
        let shares = format!("{} sent, {} accepted", count(campaign.shares_submitted, "share", "shares"), campaign.shares_accepted);
        let hashes = campaign.hashes.map(|h| format!(": {} hashes", estimate(h))).unwrap_or_default();
        let rate = campaign.rate.map(|r| format!(", {} hashes a second", estimate(r))).unwrap_or_default();
        lines.push((false, format!("{shares}{hashes}{rate}")));
    }
    let money = |name: &str, money: &Money| {
        (false, format!("{name}: {} {} at prices of {} ({})", estimate(money.amount), money.currency, money.priced_on, money.basis))
    };
    lines.extend(campaign.victim_cost.as_ref().map(|m| money("cost to the owner", m)));
    lines.extend(campaign.attacker_revenue.as_ref().map(|m| money("worth to the miner", m)));
    if !campaign.unknown.is_empty() {
        lines.push((false, format!("unknown: {}", campaign.unknown.join("; "))));
    }
    lines
}

fn some<T: AsRef<str>>(all: &[T]) -> String {
    let shown: Vec<&str> = all.iter().take(5).map(AsRef::as_ref).collect();
    let rest = all.len().saturating_sub(shown.len());
    format!("{}{}", shown.join(", "), if rest > 0 { format!(" and {rest} more") } else { String::new() })
}

fn estimate(estimate: Estimate) -> String {
    let spread = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!(" ({} to {})", number(low), number(high)),
        _ => String::new(),
    };
    format!("{}{}{spread}", if estimate.at_least { "at least " } else { "" }, number(estimate.estimate))
}

/// What counts of a number: whole ones from a hundred on, three digits below.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0 => return "0".to_owned(),
        v if (100.0..1e6).contains(&v) => return format!("{value:.0}"),
        v if (10.0..100.0).contains(&v) => 1,
        v if (1.0..10.0).contains(&v) => 2,
        v if (0.001..1.0).contains(&v) => 4,
        _ => return format!("{value:.2e}"),
    };
    format!("{value:.digits$}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 7200.0 => format!("{:.1} hours", s / 3600.0),
        s if s >= 120.0 => format!("{:.0} minutes", s / 60.0),
        s => format!("{s:.0} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_what_counts() {
        for (value, text) in [
            (0.0, "0"),
            (4166.666, "4167"),
            (1.5, "1.5"),
            (9.0e9, "9.00e9"),
            (0.0004, "4.00e-4"),
            (120.0, "120"),
            (0.0721, "0.0721"),
            (12.34, "12.3"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!((duration(61.0), duration(600.0), duration(9000.0)), ("61 s".into(), "10 minutes".into(), "2.5 hours".into()));
    }

    #[test]
    fn what_is_uncertain_says_so() {
        let few = Estimate { estimate: 1000.0, low: None, high: None, at_least: true };
        assert_eq!(estimate(few), "at least 1000");
        let many = Estimate { estimate: 4167.0, low: Some(4047.0), high: Some(4287.0), at_least: false };
        assert_eq!(estimate(many), "4167 (4047 to 4287)");
    }
}
