//! The shape of a model file (`models/README.md` is the reference). Shared with the build script.

use crate::pattern::{Pattern, Patterns};
use serde::Deserialize;
use serde::de::Deserializer;
use std::collections::BTreeMap;
use undrawn_model::{Access, ComponentKind, DependencyKind, Mode, Need, ResourceSort};

/// One text or a list of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            One(String),
            Many(Vec<String>),
        }
        Ok(Texts(match Shape::deserialize(deserializer)? {
            Shape::One(text) => vec![text],
            Shape::Many(texts) => texts,
        }))
    }
}

/// One number or a list of numbers.
#[derive(Debug, Clone, Default)]
pub struct Counts(pub Vec<usize>);

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            One(usize),
            Many(Vec<usize>),
        }
        Ok(Counts(match Shape::deserialize(deserializer)? {
            Shape::One(count) => vec![count],
            Shape::Many(counts) => counts,
        }))
    }
}

/// What is used at the other end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceRule {
    /// What it is.
    pub sort: ResourceSort,
    /// Its name.
    pub name: Patterns,
    /// What is done to it.
    #[serde(default = "unknown")]
    pub access: Access,
    /// Counts only when the resources before it have no name.
    #[serde(default)]
    pub otherwise: bool,
}

fn unknown() -> Access {
    Access::Unknown
}

/// Structs of rules that call something: their own fields and those of a target.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $ty,)*
            /// Name of a target whose fields count where this rule has none.
            pub target: Option<String>,
            /// Protocol or relation.
            pub kind: Option<DependencyKind>,
            /// Product.
            pub technology: Option<String>,
            /// Kind of component that answers.
            pub target_kind: Option<ComponentKind>,
            /// Where.
            pub address: Patterns,
            /// How it carries work.
            pub mode: Option<Mode>,
            /// What happens without it.
            pub need: Option<Need>,
            /// HTTP verb.
            pub verb: Patterns,
            /// Operation at the other end.
            pub operation: Patterns,
            /// Tables, topics, ...
            pub resources: Vec<ResourceRule>,
            /// SQL text.
            pub statement: Patterns,
        }

        impl $name {
            /// The rule's target fields.
            pub fn target(&self) -> Target {
                Target {
                    target: self.target.clone(),
                    kind: self.kind,
                    technology: self.technology.clone(),
                    target_kind: self.target_kind,
                    address: self.address.clone(),
                    mode: self.mode,
                    need: self.need,
                    verb: self.verb.clone(),
                    operation: self.operation.clone(),
                    resources: self.resources.clone(),
                    statement: self.statement.clone(),
                }
            }
        }
    )+ };
}

rules! {
    /// What is called, by itself.
    Target {}
    /// A method call that calls out.
    CallRule {
        /// Receiver types.
        on: Texts,
        /// Method names.
        methods: Texts,
        /// Method names taken out again.
        except: Texts,
        /// Numbers of arguments.
        args: Counts,
        /// Type name in details.
        r#as: Option<String>,
        /// A gateway route instead of a call.
        route: Option<RouteRule>,
    }
    /// Interfaces whose methods are calls.
    ClientRule {
        /// Annotation on the interface.
        annotation: Texts,
        /// Supertype of the interface.
        supertype: Texts,
        /// Annotation on its methods.
        method_annotation: Texts,
        /// Path prefix.
        path: Patterns,
        /// Where statements stand when not in annotations: `mybatis`.
        xml: Option<String>,
    }
    /// Methods started by messages.
    ListenerRule {
        /// Annotation on a method or class.
        annotation: Texts,
        /// Supertype of the class.
        supertype: Texts,
        /// Method of that supertype.
        method: Texts,
        /// Annotations on methods of an annotated class.
        handlers: Texts,
        /// Result types of bean methods whose lambda is started by messages.
        bean: Texts,
        /// Counts only where the nearest build file above names one of these.
        build: Texts,
    }
    /// Annotations that make their method call out.
    AnnotatedRule {
        /// The annotation.
        annotation: Texts,
    }
}

