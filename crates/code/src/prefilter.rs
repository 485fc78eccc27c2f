//! Which files can matter: those that name something a model knows, those that call them, and what both reach.
//!
//! Names are found without parsing. A file is a seed when its text has the qualified name of a library type that rules ask
//! for (imports are written so), its package with a star, or a start method. From the seeds, users are followed back a few
//! steps (arguments come from there) and used types forward without limit, with their subclasses. Comments and texts are
//! searched as well: too many files cost time, too few would cost evidence.

use crate::languages::{self, Language};
use crate::models::Models;
use aho_corasick::{AhoCorasick, MatchKind};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use undrawn_model::{SourceFile, SourceTree};

/// Users of seeds are followed so far back: one more than arguments are.
const BACK_MAX: usize = 5;

/// Files to parse, in order of path.
pub fn files<'a>(
    tree: &'a SourceTree,
    models: &Models,
    choose: bool,
) -> Vec<(&'a SourceFile, &'static Language)> {
    let all = tree.files().iter().filter_map(|file| Some((file, languages::of(&file.path)?)));
    let all: Vec<_> = all.filter(|(file, language)| !(language.is_test)(&file.path)).collect();
    let Some(search) = choose.then(|| search(models)).flatten() else { return all };
    // Of languages whose words do not tell, every file is parsed.
    let (all, plain): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, language)| language.words_tell);
    let mut needed = choose_from(all, &search);
    needed.extend(plain);
    needed.sort_by(|a, b| a.0.path.cmp(&b.0.path));
    needed
}

fn choose_from<'a>(
    all: Vec<(&'a SourceFile, &'static Language)>,
    search: &AhoCorasick,
) -> Vec<(&'a SourceFile, &'static Language)> {
    let seeds: Vec<bool> = all.par_iter().map(|(file, _)| search.is_match(&*file.text)).collect();
    let count = seeds.iter().filter(|seed| **seed).count();
    if count == 0 {
        return vec![];
    }
    if count > all.len() / SEEDS_SHARE {
        // So many seeds reach nearly everything: finding that out would cost more than it saves.
        return all;
    }
    let scans: Vec<Scan<'a>> = all.par_iter().map(|(file, _)| Scan::of(&file.text)).collect();
    let needed = reach(&scans, seeds);
    all.into_iter().zip(needed).filter(|(_, needed)| *needed).map(|(file, _)| file).collect()
}

/// One seed in so many files, and all files are parsed.
const SEEDS_SHARE: usize = 12;

/// The automaton over everything that makes a file a seed.
fn search(models: &Models) -> Option<AhoCorasick> {
    let mut literals: BTreeSet<String> = BTreeSet::from(["main(".to_string(), "main (".to_string()]);
    for name in models.telling_types() {
        match name.split_once('*') {
            Some((head, tail)) => {
                // `*Grpc.*Stub`: the longest piece without a star and without a dot.
                let pieces = [head, tail].into_iter().flat_map(|p| p.split(['*', '.']));
                literals.extend(pieces.max_by_key(|p| p.len()).map(str::to_string));
            }
            None => literals.extend(spellings(name)),
        }
    }
    literals.retain(|l| l.len() > 2);
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(literals).ok()
}

/// How a file shows that it uses a type: by name, by its package's star, by being of its package.
fn spellings(name: &str) -> Vec<String> {
    let mut package = String::new();
    for segment in name.split('.') {
        if segment.chars().next().is_some_and(char::is_uppercase) {
            return match package.as_str() {
                "" | "java.lang" => vec![segment.to_string()],
                package => vec![
                    format!("{package}.{segment}"),
                    format!("{package}.*"),
                    format!("package {package};"),
                ],
            };
        }
        if !package.is_empty() {
            package.push('.');
        }
        package.push_str(segment);
    }
    vec![]
}

/// What a look at a file's words tells.
#[derive(Default)]
struct Scan<'a> {
    declares: Vec<&'a str>,
    uses: Vec<&'a str>,
    extends: Vec<&'a str>,
}

impl<'a> Scan<'a> {
    fn of(text: &'a str) -> Self {
        let mut scan = Scan::default();
        let bytes = text.as_bytes();
        let (mut at, mut declaring, mut inheriting) = (0, false, false);
        while at < bytes.len() {
            let b = bytes[at];
            if !is_word(b) {
                inheriting &= b != b'{';
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && is_word(bytes[at]) {
                at += 1;
            }
            // Word bytes are ASCII or whole non-ASCII characters, so both ends are character boundaries.
            let Some(word) = text.get(start..at) else { continue };
            if declaring {
                scan.declares.push(word);
            } else if b.is_ascii_uppercase() || b >= 0x80 {
                scan.uses.push(word);
                if inheriting {
                    scan.extends.push(word);
                }
            }
            declaring = matches!(word, "class" | "interface" | "enum" | "record");
            inheriting |= matches!(word, "extends" | "implements");
        }
        for list in [&mut scan.uses, &mut scan.extends] {
            list.sort_unstable();
            list.dedup();
        }
        scan
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80
}

/// For each file whether it can matter.
fn reach(scans: &[Scan<'_>], mut needed: Vec<bool>) -> Vec<bool> {
    let mut declared: HashMap<&str, Vec<u32>> = HashMap::new();
    for (number, scan) in scans.iter().enumerate() {
        for name in &scan.declares {
            declared.entry(name).or_default().push(number as u32);
        }
    }
    let edges = |names: &[&str]| -> Vec<u32> {
        let mut out: Vec<u32> = names.iter().filter_map(|n| declared.get(n)).flatten().copied().collect();
        out.sort_unstable();
        out.dedup();
        out
    };
    let uses: Vec<Vec<u32>> = scans.par_iter().map(|s| edges(&s.uses)).collect();
    let extends: Vec<Vec<u32>> = scans.par_iter().map(|s| edges(&s.extends)).collect();
    let (used_by, extended_by) = (reverse(&uses), reverse(&extends));

    let mut edge: Vec<u32> = (0..scans.len() as u32).filter(|n| needed[*n as usize]).collect();
    for _ in 0..BACK_MAX {
        let users = edge.iter().flat_map(|n| &used_by[*n as usize]);
        edge = add(&mut needed, users.copied().collect());
    }
    let mut edge: Vec<u32> = (0..scans.len() as u32).filter(|n| needed[*n as usize]).collect();
    while !edge.is_empty() {
        let next = edge.iter().flat_map(|n| uses[*n as usize].iter().chain(&extended_by[*n as usize]));
        edge = add(&mut needed, next.copied().collect());
    }
    needed
}

/// Marks files; gives those that were not marked before.
fn add(needed: &mut [bool], files: Vec<u32>) -> Vec<u32> {
    files.into_iter().filter(|n| !std::mem::replace(&mut needed[*n as usize], true)).collect()
}

fn reverse(edges: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut out = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for to in targets {
            out[*to as usize].push(from as u32);
        }
    }
    out
}
