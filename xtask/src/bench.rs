//! The benchmarks: `undrawn map` as a user runs it, against only parsing the same files and against Semgrep with one
//! trivial rule. Times are the best of a few runs, so that a busy machine spoils fewer of them.

use crate::{Outcome, cargo, run};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs of each thing that is measured.
const RUNS: usize = 3;

/// One trivial rule. Its name occurs in most files: Semgrep passes over files in which a name does not occur.
const SEMGREP_RULE: &str = "rules:
  - id: call
    languages: [java]
    severity: INFO
    message: a call
    pattern: $X.get(...)
";

/// What one run took.
#[derive(Debug, Clone, Copy)]
struct Taken {
    wall_s: f64,
    /// Processor seconds and peak memory in MiB, where the system's `time` says them.
    more: Option<(f64, f64)>,
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} s", self.wall_s)?;
        self.more.map_or(Ok(()), |(processor_s, memory_mib)| {
            write!(f, " ({processor_s:.2} s of processor time, {memory_mib:.0} MiB)")
        })
    }
}

/// Measures on a source tree and prints a table.
pub fn bench(path: &str) -> Outcome {
    let path = std::fs::canonicalize(path).map_err(|e| format!("{path}: {e}"))?;
    cargo(&["build", "--release", "--quiet", "-p", "undrawn"])?;
    let scratch = target().join("bench");
    std::fs::create_dir_all(&scratch).map_err(|e| format!("{}: {e}", scratch.display()))?;
    let (mut lines, mut fastest) = (Vec::new(), f64::MAX);
    for threads in ["1", "2"] {
        let bare = bare(&path, threads)?;
        let first = map(&path, threads, None, &scratch)?;
        fastest = fastest.min(first.wall_s);
        let against = bare.map_or("parsing alone was not measured".into(), |bare| {
            format!("{:.2} x parsing alone ({bare:.2} s)", first.wall_s / bare)
        });
        lines.push(format!("map, {threads} thread(s), first run    {first}: {against}"));
        let cache = scratch.join(format!("cache-{threads}"));
        map(&path, threads, Some(&cache), &scratch)?;
        let again = map(&path, threads, Some(&cache), &scratch)?;
        lines.push(format!(
            "map, {threads} thread(s), from cache   {again}: {:.2} x the first",
            again.wall_s / first.wall_s
        ));
        let _ = std::fs::remove_dir_all(&cache);
    }
    match semgrep(&path, &scratch)? {
        Some(taken) => lines.push(format!(
            "semgrep, one rule, 2 jobs     {taken}: map is {:.1} x faster",
            taken.wall_s / fastest
        )),
        None => lines.push("semgrep: skipped, it is not installed (pip install semgrep)".into()),
    }
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// Where cargo builds to.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// Seconds that parsing every file takes, from the bench of the reading crate, which prints it.
fn bare(path: &Path, threads: &str) -> Result<Option<f64>, String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["bench", "--quiet", "-p", "undrawn-code", "--bench", "read"]);
    command.env("UNDRAWN_BENCH", path).env("RAYON_NUM_THREADS", threads);
    let output = command.stderr(Stdio::inherit()).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("parsing only"));
    Ok(line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()))
}

fn map(path: &Path, threads: &str, cache: Option<&Path>, scratch: &Path) -> Result<Taken, String> {
    let program = target().join("release").join(format!("undrawn{}", std::env::consts::EXE_SUFFIX));
    let program = std::fs::canonicalize(&program).map_err(|e| format!("{}: {e}", program.display()))?;
    best(&program, scratch, |command| {
        command.args(["map", "--format", "json", "--allow-empty", "--threads", threads]).arg(path);
        match cache {
            Some(folder) => command.env("XDG_CACHE_HOME", folder),
            None => command.arg("--no-cache"),
        };
    })
}

/// Semgrep on the same files; `None` when there is none.
fn semgrep(path: &Path, scratch: &Path) -> Result<Option<Taken>, String> {
    if !Command::new("semgrep").arg("--version").output().is_ok_and(|o| o.status.success()) {
        return Ok(None);
    }
    let write =
        |name: &str, text: &str| std::fs::write(scratch.join(name), text).map_err(|e| format!("{name}: {e}"));
    write("rule.yml", SEMGREP_RULE)?;
    // Without this it passes over tests and more, and would look faster than it is.
    write(".semgrepignore", "")?;
    best(Path::new("semgrep"), scratch, |command| {
        command.args(["scan", "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore"]);
        command.args(["--jobs", "2", "--config", "rule.yml"]).arg(path).current_dir(scratch);
    })
    .map(Some)
}

/// The system's `time`, which knows more than a shell's.
const TIME: &str = "/usr/bin/time";

/// The fastest of a few runs of a program.
fn best(program: &Path, scratch: &Path, complete: impl Fn(&mut Command)) -> Result<Taken, String> {
    let report = scratch.canonicalize().map_err(|e| e.to_string())?.join("time.txt");
    let has_time = Command::new(TIME).arg("--version").output().is_ok_and(|o| o.status.success());
    let mut fastest: Option<Taken> = None;
    for _ in 0..RUNS {
        let mut command = Command::new(if has_time { Path::new(TIME) } else { program });
        if has_time {
            command.args(["-f", "%U %S %M", "-o"]).arg(&report).arg(program);
        }
        complete(&mut command);
        let start = Instant::now();
        run(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let wall_s = start.elapsed().as_secs_f64();
        let taken = Taken { wall_s, more: if has_time { more(&report) } else { None } };
        fastest = fastest.filter(|best| best.wall_s <= wall_s).or(Some(taken));
    }
    fastest.ok_or_else(|| "nothing was run".to_string())
}

/// What `time` wrote: seconds for the user, seconds for the system, KiB.
fn more(report: &Path) -> Option<(f64, f64)> {
    let text = std::fs::read_to_string(report).ok()?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [user_s, system_s, memory_kib] = numbers.try_into().ok()?;
    Some((user_s + system_s, memory_kib / 1024.0))
}
