//! `full`: for people at a terminal.
//!
//! The line that creates the condition, underlined, with what is to be seen there; the drawing's line beside it; the proof
//! path, if there is one; one line of help; the summary last.

use crate::excerpt::{Excerpt, excerpt};
use crate::{Report, Style, Summary, text};
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
    out.push_str(nothing_compared(report));
    text::without_commands(out)
}

/// What to do when there was no drawing to compare with.
fn nothing_compared(report: &Report) -> &'static str {
    let drawings = &report.model.drawings;
    let compared = drawings.iter().any(|d| d.compared);
    match (compared || report.model.dependencies.is_empty(), drawings.is_empty()) {
        (true, _) => "",
        (false, true) => {
            "help: no diagram was found; undrawn draw --format mermaid makes one to start from\n"
        }
        (false, false) => {
            "help: the diagrams that were found show no known components; run with -v to see why, or name one with --diagram\n"
        }
    }
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

/// A place to show, with what is to be seen there.
struct Place<'a> {
    location: &'a Location,
    label: String,
    kind: AnnotationKind,
}

impl Page<'_> {
    fn groups(&mut self, finding: &Finding) -> Vec<Group<'static>> {
        let title = level(finding.severity).primary_title(text::line(&finding.message));
        let (location, label) = (&finding.location, finding.label.clone());
        let mut places = vec![Place { location, label, kind: AnnotationKind::Primary }];
        places.extend(finding.related.iter().take(PLACES_MAX).map(|related| Place {
            location: &related.location,
            label: related.message.clone(),
            kind: AnnotationKind::Context,
        }));
        let mut main = self.places(&places);
        main.extend(left_out(finding.related.len(), "place"));
        let title = Group::with_title(title.id(text::line(&finding.rule)));
        if finding.path.is_empty() {
            return vec![title.elements(with_help(main, finding, 1))];
        }
        let path = Group::with_title(Level::NOTE.secondary_title("the path, step by step"));
        vec![title.elements(main), path.elements(with_help(self.steps(&finding.path), finding, 0))]
    }

    fn steps(&mut self, steps: &[Related]) -> Vec<Element<'static>> {
        let places: Vec<Place> = steps.iter().take(PLACES_MAX).enumerate().map(step).collect();
        let mut out = self.places(&places);
        out.extend(left_out(steps.len(), "step"));
        out
    }

    /// Places with their lines, those of one line together.
    fn places(&mut self, places: &[Place]) -> Vec<Element<'static>> {
        let one_line = |a: &Place, b: &Place| {
            let end = |p: &Place| (p.location.line, p.location.end_line, p.location.file.clone());
            end(a) == end(b) && a.location.line == a.location.end_line
        };
        places.chunk_by(one_line).flat_map(|places| self.line(places)).collect()
    }

    /// Places on one line. Where a long line is cut differently for each of them they are shown apart.
    fn line(&mut self, places: &[Place]) -> Vec<Element<'static>> {
        let Some(first) = places.first() else { return vec![] };
        let source = (self.report.source)(&first.location.file);
        let found: Vec<Option<Excerpt>> =
            places.iter().map(|p| source.as_ref().and_then(|source| excerpt(source, p.location))).collect();
        match found.first() {
            Some(Some(shown)) if found.iter().all(|f| f.as_ref().is_some_and(|f| f.text == shown.text)) => {
                let found: Vec<&Excerpt> = found.iter().flatten().collect();
                vec![self.snippet(places, &found)]
            }
            _ => places
                .iter()
                .zip(&found)
                .flat_map(|(place, found)| self.alone(place, found.as_ref()))
                .collect(),
        }
    }

    fn alone(&mut self, place: &Place, found: Option<&Excerpt>) -> Vec<Element<'static>> {
        match found {
            Some(found) => vec![self.snippet(std::slice::from_ref(place), &[found])],
            // The file is not at hand: its address, and what is to be seen there as a sentence.
            None => {
                let (line, column) = (place.location.line.max(1), place.location.column.max(1));
                let origin =
                    Origin::path(self.path_of(place)).line(line as usize).char_column(column as usize);
                let label = label(place).map(|label| Level::NOTE.message(label).into());
                [Some(origin.into()), label].into_iter().flatten().collect()
            }
        }
    }

    /// Places in one excerpt, each with its own span of it.
    fn snippet(&mut self, places: &[Place], found: &[&Excerpt]) -> Element<'static> {
        let (Some(place), Some(first)) = (places.first(), found.first()) else { return Padding.into() };
        let path = self.path_of(place);
        if let Some(cut) = first.cut_column {
            let (line, column) = (first.line, place.location.column.max(1));
            self.columns.push((format!("{path}:{line}:{cut}\n"), format!("{path}:{line}:{column}\n")));
        }
        let annotations = places.iter().zip(found).map(|(p, f)| p.kind.span(f.span.clone()).label(label(p)));
        let snippet = Snippet::source(first.text.clone()).path(path).line_start(first.line as usize);
        snippet.annotations(annotations.collect::<Vec<_>>()).into()
    }

    fn path_of(&self, place: &Place) -> String {
        text::line(&format!("{}{}", self.style.path_prefix, place.location.file))
    }
}

fn step((i, step): (usize, &Related)) -> Place<'_> {
    let label = format!("{}. {}", i + 1, step.message);
    Place { location: &step.location, label, kind: AnnotationKind::Primary }
}

fn label(place: &Place) -> Option<String> {
    (!place.label.is_empty()).then(|| text::clip(&text::line(&place.label), LABEL_MAX))
}

/// The renderer sets a message apart from the only excerpt of a first group (`apart` is 1), not from the last of several
/// and not in a later group (`apart` is 0).
fn with_help(mut elements: Vec<Element<'static>>, finding: &Finding, apart: usize) -> Vec<Element<'static>> {
    if elements.len() > apart && matches!(elements.last(), Some(Element::Cause(_))) {
        elements.push(Padding.into());
    }
    if !finding.help.is_empty() {
        elements.push(Level::HELP.message(text::line(&finding.help)).into());
    }
    elements
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
