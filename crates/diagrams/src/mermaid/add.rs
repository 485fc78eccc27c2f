//! Adding one line to a diagram: the smallest edit, checked by reading the result before it is given out.

mod check;
mod place;

use super::architecture::Sides;
use super::sheet::Sheet;
use super::source::{Page, Source, sources};
use super::{Kind, Parsed, flow, parse, sequence, text};
use crate::{Addition, Edit, End, Refusal};
use undrawn_model::{ComponentKind, Drawing};

/// Edits that add one line (and the boxes it needs) to a drawing of `text`.
pub(crate) fn add(text: &str, drawing: &Drawing, addition: &Addition) -> Result<Vec<Edit>, Refusal> {
    let number = drawing.id.rsplit_once('#').and_then(|(_, n)| n.parse().ok()).unwrap_or(0usize);
    let page = Page::new(&drawing.location.file, text);
    let all = sources(&page);
    let source = all.iter().find(|s| s.number == number);
    let source = source.ok_or_else(|| refusal("the diagram is not in this text any more"))?;
    let parsed = parse(source);
    known(&parsed.sheet, &addition.from)?;
    known(&parsed.sheet, &addition.to)?;
    let writer = Writer { source, sheet: &parsed.sheet, sides: &parsed.sides, addition };
    let plan = writer.plan(&parsed)?;
    let edits = vec![writer.edit(&plan)];
    check::check(&page, &edits, number, addition, &plan)?;
    Ok(edits)
}

fn refusal(why: impl Into<String>) -> Refusal {
    Refusal(why.into())
}

fn known(sheet: &Sheet<'_>, end: &End) -> Result<(), Refusal> {
    match end {
        End::New { .. } => Ok(()),
        End::Drawn(id) if sheet.boxes.iter().any(|b| b.id == *id) || sheet.has_group(id) => Ok(()),
        End::Drawn(id) => Err(refusal(format!("the diagram has no box `{id}`"))),
    }
}

/// What to insert, and where.
struct Plan {
    /// After this row of the source.
    row: usize,
    /// Statements, one a line.
    statements: Vec<String>,
    /// Ids of the two ends in the edited diagram.
    ends: [String; 2],
}

struct Writer<'s, 'a> {
    source: &'s Source<'a>,
    sheet: &'s Sheet<'a>,
    sides: &'s Sides,
    addition: &'s Addition,
}

impl Writer<'_, '_> {
    fn plan(&self, parsed: &Parsed<'_>) -> Result<Plan, Refusal> {
        match parsed.kind {
            Kind::Flow => self.flow(),
            Kind::Sequence => self.sequence(),
            Kind::C4 { context } => self.c4(context),
            Kind::Architecture => self.architecture(),
            Kind::Other => Err(refusal("a diagram of this type shows no dependencies")),
        }
    }

    fn edit(&self, plan: &Plan) -> Edit {
        let at = self.source.insertion(plan.row);
        let whole = self.source.page.text;
        let line_end = match whole.get(at..).unwrap_or("") {
            rest if rest.starts_with("\r\n") => "\r\n",
            rest if rest.starts_with('\n') => "\n",
            _ if whole.contains("\r\n") => "\r\n",
            _ => "\n",
        };
        let row = self.source.row_text(plan.row);
        let mut indent = row[..row.len() - row.trim_start().len()].to_string();
        if plan.row == self.header_row() {
            indent.push_str("    ");
        }
        let prefix = self.source.row_prefix(plan.row);
        let lines = plan.statements.iter().map(|s| format!("{line_end}{prefix}{indent}{s}"));
        Edit { range: at..at, text: lines.collect() }
    }

    fn header_row(&self) -> usize {
        let (word, at) = self.source.header();
        self.source.row_of(at - word.len())
    }

    /// Ids of both ends; new ones are free in the diagram and differ.
    fn ids(&self) -> [String; 2] {
        let taken = |id: &str| {
            let same = |other: &str| other.eq_ignore_ascii_case(id);
            self.sheet.boxes.iter().any(|b| same(&b.id)) || self.sheet.groups.iter().any(|g| same(&g.id))
        };
        let id = |end: &End, other: Option<&str>| match end {
            End::Drawn(id) => id.clone(),
            End::New { label, .. } => text::free_id(label, |id| taken(id) || other == Some(id)),
        };
        let from = id(&self.addition.from, None);
        let to = id(&self.addition.to, Some(&from));
        [from, to]
    }

    fn label(&self) -> Option<String> {
        self.addition.label.as_deref().map(text::one_line).filter(|l| !l.is_empty())
    }

