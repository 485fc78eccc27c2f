//! The system as a picture for the diagram formats: which boxes and lines are shown, and what is hidden and why.

use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use undrawn_diagrams::{Picture, PictureBox, PictureLine};
use undrawn_model::{ComponentId, Dependency, DependencyKind, Mode, Need, SystemModel, Verdict};

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureOptions {
    /// Title of the picture.
    pub title: String,
    /// Show discovery, configuration and telemetry, and dependencies that carry no work.
    pub plumbing: bool,
    /// Only this component, what it depends on and what depends on it.
    pub around: Option<ComponentId>,
    /// How many steps from `around` are shown, in either direction.
    pub steps: usize,
    /// More boxes than these are not shown; the ones with most dependencies are kept.
    pub boxes_max: usize,
}

impl Default for PictureOptions {
    /// The whole system without plumbing, at most 40 boxes: what one layered picture can hold.
    fn default() -> Self {
        PictureOptions { title: String::new(), plumbing: false, around: None, steps: 1, boxes_max: 40 }
    }
}

/// The picture of a system. Boxes are sorted by name; dependencies of several kinds between two components are one line.
pub fn picture(model: &SystemModel, options: &PictureOptions) -> Picture {
    let mut chosen = Chosen {
        components: model.ids().map(|(id, _)| id).collect(),
        dependencies: model.dependencies.iter().filter(|d| d.from != d.to).collect(),
        hidden: vec![],
    };
    if !options.plumbing {
        chosen.without_plumbing(model, options.around);
    }
    if let Some(centre) = options.around {
        chosen.neighbourhood(model, centre, options.steps.max(1));
    }
    chosen.at_most(options.boxes_max.max(1), options.around);
    chosen.draw(model, options)
}

struct Chosen<'a> {
    components: BTreeSet<ComponentId>,
    dependencies: Vec<&'a Dependency>,
    hidden: Vec<String>,
}

impl Chosen<'_> {
    fn without_plumbing(&mut self, model: &SystemModel, centre: Option<ComponentId>) {
        let wanted = |id: &ComponentId| Some(*id) == centre || !model.component(*id).kind.is_plumbing();
        let (components, dependencies) = self.keep(wanted);
        let before = self.dependencies.clone();
        self.dependencies.retain(|d| carries_work(d) || touches(d, centre));
        let dependencies = dependencies + before.len() - self.dependencies.len();
        // What only plumbing touched would stand alone in the picture.
        let left: BTreeSet<ComponentId> = self.dependencies.iter().flat_map(|d| [d.from, d.to]).collect();
        let lonely: BTreeSet<ComponentId> = before
            .iter()
            .flat_map(|d| [d.from, d.to])
            .filter(|id| !left.contains(id) && Some(*id) != centre)
            .collect();
        let components = components + self.keep(|id| !lonely.contains(id)).0;
        self.hide(
            components,
            dependencies,
            "platform plumbing: discovery, configuration, telemetry, start-up order",
        );
    }

    fn neighbourhood(&mut self, model: &SystemModel, centre: ComponentId, steps: usize) {
        let mut reached = BTreeSet::from([centre]);
        for _ in 0..steps {
            let touching =
                self.dependencies.iter().filter(|d| reached.contains(&d.from) || reached.contains(&d.to));
            let next: Vec<ComponentId> = touching.flat_map(|d| [d.from, d.to]).collect();
            reached.extend(next);
        }
        let (components, dependencies) = self.keep(|id| reached.contains(id));
        let name = model.components.get(centre.0 as usize).map_or("", |c| &*c.name);
        let why = format!("more than {} from {}", text::count(steps, "step"), text::line(name));
        self.hide(components, dependencies, &why);
    }

    fn at_most(&mut self, boxes: usize, centre: Option<ComponentId>) {
        let mut degree: BTreeMap<ComponentId, usize> = self.components.iter().map(|id| (*id, 0)).collect();
        for id in self.dependencies.iter().flat_map(|d| [d.from, d.to]) {
            *degree.entry(id).or_default() += 1;
        }
        let mut ranked: Vec<(ComponentId, usize)> = degree.into_iter().collect();
        ranked.sort_by_key(|(id, n)| (Some(*id) != centre, std::cmp::Reverse(*n), *id));
        let kept: BTreeSet<ComponentId> = ranked.iter().take(boxes).map(|(id, _)| *id).collect();
        let (components, dependencies) = self.keep(|id| kept.contains(id));
        let why = format!("the {} with most dependencies are shown", text::count(boxes, "component"));
        self.hide(components, dependencies, &why);
    }

    /// Keeps the wanted components and the dependencies between them; returns how many of each were dropped.
    fn keep(&mut self, wanted: impl Fn(&ComponentId) -> bool) -> (usize, usize) {
        let before = (self.components.len(), self.dependencies.len());
        self.components.retain(|id| wanted(id));
        let kept = &self.components;
        self.dependencies.retain(|d| kept.contains(&d.from) && kept.contains(&d.to));
        (before.0 - self.components.len(), before.1 - self.dependencies.len())
    }

    fn hide(&mut self, components: usize, dependencies: usize, why: &str) {
        let parts = [(components, "component"), (dependencies, "dependency")];
        let parts: Vec<String> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| text::count(*n, word)).collect();
        if !parts.is_empty() {
            self.hidden.push(format!("{} hidden ({why})", parts.join(" and ")));
        }
    }

    fn draw(self, model: &SystemModel, options: &PictureOptions) -> Picture {
        let index: BTreeMap<ComponentId, usize> =
            self.components.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        let mut pairs: BTreeMap<(usize, usize), Vec<&Dependency>> = BTreeMap::new();
        for dependency in self.dependencies {
            if let (Some(from), Some(to)) = (index.get(&dependency.from), index.get(&dependency.to)) {
                pairs.entry((*from, *to)).or_default().push(dependency);
            }
        }
        Picture {
            title: text::line(&options.title),
            boxes: self.components.iter().map(|id| picture_box(model, *id)).collect(),
            lines: pairs
                .into_iter()
                .filter_map(|(ends, dependencies)| picture_line(ends, &dependencies))
                .collect(),
            hidden: self.hidden,
        }
    }
}

