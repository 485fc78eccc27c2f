//! How wide a text is, without a font: widths of a common sans-serif, rounded up, so that no text leaves its box.

/// Width of a text in pixels at a font size in pixels. `bold` texts are a little wider.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let units: f64 = text.chars().map(em).sum();
    units * size * if bold { 1.08 } else { 1.02 }
}

/// Advance of a character in em.
fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '|' | '\'' | '.' | ',' | ':' | ';' | '!' | 'I' => 0.28,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '\\' | '-' | ' ' | '"' | '`' => 0.35,
        'm' | 'M' | 'W' | '%' | '@' => 0.92,
        'w' | 'O' | 'Q' | 'G' | 'D' | 'C' | 'N' | 'H' | 'U' | 'R' | 'A' | 'B' | 'E' | 'K' | 'S' | 'P'
        | 'V' | 'X' | 'Y' | '+' | '<' | '>' | '=' | '~' | '&' => 0.74,
        c if c.is_ascii_digit() || c.is_ascii_lowercase() => 0.56,
        c if c.is_ascii() => 0.65,
        c if u32::from(c) < 0x2000 => 0.68,
        _ => 1.05,
    }
}

/// The text in at most `lines` lines no wider than `max`, cut with `…` when it does not fit.
pub(super) fn wrap(text: &str, size: f64, bold: bool, max: f64, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut rest: Vec<String> = pieces(text);
    rest.reverse();
    while let Some(piece) = rest.pop() {
        let last = out.len() == lines;
        match out.last_mut() {
            Some(line) if width(&format!("{line}{piece}"), size, bold) <= max => line.push_str(&piece),
            Some(line) if last => {
                line.push_str(&piece);
                rest.reverse();
                line.push_str(&rest.concat());
                break;
            }
            _ => out.push(piece.trim_start().to_string()),
        }
    }
    out.iter().map(|line| cut(line.trim_end(), size, bold, max)).filter(|l| !l.is_empty()).collect()
}

/// Pieces between which a line may break: after spaces, hyphens, slashes, underscores, dots.
fn pieces(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400) {
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
        if matches!(c, ' ' | '-' | '/' | '_' | '.' | ':') {
            out.push(String::new());
        }
    }
    out
}

/// The text, shortened with `…` until it fits.
pub(super) fn cut(text: &str, size: f64, bold: bool, max: f64) -> String {
    if width(text, size, bold) <= max {
        return text.to_string();
    }
    let (mut out, mut used) = (String::new(), width("…", size, bold));
    for c in text.chars() {
        used += width(c.encode_utf8(&mut [0; 4]), size, bold);
        if used > max {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked() {
        for text in [
            "orders",
            "a-very-long-service-name-with-many-parts",
            "漢字漢字漢字漢字漢字漢字",
            "x".repeat(300).as_str(),
            "",
        ] {
            let lines = wrap(text, 13.0, true, 120.0, 2);
            assert!(lines.len() <= 2 && lines.iter().all(|l| width(l, 13.0, true) <= 120.0), "{lines:?}");
        }
        assert_eq!(wrap("payment-service", 13.0, true, 80.0, 2), ["payment-", "service"]);
    }
}