/// A gateway route in code.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RouteRule {
    /// The path forwarded.
    pub path: Patterns,
}

/// A fact about a library type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRule {
    /// Qualified name.
    pub r#type: String,
    /// Qualified names.
    #[serde(default)]
    pub supertypes: Texts,
}

/// What lambdas among the arguments get.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passed {
    /// Type of the parameter.
    pub r#type: String,
    /// Parts of the parameter.
    #[serde(default)]
    pub sets: BTreeMap<Text, Patterns>,
}

/// A pattern as a key of a map (keeps its text for ordering).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String, pub Pattern);

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let pattern = Pattern::parse(&text).map_err(serde::de::Error::custom)?;
        Ok(Text(text, pattern))
    }
}

macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
    )+ };
}

plain! {
    /// A method that makes or changes a value which carries parts.
    StepRule {
        /// Receiver types.
        on: Texts,
        /// Method names.
        methods: Texts,
        /// Method names taken out again.
        except: Texts,
        /// Numbers of arguments.
        args: Counts,
        /// Parts of the result.
        sets: BTreeMap<Text, Patterns>,
        /// Type of the result.
        returns: Option<String>,
        /// The result is this text.
        is: Patterns,
        /// What lambdas get.
        passes: Option<Passed>,
        /// Binds a declarative client to an address.
        binds: Option<Binding>,
    }
    /// `binds` of a step.
    Binding {
        /// The class literal.
        client: Patterns,
        /// Its address.
        address: Patterns,
    }
    /// An annotation that says what a field, parameter or result carries.
    InjectedRule {
        /// The annotation.
        annotation: Texts,
        /// The value is this text; placeholders in attributes are parsed.
        is: Patterns,
        /// The value carries these parts.
        sets: BTreeMap<Text, Patterns>,
    }
    /// Classes bound to configuration.
    PropertiesRule {
        /// The annotation.
        annotation: Texts,
        /// Key prefix.
        prefix: Patterns,
    }
    /// Annotations that stand alone.
    AnnotationRule {
        /// The annotation.
        annotation: Texts,
    }
    /// Annotations with an HTTP verb and path.
    MappingRule {
        /// The annotation.
        annotation: Texts,
        /// Verb.
        verb: Patterns,
        /// Path.
        path: Patterns,
    }
    /// Which classes serve.
    RouteClassRule {
        /// Annotation on the class.
        annotation: Texts,
        /// Supertype of the class.
        supertype: Texts,
        /// Put before each path.
        base: Patterns,
    }
    /// Supertypes whose methods are RPC operations.
    ServesRule {
        /// The supertype.
        supertype: Texts,
    }
    /// Methods started by time.
    ScheduleRule {
        /// The annotation.
        annotation: Texts,
        /// Schedule as text.
        schedule: Patterns,
    }
    /// Methods run at start-up.
    StartupRule {
        /// The annotation.
        annotation: Texts,
        /// Supertype of the class.
        supertype: Texts,
        /// Method of that supertype.
        method: Texts,
    }
    /// Classes kept in a store.
    EntityRule {
        /// The annotation.
        annotation: Texts,
        /// Supertype of the class.
        supertype: Texts,
        /// Name of the target.
        target: Option<String>,
        /// What the class is kept as.
        sort: Option<ResourceSort>,
        /// Its name.
        name: Patterns,
    }
    /// Interfaces by which entities are read and written.
    RepositoryRule {
        /// Supertype of the interface.
        supertype: Texts,
        /// Annotation on the interface.
        annotation: Texts,
        /// Type argument (a number), or a pattern that gives the class.
        entity: Option<EntitySource>,
        /// Target when the entity has none.
        target: Option<String>,
        /// Names of reading methods.
        read: Texts,
        /// Names of writing methods.
        write: Texts,
        /// Statement of a method.
        statement: Patterns,
    }
    /// When a rule holds.
    WhenRule {
        /// Libraries.
        libraries: Vec<String>,
        /// Markers.
        markers: Vec<String>,
        /// Keys.
        keys: Vec<String>,
        /// What switches it off.
        unless: Vec<String>,
        /// Pairs.
        settings: Vec<String>,
    }
}