    fn flow(&self) -> Result<Plan, Refusal> {
        let ends = self.ids();
        for (end, id) in [&self.addition.from, &self.addition.to].into_iter().zip(&ends) {
            if matches!(end, End::Drawn(_)) && !flow::is_plain_id(id) {
                return Err(refusal(format!("`{id}` cannot be named in a line")));
            }
        }
        let row = self
            .flow_row(&ends[0])
            .ok_or_else(|| refusal("no place in the diagram is outside all subgraphs"))?;
        let node = |end: &End, id: &str| match end {
            End::Drawn(_) => id.to_string(),
            End::New { label, kind } => new_node(id, label, *kind),
        };
        let (from, to) = (node(&self.addition.from, &ends[0]), node(&self.addition.to, &ends[1]));
        let semicolon = if self.source.row_text(row).trim_end().ends_with(';') { ";" } else { "" };
        let statement = format!("{from} {} {to}{semicolon}", self.flow_arrow());
        Ok(Plan { row, statements: vec![statement], ends })
    }

    /// The arrow most used in the diagram, with the label as the diagram writes labels.
    fn flow_arrow(&self) -> String {
        let dashed = self.addition.dashed;
        let arrows = self.sheet.statements.iter().filter_map(|s| s.arrow.as_ref());
        let fits = |token: &str| {
            token.starts_with(['-', '=']) && token.ends_with('>') && token.contains('.') == dashed
        };
        let token = most_used(arrows.clone().map(|a| a.token.as_str()).filter(|t| fits(t)));
        let token = token.unwrap_or(if dashed { "-.->" } else { "-->" });
        let Some(label) = self.label() else { return token.to_string() };
        let inline = arrows.clone().filter(|a| a.inline_text).count();
        let bars = self.sheet.lines.iter().filter(|l| l.label.is_some()).count().saturating_sub(inline);
        let text = if is_simple(&label) { label } else { flow::quoted(&label) };
        if inline <= bars {
            return format!("{token}|{text}|");
        }
        let (begin, end) = match token {
            t if t.starts_with('=') => ("==", t),
            t if dashed => ("-.", t.trim_start_matches('-')),
            t => ("--", t),
        };
        format!("{begin} {text} {end}")
    }

    fn sequence(&self) -> Result<Plan, Refusal> {
        let name = |end: &End| match end {
            End::Drawn(id) if self.sheet.has_group(id) => Err(refusal("a message cannot go to a group")),
            End::Drawn(id) if self.sheet.transient.contains(id) => {
                Err(refusal(format!("`{id}` is created or destroyed on the way")))
            }
            End::Drawn(id) => Ok(id.clone()),
            End::New { label, .. } => self.new_participant(label),
        };
        let ends = [name(&self.addition.from)?, name(&self.addition.to)?];
        let row =
            self.last_arrow_row().ok_or_else(|| refusal("no place in the diagram is outside all blocks"))?;
        let arrows = self.sheet.statements.iter().filter_map(|s| s.arrow.as_ref()).map(|a| a.token.as_str());
        let token = match self.addition.dashed {
            true => "-)",
            false => most_used(arrows.filter(|t| matches!(*t, "->>" | "->"))).unwrap_or("->>"),
        };
        // `#` and `;` end a message's text.
        let label = self.label().map_or("calls".to_string(), |l| text::escape(&l).replace(';', "#59;"));
        let label = unescape_entities(&label);
        let statement = format!("{}{token}{}: {label}", ends[0], ends[1]);
        Ok(Plan { row, statements: vec![statement], ends })
    }

    /// A participant needs no declaration when its name is what is to be read.
    fn new_participant(&self, label: &str) -> Result<String, Refusal> {
        let safe = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '.');
        let name = text::one_line(&label.replace(|c: char| !safe(c), " "));
        if name.is_empty() {
            return Err(refusal("the new participant needs a name with letters or digits"));
        }
        // A keyword at the start would be taken for a statement; `_` makes one word of it and what follows.
        let name = match name.split_once(' ') {
            Some((first, rest)) if sequence::is_keyword(&first.to_ascii_lowercase()) => {
                format!("{first}_{rest}")
            }
            None if sequence::is_keyword(&name.to_ascii_lowercase()) => format!("{name}_"),
            _ => name,
        };
        let taken = |id: &str| self.sheet.boxes.iter().any(|b| b.id == id);
        let numbered = (2..1000).map(|n| format!("{name} {n}"));
        std::iter::once(name.clone())
            .chain(numbered)
            .find(|n| !taken(n))
            .ok_or_else(|| refusal("there is no free name for the new participant"))
    }

    fn c4(&self, context: bool) -> Result<Plan, Refusal> {
        let ends = self.ids();
        let mut statements = vec![];
        for (end, id) in [&self.addition.from, &self.addition.to].into_iter().zip(&ends) {
            if let End::New { label, kind } = end {
                let shown = Some(text::escape(label)).filter(|l| !l.is_empty()).unwrap_or_else(|| id.clone());
                statements.push(format!("{}({id}, \"{shown}\")", c4_macro(*kind, context)));
            }
        }
        let row = match statements.is_empty() {
            true => self.last_arrow_row_at_any_depth().or_else(|| self.outer_row()),
            false => self.last_arrow_row().or_else(|| self.outer_row()),
        };
        let row = row.ok_or_else(|| refusal("no place in the diagram is outside all boundaries"))?;
        let label = text::escape(&self.label().unwrap_or_else(|| "uses".into()));
        statements.push(format!("Rel({}, {}, \"{label}\")", ends[0], ends[1]));
        Ok(Plan { row, statements, ends })
    }

    fn architecture(&self) -> Result<Plan, Refusal> {
        let ends = self.ids();
        let mut statements = vec![];
        for (end, id) in [&self.addition.from, &self.addition.to].into_iter().zip(&ends) {
            match end {
                End::Drawn(id) if self.sheet.has_group(id) => {
                    return Err(refusal("an edge of an architecture diagram joins services, not groups"));
                }
                End::Drawn(_) => {}
                End::New { label, kind } => {
                    let words = text::one_line(
                        &label.replace(|c: char| !(c.is_ascii_alphanumeric() || c == '_'), " "),
                    );
                    let icon = match kind {
                        ComponentKind::Database | ComponentKind::Cache => "database",
                        ComponentKind::External => "cloud",
                        ComponentKind::User => "internet",
                        _ => "server",
                    };
                    let words = if words.is_empty() { id.clone() } else { words };
                    statements.push(format!("service {id}({icon})[{words}]"));
                }
            }
        }
        let row = self
            .last_arrow_row()
            .or_else(|| self.outer_row())
            .ok_or_else(|| refusal("the diagram is empty"))?;
        let (out, into) = self.sides.free(&ends[0], &ends[1]);
        let label = self.label().map(|l| l.replace(|c: char| !(c.is_ascii_alphanumeric() || c == '_'), " "));
        let label = label.map(|l| text::one_line(&l)).filter(|l| !l.is_empty());
        let arrow = label.map_or("-->".to_string(), |l| format!("-[{l}]->"));
        statements.push(format!("{}:{out} {arrow} {into}:{}", ends[0], ends[1]));
        Ok(Plan { row, statements, ends })
    }
}

