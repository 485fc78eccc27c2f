//! Reads, checks and embeds the model files. A wrong file fails the build with its name and the reason.

#[path = "src/pattern.rs"]
#[allow(dead_code)]
mod pattern;
#[path = "src/schema.rs"]
#[allow(dead_code)]
mod schema;

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=models");
    let mut all = Vec::new();
    let mut targets = Vec::new();
    let mut used = Vec::new();
    for path in files(Path::new("models")) {
        println!("cargo::rerun-if-changed={}", path.display());
        match read(&path) {
            Ok((value, model)) => {
                targets.extend(model.targets.keys().cloned());
                used.extend(targets_used(&model).into_iter().map(|name| (path.clone(), name)));
                all.push(value);
            }
            Err(reason) => fail(&path, &reason),
        }
    }
    for (path, name) in used {
        if !targets.contains(&name) {
            fail(&path, &format!("no file has a target `{name}`"));
        }
    }
    let text = serde_json::to_string(&all).unwrap_or_else(|e| fail(Path::new("models"), &e.to_string()));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("models.json");
    std::fs::write(&out, text).unwrap_or_else(|e| fail(&out, &e.to_string()));
}

fn fail(path: &Path, reason: &str) -> ! {
    eprintln!("{}: {reason}", path.display());
    println!("cargo::error={}: {}", path.display(), reason.replace('\n', " | "));
    std::process::exit(1)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "yml") {
            out.push(path);
        }
    }
    out.sort();
    out
}

fn read(path: &Path) -> Result<(serde_json::Value, schema::ModelFile), String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    // Straight from YAML first: those messages have line and column.
    serde_saphyr::from_str::<schema::ModelFile>(&text).map_err(|e| e.to_string())?;
    let value: serde_json::Value = serde_saphyr::from_str(&text).map_err(|e| e.to_string())?;
    let model: schema::ModelFile = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
    check(&model)?;
    Ok((value, model))
}

fn check(model: &schema::ModelFile) -> Result<(), String> {
    if model.cite.is_empty() {
        return Err("`cite` is empty: say which document tells this".into());
    }
    for step in &model.steps {
        if step.on.0.is_empty() || step.methods.0.is_empty() {
            return Err("a step needs `on` and `methods`".into());
        }
    }
    for call in &model.calls {
        if call.on.0.is_empty() || call.methods.0.is_empty() {
            return Err("a call needs `on` and `methods`".into());
        }
        if call.kind.is_none() && call.target.is_none() && call.route.is_none() {
            return Err(format!("the call on {:?} needs `kind`, `target` or `route`", call.on.0));
        }
    }
    Ok(())
}

fn targets_used(model: &schema::ModelFile) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    out.extend(model.calls.iter().filter_map(|r| r.target.clone()));
    out.extend(model.clients.iter().filter_map(|r| r.target.clone()));
    out.extend(model.listeners.iter().filter_map(|r| r.target.clone()));
    out.extend(model.annotated.iter().filter_map(|r| r.target.clone()));
    out.extend(model.entities.iter().filter_map(|r| r.target.clone()));
    out.extend(model.repositories.iter().filter_map(|r| r.target.clone()));
    out
}
