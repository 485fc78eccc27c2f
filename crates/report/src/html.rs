//! `html`: one page without scripts, which opens from a disk or a CI artifact.
//!
//! Its content security policy allows one style sheet (by hash) and embedded pictures, nothing else.

use crate::{Report, Style, Summary, escape, excerpt::excerpt, markdown, text};
use undrawn_model::{Dependency, Finding, Location, Note};

/// The style sheet. [`STYLE_HASH`] belongs to it.
const STYLE: &str = include_str!("html.css");
/// SHA-256 of [`STYLE`] in Base64; a test says what it must be.
const STYLE_HASH: &str = "sha256-7FsMtnZ3RhgkD4u7h0zKHjkxkR/N0YCr/udNBg2Lc+Y=";
/// Places shown of each finding.
const PLACES_MAX: usize = 12;

/// The page.
pub fn render(report: &Report, _style: &Style) -> String {
    let summary = Summary::of(report);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>undrawn report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>undrawn</h1>\n"
    );
    out.push_str(&format!("<p class=\"summary\">{}</p>\n", escape::markup(&summary.line(false))));
    out.push_str(&picture(report));
    out.push_str(&findings(report));
    out.push_str(&dependencies(report, &summary));
    out.push_str(&components(report));
    out.push_str(&drawings(report));
    out.push_str(&notes(report));
    let version = escape::markup(report.tool_version);
    out.push_str(&format!("<footer>undrawn {version}</footer>\n</main>\n</body>\n</html>\n"));
    out
}

/// A picture is shown as an image and not as part of the page: whatever it holds, it cannot act.
fn picture(report: &Report) -> String {
    match report.svg {
        None => String::new(),
        Some(svg) => format!(
            "<figure><img alt=\"map of components and dependencies\" src=\"data:image/svg+xml;base64,{}\"></figure>\n",
            base64(svg.as_bytes())
        ),
    }
}

fn findings(report: &Report) -> String {
    let sorted = report.sorted();
    if sorted.is_empty() {
        return String::new();
    }
    let all: String = sorted.into_iter().map(|f| finding(report, f)).collect();
    format!("<h2 id=\"findings\">Findings</h2>\n{all}")
}

fn finding(report: &Report, finding: &Finding) -> String {
    let severity = finding.severity.as_str();
    let mut out = format!(
        "<article class=\"{severity}\">\n<h3><span class=\"severity\">{severity}</span> {} <code>{}</code></h3>\n",
        escape::html_message(&finding.message),
        escape::markup(&finding.rule)
    );
    out.push_str(&place(report, &finding.location, &finding.label));
    for related in finding.related.iter().take(PLACES_MAX) {
        out.push_str(&place(report, &related.location, &related.message));
    }
    if !finding.path.is_empty() {
        let steps: String = finding
            .path
            .iter()
            .take(PLACES_MAX)
            .map(|s| format!("<li>{}</li>\n", place(report, &s.location, &s.message)))
            .collect();
        out.push_str(&format!("<details><summary>path</summary>\n<ol>\n{steps}</ol>\n</details>\n"));
    }
    if !finding.help.is_empty() {
        out.push_str(&format!("<p class=\"help\">help: {}</p>\n", escape::html_message(&finding.help)));
    }
    out + &format!("<p class=\"faint\">confidence: {}</p>\n</article>\n", finding.confidence)
}

fn place(report: &Report, location: &Location, label: &str) -> String {
    let mut out = format!(
        "<p class=\"place\"><code>{}:{}:{}</code> {}</p>\n",
        escape::markup(&report.repository_path(&location.file)),
        location.line,
        location.column,
        escape::markup(label)
    );
    let found = (report.source)(&location.file).and_then(|source| excerpt(&source, location));
    if let Some(found) = found {
        out.push_str(&format!("<pre>{}</pre>\n", marked(&found)));
    }
    out
}

/// The lines with their numbers, the place in `<mark>`. A mark ends with its line and goes on in the next one.
fn marked(found: &crate::excerpt::Excerpt) -> String {
    let mut out = Vec::new();
    let mut at = 0;
    for (i, line) in found.text.split('\n').enumerate() {
        let within = |offset: usize| offset.clamp(at, at + line.len()) - at;
        let (start, end) = (within(found.span.start), within(found.span.end));
        let part = |range: std::ops::Range<usize>| {
            escape::markup(&line.get(range).unwrap_or_default().replace('\t', "    "))
        };
        out.push(format!(
            "<span class=\"line\">{:>5} </span>{}<mark>{}</mark>{}",
            found.line as usize + i,
            part(0..start),
            part(start..end),
            part(end..line.len())
        ));
        at += line.len() + 1;
    }
    out.join("\n")
}

