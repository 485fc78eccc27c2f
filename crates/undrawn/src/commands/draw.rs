//! `undrawn draw`: the system as it is, in any diagram format.

use super::{Context, empty, exit, print, strict, write};
use crate::analysis::{self, Settings};
use crate::cli::DrawArgs;
use crate::error::{Result, UserError, nearest};
use undrawn_diagrams::{FORMATS, Picture};
use undrawn_model::{ComponentId, SystemModel};
use undrawn_report::picture::{PictureOptions, picture};

/// Runs the command.
pub fn run(args: &DrawArgs, context: &Context) -> Result<u8> {
    let render = renderer(&args.format)?;
    let settings = Settings::of(&args.input.path, &args.input.reading)?;
    let analysis = analysis::folder(&settings, &context.progress)?;
    if let Some(code) = empty(&analysis, &settings, &args.input.reading, context) {
        return Ok(code);
    }
    let around = args.focus.as_deref().map(|name| focus(&analysis.model, name)).transpose()?;
    let title = settings.root.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let options = PictureOptions { title, plumbing: args.plumbing, around, ..PictureOptions::default() };
    let picture = picture(&analysis.model, &options);
    picture.hidden.iter().for_each(|hidden| context.progress.tell(hidden));
    let text = render(&picture);
    match &args.output {
        Some(path) => write(path, &text)?,
        None => {
            print(&text)?;
        }
    }
    Ok(strict(exit::CLEAN, &analysis, &args.input.reading))
}

fn renderer(name: &str) -> Result<fn(&Picture) -> String> {
    let found = FORMATS.iter().find(|format| format.name == name).and_then(|format| format.render);
    let error = || {
        let names: Vec<&str> = FORMATS.iter().filter(|f| f.render.is_some()).map(|f| f.name).collect();
        UserError::new(format!("cannot draw as `{name}`")).help(format!("one of: {}", names.join(", ")))
    };
    Ok(found.ok_or_else(error)?)
}

fn focus(model: &SystemModel, name: &str) -> Result<ComponentId> {
    let error = || {
        let names = model.components.iter().map(|c| c.name.as_str());
        let help = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`undrawn map` lists the components".to_string(),
        };
        UserError::new(format!("no component `{name}`")).help(help)
    };
    Ok(model.find(name).ok_or_else(error)?)
}

/// The whole system as SVG, for formats that can show one.
pub fn svg(model: &SystemModel) -> Option<String> {
    let render = renderer("svg").ok()?;
    Some(render(&picture(model, &PictureOptions::default())))
}
