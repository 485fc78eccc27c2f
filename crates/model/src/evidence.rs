//! The currency: one claim, with its place and its provenance.

use crate::{
    Access, ComponentKind, DependencyKind, Drawing, Location, Mode, Need, OperationKind, Policy, Provenance,
    ResourceSort, Template,
};
use serde::{Deserialize, Serialize};

/// One claim with everything needed to open it. Sources make these; `graph` puts them together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whom the claim is about.
    pub subject: Subject,
    /// What is claimed.
    pub claim: Claim,
    /// How and where it is known.
    pub sighting: Sighting,
    /// Active only in this configuration profile (`spring.profiles`, compose `profiles`); empty means always. Several
    /// mean any of them.
    pub profiles: Vec<String>,
}

/// How and where something is known. This is what the public JSON calls evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sighting {
    /// What sort of source said it.
    pub provenance: Provenance,
    /// Where to open it.
    pub location: Location,
    /// One line for the reader: `RestTemplate.getForObject("http://user-service/...")`.
    pub detail: String,
}

/// Whom a claim is about. A source rarely knows the component's final name: it says what it does know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Whoever owns the file that the evidence lies in (nearest module or build context above it).
    Owner,
    /// The component declared under this name in this scope (`compose:docker`, `kubernetes:shop`).
    Declared {
        /// Format and project or namespace. Names of one scope are unique in it.
        scope: String,
        /// Name in that scope.
        name: String,
    },
    /// The application of this logical name (a file of a configuration repository); `None` is every client of it.
    Application {
        /// `spring.application.name`, or what stands for it elsewhere.
        name: Option<String>,
    },
    /// The system as a whole (a drawing).
    System,
}

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The subject exists and is called so.
    Component(ComponentClaim),
    /// A build module exists: a folder whose files belong together.
    Module(ModuleClaim),
    /// The subject's classpath or package manifest has this library: `org.springframework.boot:spring-boot-starter-web`.
    Uses {
        /// Package name as its registry writes it (Maven: `group:artifact`).
        library: String,
        /// Version, if written.
        version: Option<String>,
    },
    /// The subject's code carries this marker (an annotation's qualified name), which library rules ask for.
    Marked {
        /// Qualified name: `org.springframework.cloud.netflix.zuul.EnableZuulProxy`.
        marker: String,
    },
    /// A configuration key or environment variable has a value.
    Setting(SettingClaim),
    /// The subject has an entry operation.
    Operation(OperationClaim),
    /// The subject calls an address, perhaps a named resource behind it.
    Call(CallClaim),
    /// The subject forwards requests for a path to an address.
    Route(RouteClaim),
    /// The subject is started after, linked to or placed with another declared component; what flows is not said.
    Ordered {
        /// Who is needed.
        on: Subject,
        /// `depends_on`, `links`, `wait-for`.
        by: String,
    },
    /// Settings of this named set (Kubernetes ConfigMap or Secret) are given to the subject.
    TakesSettings {
        /// The set's scope and name, as a subject of `Setting` claims.
        from: Subject,
        /// Prefix put before each key.
        prefix: String,
    },
    /// Files at or below this path belong to the subject (a bind mount, a copied configuration), whatever folder they
    /// lie in.
    Owns {
        /// File or folder, relative to the root.
        path: String,
    },
    /// A diagram.
    Drawing(Box<Drawing>),
}

/// A component exists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentClaim {
    /// What it is, if the claim says so.
    pub kind: Option<ComponentKind>,
    /// What it is called, and by whom.
    pub names: Vec<Name>,
    /// The product it runs, if known: `postgresql`, `rabbitmq`, `eureka`.
    pub technology: Option<String>,
    /// Container image without tag.
    pub image: Option<String>,
    /// Folder it is built from, relative to the root.
    pub dir: Option<String>,
    /// Where it answers.
    pub addresses: Vec<Address>,
    /// How many run.
    pub replicas: Option<u32>,
    /// Programming language, if known.
    pub language: Option<String>,
    /// True when it is reachable from outside the system (a published port, an Ingress, a public load balancer).
    pub published: bool,
    /// Limits and requests as written: `memory_limit` -> `512M`, `cpu_request` -> `100m`.
    pub resources: std::collections::BTreeMap<String, String>,
}

/// One name of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The name as written, placeholders unresolved.
    pub text: Template,
    /// Who calls it so.
    pub sort: NameSort,
}

/// Who calls a component by a name. Earlier ones are surer; for display they are better too, but for an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameSort {
    /// `undrawn.toml` says so.
    Alias,
    /// Its own configuration: `spring.application.name`, `OTEL_SERVICE_NAME`.
    Application,
    /// A manifest: compose service, Kubernetes workload.
    Declared,
    /// A registry knows it by this name.
    Discovery,
    /// A host name it answers at: compose hostname, container name, network alias, Kubernetes Service.
    Host,
    /// The build: Maven artifact, Gradle project, package name.
    Module,
    /// The folder.
    Folder,
    /// The image's last path segment.
    Image,
}

