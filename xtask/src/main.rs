//! Chores of the workspace: `cargo xtask test`, `lint`, `readme`, `bench`, `fuzz`.

mod bench;

use std::process::{Command, ExitCode};

const HELP: &str = "cargo xtask COMMAND

  test             every test: units, pages, properties, whole-program tests
  lint             formatting, clippy with warnings denied, documentation
  readme [--update]  the output shown in README.md is what the command prints
  bench [PATH]     the command against bare parsing and Semgrep, on a source tree (default: examples/shop)
  fuzz [SECONDS [SEED]]   damaged inputs into every reader of foreign bytes, each for so long (default 20)
  fuzz --coverage [SECONDS]   the same with libFuzzer; needs a nightly toolchain and cargo-fuzz
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
        ["bench"] => bench::bench("examples/shop"),
        ["bench", path] => bench::bench(path),
        ["fuzz"] => fuzz("20", "0"),
        ["fuzz", "--coverage"] => fuzz_with_coverage("20"),
        ["fuzz", "--coverage", seconds] => fuzz_with_coverage(seconds),
        ["fuzz", seconds] => fuzz(seconds, "0"),
        ["fuzz", seconds, seed] => fuzz(seconds, seed),
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
    // Module pages speak of their own private items; that link is for who reads the code.
    run(Command::new(env!("CARGO"))
        .args(["doc", "--workspace", "--no-deps", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private-intra-doc-links"))
}

/// Runs every fuzz target on damaged seeds. Needs nothing but this toolchain, and is the same on every machine.
fn fuzz(seconds: &str, seed: &str) -> Outcome {
    mutate(&["run", seconds, seed])
}

/// The stable runner of `fuzz/`. It builds where the tests have built, and so builds little.
fn mutate(arguments: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--manifest-path", "fuzz/Cargo.toml", "--example", "mutate"]);
    if std::env::var_os("CARGO_TARGET_DIR").is_none() {
        command.args(["--target-dir", "target"]);
    }
    run(command.arg("--").args(arguments))
}

/// Runs every fuzz target under libFuzzer. Skips with a clear word where the tools are missing: they are no part of a
/// stable toolchain.
fn fuzz_with_coverage(seconds: &str) -> Outcome {
    let found = |args: &[&str]| Command::new("cargo").args(args).output().is_ok_and(|o| o.status.success());
    if !found(&["+nightly", "--version"]) || !found(&["fuzz", "--version"]) {
        eprintln!("xtask: skipped: this needs a nightly toolchain and cargo-fuzz (cargo install cargo-fuzz)");
        return Ok(());
    }
    mutate(&["seeds"])?;
    let list =
        Command::new("cargo").args(["+nightly", "fuzz", "list"]).output().map_err(|e| e.to_string())?;
    for target in String::from_utf8_lossy(&list.stdout).split_whitespace() {
        let time = format!("-max_total_time={seconds}");
        let options = [time.as_str(), "-timeout=5", "-rss_limit_mb=2048", "-max_len=65536"];
        let words = ["+nightly", "fuzz", "run", "--features", "libfuzzer", target, "--"];
        run(Command::new("cargo").args(words).args(options))?;
    }
    Ok(())
}

/// The block after this line in README.md is the output of the README's first command.
const MARK: &str = "<!-- output of: cargo run --release -- check examples/shop -->";

fn readme(update: bool) -> Outcome {
    let text = std::fs::read_to_string("README.md").map_err(|e| format!("README.md: {e}"))?;
    let command =
        ["run", "--quiet", "--release", "--", "check", "examples/shop", "--color", "never", "--no-cache"];
    let output = Command::new(env!("CARGO")).args(command).output().map_err(|e| e.to_string())?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.code() != Some(1) {
        return Err(format!(
            "check examples/shop ended with {}, wanted 1 (it has findings): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let (before, rest) = text.split_once(MARK).ok_or("README.md has no marked output block")?;
    let (_, after) = rest
        .split_once("```text\n")
        .and_then(|(_, r)| r.split_once("```\n"))
        .ok_or("the marked block is not closed")?;
    let wanted = format!("{before}{MARK}\n\n```text\n{}\n```\n{after}", printed.trim_end());
    match (wanted == text, update) {
        (true, _) => Ok(()),
        (false, true) => std::fs::write("README.md", wanted).map_err(|e| format!("README.md: {e}")),
        (false, false) => {
            Err("the output shown in README.md is not what the command prints: cargo xtask readme --update"
                .into())
        }
    }
}
