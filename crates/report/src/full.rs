//! `full`: for people at a terminal.
//!
//! The line that creates the condition, underlined, with what is to be seen there; the drawing's line beside it; the proof
//! path, if there is one; one line of help; the summary last.

use crate::{Report, Style, Summary, excerpt::excerpt, text};
use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin, Padding, Renderer, Snippet, renderer::DecorStyle,
};
use undrawn_model::{Finding, Location, Related, Severity};

/// Steps of a proof path and related places that are shown with their lines.
const PLACES_MAX: usize = 8;

/// Characters of a label beside an excerpt: it may quote a line of code of any length.
const LABEL_MAX: usize = 120;

/// All findings and the summary.
pub fn render(report: &Report, style: &Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width.clamp(40, 400)).decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for finding in report.sorted() {
        let mut page = Page { report, style, columns: vec![] };
        let mut rendered = renderer.render(&page.groups(finding));
        for (shown, real) in &page.columns {
            rendered = rendered.replacen(shown, real, 1);
        }
        out.push_str(rendered.trim_end_matches([' ', '\n']));
        out.push_str("\n\n");
    }
    out.push_str(&lifted(report, style));
    out.push_str(&Summary::of(report).line(style.color));
    out.push('\n');
    text::without_commands(out)
}

/// Lines of drawings that stand for no single dependency: the comparison says so instead of hiding it.
fn lifted(report: &Report, style: &Style) -> String {
    let lines: Vec<_> = report.model.drawings.iter().flat_map(text::lifted).collect();
    let mut out = String::new();
    for (place, message) in lines.iter().take(PLACES_MAX) {
        let address = format!("{}{}:{}:{}", style.path_prefix, place.file, place.line, place.column);
        let lifted = text::Paint(style.color).bold("lifted");
        out.push_str(&format!("{lifted}: {}: {}\n", text::line(&address), text::line(message)));
    }
    match lines.len().checked_sub(PLACES_MAX) {
        _ if lines.is_empty() => out,
        None | Some(0) => out + "\n",
        Some(more) => out + &format!("{} more in the markdown output\n\n", text::count(more, "line")),
    }
}

/// One finding being laid out.
struct Page<'a> {
    report: &'a Report<'a>,
    style: &'a Style,
    /// The renderer counts columns in the excerpt; where a long line was cut, (its address, the one in the file).
    columns: Vec<(String, String)>,
}

impl Page<'_> {
    fn groups(&mut self, finding: &Finding) -> Vec<Group<'static>> {
        let title = level(finding.severity).primary_title(text::line(&finding.message));
        let mut main = Group::with_title(title.id(text::line(&finding.rule)));
        main = main.elements(self.place(&finding.location, &finding.label, AnnotationKind::Primary));
        for related in finding.related.iter().take(PLACES_MAX) {
            main = main.elements(self.place(&related.location, &related.message, AnnotationKind::Context));
        }
        if let Some(more) = left_out(finding.related.len(), "place") {
            main = main.element(more);
        }
        if finding.path.is_empty() {
            return vec![with_help(main, finding)];
        }
        let path = self.path(&finding.path);
        vec![main, with_help(path, finding)]
    }

    fn path(&mut self, steps: &[Related]) -> Group<'static> {
        let mut group = Group::with_title(Level::NOTE.secondary_title("the path, step by step"));
        for (i, step) in steps.iter().take(PLACES_MAX).enumerate() {
            let label = format!("{}. {}", i + 1, step.message);
            group = group.elements(self.place(&step.location, &label, AnnotationKind::Primary));
        }
        match left_out(steps.len(), "step") {
            Some(more) => group.element(more),
            None => group,
        }
    }

    /// A place with its lines; when the file is not at hand, its address and what is to be seen there as a sentence.
    fn place(&mut self, location: &Location, label: &str, kind: AnnotationKind) -> Vec<Element<'static>> {
        let path = text::line(&format!("{}{}", self.style.path_prefix, location.file));
        let (line, column) = (location.line.max(1), location.column.max(1));
        let label = (!label.is_empty()).then(|| text::clip(&text::line(label), LABEL_MAX));
        let found = (self.report.source)(&location.file).and_then(|source| excerpt(&source, location));
        let Some(found) = found else {
            let origin = Origin::path(path).line(line as usize).char_column(column as usize).into();
            let label = label.map(|label| Level::NOTE.message(label).into());
            return [Some(origin), label].into_iter().flatten().collect();
        };
        if let Some(cut) = found.cut_column {
            self.columns.push((format!("{path}:{line}:{cut}\n"), format!("{path}:{line}:{column}\n")));
        }
        let snippet = Snippet::source(found.text).path(path).line_start(found.line as usize);
        vec![snippet.annotation(kind.span(found.span).label(label)).into()]
    }
}

fn with_help(group: Group<'static>, finding: &Finding) -> Group<'static> {
    if finding.help.is_empty() {
        return group;
    }
    // The renderer sets a message apart from one place, not from the last of several.
    let several = finding.path.len() > 1 || (finding.path.is_empty() && !finding.related.is_empty());
    let group = if several { group.element(Padding) } else { group };
    group.element(Level::HELP.message(text::line(&finding.help)))
}

fn left_out(n: usize, word: &str) -> Option<Element<'static>> {
    let more = n.checked_sub(PLACES_MAX).filter(|more| *more > 0)?;
    Some(Level::NOTE.message(format!("{} more in the json output", text::count(more, word))).into())
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}