/// False for dependencies that are platform plumbing whatever they lead to.
fn carries_work(dependency: &Dependency) -> bool {
    dependency.mode != Mode::Infra
        && !matches!(
            dependency.kind,
            DependencyKind::Discovery | DependencyKind::Configuration | DependencyKind::Telemetry
        )
}

fn touches(dependency: &Dependency, centre: Option<ComponentId>) -> bool {
    Some(dependency.from) == centre || Some(dependency.to) == centre
}

fn picture_box(model: &SystemModel, id: ComponentId) -> PictureBox {
    let component = model.component(id);
    let detail = component.technology.as_ref().or(component.language.as_ref());
    PictureBox {
        label: text::line(&component.name),
        kind: component.kind,
        detail: detail.map(|d| text::line(d)),
        group: None,
    }
}

/// One line for all dependencies between two components: every kind in its label, the loudest verdict, the hardest need.
fn picture_line((from, to): (usize, usize), dependencies: &[&Dependency]) -> Option<PictureLine> {
    let verdicts =
        [Verdict::Undrawn, Verdict::Unseen, Verdict::Confirmed, Verdict::Omitted, Verdict::Unjudged];
    let needs = [Need::Hard, Need::Startup, Need::Soft, Need::Background, Need::Unknown];
    let modes = [Mode::Sync, Mode::Async, Mode::Data, Mode::Infra];
    let mut labels: Vec<String> = Vec::new();
    for dependency in dependencies {
        let label = label(dependency);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    Some(PictureLine {
        from,
        to,
        label: labels.join(", "),
        verdict: *verdicts.iter().find(|v| dependencies.iter().any(|d| d.verdict == **v))?,
        need: *needs.iter().find(|n| dependencies.iter().any(|d| d.need == **n))?,
        mode: *modes.iter().find(|m| dependencies.iter().any(|d| d.mode == **m))?,
    })
}

/// The kind; for messages the topics too, when they are few.
fn label(dependency: &Dependency) -> String {
    let kind = dependency.kind.as_str();
    match (dependency.kind, dependency.resources.as_slice()) {
        (DependencyKind::Messaging, resources @ ([_] | [_, _])) => {
            let names = resources.iter().map(|r| text::line(r.split(" (").next().unwrap_or(r)));
            format!("{kind} {}", names.collect::<Vec<_>>().join(", "))
        }
        _ => kind.to_string(),
    }
}
