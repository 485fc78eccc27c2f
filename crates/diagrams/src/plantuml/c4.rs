//! C4-PlantUML macros: <https://github.com/plantuml-stdlib/C4-PlantUML>.

use super::canvas::{Canvas, Element, Stroke};
use super::statements::Statement;
use super::text::unquoted;
use undrawn_model::{ComponentKind, LineEnds};

/// A call as written: `Container(orders, "Orders", $tags="x")`.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub name: &'a str,
    /// Arguments without a name, in order, quotes removed.
    pub values: Vec<&'a str>,
    /// `$name=value` arguments.
    pub named: Vec<(&'a str, &'a str)>,
    /// A block follows.
    pub opens: bool,
}

/// What a macro draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A box.
    Element { kind: Option<ComponentKind>, external: bool, technology: bool },
    /// A group.
    Boundary,
    /// A line; `indexed` when a number comes before its ends.
    Line { back: bool, both: bool, indexed: bool },
    /// Layout, legend, tags, styles.
    Aside,
}

impl<'a> Call<'a> {
    /// The call that is the whole of `text`.
    pub fn of(text: &'a str) -> Option<Call<'a>> {
        let len = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$')))?;
        let name = text.get(..len).filter(|n| !n.is_empty())?;
        let inner = text[len..].trim_start().strip_prefix('(')?;
        let (mut values, mut named, mut start, mut depth, mut quoted) = (vec![], vec![], 0, 0usize, false);
        let mut end = None;
        let mut add = |part: &'a str| match part.trim().strip_prefix('$').and_then(|p| p.split_once('=')) {
            Some((key, value)) => named.push((key.trim(), unquoted(value))),
            None => values.push(unquoted(part)),
        };
        for (i, c) in inner.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted && depth > 0 => depth -= 1,
                ')' if !quoted => {
                    add(&inner[start..i]);
                    end = Some(i + 1);
                    break;
                }
                ',' if !quoted && depth == 0 => {
                    add(&inner[start..i]);
                    start = i + 1;
                }
                _ => {}
            }
        }
        let rest = inner.get(end?..)?.trim();
        let rest = if rest.starts_with(['#', '<']) { rest.split_once('{').map_or("", |_| "{") } else { rest };
        matches!(rest, "" | "{" | "{}" | "{ }").then_some(Call { name, values, named, opens: rest == "{" })
    }

    /// The argument of this name or place.
    pub fn argument(&self, name: &str, at: usize) -> &'a str {
        let named = self.named.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        named.or_else(|| self.values.get(at).copied()).unwrap_or("")
    }
}

/// What the macro of this name draws; `None` when it is not one of C4's.
pub(super) fn role(name: &str) -> Option<Role> {
    if let Some(line) = line_role(name) {
        return Some(line);
    }
    let boundary =
        ["Boundary", "Enterprise_Boundary", "System_Boundary", "Container_Boundary", "Component_Boundary"];
    let nodes = ["Deployment_Node", "Deployment_Node_L", "Deployment_Node_R", "Node", "Node_L", "Node_R"];
    if boundary.contains(&name) || nodes.contains(&name) {
        return Some(Role::Boundary);
    }
    if is_aside(name) {
        return Some(Role::Aside);
    }
    let (base, external) = match name.strip_suffix("_Ext") {
        Some(base) => (base, true),
        None => (name, false),
    };
    let (base, kind) = if let Some(base) = base.strip_suffix("Db") {
        (base, Some(ComponentKind::Database))
    } else if let Some(base) = base.strip_suffix("Queue") {
        (base, Some(ComponentKind::Topic))
    } else {
        (base, None)
    };
    match base {
        "Person" => Some(Role::Element { kind: Some(ComponentKind::User), external, technology: false }),
        "System" => Some(Role::Element { kind, external, technology: false }),
        "Container" | "Component" => Some(Role::Element { kind, external, technology: true }),
        _ => None,
    }
}

