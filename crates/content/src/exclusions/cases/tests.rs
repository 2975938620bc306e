use super::super::mutate::tests::policies;
use super::*;
use crate::exclusions::Judge;

#[test]
fn every_state_of_every_fact_is_there() {
    for policy in &policies() {
        let judge = Judge::new(policy);
        let rows = cases(policy, 4000, 1);
        assert_eq!(rows.len(), 4000, "{}", policy.id);
        let (mut seen, mut explained) = (std::collections::BTreeSet::new(), 0);
        for row in &rows {
            let facts = judge.facts(row);
            explained += usize::from(judge.explains(row));
            seen.extend(facts);
        }
        assert!(explained > 100, "{}: {explained} explained", policy.id);
        for fact in asked(policy) {
            assert!(seen.contains(&(fact, 1)) && seen.contains(&(fact, -1)), "{}: {fact}", policy.id);
            assert!(seen.contains(&(fact, 0)) || fact == "claimed", "{}: {fact} is never unknown", policy.id);
        }
    }
}

#[test]
fn the_seed_alone_decides() {
    let policies = policies();
    let policy = policies.first().unwrap();
    assert_eq!(cases(policy, 500, 7), cases(policy, 500, 7));
    assert_ne!(cases(policy, 3000, 7), cases(policy, 3000, 8));
    assert_eq!(cases(&Policy::default(), 10, 1), []);
}

#[test]
fn all_combinations_where_they_are_few() {
    let policies = policies();
    let policy = policies.iter().find(|p| p.id == "file-by-content").unwrap();
    let judge = Judge::new(policy);
    let rows = cases(policy, 10_000, 1);
    let mut seen = std::collections::BTreeSet::new();
    for row in &rows {
        let facts = judge.facts(row);
        let of = |name: &str| facts.iter().find(|(fact, _)| *fact == name).map(|(_, held)| *held);
        seen.insert((of("sha256"), of("host_group"), of("valid")));
    }
    assert_eq!(seen.len(), 27);
}
