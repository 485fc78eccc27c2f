//! What a library's mere presence implies: the data that the model files give, in the form that `graph` applies.
//!
//! A Eureka client on the classpath registers itself although no line of the program calls it. Such knowledge joins
//! three sources (the build's libraries, the code's annotations, the configuration's keys), so it is applied where they
//! first meet, in `graph`, and stays data here.

use crate::{ComponentKind, DependencyKind, Mode, Need, Template};
use serde::{Deserialize, Serialize};

/// One library's implications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LibraryRule {
    /// Short name: `spring-cloud-netflix-eureka-client`.
    pub library: String,
    /// Documents that say so.
    pub cite: Vec<String>,
    /// Names the subject has because of it: `${spring.application.name}`.
    #[serde(default)]
    pub names: Vec<Template>,
    /// Ports it listens at because of it: `${server.port:8080}`. Only for subjects that use one of `libraries`.
    #[serde(default)]
    pub ports: Vec<Template>,
    /// Where the active configuration profiles are named: `${spring.profiles.active}`, a comma-separated list.
    #[serde(default)]
    pub profiles: Vec<Template>,
    /// Libraries (`group:artifact`, a trailing `*` matches any ending) that bring it: `names` and `ports` hold for subjects
    /// that use one of these.
    #[serde(default)]
    pub libraries: Vec<String>,
    /// Dependencies that follow.
    pub implies: Vec<Implication>,
    /// Kinds that follow.
    pub roles: Vec<RoleRule>,
}

/// When a rule holds. Every non-empty list must have a member that is present; `unless` must have none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Libraries (`group:artifact`; a trailing `*` matches any ending).
    pub libraries: Vec<String>,
    /// Markers (qualified annotation names; a name without dots matches by its last segment).
    pub markers: Vec<String>,
    /// Configuration keys that are set (relaxed spelling).
    pub keys: Vec<String>,
    /// `key=value` (relaxed spelling, value without case), or a marker, or `library:NAME`, that switch it off.
    pub unless: Vec<String>,
    /// `key=value` pairs of which one must hold (relaxed spelling, value without case).
    pub settings: Vec<String>,
}

/// A dependency that follows from a library being there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Implication {
    /// When.
    pub when: Trigger,
    /// Protocol or relation.
    pub kind: DependencyKind,
    /// Product at the other end: `eureka`.
    pub technology: Option<String>,
    /// Kind of component at the other end.
    pub target_kind: Option<ComponentKind>,
    /// Addresses, of which the first that resolves is taken; in placeholder syntax with the library's default.
    pub addresses: Vec<Template>,
    /// How it carries work.
    pub mode: Mode,
    /// What happens without it.
    pub need: Need,
    /// The dependency runs the other way: the component at the address depends on the subject (a server that polls the
    /// clients registered with it).
    #[serde(default)]
    pub reverse: bool,
    /// One line for the reader.
    pub detail: String,
}

/// A kind that follows from a library being there or a marker being carried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleRule {
    /// When.
    pub when: Trigger,
    /// The subject is one of these.
    pub kind: ComponentKind,
    /// The subject runs this product: `eureka`, `spring-cloud-config`.
    pub technology: Option<String>,
}
