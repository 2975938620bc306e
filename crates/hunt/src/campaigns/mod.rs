//! Campaigns: what went to one wallet from however many machines, the work behind it, and what it cost.
//!
//! Hashes come from shares alone. Where only flows were seen, their duration is told and no hash is guessed.

mod money;
mod work;

use crate::entities::Row;
use crate::findings::{host, object};
use crate::ids::id;
use content::{Hunt, Prices};
use model::campaign::{Campaign, MinedHost, RateAt};
use model::{Answer, EvidenceClass, Finding, Severity, Verdict, ticks};
use std::collections::{BTreeMap, BTreeSet};
pub(crate) use work::seconds;
use work::{Work, sessions};

pub(crate) use work::QUERY;

/// No host of a campaign lists more intervals than that.
const MOST_INTERVALS: usize = 200;

/// Campaigns of an answer, most hashes first, then those of flows alone. A session belongs to its finding and shares its verdict.
pub(crate) fn campaigns(answer: Option<&Answer>, hunts: &[Hunt], findings: &[Finding], prices: Option<&Prices>) -> Vec<Campaign> {
    let of_payload = findings.iter().filter(|f| f.evidence_class == EvidenceClass::StratumPayload);
    let verdicts: BTreeMap<&str, Verdict> = of_payload.map(|f| (f.id.as_str(), f.verdict)).collect();
    let payload: Vec<&Hunt> = hunts.iter().filter(|h| h.evidence_class == EvidenceClass::StratumPayload).collect();
    let verdict = |row: &Row<'_>| {
        let (host, object) = (host(row).to_lowercase(), object(EvidenceClass::StratumPayload, row).to_lowercase());
        payload.iter().find_map(|hunt| verdicts.get(id(&[&hunt.id, &host, &object]).as_str()).copied())
    };
    let mut groups: BTreeMap<(bool, String), Vec<Work>> = BTreeMap::new();
    for work in answer.map(sessions).unwrap_or_default() {
        let explained = verdict(&work.row()) == Some(Verdict::Explained);
        let key = match work.wallet.as_str() {
            "" => format!("{} {}", host(&work.row()), object(EvidenceClass::StratumPayload, &work.row())),
            wallet => wallet.to_owned(),
        };
        groups.entry((explained, key)).or_default().push(work);
    }
    let mut all: Vec<Campaign> = groups.into_iter().map(|((explained, key), of)| campaign(explained, &key, &of, prices)).collect();
    let mined: BTreeSet<String> = all.iter().flat_map(|c| c.hosts.iter().map(|h| h.host.clone())).collect();
    all.extend(flows(findings, &mined, prices));
    let hashes = |c: &Campaign| c.hashes.map_or(-1.0, |h| h.estimate);
    all.sort_by(|a, b| {
        let explained = |c: &Campaign| c.verdict == Verdict::Explained;
        explained(a).cmp(&explained(b)).then(hashes(b).total_cmp(&hashes(a))).then_with(|| a.id.cmp(&b.id))
    });
    all
}

