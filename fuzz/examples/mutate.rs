//! Fuzzing on a stable toolchain: damaged seeds, in a process of their own for each target, watched for panics, for
//! inputs that take too long and for memory.
//!
//! ```text
//! mutate run SECONDS [SEED] [TARGET ...]   each target for so long; failing inputs go to fuzz/artifacts/TARGET/
//! mutate replay TARGET FILE                one input again
//! mutate seeds [TARGET ...]                writes the seeds to fuzz/corpus/TARGET/, for libFuzzer
//! mutate list                              the targets
//! ```

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use undrawn_fuzz::{TARGETS, Target, mutate, seeds};

/// Processor time that one input may take, in milliseconds. Readers take microseconds for each kilobyte when optimised; this
/// runner is built with little optimisation and shares its machine, so only what grows out of all proportion is past it.
const INPUT_MS_MAX: u64 = 5_000;

/// Memory that a process may hold, in bytes.
const MEMORY_BYTES_MAX: u64 = 1 << 30;

/// Failures of one target after which it is left alone.
const FAILURES_MAX: u64 = 5;

/// Ends the process for an input that is too slow or too big, so that the parent goes on with the next one.
const GAVE_UP: i32 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", seconds, rest @ ..] => run(seconds, rest),
        ["work", target, seconds, seed, from] => {
            work(named(target), number(seconds), number(seed), number(from))
        }
        ["replay", target, file] => replay(target, Path::new(file)),
        ["seeds", rest @ ..] => chosen(rest).into_iter().for_each(write_seeds),
        ["list"] => TARGETS.iter().for_each(|t| println!("{}", t.name)),
        _ => fail("mutate run SECONDS [SEED] [TARGET ...] | replay TARGET FILE | seeds [TARGET ...] | list"),
    }
    match FAILED.load(Ordering::Relaxed) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Failures of all targets.
static FAILED: AtomicU64 = AtomicU64::new(0);

fn fail(message: &str) {
    eprintln!("{message}");
    FAILED.fetch_add(1, Ordering::Relaxed);
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

fn named(name: &str) -> &'static Target {
    TARGETS.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("no fuzz target {name}"))
}

/// These targets, or all.
fn chosen(names: &[&str]) -> Vec<&'static Target> {
    match names {
        [] => TARGETS.iter().collect(),
        names => names.iter().map(|n| named(n)).collect(),
    }
}

fn artifacts(target: &Target) -> PathBuf {
    folder("artifacts", target)
}

fn folder(sort: &str, target: &Target) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(sort).join(target.name);
    std::fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    folder
}

fn write_seeds(target: &Target) {
    let folder = folder("corpus", target);
    for (i, seed) in seeds::of(target).iter().enumerate() {
        let path = folder.join(format!("seed-{i:04}"));
        std::fs::write(&path, seed).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}

fn run(seconds: &str, rest: &[&str]) {
    let (seed, names) = match rest.split_first() {
        Some((first, names)) if first.parse::<u64>().is_ok() => (number(first), names),
        _ => (0, rest),
    };
    for target in chosen(names) {
        run_target(target, number(seconds), seed);
    }
}

/// Runs a target in processes of its own: a stack overflow ends one, and the next goes on behind it.
fn run_target(target: &Target, seconds: u64, seed: u64) {
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut from, mut failures) = (0, 0);
    while Instant::now() < end && failures < FAILURES_MAX {
        let left = end.saturating_duration_since(Instant::now()).as_secs().max(1);
        let me = std::env::current_exe().unwrap_or_else(|e| panic!("{e}"));
        let arguments =
            ["work".to_string(), target.name.into(), left.to_string(), seed.to_string(), from.to_string()];
        let status = Command::new(me).args(arguments).env("RAYON_NUM_THREADS", "1").status();
        let status = status.unwrap_or_else(|e| panic!("{e}"));
        let at = std::fs::read_to_string(artifacts(target).join("current"))
            .ok()
            .and_then(|t| t.trim().parse().ok());
        let at: u64 = at.unwrap_or(from);
        if status.success() {
            println!("{:<16} {:>8} inputs, {failures} failures", target.name, at);
            return;
        }
        if !matches!(status.code(), Some(GAVE_UP | PANICKED)) {
            report(target, "crash", seed, at, &format!("{status}"));
        }
        (from, failures) = (at + 1, failures + 1);
        FAILED.fetch_add(1, Ordering::Relaxed);
    }
    println!("{:<16} {from:>8} inputs, {failures} failures", target.name);
}