/// Where a component answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Host name, if bound to one.
    pub host: Option<String>,
    /// Port inside the network.
    pub port: Option<Template>,
    /// Port outside, when published.
    pub published_port: Option<u16>,
}

/// A build module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleClaim {
    /// Folder relative to the root; empty for the root itself.
    pub dir: String,
    /// Build system: `maven`, `gradle`, `npm`, `go`, `dotnet`, `python`.
    pub build: String,
    /// Name in the build: Maven `artifactId`.
    pub name: String,
    /// Qualified name as other modules ask for it: Maven `group:artifact`.
    pub coordinate: String,
    /// True when it only gathers other modules (Maven packaging `pom`).
    pub aggregate: bool,
    /// True when the build itself makes a runnable program of it (Spring Boot plugin, `application` plugin, image build).
    pub runnable: bool,
    /// Coordinates of modules and libraries it needs, tests excluded.
    pub needs: Vec<String>,
    /// Main language.
    pub language: Option<String>,
}

/// A configuration key has a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingClaim {
    /// Key as written, lists as `a.b[0].c`.
    pub key: String,
    /// Value, placeholders parsed.
    pub value: Template,
    /// Which world the key is of.
    pub sort: SettingSort,
}

/// Which world a setting is of; later ones win over earlier ones in a running program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingSort {
    /// Served by a configuration repository to its clients.
    Served,
    /// A property file or document inside the program.
    Property,
    /// Baked into the image (`ENV`), or an `.env` file.
    Image,
    /// Environment or argument given by the manifest.
    Environment,
}

/// An entry operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationClaim {
    /// Unique in the component: `GET /owners/{id}`, `hipstershop.CartService/GetCart`, `OrderListener.onCreated`.
    pub name: String,
    /// What starts it.
    pub kind: OperationKind,
    /// For schedules: the expression or period as written.
    pub schedule: Option<String>,
}

/// The subject calls an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallClaim {
    /// Protocol or relation.
    pub kind: DependencyKind,
    /// Product called, when the library says so: `postgresql`, `rabbitmq`, `eureka`.
    pub technology: Option<String>,
    /// The kind of component that answers, when the library says so.
    pub target_kind: Option<ComponentKind>,
    /// Address as known: URL, `lb://name`, `host:port`, `jdbc:...`. Empty when only the technology is known.
    pub address: Template,
    /// Operation at the other end: `GET /users/{id}`, `package.Service/Method`.
    pub target_operation: Option<Template>,
    /// Table, topic, collection ... used there.
    pub resource: Option<ResourceUse>,
    /// How it carries work.
    pub mode: Mode,
    /// What happens without it.
    pub need: Need,
    /// Names of the subject's entry operations from which it is reached; empty when none was found.
    pub entries: Vec<String>,
    /// The method or place that calls: `OwnerClient.find`.
    pub site: String,
    /// Inside a loop or a stream.
    pub in_loop: bool,
    /// The error is caught around it.
    pub caught: bool,
    /// The condition that guards it, as written.
    pub guard: Option<String>,
    /// Limits.
    pub policy: Policy,
}

impl CallClaim {
    /// A call of this kind to this address, everything else unknown.
    pub fn to(kind: DependencyKind, address: Template) -> Self {
        CallClaim {
            kind,
            technology: None,
            target_kind: None,
            address,
            target_operation: None,
            resource: None,
            mode: Mode::Sync,
            need: Need::Unknown,
            entries: vec![],
            site: String::new(),
            in_loop: false,
            caught: false,
            guard: None,
            policy: Policy::new(),
        }
    }
}

/// Use of a named thing inside a store or broker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceUse {
    /// What it is.
    pub sort: ResourceSort,
    /// Its name.
    pub name: Template,
    /// What is done to it.
    pub access: Access,
}

/// The subject forwards requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteClaim {
    /// Path pattern as written: `/api/vet/**`.
    pub path: Template,
    /// Where to.
    pub to: Template,
    /// Limits.
    pub policy: Policy,
}

impl Evidence {
    /// Evidence that holds in every profile.
    pub fn new(
        subject: Subject,
        claim: Claim,
        provenance: Provenance,
        location: Location,
        detail: impl Into<String>,
    ) -> Self {
        let sighting = Sighting { provenance, location, detail: detail.into() };
        Evidence { subject, claim, sighting, profiles: vec![] }
    }

    /// The same, only in these profiles.
    pub fn in_profiles(mut self, profiles: Vec<String>) -> Self {
        self.profiles = profiles;
        self
    }
}
