//! The system as put together from all evidence: what `checks`, `simulate` and `report` read.

use crate::{
    Access, CallClaim, ComponentKind, Confidence, DependencyKind, Drawing, Location, Mode, NameSort, Need,
    Note, OperationKind, Policy, ResourceSort, Sighting, Verdict,
};
use serde::{Deserialize, Serialize};

/// Index of a component in [`SystemModel::components`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ComponentId(pub u32);

/// The whole system. Components are sorted by name, dependencies by ends and kind; nothing depends on reading order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SystemModel {
    /// Components.
    pub components: Vec<Component>,
    /// Dependencies, one for each pair of components and kind.
    pub dependencies: Vec<Dependency>,
    /// Tables, topics and the like.
    pub resources: Vec<Resource>,
    /// Diagrams, with what their boxes stand for.
    pub drawings: Vec<MappedDrawing>,
    /// Calls whose address could not be resolved.
    pub unresolved: Vec<UnresolvedCall>,
    /// Omissions of the configuration and how often each applied.
    pub omissions: Vec<(Omission, usize)>,
    /// What could not be read or decided.
    pub notes: Vec<Note>,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Display name, unique in the system.
    pub name: String,
    /// What it is.
    pub kind: ComponentKind,
    /// Product it runs.
    pub technology: Option<String>,
    /// All other names.
    pub aliases: Vec<String>,
    /// Main language.
    pub language: Option<String>,
    /// True when it is reachable from outside.
    pub published: bool,
    /// How its names were found to be one.
    pub identities: Vec<Identity>,
    /// Entry operations.
    pub operations: Vec<Operation>,
    /// Where it is known from.
    pub evidence: Vec<Sighting>,
    /// Exists in a drawing only.
    pub drawn_only: bool,
}

/// One name and why it is this component's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// Who calls it so.
    pub sort: NameSort,
    /// `same folder as compose service "orders"`.
    pub reason: String,
    /// Where it is said.
    pub location: Location,
}

/// One entry operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Unique in the component.
    pub name: String,
    /// What starts it.
    pub kind: OperationKind,
    /// Expression or period, for schedules.
    pub schedule: Option<String>,
    /// Where.
    pub location: Location,
}

/// `from` depends on `to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependency {
    /// Dependent.
    pub from: ComponentId,
    /// Dependency.
    pub to: ComponentId,
    /// Protocol or relation.
    pub kind: DependencyKind,
    /// How it carries work.
    pub mode: Mode,
    /// What happens without it.
    pub need: Need,
    /// Drawing against evidence.
    pub verdict: Verdict,
    /// Derived from provenance and resolution.
    pub confidence: Confidence,
    /// Limits.
    pub policy: Policy,
    /// Entry operations of the dependent that use it.
    pub operations: Vec<String>,
    /// Names of resources used: `orders (table, write)`.
    pub resources: Vec<String>,
    /// Traffic.
    pub observed: Option<Observed>,
    /// Where it is known from, the line that creates it first. Never empty.
    pub evidence: Vec<Sighting>,
    /// The calls behind it, for checks.
    pub calls: Vec<CallClaim>,
    /// Lines of drawings that show it, directly or lifted.
    pub drawn: Vec<DrawnDependency>,
}

/// A line of a drawing that shows a dependency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnDependency {
    /// Index in [`SystemModel::drawings`].
    pub drawing: usize,
    /// Index in the drawing's lines; `None` when both ends lie in one box, so that no line can show it.
    pub line: Option<usize>,
    /// How the drawn line was lifted to cover it: `box "Backend" holds orders and users`. `None` when it is exact.
    pub lifted: Option<String>,
    /// The line is drawn the other way, along the data.
    pub reversed: bool,
}

/// Traffic on a dependency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Calls.
    pub count: u64,
    /// Failed calls.
    pub errors: u64,
    /// Median, milliseconds.
    pub p50_ms: f64,
    /// 99th percentile, milliseconds.
    pub p99_ms: f64,
    /// First call, RFC 3339.
    pub first_seen: String,
    /// Last call, RFC 3339.
    pub last_seen: String,
}

/// A table, topic or the like, and who uses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Store or broker it lies in.
    pub store: ComponentId,
    /// What it is.
    pub sort: ResourceSort,
    /// Its name.
    pub name: String,
    /// Users, sorted by component.
    pub users: Vec<ResourceUser>,
}

/// One component's use of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceUser {
    /// Who.
    pub component: ComponentId,
    /// Reads, writes or both.
    pub access: Access,
    /// Where.
    pub evidence: Vec<Sighting>,
}

/// A drawing, with what its boxes and groups stand for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MappedDrawing {
    /// The drawing.
    pub drawing: Drawing,
    /// Compared with the evidence; otherwise `reason` says why not.
    pub compared: bool,
    /// Why it is compared or not: `5 of 6 boxes are known components`.
    pub reason: String,
    /// Box or group id -> components it stands for (several when it is coarser than the code).
    pub boxes: std::collections::BTreeMap<String, Vec<ComponentId>>,
    /// Ids of boxes for which two components fit equally well: (id, candidates).
    pub ambiguous: Vec<(String, Vec<ComponentId>)>,
    /// Lines that stand for no single dependency, with what became of them.
    pub lifted: Vec<LiftedLine>,
}

/// What became of a line of a compared drawing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftedLine {
    /// Index in the drawing's lines.
    pub line: usize,
    /// Sentence for the reader.
    pub message: String,
    /// Evidenced dependencies it covers, as indices in [`SystemModel::dependencies`].
    pub covers: Vec<usize>,
}

/// A call whose address leads to no component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnresolvedCall {
    /// Who calls.
    pub from: ComponentId,
    /// The call.
    pub call: CallClaim,
    /// Where.
    pub sighting: Sighting,
    /// Why it leads nowhere.
    pub reason: String,
}

/// What the team's configuration says about the comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// name -> component it is.
    pub aliases: Vec<(String, String)>,
    /// Dependencies left out of the drawing on purpose.
    pub omissions: Vec<Omission>,
    /// Today, `YYYY-MM-DD`; expiry is compared with it. An argument, so that runs repeat.
    pub today: String,
    /// Drawings to compare with (paths); empty means all that are architecture.
    pub diagrams: Vec<String>,
}

/// A dependency left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omission {
    /// Dependent: a component name, or `*`.
    pub from: String,
    /// Dependency: a component name, or `*`.
    pub to: String,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub owner: Option<String>,
    /// Last valid day, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Where it is written.
    pub location: Location,
}

impl SystemModel {
    /// The component with this id. Ids come from the same model, so this does not fail.
    pub fn component(&self, id: ComponentId) -> &Component {
        &self.components[id.0 as usize]
    }

    /// The component of this name or alias (names first).
    pub fn find(&self, name: &str) -> Option<ComponentId> {
        let by_name = self.components.iter().position(|c| c.name == name);
        let by_alias = || self.components.iter().position(|c| c.aliases.iter().any(|a| a == name));
        by_name.or_else(by_alias).map(|i| ComponentId(i as u32))
    }

    /// Ids with their components, sorted by name.
    pub fn ids(&self) -> impl Iterator<Item = (ComponentId, &Component)> {
        self.components.iter().enumerate().map(|(i, c)| (ComponentId(i as u32), c))
    }
}

impl Dependency {
    /// The line that creates it: code before configuration before a drawing.
    pub fn primary(&self) -> &Sighting {
        &self.evidence[0]
    }
}