/// Where a repository's entity is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum EntitySource {
    /// Type argument of the supertype.
    Argument(usize),
    /// Attribute with a class literal.
    Attribute(Pattern),
}

/// A dependency that follows from a library being there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImpliedRule {
    /// When.
    pub when: WhenRule,
    /// Protocol or relation.
    pub kind: DependencyKind,
    /// Product.
    #[serde(default)]
    pub technology: Option<String>,
    /// Kind of component.
    #[serde(default)]
    pub target_kind: Option<ComponentKind>,
    /// Addresses in placeholder syntax.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// How it carries work.
    pub mode: Mode,
    /// What happens without it.
    pub need: Need,
    /// The component at the address depends on the subject.
    #[serde(default)]
    pub reverse: bool,
    /// One line for the reader.
    pub detail: String,
}

/// A kind that follows from a library being there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleOf {
    /// When.
    pub when: WhenRule,
    /// The kind.
    pub kind: ComponentKind,
    /// The product.
    #[serde(default)]
    pub technology: Option<String>,
}

/// One model file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Short name.
    pub library: String,
    /// Documents.
    pub cite: Vec<String>,
    /// Names by presence.
    #[serde(default)]
    pub names: Vec<String>,
    /// Ports by presence.
    #[serde(default)]
    pub ports: Vec<String>,
    /// Where the active profiles are named.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Libraries that bring it.
    #[serde(default)]
    pub libraries: Vec<String>,
    /// Dependencies by presence.
    #[serde(default)]
    pub implies: Vec<ImpliedRule>,
    /// Kinds by presence.
    #[serde(default)]
    pub roles: Vec<RoleOf>,
    /// Named targets.
    #[serde(default)]
    pub targets: BTreeMap<String, Target>,
    /// Library types.
    #[serde(default)]
    pub types: Vec<TypeRule>,
    /// Library constants.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Carriers.
    #[serde(default)]
    pub steps: Vec<StepRule>,
    /// Calls.
    #[serde(default)]
    pub calls: Vec<CallRule>,
    /// Injection.
    #[serde(default)]
    pub injected: Vec<InjectedRule>,
    /// Bound classes.
    #[serde(default)]
    pub properties: Vec<PropertiesRule>,
    /// Bean methods.
    #[serde(default)]
    pub beans: Vec<AnnotationRule>,
    /// Methods for which no caller waits.
    #[serde(default)]
    pub detached: Vec<AnnotationRule>,
    /// HTTP mappings.
    #[serde(default)]
    pub mappings: Vec<MappingRule>,
    /// Serving classes.
    #[serde(default)]
    pub routes: Vec<RouteClassRule>,
    /// Declarative clients.
    #[serde(default)]
    pub clients: Vec<ClientRule>,
    /// Listeners.
    #[serde(default)]
    pub listeners: Vec<ListenerRule>,
    /// RPC services.
    #[serde(default)]
    pub serves: Vec<ServesRule>,
    /// Schedules.
    #[serde(default)]
    pub schedules: Vec<ScheduleRule>,
    /// Start-up.
    #[serde(default)]
    pub startups: Vec<StartupRule>,
    /// Calling annotations.
    #[serde(default)]
    pub annotated: Vec<AnnotatedRule>,
    /// Entities.
    #[serde(default)]
    pub entities: Vec<EntityRule>,
    /// Repositories.
    #[serde(default)]
    pub repositories: Vec<RepositoryRule>,
}
