//! Marks on the page.

use super::labels::{Tag, tags};
use super::layout::{Course, DETAIL, Frame, LABEL, LINE, Layout, PlacedBox};
use super::measure::{cut, width};
use crate::{Picture, PictureLine};
use std::fmt::Write as _;
use undrawn_model::{ComponentKind, Mode, Need, Verdict};

/// Colours for a light page; the dark ones replace them where the reader asks for dark.
const STYLE: &str = "<style>\
text{font-family:Inter,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1b2733}\
.page{fill:#ffffff}.small{fill:#52606d}.frame{fill:#f4f6f9;stroke:#b6c2cf}\
.box{fill:#eaf1fb;stroke:#4472b0}.data{fill:#e8f5ec;stroke:#3d8059}.flow{fill:#f2ebfa;stroke:#7a55ad}\
.edge{fill:#e5f4f6;stroke:#2b7f8c}.plumb{fill:#f3f1ea;stroke:#8a7f5c}.away{fill:#f6f6f7;stroke:#6b7580}\
.user{fill:#fdf1e3;stroke:#a8702a}.line{fill:none;stroke:#43525f}.head{fill:#43525f;stroke:#43525f}\
.undrawn{stroke:#d9480f}.head.undrawn{fill:#d9480f}.unseen{stroke:#7b8794}.head.unseen{fill:#7b8794}\
.head.hollow{fill:#ffffff}.head.open{fill:none}.tag{fill:#ffffff}.sign{stroke:none}.sign.undrawn{fill:#d9480f}\
.sign.unseen{fill:#66717d}.mark{fill:#ffffff}\
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page,.tag{fill:#0d1117}.small{fill:#9aa7b4}\
.frame{fill:#161b22;stroke:#3b4754}.box{fill:#16263d;stroke:#6c9fe0}.data{fill:#132a1d;stroke:#5fb483}\
.flow{fill:#261a38;stroke:#a987dc}.edge{fill:#0f2a2e;stroke:#4fb3c2}.plumb{fill:#26231a;stroke:#b3a67c}\
.away{fill:#1c2128;stroke:#8b96a2}.user{fill:#2e2212;stroke:#d69a4e}.line{stroke:#a3b1bf}\
.head{fill:#a3b1bf;stroke:#a3b1bf}.line.undrawn,.head.undrawn{stroke:#ff8a4c}.head.undrawn,.sign.undrawn{fill:#ff8a4c}\
.line.unseen,.head.unseen{stroke:#8b96a2}.head.unseen,.sign.unseen{fill:#8b96a2}.head.hollow{fill:#0d1117}\
.head.open{fill:none}.mark{fill:#0d1117}}\
</style>\n";

const MARGIN: f64 = 24.0;

/// The second line of a box: what it is and what it runs.
pub(super) fn caption(picture: &Picture, at: usize) -> Option<String> {
    let drawn = picture.boxes.get(at)?;
    let detail = drawn.detail.as_deref().map(str::trim).filter(|d| !d.is_empty());
    let kind = (drawn.kind != ComponentKind::Service).then(|| drawn.kind.as_str());
    let same = detail.is_some_and(|d| Some(d) == kind);
    let parts: Vec<&str> = kind.into_iter().chain(detail.filter(|_| !same)).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The document.
pub(super) fn paint(picture: &Picture, layout: &Layout) -> String {
    let (tags, missing) = tags(picture, layout);
    let mut hidden = picture.hidden.clone();
    if missing > 0 {
        let plural = if missing == 1 { "text of a line" } else { "texts of lines" };
        hidden.push(format!("hidden: {missing} {plural}, for want of room; point at the line to read it"));
    }
    let legend = Legend::of(picture);
    let title = picture.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let head = if title.is_empty() { MARGIN } else { MARGIN + 34.0 };
    let page = (layout.width + 2.0 * MARGIN).max(legend.width() + 2.0 * MARGIN).max(320.0);
    let foot = 40.0 + hidden.len() as f64 * 17.0;
    let height = head + layout.height + foot + MARGIN;
    let mut out = String::with_capacity(4096 + picture.boxes.len() * 500 + picture.lines.len() * 500);
    let name = if title.is_empty() { "Map" } else { &title };
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{page:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {page:.0} {height:.0}\" role=\"img\" aria-labelledby=\"undrawn-title undrawn-text\">\n\
         <title id=\"undrawn-title\">{}</title>\n<desc id=\"undrawn-text\">{} boxes and {} lines, callers left of what \
         they depend on.{}</desc>\n{STYLE}<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n",
        escape(name),
        picture.boxes.len(),
        picture.lines.len(),
        hidden.iter().map(|h| format!(" {}.", escape(h))).collect::<String>(),
    );
    if !title.is_empty() {
        let shown = cut(&title, 18.0, true, page - 2.0 * MARGIN);
        text(&mut out, MARGIN, MARGIN + 14.0, 18.0, "font-weight=\"700\"", &shown);
    }
    let _ = writeln!(out, "<g transform=\"translate({MARGIN:.0} {head:.0})\">");
    layout.frames.iter().for_each(|f| frame(&mut out, f));
    layout.courses.iter().for_each(|c| course(&mut out, picture, c, layout));
    layout.boxes.iter().enumerate().for_each(|(at, b)| draw_box(&mut out, picture, at, b));
    tags.iter().zip(&layout.courses).for_each(|(t, c)| draw_tag(&mut out, picture, t.as_ref(), c));
    out.push_str("</g>\n");
    legend.draw(&mut out, MARGIN, head + layout.height + 30.0);
    for (i, line) in hidden.iter().enumerate() {
        let y = head + layout.height + 58.0 + i as f64 * 17.0;
        let shown = cut(line, DETAIL + 1.0, false, page - 2.0 * MARGIN);
        text(&mut out, MARGIN, y, DETAIL + 1.0, "class=\"small\"", &shown);
    }
    out.push_str("</svg>\n");
    out
}

fn text(out: &mut String, x: f64, y: f64, size: f64, attributes: &str, words: &str) {
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" {attributes}>{}</text>",
        escape(words)
    );
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Characters that XML cannot hold.
            c if (u32::from(c) < 0x20 && !matches!(c, '\t' | '\n'))
                || matches!(u32::from(c), 0xFFFE | 0xFFFF) =>
            {
                out.push(' ');
            }
            c => out.push(c),
        }
    }
    out
}

