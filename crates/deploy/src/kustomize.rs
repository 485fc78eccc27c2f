//! Kustomize: what the overlays add to the manifests.
//!
//! Patches are partial manifests, so the Kubernetes reader already reads those that are files of their own; here are
//! inline patches, generated ConfigMaps, names that get a prefix or suffix, and which manifests are optional. Fields:
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>.

use crate::dotenv;
use crate::emit::{self, Out};
use crate::kubernetes::{Cluster, config_map_subject, is_manifest, secret_subject};
use crate::yaml::{self, Node, Yaml};
use std::collections::{BTreeMap, BTreeSet};
use undrawn_model::{Claim, SettingClaim, SettingSort, SourceFile, SourceTree, Subject, Syntax, Template};

/// File names of kustomizations.
const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Overlays on overlays are followed this deep.
const OVERLAYS_MAX: usize = 8;

/// Read beside the manifests; by itself only files that no other format wants.
pub(crate) fn wants(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| NAMES.contains(&name))
}

/// All kustomizations of a tree.
pub(crate) struct Overlays<'a> {
    tree: &'a SourceTree,
    files: Vec<Yaml>,
    /// Inline patches, as files that lie where the kustomization lies.
    inline: Vec<Yaml>,
    /// Manifests that only an optional component brings: path -> its folder's name.
    optional: BTreeMap<String, String>,
}

impl<'a> Overlays<'a> {
    /// Finds them; `parsed` are the manifests already parsed.
    pub(crate) fn new(tree: &'a SourceTree, parsed: &[Yaml]) -> Self {
        let already: BTreeMap<&str, &Yaml> = parsed.iter().map(|y| (&*y.file.path, y)).collect();
        let files: Vec<Yaml> = tree
            .files()
            .iter()
            .filter(|f| wants(&f.path))
            .map(|f| already.get(&*f.path).map_or_else(|| yaml::parse(f), |y| (*y).clone()))
            .collect();
        let inline = files.iter().flat_map(inline_patches).collect();
        let mut optional = BTreeMap::new();
        for yaml in
            files.iter().filter(|y| root(y).is_some_and(|r| r.text_at(&["kind"]) == Some("Component")))
        {
            let dir = yaml.file.dir();
            let name = dir.rsplit('/').next().unwrap_or(dir).to_string();
            for path in members(yaml) {
                optional.insert(path, name.clone());
            }
            optional.insert(yaml.file.path.to_string(), name);
        }
        Overlays { tree, files, inline, optional }
    }

    /// Inline patches.
    pub(crate) fn inline(&self) -> impl Iterator<Item = &Yaml> {
        self.inline.iter()
    }

    /// Profiles of what is said in this file.
    pub(crate) fn profiles(&self, path: &str) -> Vec<String> {
        self.optional.get(path).cloned().into_iter().collect()
    }

    /// Says what kustomizations say by themselves.
    pub(crate) fn say(&self, cluster: &Cluster<'_>, out: &mut Out) {
        for yaml in &self.files {
            let mark = out.evidence.len();
            // The manifests' reader says it of those that it has read as well.
            if !is_manifest(&yaml.file) {
                out.notes.extend(yaml.notes.iter().cloned());
            }
            let Some(root) = root(yaml) else { continue };
            for item in root.get("configMapGenerator").map(Node::items).unwrap_or(&[]) {
                self.generated(yaml, item, config_map_subject, false, out);
            }
            for item in root.get("secretGenerator").map(Node::items).unwrap_or(&[]) {
                self.generated(yaml, item, secret_subject, true, out);
            }
            self.renamed(yaml, root, cluster, out);
            operations_note(yaml, root, out);
            let profiles = self.profiles(&yaml.file.path);
            let said = out.evidence.get_mut(mark..).unwrap_or(&mut []);
            said.iter_mut().filter(|_| !profiles.is_empty()).for_each(|e| e.profiles.clone_from(&profiles));
        }
    }

    /// Names that Services get by `namePrefix`, `nameSuffix` and `namespace`.
    fn renamed(&self, yaml: &Yaml, root: &Node, cluster: &Cluster<'_>, out: &mut Out) {
        let keys = ["namePrefix", "nameSuffix", "namespace"];
        let [prefix, suffix, namespace] = keys.map(|k| root.text_at(&[k]).unwrap_or(""));
        let Some(node) = keys.iter().find_map(|k| root.get(k)) else { return };
        let mut files = BTreeSet::new();
        self.resources(yaml, 0, &mut files);
        for (service, subject) in files.iter().flat_map(|path| cluster.services_of(path)) {
            let name = format!("{prefix}{service}{suffix}");
            let full = (!namespace.is_empty()).then(|| format!("{name}.{namespace}"));
            let short = (name != service).then_some(name);
            for host in short.into_iter().chain(full) {
                let detail = format!("Kustomize calls the Service {service} {host}");
                out.host(&subject, Template::text(host), yaml.location(node), detail);
            }
        }
    }

