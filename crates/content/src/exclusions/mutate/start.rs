//! Another start: who started it, as whom, in which session, on which host, and with which command line.

use super::super::approved::set_parent;
use super::super::sample::sample;
use super::super::values::on_windows;
use super::Mutants;
use super::names::{lookalike, spellings};
use regex::Regex;

pub(super) fn mutate(made: &mut Mutants<'_>) {
    accounts(made);
    parents(made);
    sessions(made);
    groups(made);
    commands(made);
}

fn accounts(made: &mut Mutants<'_>) {
    let (must, must_not) = (&made.policy.must, &made.policy.must_not);
    let pattern = must.account_pattern.as_deref().and_then(|p| Regex::new(&format!("^(?:{p})$")).ok());
    // A policy may name the pattern and the account alike.
    let allowed = |account: &str| {
        let listed = must.account.iter().flatten().any(|item| item == account);
        listed || pattern.as_ref().is_some_and(|p| p.is_match(account))
    };
    let windows = on_windows(&made.row.path);
    let key = made.row.account.rsplit('\\').next().unwrap_or_default();
    let mut others: Vec<(&'static str, String)> =
        [("another user", "www-data"), ("nobody", "nobody")].map(|(what, a)| (what, a.to_owned())).into();
    // Names of accounts are compared without case beside a Windows path.
    others.extend(spellings(key).into_iter().filter(|(what, _)| !windows || *what != "letters of the other case"));
    others.push(("the user as a domain", format!(r"{key}\www-data")));
    for (what, other) in others {
        if !allowed(other.rsplit('\\').next().unwrap_or_default()) {
            made.add("account", what, |s| s.account = other);
        }
    }
    made.add("account", "no user", |s| s.account.clear());
    made.add("account", "a domain alone", |s| s.account = r"CORP\".to_owned());
    for account in must_not.account.iter().flatten() {
        made.add("not_account", "a user that is forbidden", |s| s.account = format!(r"CORP\{account}"));
    }
    made.add("not_account", "no user", |s| s.account.clear());
}

fn parents(made: &mut Mutants<'_>) {
    let parent = made.row.parent.as_str();
    let windows = on_windows(parent);
    let name = parent.rsplit(['/', '\\']).next().unwrap_or_default();
    let others = match windows {
        true => [r"C:\inetpub\wwwroot\w3wp.exe".to_owned(), format!(r"C:\Windows\Temp\{name}"), r"C:\Windows\explorer.exe".to_owned()],
        false => ["/usr/sbin/apache2".to_owned(), format!("/tmp/{name}"), "/usr/bin/dash".to_owned()],
    };
    let listed = made.policy.must.parent.as_deref().unwrap_or_default();
    let written = |path: &str| listed.iter().any(|item| item.split(['<', '?']).next().is_some_and(|own| own.eq_ignore_ascii_case(path)));
    for (what, other) in ["started by a web server", "the parent's name in a temporary folder", "started by hand"].into_iter().zip(others) {
        if !written(&other) {
            made.add("parent", what, |s| s.parent = other);
        }
    }
    if let Some(other) = lookalike(parent, if windows { 3 } else { 0 }) {
        made.add("parent", "a Cyrillic letter in the parent", |s| s.parent = other);
    }
    made.add("parent", "a space behind the parent", |s| s.parent.push(' '));
    made.add("parent", "no parent", |s| s.parent.clear());
    // Where the parent must have a parent or a service of its own.
    if !listed.iter().any(|item| item.eq_ignore_ascii_case(parent)) {
        made.add("parent", "a parent of another parent", |s| {
            (s.grandparent, s.grandparent_path) = ("php-fpm".to_owned(), "/usr/sbin/php-fpm".to_owned());
            s.parent_command_line = format!("{parent} -s Themes");
        });
        made.add("parent", "a parent of no parent", |s| {
            s.grandparent.clear();
            s.grandparent_path.clear();
            s.parent_command_line.clear();
        });
        if let Some(item) = listed.iter().find(|item| item.contains(['<', '?'])) {
            made.add("parent", "a parent whose name is written as the policy writes it", |s| {
                item.clone_into(&mut s.parent);
                (s.grandparent, s.grandparent_path) = (String::new(), String::new());
                s.parent_command_line.clear();
            });
        }
    }
    for parent in made.policy.must_not.parent.iter().flatten() {
        made.add("not_parent", "a parent that is forbidden", |s| set_parent(s, parent));
    }
    made.add("not_parent", "no parent", |s| s.parent.clear());
}

fn sessions(made: &mut Mutants<'_>) {
    let (must, must_not) = (&made.policy.must, &made.policy.must_not);
    for kind in ["network", "remote_interactive", "interactive", "batch"] {
        if !must.session.iter().flatten().any(|s| s == kind) {
            made.add("session", format!("in a session of the kind {kind}"), |s| kind.clone_into(&mut s.session));
        }
    }
    made.add("session", "no session known", |s| s.session.clear());
    for kind in must_not.session.iter().flatten() {
        made.add("not_session", "a session that is forbidden", |s| kind.clone_into(&mut s.session));
    }
    made.add("not_session", "no session known", |s| s.session.clear());
}

fn groups(made: &mut Mutants<'_>) {
    let (must, must_not) = (&made.policy.must, &made.policy.must_not);
    made.add("host_group", "on a host of another group", |s| s.groups = Some(vec!["domain-controllers".to_owned()]));
    made.add("host_group", "on a host that nobody knows", |s| s.groups = None);
    if let Some(group) = made.row.groups.iter().flatten().next() {
        made.spellings("host_group", group, &must.host_group, |s, other| s.groups = Some(vec![other]));
    }
    for group in must_not.host_group.iter().flatten() {
        made.add("not_host_group", "on a host of a forbidden group as well", |s| s.groups.get_or_insert_default().push(group.clone()));
    }
    made.add("not_host_group", "on a host that nobody knows", |s| s.groups = None);
}

fn commands(made: &mut Mutants<'_>) {
    let (must, command) = (&made.policy.must, made.row.command_line.as_str());
    let quoting = [
        ("a command line that quotes an allowed one", format!("/tmp/.x/miner --name \"{command}\"")),
        ("a command line that ends with an allowed one", format!("sh -c '/tmp/.x/miner &' ; {command}")),
        ("a command line that begins with an allowed one", format!("{command} ; /tmp/.x/miner")),
    ];
    for (what, other) in quoting {
        made.add("command_line", what, |s| s.command_line = other);
    }
    made.spellings("command_line", command, &must.command_line, |s, other| s.command_line = other);
    made.add("command_line", "no command line", |s| s.command_line.clear());
    made.add("not_command_line", "no command line", |s| s.command_line.clear());
    let Some(pattern) = made.policy.must_not.command_line.as_deref() else { return };
    let (Some(text), Ok(regex)) = (sample(pattern), Regex::new(pattern)) else { return };
    for (what, other) in
        [("what is forbidden behind the command line", format!("{command} {text}")), ("a command line that is forbidden", text)]
    {
        if regex.is_match(&other) {
            made.add("not_command_line", what, |s| s.command_line = other);
        }
    }
}
