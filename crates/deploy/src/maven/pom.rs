//! One `pom.xml` as written: no inheritance, no properties replaced.

use crate::xml::{self, Element, Value};
use undrawn_model::{Location, Note, SourceFile};

/// A file's content. Absent elements are `None` or empty.
#[derive(Debug, Clone)]
pub(super) struct Pom {
    pub(super) dir: String,
    pub(super) path: std::sync::Arc<str>,
    pub(super) group: Option<Value>,
    pub(super) artifact: Option<Value>,
    pub(super) version: Option<Value>,
    pub(super) packaging: Option<Value>,
    pub(super) final_name: Option<Value>,
    pub(super) parent: Option<Parent>,
    /// What stands outside profiles.
    pub(super) base: Layer,
    pub(super) profiles: Vec<Profile>,
    pub(super) location: Location,
    pub(super) notes: Vec<Note>,
}

/// `<parent>`.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: String,
    /// `../pom.xml` when not written; empty when written empty (look only in repositories).
    pub(super) relative_path: String,
    pub(super) location: Location,
}

/// What may stand in a project and in each of its profiles.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) properties: Vec<(String, String)>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) managed: Vec<Dependency>,
    pub(super) plugins: Vec<Plugin>,
    pub(super) managed_plugins: Vec<Plugin>,
}

/// `<profile>`.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) id: String,
    pub(super) activation: Activation,
    pub(super) layer: Layer,
}

/// When a profile is active without being asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Activation {
    /// Only when asked for, or on a machine we know nothing about.
    Asked,
    /// `<activeByDefault>`: unless another profile of the file is active.
    Default,
    /// `<file><exists>`.
    Exists(String),
    /// `<file><missing>`.
    Missing(String),
    /// `<property><name>!x`: active when the property is not given.
    Absent,
}

/// `<dependency>`.
#[derive(Debug, Clone)]
pub(super) struct Dependency {
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: Option<String>,
    pub(super) scope: Option<String>,
    /// `jar`, `pom`, `test-jar` ...
    pub(super) kind: String,
    pub(super) classifier: String,
    pub(super) location: Location,
}

/// `<plugin>`, with what matters of its configuration.
#[derive(Debug, Clone)]
pub(super) struct Plugin {
    pub(super) group: String,
    pub(super) artifact: String,
    /// `<inherited>false`.
    pub(super) own_only: bool,
    /// Configured `<skip>true`.
    pub(super) skip: bool,
    /// A main class is configured anywhere in it.
    pub(super) main_class: bool,
    /// Image names configured in it, as written.
    pub(super) images: Vec<Value>,
    pub(super) location: Location,
}

/// Reads a file; `None` when it holds no `<project>`.
pub(super) fn read(file: &SourceFile) -> (Option<Pom>, Vec<Note>) {
    let xml = xml::parse(file);
    let Some(project) = xml.root().filter(|r| r.name() == "project") else {
        return (None, xml.notes.clone());
    };
    let profiles =
        project.child("profiles").into_iter().flat_map(|p| p.all("profile")).map(profile).collect();
    let pom = Pom {
        dir: file.dir().to_string(),
        path: file.path.clone(),
        group: project.value_of("groupId"),
        artifact: project.value_of("artifactId"),
        version: project.value_of("version"),
        packaging: project.value_of("packaging"),
        final_name: project.at(&["build"]).and_then(|b| b.value_of("finalName")),
        parent: project.child("parent").map(parent),
        base: layer(project),
        profiles,
        location: project.value_of("artifactId").map_or_else(|| project.location(), |v| v.location),
        notes: xml.notes.clone(),
    };
    (Some(pom), vec![])
}

fn text(element: Element<'_>, name: &str) -> String {
    element.child(name).map(|c| c.text().to_string()).unwrap_or_default()
}

fn optional(element: Element<'_>, name: &str) -> Option<String> {
    Some(text(element, name)).filter(|t| !t.is_empty())
}

