//! Evidence and notes as compact, stable text: `line:column subject claim`, file by file.

use std::fmt::Write as _;
use undrawn_model::{Address, Claim, ComponentClaim, Evidence, ModuleClaim, Note, Subject, Template};

/// All of a reading, sorted by place.
pub fn dump((evidence, notes): &(Vec<Evidence>, Vec<Note>)) -> String {
    let mut lines: Vec<(&str, u32, u32, String)> = evidence
        .iter()
        .map(|e| {
            let at = &e.sighting.location;
            let mut text = format!("{} {}", subject(&e.subject), claim(&e.claim));
            if !e.profiles.is_empty() {
                let _ = write!(text, " profiles={}", e.profiles.join(","));
            }
            (&*at.file, at.line, at.column, text)
        })
        .collect();
    for note in notes {
        let word = if note.unread { "UNREAD" } else { "note" };
        match &note.location {
            Some(at) => lines.push((&at.file, at.line, at.column, format!("{word}: {}", note.message))),
            None => lines.push(("", 0, 0, format!("{word}: {}", note.message))),
        }
    }
    lines.sort();
    let (mut out, mut file) = (String::new(), "");
    for (path, line, column, text) in lines {
        if path != file {
            file = path;
            let _ = writeln!(out, "{path}");
        }
        let _ = writeln!(out, "  {line}:{column} {}", text.replace('\n', "\\n"));
    }
    out
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Owner => "owner".into(),
        Subject::Declared { scope, name } => format!("{scope}/{name}"),
        Subject::Application { name } => format!("application({})", name.as_deref().unwrap_or("*")),
        Subject::System => "system".into(),
    }
}

fn claim(claim: &Claim) -> String {
    match claim {
        Claim::Component(c) => component(c),
        Claim::Module(m) => module(m),
        Claim::Uses { library, version } => {
            format!("uses {library}{}", version.as_ref().map(|v| format!("@{v}")).unwrap_or_default())
        }
        Claim::Marked { marker } => format!("marked {marker}"),
        Claim::Setting(s) => format!("{:?} {} = {}", s.sort, s.key, quoted(&s.value)).to_lowercase_first(),
        Claim::Operation(o) => {
            format!("operation {} {}{}", o.kind, o.name, option(" schedule", &o.schedule))
        }
        Claim::Call(c) => {
            let mut out = format!("call {} {} {}/{}", c.kind, quoted(&c.address), c.mode, c.need);
            out += &option(" technology", &c.technology);
            out += &option(" target", &c.target_kind);
            out += &option(" operation", &c.target_operation);
            if let Some(r) = &c.resource {
                let _ = write!(out, " {} {} {}", r.access, r.sort, quoted(&r.name));
            }
            out += &policy(&c.policy);
            if c.site.is_empty() { out } else { out + &format!(" at {}", c.site) }
        }
        Claim::Route(r) => format!("route {} -> {}{}", quoted(&r.path), quoted(&r.to), policy(&r.policy)),
        Claim::Ordered { on, by } => format!("ordered on {} by {by}", subject(on)),
        Claim::TakesSettings { from, prefix } => {
            let prefix = if prefix.is_empty() { String::new() } else { format!(" prefix={prefix}") };
            format!("takes settings from {}{prefix}", subject(from))
        }
        Claim::Owns { path } => format!("owns {path:?}"),
        Claim::Drawing(d) => format!("drawing {}", d.id),
    }
}

fn component(c: &ComponentClaim) -> String {
    let mut out = "component".to_string();
    out += &option(" kind", &c.kind);
    for name in &c.names {
        let _ = write!(out, " {:?}:{}", name.sort, name.text);
    }
    out += &option(" technology", &c.technology);
    out += &option(" image", &c.image);
    if let Some(dir) = &c.dir {
        let _ = write!(out, " dir={dir:?}");
    }
    for address in &c.addresses {
        let _ = write!(out, " answers={}", answers(address));
    }
    out += &option(" replicas", &c.replicas);
    out += &option(" language", &c.language);
    if c.published {
        out += " published";
    }
    for (key, value) in &c.resources {
        let _ = write!(out, " {key}={value}");
    }
    out
}

fn answers(a: &Address) -> String {
    let mut out = a.host.clone().unwrap_or_default();
    if let Some(port) = &a.port {
        let _ = write!(out, ":{port}");
    }
    if let Some(port) = a.published_port {
        let _ = write!(out, "(published {port})");
    }
    out
}

fn module(m: &ModuleClaim) -> String {
    let mut out = format!("module {:?} {} {} ({})", m.dir, m.build, m.coordinate, m.name);
    if m.aggregate {
        out += " aggregate";
    }
    if m.runnable {
        out += " runnable";
    }
    if !m.needs.is_empty() {
        let _ = write!(out, " needs={}", m.needs.join(","));
    }
    out + &option(" language", &m.language)
}

fn policy(policy: &undrawn_model::Policy) -> String {
    policy.iter().map(|(k, v)| format!(" {k}={}", v.value.map_or("none".into(), |v| v.to_string()))).collect()
}

fn quoted(template: &Template) -> String {
    format!("{:?}", template.to_string())
}

fn option(label: &str, value: &Option<impl std::fmt::Display>) -> String {
    value.as_ref().map(|v| format!("{label}={v}")).unwrap_or_default()
}

trait LowercaseFirst {
    fn to_lowercase_first(self) -> String;
}

impl LowercaseFirst for String {
    fn to_lowercase_first(mut self) -> String {
        if let Some(first) = self.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        self
    }
}
