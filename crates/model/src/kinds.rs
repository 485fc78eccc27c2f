//! The closed lists of the public contract, and the order of trust.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All values, in declaration order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word of the public contract.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The value for a word of the public contract.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What a component is. Kinds later in the list say more than earlier ones only by being named; merging two
    /// claims keeps the more specific (`service` is the least).
    ComponentKind {
        /// A long-running program of the system's own.
        Service = "service",
        /// A program that runs and ends.
        Job = "job",
        /// The entry that forwards to services.
        Gateway = "gateway",
        /// A database or search index.
        Database = "database",
        /// A store whose content can be lost.
        Cache = "cache",
        /// A message broker.
        Broker = "broker",
        /// A topic, queue or exchange.
        Topic = "topic",
        /// Somebody else's service.
        External = "external",
        /// A service registry.
        Discovery = "discovery",
        /// Serves configuration.
        ConfigServer = "config-server",
        /// Receives or shows traces, metrics or logs.
        Telemetry = "telemetry",
        /// A machine.
        Node = "node",
        /// A person.
        User = "user",
    }
}

words! {
    /// How a dependency carries work.
    Mode {
        /// The caller waits.
        Sync = "sync",
        /// The caller does not wait.
        Async = "async",
        /// Through stored data.
        Data = "data",
        /// Platform plumbing: discovery, configuration, telemetry, placement.
        Infra = "infra",
    }
}

words! {
    /// What happens to the dependent without the dependency.
    Need {
        /// The operation fails.
        Hard = "hard",
        /// The operation degrades.
        Soft = "soft",
        /// The component cannot start.
        Startup = "startup",
        /// A client library keeps it going behind the operations.
        Background = "background",
        /// Not known.
        Unknown = "unknown",
    }
}

words! {
    /// Where evidence came from, in ascending order of trust (a drawing proves intent only).
    Provenance {
        /// A diagram.
        Drawn = "drawn",
        /// A manifest or configuration file.
        Config = "config",
        /// Source code.
        Code = "code",
        /// A post-mortem.
        Incident = "incident",
        /// A trace or other traffic record.
        Observed = "observed",
        /// A gameday.
        Experiment = "experiment",
    }
}

words! {
    /// How sure: derived from provenance and from how names were resolved, never set by a rule.
    Confidence {
        /// Configuration that only orders the start, or whose end was guessed.
        Low = "low",
        /// Configuration that gives the address by name, or code with an end inferred (for example by port).
        Medium = "medium",
        /// Code or traffic, both ends resolved by name.
        High = "high",
    }
}

words! {
    /// Drawing against evidence.
    Verdict {
        /// Drawn and evidenced.
        Confirmed = "confirmed",
        /// Evidenced, not drawn.
        Undrawn = "undrawn",
        /// Drawn, no evidence found.
        Unseen = "unseen",
        /// Left out on purpose.
        Omitted = "omitted",
        /// There is no drawing of the system to compare with.
        Unjudged = "unjudged",
    }
}

words! {
    /// Protocol or relation of a dependency.
    DependencyKind {
        /// HTTP request.
        Http = "http",
        /// gRPC call.
        Grpc = "grpc",
        /// SQL over any driver.
        Sql = "sql",
        /// A document, wide-column or key-value store that is no cache.
        Document = "document",
        /// Cache access.
        Cache = "cache",
        /// Search index access.
        Search = "search",
        /// Produces to or consumes from a broker.
        Messaging = "messaging",
        /// Registers with or looks up in a registry.
        Discovery = "discovery",
        /// Fetches configuration.
        Configuration = "configuration",
        /// Sends or scrapes traces, metrics, logs or health.
        Telemetry = "telemetry",
        /// Fetches or checks tokens and keys.
        Auth = "auth",
        /// Sends mail.
        Mail = "mail",
        /// Object store access.
        Object = "object",
        /// Another TCP protocol or not known.
        Network = "network",
        /// A manifest orders start-up or links containers; what flows is not said.
        Deployment = "deployment",
        /// Runs on the same node or instance.
        Placement = "placement",
    }
}

words! {
    /// What starts an operation.
    OperationKind {
        /// An HTTP route.
        Route = "route",
        /// An RPC method.
        Rpc = "rpc",
        /// A message listener.
        Consumer = "consumer",
        /// A timer.
        Scheduled = "scheduled",
        /// Start-up code.
        Startup = "startup",
        /// A command-line entry.
        Command = "command",
    }
}

words! {
    /// A named thing inside a store or broker.
    ResourceSort {
        /// SQL table.
        Table = "table",
        /// Document collection.
        Collection = "collection",
        /// Key prefix of a cache or key-value store.
        Keyspace = "keyspace",
        /// Topic of a log.
        Topic = "topic",
        /// Queue.
        Queue = "queue",
        /// Exchange.
        Exchange = "exchange",
        /// Search index.
        Index = "index",
        /// Object store bucket.
        Bucket = "bucket",
    }
}

words! {
    /// What is done to a resource. A producer writes a topic, a consumer reads it.
    Access {
        /// Reads.
        Read = "read",
        /// Writes.
        Write = "write",
        /// Both.
        ReadWrite = "read-write",
        /// Not known which.
        Unknown = "unknown",
    }
}

impl Access {
    /// True when it may read.
    pub fn reads(self) -> bool {
        matches!(self, Access::Read | Access::ReadWrite)
    }

    /// True when it may write.
    pub fn writes(self) -> bool {
        matches!(self, Access::Write | Access::ReadWrite)
    }

    /// Both claims together.
    pub fn and(self, other: Access) -> Access {
        match (self, other) {
            (Access::Unknown, x) | (x, Access::Unknown) => x,
            (a, b) if a == b => a,
            _ => Access::ReadWrite,
        }
    }
}

impl ComponentKind {
    /// True for stores and brokers: things that callers depend on through data.
    pub fn holds_data(self) -> bool {
        matches!(
            self,
            ComponentKind::Database | ComponentKind::Cache | ComponentKind::Broker | ComponentKind::Topic
        )
    }

    /// True for platform plumbing: discovery, configuration, telemetry.
    pub fn is_plumbing(self) -> bool {
        matches!(self, ComponentKind::Discovery | ComponentKind::ConfigServer | ComponentKind::Telemetry)
    }
}

impl Default for ComponentKind {
    /// What a component is when nothing says more.
    fn default() -> Self {
        ComponentKind::Service
    }
}
