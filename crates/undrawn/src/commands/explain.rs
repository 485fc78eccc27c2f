//! `undrawn explain`: a rule's page, or the list of rules. Reads nothing.

use super::{Context, print};
use crate::cli::ExplainArgs;
use crate::engine;
use crate::error::{Result, UserError, nearest};

/// Prints the page of a rule, or all rules.
pub fn run(args: &ExplainArgs, _context: &Context) -> Result<u8> {
    match &args.rule {
        None => print(&list()),
        Some(name) => match engine::rules().iter().find(|rule| rule.id == name) {
            Some(rule) => print(&format!("{}\n", rule.page.trim_end())),
            None => Err(unknown(name).into()),
        },
    }
}

fn list() -> String {
    let width = engine::rules().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let line = |rule: &undrawn_checks::Rule| {
        format!("{:<width$}  {:<8} {:<8} {}\n", rule.id, rule.group, rule.severity.as_str(), rule.summary)
    };
    engine::rules().iter().map(line).collect()
}

/// The error for a rule or group that is not there.
pub fn unknown(name: &str) -> UserError {
    let names = engine::rules().iter().flat_map(|rule| [rule.id, rule.group]);
    let help = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`? `undrawn explain` lists all rules"),
        None => "`undrawn explain` lists all rules".to_string(),
    };
    UserError::new(format!("no rule `{name}`")).help(help)
}
