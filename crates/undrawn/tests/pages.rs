//! Whole-program tests: a page shows a folder and a session, and what the session prints.
//!
//! A case's input files make the folder; the input `session` is run in it, line by line. Lines that begin with `undrawn`
//! run the program; the other words are listed in [`Session::step`].

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its folder has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use undrawn_testkit::Case;

#[test]
fn pages() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    undrawn_testkit::run(pages, |case| Session::new(case).run(case));
}

/// One case's folder, removed at the end.
struct Session {
    home: PathBuf,
    out: String,
    environment: Vec<(String, String)>,
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Session {
    fn new(case: &Case) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = std::env::temp_dir().join(format!("undrawn-pages-{}-{number}", std::process::id()));
        let session = Session { home, out: String::new(), environment: vec![] };
        std::fs::create_dir_all(session.work()).unwrap();
        for (path, bytes) in case.files.iter().filter(|(path, _)| path != "session") {
            session.write(path, bytes);
        }
        session
    }

    fn work(&self) -> PathBuf {
        self.home.join("work")
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.work().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn run(mut self, case: &Case) -> String {
        let (_, session) =
            case.files.iter().find(|(path, _)| path == "session").expect("a case has a session");
        for line in String::from_utf8_lossy(session).lines().filter(|line| !line.trim().is_empty()) {
            self.out.push_str(&format!("$ {line}\n"));
            self.step(&words(line));
        }
        self.out.replace(self.home.canonicalize().unwrap().to_str().unwrap(), "HOME").replace('\x1b', "<ESC>")
    }

    fn step(&mut self, words: &[String]) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["undrawn", arguments @ ..] => self.undrawn(arguments),
            // Runs twice and says whether the bytes are the same.
            ["twice", "undrawn", arguments @ ..] => {
                let (first, second) = (self.output(arguments), self.output(arguments));
                assert!(!first.is_empty(), "twice nothing proves nothing");
                self.out.push_str(if first == second { "the same\n" } else { "different\n" });
            }
            ["commit", message] => {
                self.git(&["init", "--quiet", "--initial-branch=main"]);
                self.git(&["add", "--all"]);
                self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
            }
            ["git", arguments @ ..] => self.git(arguments),
            ["append", path, text] => {
                let old = std::fs::read(self.work().join(path)).unwrap_or_default();
                self.write(path, &[&old, text.replace("\\n", "\n").as_bytes()].concat());
            }
            ["replace", path, from, to] => {
                let old = std::fs::read_to_string(self.work().join(path)).unwrap();
                self.write(
                    path,
                    old.replace(&from.replace("\\n", "\n"), &to.replace("\\n", "\n")).as_bytes(),
                );
            }
            ["nest", path, count] => self.write(path, "[{\"a\":".repeat(count.parse().unwrap()).as_bytes()),
            ["fill", path, count] => self.write(path, "#".repeat(count.parse().unwrap()).as_bytes()),
            ["set", name, value] => self.environment.push((name.to_string(), value.to_string())),
            // A file whose name is not UTF-8.
            ["unnameable", folder] => {
                let name = std::os::unix::ffi::OsStrExt::from_bytes(b"caf\xE9");
                let folder = self.work().join(folder).join::<&std::ffi::OsStr>(name);
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join("compose.yml"), "services: {}\n").unwrap();
            }
            ["remove", path] => std::fs::remove_file(self.work().join(path)).unwrap(),
            ["folder", path] => std::fs::create_dir_all(self.work().join(path)).unwrap(),
            ["link", target, path] => std::os::unix::fs::symlink(target, self.work().join(path)).unwrap(),
            ["mode", path, mode] => {
                let mode =
                    std::os::unix::fs::PermissionsExt::from_mode(u32::from_str_radix(mode, 8).unwrap());
                std::fs::set_permissions(self.work().join(path), mode).unwrap();
            }
            ["show", path] => {
                let text = std::fs::read_to_string(self.work().join(path)).unwrap();
                self.out.push_str(&text.replace('\r', "<CR>"));
            }
            ["show-mode", path] => {
                let data = std::fs::metadata(self.work().join(path)).unwrap();
                let mode = std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o777;
                self.out.push_str(&format!("{mode:o}\n"));
            }
            ["count-cache"] => {
                let entries = std::fs::read_dir(self.home.join("cache/undrawn")).map_or(0, Iterator::count);
                self.out.push_str(&format!("{entries}\n"));
            }
            ["spoil-cache"] => {
                for entry in std::fs::read_dir(self.home.join("cache/undrawn")).unwrap() {
                    std::fs::write(entry.unwrap().path(), b"spoiled").unwrap();
                }
            }
            other => panic!("no such step: {other:?}"),
        }
    }

    fn undrawn(&mut self, arguments: &[&str]) {
        let output = self.command(arguments).output().unwrap();
        self.out.push_str(&String::from_utf8_lossy(&output.stdout));
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            self.out.push_str(&format!("! {line}\n"));
        }
        self.out.push_str(&format!("exit {}\n", output.status.code().unwrap_or(-1)));
    }

    fn output(&self, arguments: &[&str]) -> Vec<u8> {
        self.command(arguments).output().unwrap().stdout
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_undrawn"));
        command.args(arguments).current_dir(self.work()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.home).env("XDG_CACHE_HOME", self.home.join("cache"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", profile);
        }
        command
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]);
        command.args(arguments).current_dir(self.work());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Words of a line; single quotes hold spaces together.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(i, part)| match i % 2 {
            0 => part.split_whitespace().map(str::to_string).collect(),
            _ => vec![part.to_string()],
        })
        .collect()
}