    /// Paths of all manifests of an overlay, through the overlays below it.
    fn resources(&self, yaml: &Yaml, depth: usize, out: &mut BTreeSet<String>) {
        let Some(root) = root(yaml).filter(|_| depth < OVERLAYS_MAX) else { return };
        let lists = ["resources", "bases", "components"];
        for item in lists.iter().flat_map(|l| root.get(l).map(Node::items).unwrap_or(&[])) {
            let Some(path) = item.text().and_then(|t| SourceTree::join(yaml.file.dir(), t)) else { continue };
            match self.files.iter().find(|y| y.file.dir() == path) {
                Some(below) if below.file.path != yaml.file.path => self.resources(below, depth + 1, out),
                Some(_) => {}
                None => {
                    out.insert(path);
                }
            }
        }
    }

    /// A generated set: literals, variable files, and files.
    fn generated(
        &self,
        yaml: &Yaml,
        item: &Node,
        of: fn(&str, &str) -> Subject,
        secret: bool,
        out: &mut Out,
    ) {
        let namespace = item.text_at(&["namespace"]).unwrap_or("");
        let Some(name) = item.text_at(&["name"]) else { return };
        let subject = of(namespace, name);
        for literal in item.get("literals").map(Node::items).unwrap_or(&[]) {
            let Some((key, value)) = literal.as_str().and_then(|t| t.split_once('=')) else { continue };
            let sort = SettingSort::Environment;
            let claim =
                SettingClaim { key: key.to_string(), value: Template::parse(value, Syntax::Shell), sort };
            let detail = if secret { format!("{key} of {name}") } else { format!("{key}={value}") };
            let start = key.len() + 1;
            let at = yaml.location_in(literal, start..start + value.len());
            out.say(&subject, Claim::Setting(claim), at, detail);
        }
        let envs = item.get("envs").map(Node::items).unwrap_or(&[]);
        for env in envs.iter().chain(item.get("env")) {
            let path = env.text().and_then(|t| SourceTree::join(yaml.file.dir(), t));
            if let Some(file) = path.and_then(|p| self.tree.get(&p)) {
                dotenv::say(file, &subject, SettingSort::Environment, &|_| false, out);
            }
        }
        for file in item.get("files").map(Node::items).unwrap_or(&[]) {
            let text = file.text().unwrap_or("");
            let path = SourceTree::join(yaml.file.dir(), text.split_once('=').map_or(text, |(_, path)| path));
            if let Some(path) = path.filter(|p| self.tree.get(p).is_some()) {
                out.owns(&subject, path.clone(), yaml.location(file), format!("{name} is made of {path}"));
            }
        }
    }
}

fn root(yaml: &Yaml) -> Option<&Node> {
    yaml.documents.first()
}

/// Paths of the manifests and patches that a kustomization names.
fn members(yaml: &Yaml) -> Vec<String> {
    let Some(root) = root(yaml) else { return vec![] };
    let lists = ["resources", "patchesStrategicMerge", "patches"];
    let items = lists.iter().flat_map(|l| root.get(l).map(Node::items).unwrap_or(&[]));
    let texts = items.filter_map(|i| i.text().or_else(|| i.text_at(&["path"])));
    texts.filter(|t| !t.contains('\n')).filter_map(|t| SourceTree::join(yaml.file.dir(), t)).collect()
}

/// Patches written in the kustomization itself: parsed as manifests, with their places in it.
fn inline_patches(yaml: &Yaml) -> Vec<Yaml> {
    let Some(root) = root(yaml) else { return vec![] };
    let patches = root.get("patches").map(Node::items).unwrap_or(&[]).iter().filter_map(|i| i.get("patch"));
    let merges = root.get("patchesStrategicMerge").map(Node::items).unwrap_or(&[]).iter();
    let texts = patches.chain(merges).filter(|n| n.as_str().is_some_and(|t| t.contains("kind:")));
    texts.filter_map(|node| at_its_place(yaml, node)).collect()
}

/// The text of a block, parsed so that its nodes' places are those of the outer file: everything before it is blanked.
fn at_its_place(yaml: &Yaml, node: &Node) -> Option<Yaml> {
    let (first, _) = yaml.block_origin(node)?;
    let lines = node.as_str()?.lines().count();
    let mut text = String::with_capacity(yaml.file.text.len());
    for (i, line) in yaml.file.text.split_inclusive('\n').enumerate() {
        let inside = i + 1 >= first as usize && i + 1 < first as usize + lines;
        match inside {
            true => text.push_str(line),
            false => text.extend(line.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' })),
        }
    }
    Some(yaml::parse(&SourceFile { path: yaml.file.path.clone(), text: text.into() }))
}

/// Patches as lists of operations are not applied.
fn operations_note(yaml: &Yaml, root: &Node, out: &mut Out) {
    let operations =
        |n: &&Node| n.text_at(&["patch"]).is_some_and(|p| p.contains("op:") || p.contains("\"op\""));
    let patches = root.get("patches").map(Node::items).unwrap_or(&[]);
    let old = root.get("patchesJson6902").map(Node::items).unwrap_or(&[]);
    let found: Vec<&Node> = patches.iter().filter(operations).chain(old).collect();
    if let Some(first) = found.first() {
        let count = emit::count(found.len(), "patch is a list", "patches are lists");
        let message = format!("{count} of operations, which are not applied");
        out.note(yaml.location(first), message);
    }
}

/// Nothing by itself: the Kubernetes reader asks [`Overlays`].
pub(crate) fn read(_tree: &SourceTree, _files: &[&SourceFile]) -> crate::Reading {
    (vec![], vec![])
}