/// Keeps an input that failed.
fn report(target: &Target, sort: &str, seed: u64, at: u64, message: &str) {
    let path = artifacts(target).join(format!("{sort}-{seed}-{at}"));
    let bytes = mutate::input(&seeds::of(target), seed, at);
    let kept = std::fs::write(&path, &bytes);
    println!("{}: {sort}: {message}\n  {} bytes in {} ({kept:?})", target.name, bytes.len(), path.display());
}

/// What the worker is at.
struct Watch {
    number: AtomicU64,
    /// Processor time when it began, milliseconds.
    began: AtomicU64,
}

/// The child: input after input until the time is over.
fn work(target: &'static Target, seconds: u64, seed: u64, from: u64) {
    let seeds = seeds::of(target);
    let end = Instant::now() + Duration::from_secs(seconds);
    let watch = Arc::new(Watch { number: from.into(), began: processor_ms().into() });
    let current = artifacts(target).join("current");
    let seen = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&seen);
    std::panic::set_hook(Box::new(move |info| {
        if let Ok(mut heard) = heard.lock() {
            *heard = info.to_string().replace('\n', " ");
        }
    }));
    let shared = Arc::clone(&watch);
    std::thread::spawn(move || guard(target, seed, &shared));
    let mut places = std::collections::BTreeSet::new();
    let mut number = from;
    while Instant::now() < end {
        let input = mutate::input(&seeds, seed, number);
        watch.number.store(number, Ordering::SeqCst);
        watch.began.store(processor_ms(), Ordering::SeqCst);
        // Read by the parent when this process dies: the input follows from its number.
        let _ = std::fs::write(&current, number.to_string());
        let ended = std::panic::catch_unwind(|| (target.run)(target.path, &input));
        let message = seen.lock().map(|m| m.clone()).unwrap_or_default();
        let place: String =
            message.chars().take_while(|c| *c != ':').chain(message.chars().take(120)).collect();
        if ended.is_err() && places.insert(place) {
            report(target, "crash", seed, number, &message);
        }
        number += 1;
    }
    let _ = std::fs::write(&current, number.to_string());
    watch.began.store(u64::MAX, Ordering::SeqCst);
    std::process::exit(i32::from(!places.is_empty()) * PANICKED);
}

/// Exit code of a worker that came to its end but saw panics.
const PANICKED: i32 = 4;

/// Ends the process when one input takes too long or too much.
fn guard(target: &Target, seed: u64, watch: &Watch) {
    loop {
        std::thread::sleep(Duration::from_millis(50));
        let number = watch.number.load(Ordering::SeqCst);
        let took = processor_ms().saturating_sub(watch.began.load(Ordering::SeqCst));
        let memory = memory_bytes();
        let sort = match () {
            () if took > INPUT_MS_MAX => "slow",
            () if memory > MEMORY_BYTES_MAX => "big",
            () => continue,
        };
        if watch.number.load(Ordering::SeqCst) != number {
            continue;
        }
        report(target, sort, seed, number, &format!("{took} ms, {} MiB", memory >> 20));
        std::process::exit(GAVE_UP);
    }
}

/// Processor time of this process, so that a busy machine makes nothing slow; wall time where that is not known.
fn processor_ms() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let wall = START.get_or_init(Instant::now).elapsed().as_millis() as u64;
    let ticks = || {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // After the name, which may hold anything: user time is field 14, system time field 15, in 10 ms.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        Some((user + fields.next()?.parse::<u64>().ok()?) * 10)
    };
    ticks().unwrap_or(wall)
}

/// Memory this process holds; 0 where that is not known.
fn memory_bytes() -> u64 {
    let pages =
        || std::fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(1)?.parse::<u64>().ok();
    pages().unwrap_or(0) * 4096
}

fn replay(target: &str, file: &Path) {
    let bytes = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let start = Instant::now();
    undrawn_fuzz::run(target, &bytes);
    println!("{target}: {} bytes in {:?}, {} MiB", bytes.len(), start.elapsed(), memory_bytes() >> 20);
}
