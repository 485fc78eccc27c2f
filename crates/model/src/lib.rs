//! The words everything else speaks: evidence, components, dependencies, findings.
//!
//! `model` lies under every other crate and imports none of ours. It does no input or output: whoever
//! reads files hands their bytes in as [`SourceFile`]s, and whoever prints takes a [`SystemModel`] out.
//!
//! ```text
//! SourceTree --sources--> (Vec<Evidence>, Vec<Note>) --graph--> SystemModel --checks--> Vec<Finding>
//! ```

mod drawing;
mod evidence;
mod finding;
mod kinds;
mod library;
mod location;
mod policy;
mod source;
mod system;
mod template;

pub use drawing::{Drawing, DrawingForm, DrawnBox, DrawnGroup, DrawnIgnore, DrawnLine, LineEnds};
pub use evidence::{
    Address, CallClaim, Claim, ComponentClaim, Evidence, ModuleClaim, Name, NameSort, OperationClaim,
    ResourceUse, RouteClaim, SettingClaim, SettingSort, Sighting, Subject,
};
pub use finding::{Finding, FindingBuilder, Fingerprint, NoLocation, Related, Severity};
pub use kinds::{
    Access, ComponentKind, Confidence, DependencyKind, Mode, Need, OperationKind, Provenance, ResourceSort,
    Verdict,
};
pub use library::{Implication, LibraryRule, RoleRule, Trigger};
pub use location::{LineIndex, Location, Note};
pub use policy::{Origin, Policy, PolicyValue};
pub use source::{SourceFile, SourceTree};
pub use system::{
    Component, ComponentId, Dependency, DrawnDependency, Identity, Intent, LiftedLine, MappedDrawing,
    Observed, Omission, Operation, Resource, ResourceUser, SystemModel, UnresolvedCall,
};
pub use template::{Part, Syntax, Template, closing_brace};
