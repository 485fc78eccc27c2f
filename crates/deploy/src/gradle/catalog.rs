//! Version catalogs: `gradle/libs.versions.toml`
//! (<https://docs.gradle.org/current/userguide/version_catalogs.html>).

use crate::packages::tables::{Toml, array, string, table};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::DeValue;
use undrawn_model::{Note, SourceFile};

/// What a catalog's names stand for. Names are spelled with dots: `spring-boot_web` is `spring.boot.web`.
#[derive(Default)]
pub(super) struct Catalog {
    libraries: BTreeMap<String, String>,
    bundles: BTreeMap<String, Vec<String>>,
    plugins: BTreeMap<String, String>,
}

impl Catalog {
    pub(super) fn read(file: &SourceFile, notes: &mut Vec<Note>) -> Catalog {
        let toml = Toml::parse(file, notes);
        let entries = |section: &str| {
            let table = toml.at(&[section]).and_then(table);
            table.into_iter().flatten().map(|(k, v)| (dotted(k.get_ref()), v)).collect::<Vec<_>>()
        };
        let versions: BTreeMap<String, String> =
            entries("versions").into_iter().filter_map(|(k, v)| Some((k, string(v)?.to_string()))).collect();
        Catalog {
            libraries: entries("libraries")
                .into_iter()
                .filter_map(|(k, v)| Some((k, coordinate(v, &versions)?)))
                .collect(),
            bundles: entries("bundles")
                .into_iter()
                .map(|(k, v)| (k, array(v).filter_map(string).map(dotted).collect()))
                .collect(),
            plugins: entries("plugins").into_iter().filter_map(|(k, v)| Some((k, plugin(v)?))).collect(),
        }
    }

    /// Coordinates (`group:name:version`) of a path after the catalog's name: `spring.boot.web`, `bundles.web`.
    pub(super) fn coordinates(&self, path: &str) -> Vec<&str> {
        match path.strip_prefix("bundles.").and_then(|b| self.bundles.get(b)) {
            Some(members) => {
                members.iter().filter_map(|m| self.libraries.get(m)).map(String::as_str).collect()
            }
            None => {
                self.libraries.get(path.trim_end_matches(".get")).map(String::as_str).into_iter().collect()
            }
        }
    }

    /// Id of a plugin's path: `spring.boot`.
    pub(super) fn plugin(&self, path: &str) -> Option<&str> {
        self.plugins.get(path).map(String::as_str)
    }
}

fn dotted(name: &str) -> String {
    name.replace(['-', '_'], ".")
}

fn field<'v>(value: &'v Spanned<DeValue<'_>>, name: &str) -> Option<&'v str> {
    string(table(value)?.get(name)?)
}

/// `"g:a:v"`, `{ module = "g:a", version.ref = "x" }`, `{ group, name, version }`.
fn coordinate(value: &Spanned<DeValue<'_>>, versions: &BTreeMap<String, String>) -> Option<String> {
    if let Some(text) = string(value) {
        return Some(text.to_string());
    }
    let module = match field(value, "module") {
        Some(module) => module.to_string(),
        None => format!("{}:{}", field(value, "group")?, field(value, "name")?),
    };
    let reference =
        || versions.get(&dotted(field(table(value)?.get("version")?, "ref")?)).map(String::as_str);
    Some(match field(value, "version").or_else(reference) {
        Some(version) => format!("{module}:{version}"),
        None => module,
    })
}

fn plugin(value: &Spanned<DeValue<'_>>) -> Option<String> {
    let text = string(value).and_then(|t| t.split(':').next());
    text.or_else(|| field(value, "id")).map(str::to_string)
}
