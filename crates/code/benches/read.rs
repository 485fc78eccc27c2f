//! Reading against parsing all of the same files with tree-sitter and doing nothing else.
//!
//! `UNDRAWN_BENCH=FOLDER cargo bench -p undrawn-code`; `RAYON_NUM_THREADS` sets the threads of both. Prints seconds, the best of
//! three runs each, and their ratio. Test sources are in what is parsed barely, as in any other tool's run.

use rayon::prelude::*;
use std::path::Path;
use std::time::Instant;
use undrawn_code::{Options, read_with};
use undrawn_model::{SourceFile, SourceTree};

fn collect(root: &Path, dir: &Path, out: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            collect(root, &path, out);
        } else if path.extension().is_some_and(|e| e == "java" || e == "py")
            && let Ok(bytes) = std::fs::read(&path)
        {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            out.push(SourceFile::new(relative.as_str(), &bytes));
        }
    }
}

fn best(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..3)
        .map(|_| {
            let begin = Instant::now();
            work();
            begin.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.first().copied().unwrap_or(f64::MAX)
}

fn parse(file: &SourceFile) -> usize {
    let mut parser = tree_sitter::Parser::new();
    let language = match file.path.ends_with(".py") {
        true => tree_sitter_python::LANGUAGE,
        false => tree_sitter_java::LANGUAGE,
    };
    if parser.set_language(&language.into()).is_err() {
        return 0;
    }
    parser.parse(&*file.text, None).map_or(0, |tree| tree.root_node().child_count() as usize)
}

fn main() {
    let Some(folder) = std::env::var_os("UNDRAWN_BENCH") else {
        println!("set UNDRAWN_BENCH to a folder with sources");
        return;
    };
    let mut files = Vec::new();
    collect(Path::new(&folder), Path::new(&folder), &mut files);
    let tree = SourceTree::new(files);
    let threads = rayon::current_num_threads();
    println!("{} files, {threads} threads", tree.files().len());
    let bare = best(|| {
        let children: usize = tree.files().par_iter().map(parse).sum();
        std::hint::black_box(children);
    });
    println!("parsing only     {bare:.2} s");
    for (name, prefilter) in [("reading", true), ("reading all", false)] {
        let time = best(|| {
            std::hint::black_box(read_with(&tree, Options { prefilter }));
        });
        println!("{name:<16} {time:.2} s, {:.2} x", time / bare);
    }
}
