//! Chores of the workspace: `cargo xtask test`, `lint`, `readme`, `bench`, `fuzz`.

use std::process::{Command, ExitCode};

const HELP: &str = "cargo xtask COMMAND

  test             every test: units, pages, properties, whole-program tests
  lint             formatting, clippy with warnings denied, documentation
  readme [--update]  the output shown in README.md is what the command prints
  bench [PATH]     the benchmarks; PATH is a source tree to measure on (default: examples/shop)
  fuzz [SECONDS]   every fuzz target for so long (default 20); needs a nightly toolchain and cargo-fuzz
";

/// A chore that failed, in words.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", rest @ ..] => cargo(&[&["test", "--workspace"], rest].concat()),
        ["lint"] => lint(),
        ["readme"] => readme(false),
        ["readme", "--update"] => readme(true),
        ["bench"] => bench("examples/shop"),
        ["bench", path] => bench(path),
        ["fuzz"] => fuzz("20"),
        ["fuzz", seconds] => fuzz(seconds),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown chore: {}\n\n{HELP}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn cargo(arguments: &[&str]) -> Outcome {
    run(Command::new(env!("CARGO")).args(arguments))
}

fn run(command: &mut Command) -> Outcome {
    eprintln!("xtask: {command:?}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?} did not start: {error}")),
    }
}

fn lint() -> Outcome {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    run(Command::new(env!("CARGO")).args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn bench(path: &str) -> Outcome {
    let path = std::fs::canonicalize(path).map_err(|e| format!("{path}: {e}"))?;
    run(Command::new(env!("CARGO")).args(["bench", "-p", "undrawn-code"]).env("UNDRAWN_BENCH_PATH", path))
}

/// Runs every fuzz target. Skips with a clear word where the tools are missing: they are no part of a stable toolchain.
fn fuzz(seconds: &str) -> Outcome {
    let found = |args: &[&str]| Command::new("cargo").args(args).output().is_ok_and(|o| o.status.success());
    if !found(&["+nightly", "--version"]) || !found(&["fuzz", "--version"]) {
        eprintln!("xtask: skipped: fuzzing needs a nightly toolchain and cargo-fuzz (cargo install cargo-fuzz)");
        return Ok(());
    }
    let list = Command::new("cargo").args(["+nightly", "fuzz", "list"]).output().map_err(|e| e.to_string())?;
    for target in String::from_utf8_lossy(&list.stdout).split_whitespace() {
        run(Command::new("cargo").args(["+nightly", "fuzz", "run", target, "--", &format!("-max_total_time={seconds}")]))?;
    }
    Ok(())
}

/// The block after this line in README.md is the output of the README's first command.
const MARK: &str = "<!-- output of: cargo run --release -- check examples/shop -->";

fn readme(update: bool) -> Outcome {
    let text = std::fs::read_to_string("README.md").map_err(|e| format!("README.md: {e}"))?;
    let command = ["run", "--quiet", "--release", "--", "check", "examples/shop", "--color", "never", "--no-cache"];
    let output = Command::new(env!("CARGO")).args(command).output().map_err(|e| e.to_string())?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.code() != Some(1) {
        return Err(format!("check examples/shop ended with {}, wanted 1 (it has findings): {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let (before, rest) = text.split_once(MARK).ok_or("README.md has no marked output block")?;
    let (_, after) = rest.split_once("```text\n").and_then(|(_, r)| r.split_once("```\n")).ok_or("the marked block is not closed")?;
    let wanted = format!("{before}{MARK}\n\n```text\n{}\n```\n{after}", printed.trim_end());
    match (wanted == text, update) {
        (true, _) => Ok(()),
        (false, true) => std::fs::write("README.md", wanted).map_err(|e| format!("README.md: {e}")),
        (false, false) => Err("the output shown in README.md is not what the command prints: cargo xtask readme --update".into()),
    }
}
