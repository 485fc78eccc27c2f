//! `undrawn map`: what there is, and how it is known.

use super::{Context, empty, exit, link_base, outputs, print, root_in_repository, strict, write};
use crate::analysis::{self, Analysis, Settings};
use crate::cli::MapArgs;
use crate::error::{Result, UserError};
use undrawn_report::{Format, Report, Style};

/// How a map is printed.
#[derive(Debug, Clone, Copy)]
enum Form {
    Text,
    Identities,
    Report(Format),
}

/// Formats of findings in which a map without findings makes sense.
const FORMATS: &[Format] = &[Format::Json, Format::Jsonl, Format::Markdown, Format::Html];

/// Runs the command.
pub fn run(args: &MapArgs, context: &Context) -> Result<u8> {
    let format = match form(&args.format)? {
        Form::Text if args.identities => Form::Identities,
        form => form,
    };
    let outputs = outputs(&args.output.output, form)?;
    let settings = Settings::of(&args.input.path, &args.input.reading)?;
    let mut analysis = analysis::folder(&settings, &context.progress)?;
    if let Some(code) = empty(&analysis, &settings, &args.input.reading, context) {
        return Ok(code);
    }
    if !args.drawn {
        analysis.model = undrawn_graph::evidenced(analysis.model);
    }
    let style = context.style(&settings);
    print(&render(format, &settings, &analysis, &style))?;
    for (format, path) in outputs {
        write(&path, &render(format, &settings, &analysis, &Style { color: false, ..style.clone() }))?;
    }
    Ok(strict(exit::CLEAN, &analysis, &args.input.reading))
}

fn form(name: &str) -> Result<Form> {
    let format = FORMATS.iter().find(|format| format.name() == name);
    match (name, format) {
        ("text", _) => Ok(Form::Text),
        (_, Some(format)) => Ok(Form::Report(*format)),
        _ => {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
            Err(UserError::new(format!("no format `{name}` of a map"))
                .help(format!("one of: text, {}", names.join(", ")))
                .into())
        }
    }
}

fn render(form: Form, settings: &Settings, analysis: &Analysis, style: &Style) -> String {
    let format = match form {
        Form::Text => return undrawn_report::map::render(&analysis.model, style),
        Form::Identities => return undrawn_report::map::identities(&analysis.model, style),
        Form::Report(format) => format,
    };
    let svg = (format == Format::Html).then(|| super::draw::svg(&analysis.model)).flatten();
    let report = Report {
        model: &analysis.model,
        findings: &[],
        rules: &[],
        source: &|path| analysis.text(path),
        tool_version: env!("CARGO_PKG_VERSION"),
        suppressed: 0,
        root_in_repository: &root_in_repository(&settings.root),
        svg: svg.as_deref(),
        link_base: &link_base(),
    };
    match format {
        Format::Markdown => undrawn_report::markdown::map(&report),
        _ => undrawn_report::render(format, &report, style),
    }
}
