//! The command: the only crate that opens files, knows the user's configuration and decides on exit codes. What it reads
//! it hands to the sources, what they say to the graph, what comes out to the checks and to the report.

mod analysis;
mod baseline;
mod cache;
mod cli;
mod commands;
mod config;
mod engine;
mod error;
mod files;
mod fix;
mod git;
mod progress;
mod suppress;
mod today;
#[doc(hidden)]
pub mod untrusted;
mod walk;

pub use commands::run;
