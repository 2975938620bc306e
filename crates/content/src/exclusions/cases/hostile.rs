//! Values that somebody wrote to be taken for another.

use super::super::approved::{at, set_parent};
use super::super::mutate::intervals;
use super::super::policy::Policy;
use super::super::subject::{Peer, Subject};
use super::held::peers;

type Rows = Vec<(&'static str, Subject)>;
/// Takes a row of which a fact is changed.
type Add<'a> = &'a mut dyn FnMut(&'static str, &dyn Fn(&mut Subject));

/// A list in one text, as the compiled policy holds it.
fn glued(list: Option<&Vec<String>>, between: &str) -> String {
    list.map(|items| items.join(between)).unwrap_or_default()
}

/// Texts made of one that is allowed.
fn twisted(text: &str) -> Vec<String> {
    let first = text.chars().next().unwrap_or('x');
    vec![
        format!("{text}\n"),
        format!("\n{text}"),
        format!("{text}\r\n{text}"),
        format!(" {text}"),
        format!("{text}\u{200b}"),
        format!("{text}\0"),
        format!("{text}\t"),
        format!("[\"{text}\"]"),
        format!("'{text}'"),
        text.chars().skip(1).collect(),
        text.replacen(first, &format!("{first}{first}"), 1),
        text.replace('k', "\u{212a}"),
        text.replace('i', "\u{130}"),
        text.replace('s', "\u{17f}"),
        text.to_uppercase(),
        text.to_lowercase(),
        "\u{1}".to_owned(),
        ".*".to_owned(),
        "*".to_owned(),
        " ".to_owned(),
        "\n".to_owned(),
    ]
}

pub(super) fn rows(policy: &Policy, base: &Subject) -> Rows {
    let (must, must_not) = (&policy.must, &policy.must_not);
    let mut rows = Vec::new();
    let mut add = |fact: &'static str, change: &dyn Fn(&mut Subject)| {
        let mut row = base.clone();
        change(&mut row);
        rows.push((fact, row));
    };
    for text in twisted(&base.path).into_iter().chain(must_not.path.iter().flatten().flat_map(|p| twisted(&p.replace('*', "x")))) {
        add("path", &|s| text.clone_into(&mut s.path));
    }
    for path in must.path.iter().flatten() {
        let folder = path.trim_end_matches('*');
        for behind in ["", "../x", "..\\x", "a/../x", r"a\..\..\x", "..", "x\n", "\n", "...", ".../x"] {
            add("path", &|s| s.path = format!("{folder}{behind}"));
        }
    }
    add("path", &|s| s.path = glued(must.path.as_ref(), "\n"));
    add("path", &|s| s.others_write = true);
    for text in twisted(&base.sha256) {
        add("sha256", &|s| text.clone_into(&mut s.sha256));
    }
    for text in twisted(base.signers.iter().flatten().next().map_or("x", String::as_str)) {
        add("signer", &|s| s.signers = Some(vec![text.clone()]).filter(|_| !text.contains('\0')));
    }
    for text in twisted(base.packages.iter().flatten().next().map_or("x", String::as_str)) {
        add("package", &|s| s.packages = Some(vec![text.clone()]));
    }
    for text in twisted(base.groups.iter().flatten().next().map_or("x", String::as_str)) {
        add("host_group", &|s| s.groups = Some(vec![text.clone()]));
    }
    let denied_accounts = must_not.account.iter().flatten();
    for text in must.account.iter().flatten().chain(denied_accounts).chain([&base.account]).flat_map(|a| twisted(a)) {
        add("account", &|s| text.clone_into(&mut s.account));
        add("account", &|s| s.account = format!(r"a\b\{text}"));
    }
    add("account", &|s| s.account = glued(must.account.as_ref(), "\n"));
    add("account", &|s| s.account = r"\".to_owned());
    for parent in must.parent.iter().flatten().chain(must_not.parent.iter().flatten()) {
        for text in twisted(parent) {
            add("parent", &|s| set_parent(s, &text));
        }
        // Written as the policy writes it, and nothing above it.
        add("parent", &|s| (s.parent, s.grandparent) = (parent.clone(), String::new()));
        for line in [
            "x -s ",
            "x  -s  -s Schedule",
            "x\u{a0}-s\u{a0}Schedule",
            "-s Schedule",
            "x -s Schédule",
            "x -S Schedule",
            "x -s Schedule,Themes",
            "x --s Schedule",
        ] {
            add("parent", &|s| {
                set_parent(s, parent);
                line.clone_into(&mut s.parent_command_line);
            });
        }
    }
    for kind in ["interactive", "cached_remote_interactive", "network", "new_credentials", "service\nbatch", "batch "] {
        add("session", &|s| kind.clone_into(&mut s.session));
    }
    commands(policy, base, &mut add);
    for text in twisted(must.rule.iter().flatten().next().map_or("x", String::as_str)) {
        add("rule", &|s| s.rules = vec![text.clone()]);
        add("rule", &|s| s.rules.push(text.clone()));
    }
    wallets(policy, &mut add);
    destinations(policy, &mut add);
    times(policy, &mut add);
    rows
}

fn commands(policy: &Policy, base: &Subject, add: Add<'_>) {
    for text in policy.must.command_line.iter().flatten().chain([&base.command_line]).flat_map(|c| twisted(c)) {
        add("command_line", &|s| text.clone_into(&mut s.command_line));
    }
    add("command_line", &|s| s.command_line = glued(policy.must.command_line.as_ref(), "\n"));
    for text in
        ["a -o b -o c", "a\n-o b\n --url=c", "xmrig -o stratum+tcp://x:1", "student٠٣", "a -O B", "pool 10.0.0.1:3333", "\u{17f}tratum"]
    {
        add("command_line", &|s| text.clone_into(&mut s.command_line));
    }
}

fn wallets(policy: &Policy, add: Add<'_>) {
    let lists = [&policy.must.wallet, &policy.must_not.wallet];
    for wallet in lists.into_iter().flatten().flatten() {
        let tails = ["", ".x", ".x\ny", "+d", "/e", "\n.x", " .x", ".", "..", "@x"];
        for login in
            tails.iter().map(|tail| format!("{wallet}{tail}")).chain(twisted(wallet)).chain([format!("x.{wallet}"), ".".to_owned()])
        {
            add("wallet", &|s| (s.logins, s.wallet) = (vec![login.clone()], String::new()));
            add("wallet", &|s| s.wallet = login.clone());
            add("wallet", &|s| s.logins.push(login.clone()));
        }
    }
    add("wallet", &|s| s.logins.push(String::new()));
    add("wallet", &|s| {
        s.logins.insert(0, "845xH".to_owned());
        s.valid_wallet = true;
    });
}

fn destinations(policy: &Policy, add: Add<'_>) {
    let (must, must_not) = (&policy.must.destination, &policy.must_not.destination);
    let named: Vec<Peer> = [must, must_not].into_iter().flatten().flat_map(peers).collect();
    let mut others: Vec<Peer> = Vec::new();
    for peer in &named {
        let name = &peer.name;
        let spelled = [
            format!("{name}\n"),
            format!("\"{name}"),
            format!("x@{name}"),
            format!("{name}@x"),
            format!("//{name}"),
            format!("{name}:"),
            format!("[{name}]"),
        ];
        others.extend(spelled.into_iter().map(|name| Peer { name, ..peer.clone() }));
        others.push(Peer { port: None, ..peer.clone() });
        others.push(Peer { port: None, ip: String::new(), ..peer.clone() });
        others.push(Peer { port: Some(0), ..peer.clone() });
        others.push(Peer { ip: "8.8.8.8".to_owned(), ..peer.clone() });
        others.push(Peer { pool: "MoneroOcean".to_owned(), ..peer.clone() });
        for ip in [
            "10.99.0.5/0",
            "8.8.8.8/0",
            "0.0.0.0/0",
            "010.099.000.005",
            "10.99",
            "10.99.0.5 ",
            "::ffff:::ffff:10.99.0.5",
            "0::ffff:10.99.0.5",
            "10.99.0.5%eth0",
            "x",
        ] {
            others.push(Peer { ip: ip.to_owned(), ..peer.clone() });
            others.push(Peer { name: String::new(), ip: ip.to_owned(), ..peer.clone() });
        }
        others.push(peer.clone());
    }
    for peer in others {
        add("destination", &|s| (s.peers, s.destination) = (vec![peer.clone()], None));
        add("destination", &|s| s.destination = Some(peer.clone()));
        add("destination", &|s| s.peers.push(peer.clone()));
    }
    add("destination", &|s| s.peers.push(Peer::default()));
    add("destination", &|s| (s.peers, s.destination) = (Vec::new(), Some(Peer { name: ".".to_owned(), ..Peer::default() })));
}

fn times(policy: &Policy, add: Add<'_>) {
    let Some((from, until)) = policy.span().map(|(from, until)| (at(from), at(until))) else { return };
    let open = intervals(policy, policy.must.host_group.as_deref().unwrap_or_default());
    let edges = open
        .iter()
        .take(4)
        .chain(open.iter().rev().take(4))
        .flat_map(|window| [window.start, window.close, window.end])
        .chain([from, until]);
    for edge in edges {
        for time in [edge - 1, edge, edge + 1, edge - 10_000_000] {
            add("valid", &|s| (s.first, s.last) = (Some(time), None));
            // Begun when it was found, and long before.
            add("valid", &|s| (s.first, s.last, s.started) = (Some(time), None, Some(time)));
            add("valid", &|s| (s.first, s.last, s.started) = (Some(time), None, Some(time - 864_000_000_000)));
            add("valid", &|s| s.started = Some(time));
            // A last record before the first one.
            add("valid", &|s| (s.first, s.last) = (Some(time), Some(time - 36_000_000_000)));
            add("valid", &|s| s.last = Some(time));
        }
    }
    add("valid", &|s| (s.first, s.last) = (None, Some(from)));
}