fn dependencies(report: &Report, summary: &Summary) -> String {
    if report.model.dependencies.is_empty() {
        return String::new();
    }
    let legend: Vec<String> = summary
        .verdicts
        .iter()
        .map(|(v, n)| {
            format!("<span class=\"{v}\">{} {v}</span> {n} ({})", text::mark(*v), markdown::meaning(*v))
        })
        .collect();
    let rows: String = report.model.dependencies.iter().map(|d| row(report, d)).collect();
    format!(
        "<h2 id=\"dependencies\">Dependencies</h2>\n<p>{}</p>\n<table>\n<thead><tr><th>from</th><th>to</th>\
         <th>verdict</th><th>kind</th><th>mode</th><th>need</th><th>confidence</th><th>known from</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n",
        legend.join(", ")
    )
}

fn row(report: &Report, dependency: &Dependency) -> String {
    let name = |id| escape::markup(&report.model.component(id).name);
    let verdict = dependency.verdict;
    let known = match dependency.evidence.first() {
        Some(first) => format!(
            "<code>{}:{}</code> {}",
            escape::markup(&report.repository_path(&first.location.file)),
            first.location.line,
            escape::markup(&text::clip(&first.detail, 160))
        ),
        None => String::new(),
    };
    format!(
        "<tr><td>{}</td><td>{}</td><td class=\"{verdict}\">{} {verdict}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{known}</td></tr>\n",
        name(dependency.from),
        name(dependency.to),
        text::mark(verdict),
        dependency.kind,
        dependency.mode,
        dependency.need,
        dependency.confidence
    )
}

fn components(report: &Report) -> String {
    let rows: String = report
        .model
        .components
        .iter()
        .map(|c| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                escape::markup(&c.name),
                c.kind,
                escape::markup(&crate::map::product(c)),
                escape::markup(&text::clip(&c.aliases.join(", "), 200))
            )
        })
        .collect();
    match rows.is_empty() {
        true => rows,
        false => format!(
            "<h2 id=\"components\">Components</h2>\n<table>\n<thead><tr><th>name</th><th>kind</th><th>runs</th>\
             <th>other names</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        ),
    }
}

fn drawings(report: &Report) -> String {
    let address = |l: &Location| {
        format!("<code>{}:{}</code>", escape::markup(&report.repository_path(&l.file)), l.line)
    };
    let rows: String = report
        .model
        .drawings
        .iter()
        .map(|mapped| {
            let lifted: String = text::lifted(mapped)
                .map(|(place, message)| format!("<br>{} {}", address(place), escape::markup(message)))
                .collect();
            let compared = if mapped.compared { "compared" } else { "not compared" };
            let reason = escape::markup(&mapped.reason);
            format!("<li>{} {compared}: {reason}{lifted}</li>\n", address(&mapped.drawing.location))
        })
        .collect();
    match rows.is_empty() {
        true => rows,
        false => format!("<h2 id=\"drawings\">Drawings</h2>\n<ul>\n{rows}</ul>\n"),
    }
}

fn notes(report: &Report) -> String {
    let line = |note: &Note| {
        let place = note.location.as_ref().map_or(String::new(), |l| {
            format!("<code>{}:{}</code> ", escape::markup(&report.repository_path(&l.file)), l.line)
        });
        let unread = if note.unread { "<strong>not read:</strong> " } else { "" };
        format!("<li>{place}{unread}{}</li>\n", escape::markup(&note.message))
    };
    let lines: String = report.model.notes.iter().map(line).collect();
    match lines.is_empty() {
        true => lines,
        false => format!(
            "<h2 id=\"notes\">Notes</h2>\n<details><summary>{}</summary>\n<ul>\n{lines}</ul>\n</details>\n",
            text::count(report.model.notes.len(), "note")
        ),
    }
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            match i <= group.len() {
                true => out.push(DIGITS[(bits >> (18 - 6 * i) & 63) as usize] as char),
                false => out.push('='),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_policy_allows_exactly_this_style_sheet() {
        assert_eq!(STYLE_HASH, format!("sha256-{}", base64(&Sha256::digest(STYLE))));
    }

    #[test]
    fn base64_is_padded() {
        let encoded: Vec<String> =
            ["", "f", "fo", "foo", "foob"].iter().map(|t| base64(t.as_bytes())).collect();
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
