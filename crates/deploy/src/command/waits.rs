//! Tools that wait until an address answers, and what they wait for.

use super::Arg;
use undrawn_model::Location;

/// What a wait tool waits for, and how many words it took.
pub(super) struct Waiting {
    /// Addresses as written, with their places.
    pub addresses: Vec<(String, Location)>,
    /// Words after the tool's name that belong to it.
    pub used: usize,
}

/// Reads the words after a tool's name; `None` when it is no wait tool.
pub(super) fn read(tool: &str, rest: &[Arg]) -> Option<Waiting> {
    let tool = tool.strip_suffix(".sh").or_else(|| tool.strip_suffix(".py")).unwrap_or(tool);
    match tool {
        "wait-for-it" | "waitforit" | "wait-for" | "waitfor" | "wait_for_it" | "wait_for"
        | "wait-for-port" => Some(wait_for(rest)),
        "wait-on" | "wait4ports" | "wait-port" => Some(wait_for(rest)),
        "wait4x" => Some(wait_for(rest.get(1..).unwrap_or(&[]))).map(|w| Waiting { used: w.used + 1, ..w }),
        "dockerize" => Some(dockerize(rest)),
        "nc" | "ncat" | "netcat" => probing(rest).then(|| host_and_port(rest)),
        "pg_isready" => Some(by_option(rest, &["-h", "--host"], &["-p", "--port"])),
        "mysqladmin" | "mysql" | "mariadb" | "mariadb-admin" | "psql" => {
            Some(by_option(rest, &["-h", "--host"], &["-P", "-p", "--port"]))
        }
        "redis-cli" | "valkey-cli" => Some(by_option(rest, &["-h"], &["-p"])),
        "mongosh" | "mongo" => Some(by_option(rest, &["--host"], &["--port"])),
        "cqlsh" => Some(first_word(rest)),
        "nslookup" | "dig" | "getent" => Some(looked_up(rest)),
        _ => None,
    }
}

/// `wait-for-it.sh host:port -t 30 -- command`, and `-h host -p port`.
fn wait_for(rest: &[Arg]) -> Waiting {
    let mut out = Waiting { addresses: vec![], used: 0 };
    let end = rest.iter().position(|a| a.text == "--").unwrap_or(rest.len());
    let own = rest.get(..end).unwrap_or(rest);
    let mut skip = false;
    for arg in own {
        let text = arg.text.as_str();
        if std::mem::take(&mut skip) || text.starts_with('-') {
            skip =
                matches!(text, "-t" | "--timeout" | "-w" | "-h" | "-p" | "--host" | "--port" | "-i" | "-d");
            continue;
        }
        // The first word that is no address begins the command where no `--` does.
        if !is_address(text) {
            break;
        }
        out.addresses.push((text.to_string(), arg.at.clone()));
        out.used = position(rest, arg) + 1;
    }
    if out.addresses.is_empty() {
        out = by_option(own, &["-h", "--host"], &["-p", "--port"]);
    }
    if end < rest.len() {
        out.used = end + 1;
    }
    out
}

/// `dockerize -wait tcp://db:5432 -timeout 30s command`.
fn dockerize(rest: &[Arg]) -> Waiting {
    let mut out = Waiting { addresses: vec![], used: 0 };
    let mut at = 0;
    while let Some(arg) = rest.get(at).filter(|a| a.text.starts_with('-')) {
        let (option, inline) = match arg.text.split_once('=') {
            Some((option, value)) => (option, Some((value.to_string(), arg.at.clone()))),
            None => (arg.text.as_str(), None),
        };
        let valued = !matches!(
            option.trim_start_matches('-'),
            "no-overwrite" | "poll" | "skip-tls-verify" | "version"
        );
        let value = inline.clone().or_else(|| rest.get(at + 1).map(|v| (v.text.clone(), v.at.clone())));
        if option.trim_start_matches('-') == "wait" {
            out.addresses.extend(value.filter(|(v, _)| !v.starts_with("file://")));
        }
        at += 1 + usize::from(valued && inline.is_none());
    }
    Waiting { used: at.min(rest.len()), ..out }
}

