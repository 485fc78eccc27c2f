//! Package manifests of languages other than the JVM's: modules and the libraries they use. See `packages.md`.

mod go;
mod lines;
mod node;
pub(crate) mod tables;
mod xml_projects;

use crate::Reading;
use undrawn_model::{
    Claim, ComponentClaim, Evidence, Location, ModuleClaim, Name, NameSort, Note, Provenance, SourceFile,
    SourceTree, Subject, Template,
};

/// One manifest, understood.
struct Manifest {
    build: &'static str,
    language: &'static str,
    /// Name as other modules ask for it; its last part is the short name. The folder's name when none is written.
    coordinate: Option<String>,
    /// Where the name is written.
    location: Location,
    /// Only gathers other modules.
    aggregate: bool,
    /// Says itself that it is started.
    starts: bool,
    libraries: Vec<Library>,
}

/// A library that a manifest asks for, tests and tools excluded.
struct Library {
    name: String,
    version: Option<String>,
    location: Location,
}

/// What a manifest is called, and how it is read.
struct Kind {
    wants: fn(name: &str) -> bool,
    read: fn(file: &SourceFile, notes: &mut Vec<Note>) -> Option<Manifest>,
    /// Files beside it that start it, besides a `Dockerfile`.
    starters: &'static [&'static str],
}

/// Of several manifests of one language in a folder the first of this list makes the module.
static KINDS: &[Kind] = &[
    Kind { wants: |n| n == "package.json", read: node::package_json, starters: &[] },
    Kind { wants: |n| n == "composer.json", read: node::composer_json, starters: &["artisan"] },
    Kind { wants: |n| n == "go.mod", read: go::go_mod, starters: &[] },
    Kind { wants: |n| n == "pyproject.toml", read: tables::pyproject, starters: PYTHON_STARTERS },
    Kind { wants: |n| n == "Pipfile", read: tables::pipfile, starters: PYTHON_STARTERS },
    Kind { wants: |n| n == "requirements.txt", read: lines::requirements, starters: PYTHON_STARTERS },
    Kind { wants: |n| n == "setup.py", read: lines::setup_py, starters: PYTHON_STARTERS },
    Kind { wants: |n| n == "Cargo.toml", read: tables::cargo, starters: &["src/main.rs"] },
    Kind { wants: is_dotnet, read: xml_projects::dotnet, starters: &[] },
    Kind { wants: |n| n == "Gemfile", read: lines::gemfile, starters: &["config.ru"] },
    Kind { wants: |n| n == "mix.exs", read: lines::mix, starters: &[] },
];

const PYTHON_STARTERS: &[&str] = &["manage.py", "main.py", "app.py", "wsgi.py", "asgi.py", "__main__.py"];

fn is_dotnet(name: &str) -> bool {
    [".csproj", ".fsproj", ".vbproj"].iter().any(|ending| name.ends_with(ending))
}

/// Manifests, and the files that make one a program.
pub(crate) fn wants(path: &str) -> bool {
    const FOREIGN: &[&str] =
        &["/node_modules/", "/vendor/", "/testdata/", "/target/", "/site-packages/", "/dist/"];
    let name = path.rsplit('/').next().unwrap_or(path);
    let rooted = format!("/{path}");
    let starts = |s: &&str| rooted.strip_suffix(*s).is_some_and(|before| before.ends_with('/'));
    let known = KINDS.iter().any(|k| (k.wants)(name) || k.starters.iter().any(starts)) || name == "main.go";
    known && !FOREIGN.iter().any(|part| rooted.contains(part)) && !crate::spring::is_foreign(path)
}

/// Reads the manifests of a tree.
pub(crate) fn read(tree: &SourceTree, files: &[&SourceFile]) -> Reading {
    let (mut evidence, mut notes) = (Vec::new(), Vec::new());
    let mut done: Vec<(&str, &str)> = Vec::new();
    for kind in KINDS {
        for file in files.iter().filter(|f| (kind.wants)(f.name())) {
            let Some(manifest) = (kind.read)(file, &mut notes) else { continue };
            // Two manifests of one build in a folder (`pyproject.toml`, `requirements.txt`) are one module, except
            // project files, of which each is one.
            let again = done.contains(&(file.dir(), manifest.build)) && manifest.build != "dotnet";
            done.push((file.dir(), manifest.build));
            claims(tree, file, &manifest, kind, again, &mut evidence);
        }
    }
    evidence.extend(go::programs(files));
    (evidence, notes)
}

fn claims(
    tree: &SourceTree,
    file: &SourceFile,
    m: &Manifest,
    kind: &Kind,
    again: bool,
    out: &mut Vec<Evidence>,
) {
    let coordinate = m.coordinate.clone().unwrap_or_else(|| folder(file.dir()).to_string());
    let beside =
        |name: &str| SourceTree::join(file.dir(), name).is_some_and(|path| tree.get(&path).is_some());
    if !again {
        let claim = ModuleClaim {
            dir: file.dir().to_string(),
            build: m.build.into(),
            name: short_name(m.build, &coordinate).to_string(),
            coordinate: coordinate.clone(),
            aggregate: m.aggregate,
            runnable: !m.aggregate
                && (m.starts || beside("Dockerfile") || kind.starters.iter().any(|s| beside(s))),
            needs: m.libraries.iter().map(|l| l.name.clone()).collect(),
            language: (!m.aggregate).then(|| m.language.to_string()),
        };
        out.push(evidence(
            Claim::Module(claim),
            m.location.clone(),
            format!("{} module {coordinate}", m.build),
        ));
    }
    for library in &m.libraries {
        let claim = Claim::Uses { library: library.name.clone(), version: library.version.clone() };
        out.push(evidence(claim, library.location.clone(), format!("dependency {}", library.name)));
    }
}

fn evidence(claim: Claim, location: Location, detail: String) -> Evidence {
    Evidence::new(Subject::Owner, claim, Provenance::Config, location, detail)
}

/// `github.com/org/shop/v2` -> `shop`, `@org/cart` -> `cart`; other builds have plain names.
fn short_name<'a>(build: &str, coordinate: &'a str) -> &'a str {
    let is_version =
        |s: &str| s.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    match build {
        "go" => coordinate.rsplit('/').find(|s| !is_version(s)).unwrap_or(coordinate),
        "npm" | "composer" => coordinate.rsplit('/').next().unwrap_or(coordinate),
        _ => coordinate,
    }
}

/// The folder's name; what the analysed root is called is not known here.
pub(crate) fn folder(dir: &str) -> &str {
    dir.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("root")
}

/// An image reference without tag and digest. Of one with unknown parts what follows the last of them, if that is a whole
/// segment; `None` when the last segment is unknown.
pub(crate) fn image_name(written: &str) -> Option<String> {
    let image = written.split('@').next().unwrap_or(written).trim();
    let (path, last) = image.rsplit_once('/').unwrap_or(("", image));
    let last = last.split_once(':').map_or(last, |(name, _tag)| name);
    if last.is_empty() || last.contains(['$', '{', '}', ' ']) {
        return None;
    }
    Some(if path.is_empty() || path.contains(['$', '{']) {
        last.to_string()
    } else {
        format!("{path}/{last}")
    })
}

/// The claim that a module becomes this image.
pub(crate) fn built_image(image: &str) -> Claim {
    let last = image.rsplit('/').next().unwrap_or(image);
    Claim::Component(ComponentClaim {
        names: vec![Name { text: Template::text(last), sort: NameSort::Image }],
        image: Some(image.to_string()),
        ..ComponentClaim::default()
    })
}
