//! What sort of diagram a block is. PlantUML itself does not say: it tries one grammar after the other.

use super::blocks::Block;
use super::c4;
use super::element::{Shape, declaration, token};
use super::statements::Statement;
use undrawn_model::DrawingForm;

/// How often each sort shows itself.
#[derive(Debug, Default)]
struct Marks {
    c4: usize,
    c4_sequence: bool,
    /// Only structure diagrams have it.
    structure: usize,
    /// Structure diagrams have it, but others may.
    weak: usize,
    sequence: usize,
    messages: usize,
    use_case: usize,
    other: usize,
    /// Lines of class diagrams, which structure diagrams may draw too.
    class_lines: usize,
    /// Boxes that both structure and sequence diagrams have.
    shared: usize,
}

/// The form of a block.
pub(super) fn form(block: &Block, statements: &[Statement]) -> DrawingForm {
    if !matches!(block.sort.as_str(), "uml" | "c4" | "component" | "deployment" | "sequence" | "") {
        return DrawingForm::Other;
    }
    let mut marks = Marks::default();
    for statement in statements {
        look(statement.text.trim(), &mut marks);
    }
    decide(&marks)
}

fn decide(marks: &Marks) -> DrawingForm {
    let bare = marks.shared + marks.structure + marks.weak == 0;
    let other = marks.other + if bare { marks.class_lines } else { 0 };
    if marks.c4_sequence {
        DrawingForm::Sequence
    } else if marks.c4 > 0 {
        DrawingForm::Architecture
    } else if marks.sequence > 0 && marks.sequence + marks.messages > marks.structure + other {
        DrawingForm::Sequence
    } else if other > 0 && other * 2 > marks.structure {
        DrawingForm::Other
    } else if marks.structure > 0 {
        DrawingForm::Architecture
    } else if marks.use_case > 0 {
        DrawingForm::Other
    } else if marks.weak > 0 || (marks.class_lines > 0 && marks.shared > 0) {
        DrawingForm::Architecture
    } else if marks.messages > 0 {
        DrawingForm::Sequence
    } else if marks.shared > 0 {
        DrawingForm::Architecture
    } else {
        DrawingForm::Other
    }
}

fn look(text: &str, marks: &mut Marks) {
    if let Some(path) = text.strip_prefix("!include") {
        marks.c4_sequence |= path.contains("C4_Sequence");
        marks.c4 += usize::from(path.contains("C4_") && !path.contains("C4_Sequence"));
        return;
    }
    if let Some(call) = c4::Call::of(text) {
        match c4::role(call.name) {
            Some(c4::Role::Aside) => {}
            Some(_) => marks.c4 += 1,
            // A macro of an icon library.
            None if call.values.len() > 1 => marks.weak += 1,
            None => {}
        }
        if call.name.chars().next().is_some_and(char::is_uppercase) {
            return;
        }
    }
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if is_arrow_after(text, &word) {
        return line(text, marks);
    }
    match word.to_ascii_lowercase().as_str() {
        "class" | "abstract" | "enum" | "annotation" | "object" | "map" | "state" | "struct" | "protocol"
        | "exception" | "metaclass" | "robust" | "concise" | "binary" | "clock" | "start" | "stop" | "if"
        | "elseif" | "endif" | "fork" | "repeat" | "while" | "endwhile" | "switch" | "salt" | "nwdiag"
        | "diamond" | "swimlane" | "backward" | "detach" | "kill" | "split" | "archimate" => marks.other += 2,
        "interface" | "entity" if text.ends_with('{') => marks.other += 2,
        "participant" | "activate" | "deactivate" | "autonumber" | "alt" | "opt" | "loop" | "par"
        | "critical" | "ref" | "return" | "autoactivate" | "box" | "else" | "destroy" => marks.sequence += 1,
        "component" | "node" | "cloud" | "artifact" | "storage" | "stack" | "hexagon" | "agent" | "card"
        | "rectangle" | "frame" | "folder" | "file" | "person" | "process" | "label" | "port" | "portin"
        | "portout" | "action" => structure(text, marks),
        "left" | "top" if text.ends_with("direction") => marks.weak += 1,
        "database" | "queue" | "collections" if text.ends_with('{') => structure(text, marks),
        "database" | "queue" | "collections" | "actor" | "boundary" | "control" | "entity" => {
            marks.shared += 1
        }
        "package" | "together" if text.ends_with('{') => marks.weak += 1,
        "interface" | "circle" => marks.weak += 1,
        "usecase" => marks.use_case += 1,
        "partition" if !text.contains("->") => marks.other += 1,
        _ => shapes(text, marks),
    }
}

fn structure(text: &str, marks: &mut Marks) {
    if declaration(text, &super::element::KEYWORDS).is_some() {
        marks.structure += 1;
    }
}

/// True when the word is the end of a line and no keyword: `component --> x`.
fn is_arrow_after(text: &str, word: &str) -> bool {
    let rest = text[word.len()..].trim_start();
    !word.is_empty() && super::arrow::Arrow::at(rest).is_some()
}

fn shapes(text: &str, marks: &mut Marks) {
    let swimlane = text.starts_with(['|', '-']) && text.ends_with('|');
    let initial = text.starts_with("(*)") || text.starts_with("[*]");
    let activity =
        text.strip_prefix(':').is_some_and(|t| t.ends_with([';', '|', '>', '/']) || !t.contains(':'));
    if swimlane || initial || activity {
        marks.other += 2;
    } else if text.starts_with("==") && text.ends_with("==") || text.starts_with("...") {
        marks.sequence += 1;
    } else if text.starts_with("[->") || text.starts_with("[<-") {
        marks.messages += 1;
    } else if let Some((first, _)) = token(text) {
        match first.shape {
            Shape::Component | Shape::Interface => marks.structure += 1,
            Shape::UseCase => marks.use_case += 1,
            _ => {}
        }
        line(text, marks);
    }
}

/// An arrow between two ends says something by its form.
fn line(text: &str, marks: &mut Marks) {
    let Some((from, len)) = token(text) else { return };
    let mut rest = text[len..].trim_start();
    if let Some(close) = rest.strip_prefix('"').and_then(|r| r.find('"')) {
        rest = rest[close + 2..].trim_start();
    }
    let Some((arrow, len)) = super::arrow::Arrow::at(rest) else { return };
    let to = rest[len..].trim_start();
    let shape = token(to).map(|(t, _)| t.shape);
    if to.starts_with("[*]") || from.text == "*" {
        marks.other += 2;
    } else if [Some(from.shape), shape].contains(&Some(Shape::Component))
        || [Some(from.shape), shape].contains(&Some(Shape::Interface))
    {
        marks.structure += 1;
    } else if [Some(from.shape), shape].contains(&Some(Shape::UseCase)) {
        marks.use_case += 1;
    } else if arrow.left.contains("|")
        || arrow.right.contains("|>")
        || arrow.left.contains('*')
        || arrow.left.contains('}')
        || arrow.right.contains('{')
    {
        marks.class_lines += 1;
    } else if arrow.directed || arrow.body.contains('.') || arrow.body.len() > 2 {
        marks.weak += 1;
    } else if !arrow.left.is_empty() || !arrow.right.is_empty() {
        marks.messages += 1;
    } else {
        marks.weak += 1;
    }
}