fn probing(rest: &[Arg]) -> bool {
    rest.iter().any(|a| a.text.starts_with('-') && !a.text.starts_with("--") && a.text.contains('z'))
}

/// `nc -z -w 3 host port`.
fn host_and_port(rest: &[Arg]) -> Waiting {
    let mut plain = Vec::new();
    let mut skip = false;
    for arg in rest {
        if std::mem::take(&mut skip) || arg.text.starts_with('-') {
            skip = matches!(arg.text.as_str(), "-w" | "-i" | "-s" | "-p");
        } else {
            plain.push(arg);
        }
    }
    let addresses = match plain.as_slice() {
        [one, ..] if is_address(&one.text) => vec![(one.text.clone(), one.at.clone())],
        [host, port, ..] => vec![(format!("{}:{}", host.text, port.text), host.at.clone())],
        _ => vec![],
    };
    Waiting { addresses, used: rest.len() }
}

/// `tool -h host -p port`, values in the next word, after `=` or (one letter) glued on.
fn by_option(rest: &[Arg], hosts: &[&str], ports: &[&str]) -> Waiting {
    let (mut host, mut port): (Option<(String, Location)>, Option<String>) = (None, None);
    for (i, arg) in rest.iter().enumerate() {
        let (option, value) = option_value(arg, rest.get(i + 1), hosts, ports);
        let Some(value) = value.filter(|v| !v.starts_with('-')) else { continue };
        if hosts.contains(&option) {
            host = Some((value, arg.at.clone()));
        } else if ports.contains(&option)
            && value.bytes().all(|b| b.is_ascii_digit() || b == b'$' || b.is_ascii_alphabetic())
        {
            port = Some(value);
        }
    }
    let addresses = host.map(|(host, at)| (port.map_or(host.clone(), |p| format!("{host}:{p}")), at));
    Waiting { addresses: addresses.into_iter().collect(), used: rest.len() }
}

fn option_value<'a>(
    arg: &'a Arg,
    next: Option<&Arg>,
    hosts: &[&str],
    ports: &[&str],
) -> (&'a str, Option<String>) {
    if let Some((option, value)) = arg.text.split_once('=').filter(|(o, _)| o.starts_with("--")) {
        return (option, Some(value.to_string()));
    }
    let known = |o: &str| hosts.contains(&o) || ports.contains(&o);
    match (arg.text.get(..2), arg.text.get(2..)) {
        _ if known(&arg.text) => (&arg.text, next.map(|n| n.text.clone())),
        (Some(option), Some(value)) if known(option) && !value.is_empty() => {
            (option, Some(value.to_string()))
        }
        _ => (&arg.text, None),
    }
}

fn first_word(rest: &[Arg]) -> Waiting {
    let first = rest.iter().find(|a| !a.text.starts_with('-'));
    Waiting {
        addresses: first.map(|a| (a.text.clone(), a.at.clone())).into_iter().collect(),
        used: rest.len(),
    }
}

/// `nslookup name.$(cat namespace).svc.cluster.local`: the name up to the part that a command gives.
fn looked_up(rest: &[Arg]) -> Waiting {
    let name = rest.iter().find(|a| !a.text.starts_with('-') && a.text != "hosts");
    let addresses = name.map(|a| (a.text.split(".$").next().unwrap_or("").to_string(), a.at.clone()));
    Waiting { addresses: addresses.filter(|(n, _)| !n.is_empty()).into_iter().collect(), used: rest.len() }
}

/// `host:port`, `scheme://...` or `tcp:host:port`.
fn is_address(text: &str) -> bool {
    let port = text.rsplit(':').next().unwrap_or("");
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    text.contains("://") || (text.contains(':') && (digits || port.starts_with('$') || text.ends_with('}')))
}

fn position(rest: &[Arg], arg: &Arg) -> usize {
    rest.iter().position(|a| std::ptr::eq(a, arg)).unwrap_or(0)
}