fn campaign(explained: bool, key: &str, of: &[Work], prices: Option<&Prices>) -> Campaign {
    let texts = |get: fn(&Work) -> &str| of.iter().map(get).filter(|t| !t.is_empty()).map(str::to_owned).collect::<BTreeSet<String>>();
    let coins = texts(|w| &w.coin);
    let sum = |get: fn(&Work) -> u64| of.iter().map(get).fold(0u64, u64::saturating_add);
    let (submitted, accepted, lost) = (sum(|w| w.submitted), sum(|w| w.accepted), sum(|w| w.unknown));
    let mut unknown = Vec::new();
    let known: Vec<&Work> = of.iter().filter(|w| w.submitted > 0 && w.hashes.is_some()).collect();
    let counted = known.iter().map(|w| w.submitted - w.unknown.min(w.submitted)).fold(0, u64::saturating_add);
    let hashes = money::estimate(known.iter().filter_map(|w| w.hashes).sum(), counted);
    if known.len() < of.iter().filter(|w| w.submitted > 0).count() {
        unknown.push("the hashes of sessions whose algorithm, or what a share of it takes, is not known".to_owned());
    }
    if lost > 0 {
        unknown.push(format!("the hashes of {lost} shares that were sent before a difficulty was seen"));
    }
    let mut hosts = hosts(of);
    let mut left_out = 0;
    for host in &mut hosts {
        left_out += host.rate_over_time.len().saturating_sub(MOST_INTERVALS);
        host.rate_over_time.truncate(MOST_INTERVALS);
    }
    if left_out > 0 {
        unknown.push(format!("the rates of {left_out} intervals: the first {MOST_INTERVALS} of a host are listed"));
    }
    let elapsed: f64 = hosts.iter().map(|h| h.seconds).sum();
    // Hosts that mine at once add up.
    let together = seconds(of.iter().filter_map(Work::span).collect());
    let rate = hashes.filter(|_| together > 0.0).map(|h| money::times(h, 1.0 / together));
    let paid: Vec<&Work> = of.iter().filter(|w| w.accepted > 0 && w.hashes_accepted.is_some()).collect();
    let hashes_paid =
        money::estimate(paid.iter().filter_map(|w| w.hashes_accepted).sum(), paid.iter().map(|w| w.accepted).fold(0, u64::saturating_add));
    let mut told = |money: Result<_, String>| money.map_err(|why| unknown.push(why)).ok();
    let (attacker_revenue, victim_cost) = match prices {
        Some(prices) if elapsed > 0.0 => {
            (told(money::revenue(prices, &coins, hashes_paid)), told(money::cost(prices, &hosts, "hours of sessions")))
        }
        Some(prices) => {
            let lasted = Err("the cost to the owner: how long the sessions lasted is not known".to_owned());
            (told(money::revenue(prices, &coins, hashes_paid)), told(lasted))
        }
        None => (None, None),
    };
    let spans = || of.iter().filter_map(Work::span);
    Campaign {
        id: id(&["campaign", if explained { "explained" } else { "open" }, key]),
        wallet: of.first().map(|w| w.wallet.clone()).unwrap_or_default(),
        verdict: if explained { Verdict::Explained } else { Verdict::Open },
        pools: of
            .iter()
            .map(|w| object(EvidenceClass::StratumPayload, &w.row()).into_owned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        coins: coins.into_iter().collect(),
        algorithms: texts(|w| &w.algorithm).into_iter().collect(),
        first_seen: spans().map(|s| s.0).min().map(ticks::iso_short),
        last_seen: spans().map(|s| s.1).max().map(ticks::iso_short),
        hosts,
        shares_submitted: submitted,
        shares_accepted: accepted,
        hashes,
        rate,
        attacker_revenue,
        victim_cost,
        unknown,
    }
}

fn hosts(of: &[Work]) -> Vec<MinedHost> {
    let mut by_host: BTreeMap<String, Vec<&Work>> = BTreeMap::new();
    for work in of {
        by_host.entry(host(&work.row()).to_lowercase()).or_default().push(work);
    }
    let each = by_host.into_iter().map(|(host, works)| {
        let spans: Vec<(i64, i64)> = works.iter().filter_map(|w| w.span()).collect();
        let mut rates: Vec<RateAt> = works.iter().flat_map(|w| &w.intervals).map(rate_at).collect();
        rates.sort_by(|a, b| a.start.cmp(&b.start));
        MinedHost {
            host,
            first_seen: spans.iter().map(|s| s.0).min().map(ticks::iso_short),
            last_seen: spans.iter().map(|s| s.1).max().map(ticks::iso_short),
            seconds: seconds(spans),
            shares_submitted: works.iter().map(|w| w.submitted).fold(0, u64::saturating_add),
            shares_accepted: works.iter().map(|w| w.accepted).fold(0, u64::saturating_add),
            rate_over_time: rates,
        }
    });
    each.collect()
}

fn rate_at((start, seconds, shares, hashes): &(String, i64, u64, Option<f64>)) -> RateAt {
    RateAt { start: start.clone(), seconds: *seconds, shares: *shares, rate: hashes.map(|h| h / *seconds as f64) }
}

/// Hosts that were only seen to hold connections to pools: how long, and no hashes.
fn flows(findings: &[Finding], mined: &BTreeSet<String>, prices: Option<&Prices>) -> Vec<Campaign> {
    use EvidenceClass as C;
    let mut longest: BTreeMap<(String, bool), &Finding> = BTreeMap::new();
    for finding in findings {
        let names_pool = matches!(finding.evidence_class, C::PoolConnection | C::PoolTls)
            || finding.evidence_class == C::FlowShape && finding.severity >= Severity::Medium;
        let lasted = finding.duration_s.unwrap_or_default();
        if !names_pool || lasted <= 0.0 {
            continue;
        }
        let Some(host) = finding.entities.host().map(str::to_lowercase) else { continue };
        let aliases = [Some(host.as_str()), finding.entities.get("ip")];
        if aliases.into_iter().flatten().any(|name| mined.contains(name)) {
            continue;
        }
        // Several hunts see the same flows: the longest speaks for all.
        let key = (host, finding.verdict == Verdict::Explained);
        if longest.get(&key).and_then(|f| f.duration_s).is_none_or(|known| known < lasted) {
            longest.insert(key, finding);
        }
    }
    let each = longest.into_iter().map(|((host, explained), finding)| {
        let hosts = vec![MinedHost {
            first_seen: finding.first_seen.clone(),
            last_seen: finding.last_seen.clone(),
            seconds: finding.duration_s.unwrap_or_default(),
            shares_submitted: 0,
            shares_accepted: 0,
            rate_over_time: Vec::new(),
            host: host.clone(),
        }];
        let mut unknown = vec!["hashes and wallet: only flows were seen, and bytes say nothing of hashes".to_owned()];
        let victim_cost =
            prices.and_then(|prices| money::cost(prices, &hosts, "hours of connections to a pool").map_err(|why| unknown.push(why)).ok());
        let pool = ["pool", "domain", "remote_ip"].into_iter().find_map(|name| finding.entities.get(name).map(str::to_owned));
        Campaign {
            id: id(&["flows", if explained { "explained" } else { "open" }, &host]),
            wallet: String::new(),
            verdict: finding.verdict,
            coins: Vec::new(),
            algorithms: Vec::new(),
            pools: pool.into_iter().collect(),
            first_seen: finding.first_seen.clone(),
            last_seen: finding.last_seen.clone(),
            hosts,
            shares_submitted: 0,
            shares_accepted: 0,
            hashes: None,
            rate: None,
            attacker_revenue: None,
            victim_cost,
            unknown,
        }
    });
    each.collect()
}
