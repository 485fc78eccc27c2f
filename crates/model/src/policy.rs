//! The limits on a call and where each value comes from. The pressure checks fill and judge these.

use crate::Location;
use serde::{Deserialize, Serialize};

/// Where a policy value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Written here.
    Explicit(Location),
    /// Taken from a configuration key, mesh or gateway rule.
    Inherited {
        /// The key or rule.
        key: String,
        /// Where it is set.
        location: Location,
    },
    /// The library's own default, with the document that says so.
    LibraryDefault {
        /// Library and version range.
        library: String,
        /// Address of the document.
        citation: String,
    },
    /// No limit, with the document that says so.
    Unlimited {
        /// Library and version range.
        library: String,
        /// Address of the document.
        citation: String,
    },
    /// Not known.
    Unknown,
}

/// One value with its origin. Durations are in milliseconds, the rest are counts or shares; the name says which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyValue {
    /// The value; `None` when unlimited or unknown (the origin says which).
    pub value: Option<f64>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Named limits of one call or consumer, such as `timeout_ms_read` or `attempts_max`. Names carry their unit.
pub type Policy = std::collections::BTreeMap<String, PolicyValue>;