fn line_role(name: &str) -> Option<Role> {
    let (rest, both) = match name.strip_prefix("BiRel") {
        Some(rest) => (rest, true),
        None => (name.strip_prefix("Rel")?, false),
    };
    let (rest, indexed) = match rest.strip_prefix("Index") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let sides = [
        "",
        "_U",
        "_D",
        "_L",
        "_R",
        "_Up",
        "_Down",
        "_Left",
        "_Right",
        "_Neighbor",
        "_Back",
        "_Back_Neighbor",
    ];
    sides.contains(&rest).then_some(Role::Line { back: rest.starts_with("_Back"), both, indexed })
}

fn is_aside(name: &str) -> bool {
    let starts = ["Lay_", "LAYOUT_", "SHOW_", "HIDE_", "Add", "Update", "Set", "set", "WITHOUT_"];
    let exact = ["increment", "Index", "LastIndex", "Boundary_End"];
    name.starts_with('$') || starts.iter().any(|s| name.starts_with(s)) || exact.contains(&name)
}

/// Draws what a macro says.
pub(super) fn draw(call: &Call<'_>, role: Role, canvas: &mut Canvas<'_>, statement: &Statement) {
    canvas.uses_c4();
    match role {
        Role::Element { kind, external, technology } => {
            let alias = call.argument("alias", 0);
            let mut details = vec![];
            if technology {
                details.push(call.argument("techn", 2).to_string());
                details.push(call.argument("descr", 3).to_string());
            } else {
                details.push(call.argument("descr", 2).to_string());
            }
            let label = call.argument("label", 1);
            let element = Element { id: alias, label, kind, external, details, written: alias };
            if call.opens { canvas.open(element, statement) } else { canvas.declare(element, statement) }
        }
        Role::Boundary => {
            let alias = call.argument("alias", 0);
            let details = vec![call.argument("type", 2).to_string(), call.argument("descr", 3).to_string()];
            let label = call.argument("label", 1);
            let element = Element { id: alias, label, kind: None, external: false, details, written: alias };
            if call.opens { canvas.open(element, statement) } else { canvas.declare(element, statement) }
        }
        Role::Line { back, both, indexed } => line(call, back, both, usize::from(indexed), canvas, statement),
        Role::Aside if call.opens => canvas.open_plain(),
        Role::Aside => {}
    }
}

fn line(
    call: &Call<'_>,
    back: bool,
    both: bool,
    skip: usize,
    canvas: &mut Canvas<'_>,
    statement: &Statement,
) {
    let (mut from, mut to) = (call.argument("from", skip), call.argument("to", skip + 1));
    if from.is_empty() || to.is_empty() {
        return canvas.missed(statement);
    }
    if back {
        std::mem::swap(&mut from, &mut to);
    }
    let ends = if both { LineEnds::Both } else { LineEnds::Forward };
    let label = match call.argument("label", skip + 2) {
        "" => call.argument("techn", skip + 3),
        label => label,
    };
    let stroke =
        Stroke { from, to, label, dashed: false, ends, reply: false, arrow: call.name, forward: !back };
    canvas.line(named(from), named(to), stroke, statement);
}

fn named(id: &str) -> Element<'_> {
    Element { id, label: id, kind: None, external: false, details: vec![], written: id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_have_places_and_names() {
        let call = Call::of("Container(a, \"B, c\", $techn=\"x(y)\", $descr=\"d\") {").expect("a call");
        assert_eq!((call.name, call.argument("label", 1), call.opens), ("Container", "B, c", true));
        assert_eq!((call.argument("techn", 2), call.argument("descr", 3)), ("x(y)", "d"));
        assert!(
            Call::of("Rel(a, b").is_none() && Call::of("(a)").is_none() && Call::of("Rel(a) --> b").is_none()
        );
    }

    #[test]
    fn macro_names_say_what_they_draw() {
        assert_eq!(role("Rel_Back_Neighbor"), Some(Role::Line { back: true, both: false, indexed: false }));
        assert_eq!(role("BiRel_U"), Some(Role::Line { back: false, both: true, indexed: false }));
        let database = Some(ComponentKind::Database);
        assert_eq!(
            role("ContainerDb_Ext"),
            Some(Role::Element { kind: database, external: true, technology: true })
        );
        assert_eq!((role("Relation"), role("SHOW_LEGEND")), (None, Some(Role::Aside)));
    }
}