fn parent(element: Element<'_>) -> Parent {
    let relative = element.child("relativePath").map(|r| r.text().to_string());
    Parent {
        group: text(element, "groupId"),
        artifact: text(element, "artifactId"),
        version: text(element, "version"),
        relative_path: relative.unwrap_or_else(|| "../pom.xml".into()),
        location: element.value_of("artifactId").map_or_else(|| element.location(), |v| v.location),
    }
}

fn layer(element: Element<'_>) -> Layer {
    let dependencies = |path: &[&str]| {
        element.at(path).into_iter().flat_map(|d| d.all("dependency")).filter_map(dependency).collect()
    };
    let plugins =
        |path: &[&str]| element.at(path).into_iter().flat_map(|p| p.all("plugin")).map(plugin).collect();
    Layer {
        properties: element
            .child("properties")
            .into_iter()
            .flat_map(Element::children)
            .map(|p| (p.name().to_string(), p.text().to_string()))
            .collect(),
        dependencies: dependencies(&["dependencies"]),
        managed: dependencies(&["dependencyManagement", "dependencies"]),
        plugins: plugins(&["build", "plugins"]),
        managed_plugins: plugins(&["build", "pluginManagement", "plugins"]),
    }
}

fn profile(element: Element<'_>) -> Profile {
    let activation = element.child("activation").map_or(Activation::Asked, activation);
    Profile { id: text(element, "id"), activation, layer: layer(element) }
}

fn activation(element: Element<'_>) -> Activation {
    let file = |name| element.at(&["file", name]).map(|f| f.text().to_string());
    if let Some(path) = file("exists") {
        Activation::Exists(path)
    } else if let Some(path) = file("missing") {
        Activation::Missing(path)
    } else if element.at(&["property", "name"]).is_some_and(|n| n.text().starts_with('!')) {
        Activation::Absent
    } else if text(element, "activeByDefault") == "true" {
        Activation::Default
    } else {
        Activation::Asked
    }
}

fn dependency(element: Element<'_>) -> Option<Dependency> {
    let artifact = element.value_of("artifactId")?;
    Some(Dependency {
        group: text(element, "groupId"),
        artifact: artifact.text,
        version: optional(element, "version"),
        scope: optional(element, "scope"),
        kind: optional(element, "type").unwrap_or_else(|| "jar".into()),
        classifier: text(element, "classifier"),
        location: artifact.location,
    })
}

/// Elements that hold a main class: Spring Boot, Jib, exec, shade, jar and assembly plugins.
const MAIN_CLASS: &[&str] = &["mainClass", "Main-Class", "main-class"];

fn plugin(element: Element<'_>) -> Plugin {
    let inside = element.descendants();
    Plugin {
        group: optional(element, "groupId").unwrap_or_else(|| "org.apache.maven.plugins".into()),
        artifact: text(element, "artifactId"),
        own_only: text(element, "inherited") == "false",
        skip: element.at(&["configuration", "skip"]).is_some_and(|s| s.text() == "true"),
        main_class: inside.iter().any(|e| MAIN_CLASS.contains(&e.name()) && !e.text().is_empty()),
        images: images(element, &inside),
        location: element.value_of("artifactId").map_or_else(|| element.location(), |v| v.location),
    }
}

/// Image names: `to/image` (Jib), `images/image/name` (fabric8), `repository` and `imageName` (Spotify),
/// `image/name` (Spring Boot).
fn images(plugin: Element<'_>, inside: &[Element<'_>]) -> Vec<Value> {
    let named = |paths: &[&[&str]]| -> Vec<Value> {
        let found = inside.iter().flat_map(|e| paths.iter().filter_map(|p| e.at(p)));
        found.map(Element::value).filter(|v| !v.text.is_empty()).collect()
    };
    match text(plugin, "artifactId").as_str() {
        "jib-maven-plugin" => named(&[&["to", "image"]]),
        "docker-maven-plugin" => named(&[&["image", "name"], &["configuration", "imageName"]]),
        "dockerfile-maven-plugin" => named(&[&["configuration", "repository"]]),
        "spring-boot-maven-plugin" => named(&[&["image", "name"]]),
        _ => vec![],
    }
}
