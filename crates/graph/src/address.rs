//! Addresses as text, taken apart. Scheme, hosts and ports only: which component that is, is decided elsewhere.

/// Stands in a text for an unknown part.
pub const HOLE: char = '\u{1}';

/// One end point of an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndPoint {
    /// `http`, `lb`, `jdbc:postgresql`, `mongodb`; empty when none is written.
    pub scheme: String,
    /// Host or logical name; may contain [`HOLE`].
    pub host: String,
    /// Port, if written and known.
    pub port: Option<u16>,
    /// Path, or the database name, without the leading slash.
    pub path: String,
}

/// What an address turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// End points; several for a cluster.
    EndPoints(Vec<EndPoint>),
    /// Inside the process or on its disk: an embedded database, a file, the class path.
    Local,
    /// Every component registered with discovery (`discovery:*`).
    Registered,
    /// Nothing usable.
    Unknown,
}

const LOCAL_SCHEMES: &[&str] =
    &["file", "classpath", "classpath*", "mem", "unix", "inproc", "vm", "in-process"];
const EMBEDDED: &[&str] = &["h2", "hsqldb", "derby", "sqlite", "tc"];

/// True for an import that says itself that its absence is no error (Spring Boot reference, "Optional Locations").
pub fn is_optional(text: &str) -> bool {
    text.trim_start().starts_with("optional:")
}

/// Takes an address apart.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim().trim_matches('"').trim_matches('\'');
    let text = text.strip_prefix("optional:").unwrap_or(text);
    // `configserver:8888` is a host of that name.
    let import =
        text.strip_prefix("configserver:").filter(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
    let text = import.unwrap_or(text);
    // Code that puts a scheme before what has none may seem to put it before what has one.
    let doubled = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let text =
        doubled.filter(|rest| rest.starts_with("http://") || rest.starts_with("https://")).unwrap_or(text);
    if text == "discovery:*" {
        return Parsed::Registered;
    }
    if text.is_empty() || text.chars().all(|c| c == HOLE) {
        return Parsed::Unknown;
    }
    if let Some(rest) = text.strip_prefix("jdbc:").or_else(|| text.strip_prefix("r2dbc:")) {
        return parse_jdbc(rest);
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        if LOCAL_SCHEMES.contains(&scheme) {
            return Parsed::Local;
        }
        return end_points(scheme.rsplit(':').next().unwrap_or(scheme), rest);
    }
    match text.split_once(':') {
        Some((scheme, rest))
            if LOCAL_SCHEMES.contains(&scheme) && !rest.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            Parsed::Local
        }
        Some((scheme, rest))
            if matches!(scheme, "dns" | "static" | "ipv4" | "discovery" | "passthrough" | "xds") =>
        {
            end_points(scheme, rest.trim_start_matches('/'))
        }
        Some(("git@", _)) => Parsed::Unknown,
        // The short form of git over ssh: git@github.com:owner/name.git
        Some((left, right)) if left.contains('@') && !right.starts_with(|c: char| c.is_ascii_digit()) => {
            let host = left.rsplit('@').next().unwrap_or(left);
            end_points("ssh", &format!("{host}/{right}"))
        }
        _ => end_points("", text),
    }
}

/// The part after `jdbc:`.
fn parse_jdbc(rest: &str) -> Parsed {
    let product = rest.split(':').next().unwrap_or("");
    let server = rest.contains("tcp://")
        || rest.contains("ssl://")
        || rest.contains("hsql://")
        || rest.contains("http://");
    if EMBEDDED.contains(&product) && !server {
        return Parsed::Local;
    }
    let scheme = format!("jdbc:{product}");
    if let Some((_, tail)) = rest.split_once("://") {
        // SQL Server writes options after `;`, and the database among them.
        let mut parts = tail.split(';');
        let head = parts.next().unwrap_or("");
        let named =
            parts.find_map(|p| p.strip_prefix("databaseName=").or_else(|| p.strip_prefix("database=")));
        let joined = match named {
            Some(database) => format!("{}/{database}", head.trim_end_matches('/')),
            None => head.to_string(),
        };
        return end_points(&scheme, &joined);
    }
    // jdbc:oracle:thin:@host:1521:sid and @//host:1521/service
    match rest.split_once('@') {
        Some((_, tail)) => end_points(
            &scheme,
            &tail.trim_start_matches('/').replacen(":", "\u{2}", 1).replace(':', "/").replace('\u{2}', ":"),
        ),
        None => Parsed::Unknown,
    }
}

