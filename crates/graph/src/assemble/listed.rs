//! Logical names whose addresses stand in the caller's own configuration instead of a registry.
//!
//! Ribbon: <https://docs.spring.io/spring-cloud-netflix/docs/2.2.5.RELEASE/reference/html/> ("without Eureka"); Spring
//! Cloud's simple discovery client:
//! <https://docs.spring.io/spring-cloud-commons/reference/spring-cloud-commons/common-abstractions.html>; Stork's static
//! lists: <https://quarkus.io/guides/stork-reference>; Micronaut's HTTP client: <https://docs.micronaut.io/latest/guide/>.

use crate::address::{self, Parsed};
use crate::settings::{Expansion, Settings};
use undrawn_model::Template;

/// Keys that list the addresses of a name, which stands for `{}`.
const LISTS: &[&str] = &[
    "{}.ribbon.listOfServers",
    "spring.cloud.discovery.client.simple.instances.{}[0].uri",
    "quarkus.stork.{}.service-discovery.address-list",
    "micronaut.http.services.{}.urls[0]",
    "micronaut.http.services.{}.url",
];

/// What configuration gives for the logical name that `expansion` addresses; empty when it gives nothing or the address
/// is no such name.
pub(super) fn addresses(settings: &Settings, expansion: &Expansion) -> Vec<Expansion> {
    let Parsed::EndPoints(ends) = address::parse(&expansion.text) else { return vec![] };
    let [end] = ends.as_slice() else { return vec![] };
    let logical = end.port.is_none() && address::is_host(&end.host) && !address::is_loopback(&end.host);
    if !logical || !matches!(end.scheme.as_str(), "" | "lb" | "http" | "https" | "stork") {
        return vec![];
    }
    let keys = LISTS.iter().map(|key| key.replacen("{}", &end.host, 1));
    let found =
        keys.filter(|key| settings.has(key)).flat_map(|key| settings.expand(&Template::key(&key, None)));
    found
        .map(|mut given| {
            given.via.extend(expansion.via.iter().cloned());
            given.only_in.extend(expansion.only_in.iter().cloned());
            given
        })
        .collect()
}