/// A message's entities end with `;`, which must not be doubled by escaping.
fn unescape_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("#59;") {
        let name = rest[..at].bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
        let entity = name > 0 && rest[..at - name].ends_with('#');
        out.push_str(&rest[..at]);
        out.push_str(if entity { ";" } else { "#59;" });
        rest = &rest[at + 4..];
    }
    out.push_str(rest);
    out
}

/// True when a label needs no quotes.
fn is_simple(label: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '/' | ',');
    // Words that begin with `x` or `o` beside strokes could be taken for arrow heads.
    label.chars().all(plain)
        && label.starts_with(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'o' | 'x'))
        && label
            .split(' ')
            .all(|w| !matches!(w.to_ascii_lowercase().as_str(), "end" | "default" | "graph" | "style"))
        && label.ends_with(|c: char| c.is_ascii_alphanumeric() && !matches!(c, 'o' | 'x'))
}

/// The word seen most often; the first of several.
fn most_used<'t>(words: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let mut counts: Vec<(&str, usize)> = vec![];
    for word in words {
        if let Some((_, n)) = counts.iter_mut().find(|(w, _)| *w == word) {
            *n += 1;
        } else if counts.len() < 32 {
            counts.push((word, 1));
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max()?;
    counts.iter().find(|(_, n)| *n == most).map(|(w, _)| *w)
}

/// A box declared where it is first named.
fn new_node(id: &str, label: &str, kind: ComponentKind) -> String {
    if text::one_line(label).is_empty()
        || id == label && matches!(kind, ComponentKind::Service | ComponentKind::Job)
    {
        return id.to_string();
    }
    shaped(id, &flow::quoted(label), kind)
}

/// A box with the shape of its kind around quoted text.
pub(super) fn shaped(id: &str, quoted: &str, kind: ComponentKind) -> String {
    let (open, close) = match kind {
        ComponentKind::Database | ComponentKind::Cache => ("[(", ")]"),
        ComponentKind::Broker | ComponentKind::Topic => ("[[", "]]"),
        ComponentKind::Gateway => ("{{", "}}"),
        ComponentKind::External => ("([", "])"),
        ComponentKind::User => ("((", "))"),
        ComponentKind::Discovery | ComponentKind::ConfigServer | ComponentKind::Telemetry => ("(", ")"),
        ComponentKind::Node => ("[/", "/]"),
        ComponentKind::Service | ComponentKind::Job => ("[", "]"),
    };
    format!("{id}{open}{quoted}{close}")
}

fn c4_macro(kind: ComponentKind, context: bool) -> &'static str {
    match (kind, context) {
        (ComponentKind::User, _) => "Person",
        (ComponentKind::External, _) => "System_Ext",
        (ComponentKind::Database | ComponentKind::Cache, true) => "SystemDb",
        (ComponentKind::Database | ComponentKind::Cache, false) => "ContainerDb",
        (ComponentKind::Broker | ComponentKind::Topic, true) => "SystemQueue",
        (ComponentKind::Broker | ComponentKind::Topic, false) => "ContainerQueue",
        (_, true) => "System",
        (_, false) => "Container",
    }
}