/// `[user[:password]@]host[:port][,host...][/path][?query]`.
fn end_points(scheme: &str, rest: &str) -> Parsed {
    let end = rest.find(['/', '?', '#', ' ']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let path: String =
        tail.trim_start_matches('/').split(['?', '#', ',', ' ']).next().unwrap_or("").to_string();
    let mut out = Vec::new();
    // A list may repeat the scheme and path: http://a:1/x,http://b:2/x
    let more = rest
        .split(',')
        .skip(1)
        .filter_map(|p| p.split_once("://"))
        .map(|(_, r)| r.split(['/', '?']).next().unwrap_or(r));
    let mut authorities: Vec<&str> =
        authority.split(',').filter(|a| !a.contains("://") && !a.ends_with(':')).collect();
    authorities.extend(more.filter(|a| !a.is_empty()));
    for authority in authorities {
        let host_port = authority.rsplit('@').next().unwrap_or(authority).trim();
        let (host, port) = split_port(host_port);
        if !host.is_empty() || port.is_some() {
            out.push(EndPoint {
                scheme: scheme.to_string(),
                host: host.to_lowercase(),
                port,
                path: path.clone(),
            });
        }
    }
    out.dedup();
    if out.is_empty() { Parsed::Unknown } else { Parsed::EndPoints(out) }
}

fn split_port(text: &str) -> (&str, Option<u16>) {
    if let Some(rest) = text.strip_prefix('[') {
        // IPv6 in brackets
        let (host, tail) = rest.split_once(']').unwrap_or((rest, ""));
        return (host, tail.strip_prefix(':').and_then(|p| p.parse().ok()));
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, port.parse().ok().or_else(|| cut_port(port))),
        _ => (text, None),
    }
}

/// A port with something unknown straight after it: `base + path`, where the path begins with the slash. Short numbers may
/// be the beginning of a longer one (`"localhost:808" + n`).
fn cut_port(text: &str) -> Option<u16> {
    text.split_once(HOLE).map(|(port, _)| port).filter(|port| port.len() >= 4)?.parse().ok()
}

/// True for names of the machine itself.
pub fn is_loopback(host: &str) -> bool {
    matches!(
        host,
        "" | "localhost"
            | "0.0.0.0"
            | "::1"
            | "host.docker.internal"
            | "docker.for.mac.localhost"
            | "*"
            | "::"
    ) || host.starts_with("127.")
}

/// True for a numeric IPv4 or IPv6 address.
pub fn is_ip(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

/// True for text that could be a host name at all: no holes, spaces or other marks.
pub fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
        && host.chars().any(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match parse(text) {
            Parsed::EndPoints(ends) => ends
                .iter()
                .map(|e| {
                    format!(
                        "{}|{}|{}|{}",
                        e.scheme,
                        e.host,
                        e.port.map_or(String::new(), |p| p.to_string()),
                        e.path
                    )
                })
                .collect::<Vec<_>>()
                .join(" "),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_form_of_address_is_taken_apart() {
        let cases = [
            ("http://user-service/users/\u{1}", "http|user-service||users/\u{1}"),
            ("lb://orders", "lb|orders||"),
            ("jdbc:postgresql://db:5432/shop?ssl=false", "jdbc:postgresql|db|5432|shop"),
            ("jdbc:h2:mem:test", "Local"),
            ("jdbc:h2:tcp://h2:9092/x", "jdbc:h2|h2|9092|x"),
            ("jdbc:oracle:thin:@ora:1521:XE", "jdbc:oracle|ora|1521|XE"),
            ("jdbc:sqlserver://sql:1433;databaseName=shop", "jdbc:sqlserver|sql|1433|shop"),
            ("mongodb://u:p@m1:27017,m2:27018/app", "mongodb|m1|27017|app mongodb|m2|27018|app"),
            ("kafka1:9092,kafka2:9092", "|kafka1|9092| |kafka2|9092|"),
            ("http://a:1/eureka/,http://b:2/eureka/", "http|a|1|eureka/ http|b|2|eureka/"),
            ("optional:configserver:http://config:8888", "http|config|8888|"),
            ("configserver:8888", "|configserver|8888|"),
            ("http://http://orders/x", "http|orders||x"),
            ("git@github.com:me/conf.git", "ssh|github.com||me/conf.git"),
            ("redis:6379", "|redis|6379|"),
            ("http://localhost:8081\u{1}", "http|localhost|8081|"),
            ("http://localhost:808\u{1}", "http|localhost||"),
            ("[::1]:80", "|::1|80|"),
            ("classpath:/config", "Local"),
            ("", "Unknown"),
            ("\u{1}", "Unknown"),
            ("discovery:*", "Registered"),
        ];
        for (text, expected) in cases {
            assert_eq!(show(text), expected, "{text}");
        }
    }
}