fn frame(out: &mut String, frame: &Frame) {
    let Frame { label, x, y, width, height } = frame;
    let _ = writeln!(
        out,
        "<rect class=\"frame\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"8\"/>"
    );
    text(out, x + 10.0, y + 17.0, DETAIL + 1.0, "class=\"small\" font-weight=\"600\"", label);
}

fn class_of(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Database | ComponentKind::Cache => "data",
        ComponentKind::Broker | ComponentKind::Topic => "flow",
        ComponentKind::Gateway => "edge",
        ComponentKind::Discovery
        | ComponentKind::ConfigServer
        | ComponentKind::Telemetry
        | ComponentKind::Node => "plumb",
        ComponentKind::External => "away",
        ComponentKind::User => "user",
        ComponentKind::Service | ComponentKind::Job => "box",
    }
}

fn draw_box(out: &mut String, picture: &Picture, at: usize, placed: &PlacedBox) {
    let Some(drawn) = picture.boxes.get(at) else { return };
    let name = [Some(drawn.label.as_str()), caption(picture, at).as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    let _ = write!(out, "<g role=\"listitem\"><title>{}</title>", escape(&name));
    outline(out, drawn.kind, placed);
    let middle = placed.x + placed.width / 2.0;
    let lines = placed.label.len() as f64;
    let block = lines * 16.0 + if placed.detail.is_some() { 14.0 } else { 0.0 };
    // The lid of a cylinder takes room from its text.
    let lid = if matches!(drawn.kind, ComponentKind::Database | ComponentKind::Cache) { 4.0 } else { 0.0 };
    let mut y = placed.y + (placed.height - block) / 2.0 + 12.5 + lid;
    for line in &placed.label {
        text(out, middle, y, LABEL, "text-anchor=\"middle\" font-weight=\"600\"", line);
        y += 16.0;
    }
    if let Some(detail) = &placed.detail {
        text(out, middle, y - 1.5, DETAIL, "text-anchor=\"middle\" class=\"small\"", detail);
    }
    out.push_str("</g>\n");
}

fn outline(out: &mut String, kind: ComponentKind, placed: &PlacedBox) {
    let PlacedBox { x, y, width: w, height: h, .. } = placed;
    let class = class_of(kind);
    let _ = match kind {
        ComponentKind::Database | ComponentKind::Cache => {
            let (top, bottom, right, half) = (y + 5.0, y + h - 5.0, x + w, w / 2.0);
            writeln!(
                out,
                "<path class=\"{class}\" d=\"M{x:.1} {top:.1}V{bottom:.1}A{half:.1} 5 0 0 0 {right:.1} {bottom:.1}V{top:.1}A{half:.1} 5 0 0 0 {x:.1} {top:.1}A{half:.1} 5 0 0 0 {right:.1} {top:.1}\"/>"
            )
        }
        ComponentKind::Broker | ComponentKind::Topic => {
            let (left, right, bottom, half) = (x + 5.0, x + w - 5.0, y + h, h / 2.0);
            writeln!(
                out,
                "<path class=\"{class}\" d=\"M{right:.1} {y:.1}H{left:.1}A5 {half:.1} 0 0 0 {left:.1} {bottom:.1}H{right:.1}A5 {half:.1} 0 0 0 {right:.1} {y:.1}A5 {half:.1} 0 0 0 {right:.1} {bottom:.1}\"/>"
            )
        }
        _ => {
            let round = if kind == ComponentKind::User { (h / 2.0).min(22.0) } else { 6.0 };
            let dash = if kind == ComponentKind::External { " stroke-dasharray=\"5 3\"" } else { "" };
            writeln!(
                out,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{round:.0}\"{dash}/>"
            )
        }
    };
}

/// Class, width and dashes of a line.
fn stroke(verdict: Verdict, mode: Mode) -> (&'static str, f64, &'static str) {
    let dotted = "stroke-dasharray=\"1.5 5\" stroke-linecap=\"round\"";
    match verdict {
        Verdict::Undrawn => (
            "undrawn",
            3.2,
            if mode == Mode::Async { "stroke-dasharray=\"1 7\" stroke-linecap=\"round\"" } else { "" },
        ),
        Verdict::Unseen => ("unseen", 1.6, "stroke-dasharray=\"7 5\""),
        Verdict::Omitted => ("unseen", 1.2, "stroke-dasharray=\"9 3 2 3\""),
        _ if mode == Mode::Async => ("", 2.0, dotted),
        _ => ("", 1.5, ""),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Filled,
    Hollow,
    Open,
}

fn head_of(need: Need) -> Head {
    match need {
        Need::Hard | Need::Startup => Head::Filled,
        Need::Soft | Need::Background => Head::Hollow,
        Need::Unknown => Head::Open,
    }
}

fn course(out: &mut String, picture: &Picture, course: &Course, layout: &Layout) {
    let Some(line) = picture.lines.get(course.line) else { return };
    let _ = write!(out, "<g role=\"listitem\"><title>{}</title>", escape(&sentence(picture, line)));
    let (class, width, dash) = stroke(line.verdict, line.mode);
    let [(x1, y1), (x2, y2)] = course.ends;
    let head = head_of(line.need);
    let back = if head == Head::Open { 1.0 } else { 7.0 };
    if course.bends.is_empty() {
        itself(out, layout, line, (class, width, dash));
    } else {
        let (from, to) = if course.leftward { (x1 + back, x2) } else { (x1, x2 - back) };
        let mut d = format!("M{from:.1} {y1:.1}");
        for bend in &course.bends {
            let half = (bend.x2 - bend.x1) / 2.0;
            let start = bend.x1.max(from);
            let end = if bend.x2 >= x2 { to } else { bend.x2 };
            let _ = write!(
                d,
                "L{start:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {end:.1} {:.1}",
                bend.y1,
                bend.x1 + half,
                bend.y1,
                bend.x2 - half,
                bend.y2,
                bend.y2
            );
        }
        let _ = write!(out, "<path class=\"line {class}\" stroke-width=\"{width}\" {dash} d=\"{d}\"/>");
        let (x, y, way) = if course.leftward { (x1, y1, 1.0) } else { (x2, y2, -1.0) };
        arrow(out, x, y, way, head, class);
    }
    out.push_str("</g>\n");
}

/// A line from a box to itself: a loop over its right upper corner.
fn itself(out: &mut String, layout: &Layout, line: &PictureLine, (class, width, dash): (&str, f64, &str)) {
    let Some(placed) = layout.boxes.get(line.from) else { return };
    let (x, y) = (placed.x + placed.width, placed.y);
    let _ = write!(
        out,
        "<path class=\"line {class}\" stroke-width=\"{width}\" {dash} d=\"M{:.1} {y:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}\"/>",
        x - 18.0,
        x - 14.0,
        y - 16.0,
        x + 20.0,
        y - 8.0,
        x + 7.0,
        y + 9.0
    );
    arrow(out, x, y + 9.0, 1.0, head_of(line.need), class);
}

/// An arrow head with its point at (x, y); `way` is where it comes from: -1 from the left.
fn arrow(out: &mut String, x: f64, y: f64, way: f64, head: Head, class: &str) {
    let size = if class == "undrawn" { 5.5 } else { 4.2 };
    let back = x + way * size * 2.1;
    let (sort, close) = match head {
        Head::Filled => ("", "Z"),
        Head::Hollow => (" hollow", "Z"),
        Head::Open => (" open", ""),
    };
    let _ = write!(
        out,
        "<path class=\"head {class}{sort}\" stroke-width=\"1.4\" stroke-linejoin=\"round\" d=\"M{back:.1} {:.1}L{x:.1} {y:.1}L{back:.1} {:.1}{close}\"/>",
        y - size,
        y + size
    );
}

/// A line in words.
fn sentence(picture: &Picture, line: &PictureLine) -> String {
    let name = |at: usize| picture.boxes.get(at).map_or("?", |b| b.label.as_str());
    let label = if line.label.trim().is_empty() { String::new() } else { format!(": {}", line.label.trim()) };
    format!(
        "{} depends on {}{label} ({}, {}, {})",
        name(line.from),
        name(line.to),
        line.verdict,
        line.need,
        line.mode
    )
}

fn draw_tag(out: &mut String, picture: &Picture, tag: Option<&Tag>, course: &Course) {
    let (Some(tag), Some(line)) = (tag, picture.lines.get(course.line)) else { return };
    let (class, ..) = stroke(line.verdict, line.mode);
    let left = tag.left;
    let mut words = left + 2.0;
    if !tag.text.is_empty() {
        let _ = write!(
            out,
            "<rect class=\"tag\" fill-opacity=\"0.9\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"14\" rx=\"3\"/>",
            tag.y - 7.5,
            tag.width
        );
    }
    if let Some(sign) = tag.sign {
        let x = left + 7.0;
        let _ = write!(out, "<circle class=\"sign {class}\" cx=\"{x:.1}\" cy=\"{:.1}\" r=\"6.5\"/>", tag.y);
        let attributes = "text-anchor=\"middle\" font-weight=\"700\" class=\"mark\"";
        text(out, x, tag.y + 4.0, 12.0, attributes, &sign.to_string());
        words = left + 16.0;
    }
    if !tag.text.is_empty() {
        let middle = (words + left + tag.width) / 2.0;
        text(out, middle, tag.y + 3.6, LINE, "text-anchor=\"middle\" class=\"small\"", &tag.text);
    }
}

/// Samples of what the picture uses.
struct Legend {
    entries: Vec<(Verdict, Mode, Need, &'static str)>,
}

impl Legend {
    fn of(picture: &Picture) -> Legend {
        let any = |test: &dyn Fn(&PictureLine) -> bool| picture.lines.iter().any(test);
        let plain = Verdict::Confirmed;
        let all: [(bool, Verdict, Mode, Need, &'static str); 8] = [
            (any(&|l| l.verdict == plain), plain, Mode::Sync, Need::Unknown, "drawn and found"),
            (
                any(&|l| l.verdict == Verdict::Undrawn),
                Verdict::Undrawn,
                Mode::Sync,
                Need::Unknown,
                "found, not drawn",
            ),
            (
                any(&|l| l.verdict == Verdict::Unseen),
                Verdict::Unseen,
                Mode::Sync,
                Need::Unknown,
                "drawn, not found",
            ),
            (
                any(&|l| l.verdict == Verdict::Omitted),
                Verdict::Omitted,
                Mode::Sync,
                Need::Unknown,
                "left out on purpose",
            ),
            (any(&|l| l.mode == Mode::Async), plain, Mode::Async, Need::Unknown, "does not wait"),
            (any(&|l| head_of(l.need) == Head::Filled), plain, Mode::Sync, Need::Hard, "fails without it"),
            (any(&|l| head_of(l.need) == Head::Hollow), plain, Mode::Sync, Need::Soft, "degrades without it"),
            (any(&|l| head_of(l.need) == Head::Open), plain, Mode::Sync, Need::Unknown, "need not known"),
        ];
        Legend { entries: all.into_iter().filter(|e| e.0).map(|(_, v, m, n, t)| (v, m, n, t)).collect() }
    }

    fn entry_width(words: &str) -> f64 {
        58.0 + width(words, DETAIL, false) + 18.0
    }

    fn width(&self) -> f64 {
        self.entries.iter().map(|e| Self::entry_width(e.3)).sum()
    }

    fn draw(&self, out: &mut String, mut x: f64, y: f64) {
        out.push_str("<g aria-label=\"legend\">\n");
        for (verdict, mode, need, words) in &self.entries {
            let (class, width, dash) = stroke(*verdict, *mode);
            let head = head_of(*need);
            let end = if head == Head::Open { x + 49.0 } else { x + 43.0 };
            let _ = write!(
                out,
                "<path class=\"line {class}\" stroke-width=\"{width}\" {dash} d=\"M{x:.1} {y:.1}H{end:.1}\"/>"
            );
            arrow(out, x + 50.0, y, -1.0, head, class);
            let sign = match verdict {
                Verdict::Undrawn => "+",
                Verdict::Unseen => "?",
                _ => "",
            };
            if !sign.is_empty() {
                let _ = write!(
                    out,
                    "<circle class=\"sign {class}\" cx=\"{:.1}\" cy=\"{y:.1}\" r=\"6.5\"/>",
                    x + 20.0
                );
                let attributes = "text-anchor=\"middle\" font-weight=\"700\" class=\"mark\"";
                text(out, x + 20.0, y + 4.0, 12.0, attributes, sign);
            }
            text(out, x + 57.0, y + 4.0, DETAIL, "class=\"small\"", words);
            x += Self::entry_width(words);
        }
        out.push_str("</g>\n");
    }
}
