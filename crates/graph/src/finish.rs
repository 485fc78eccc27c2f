//! The assembled system in its public form: sorted, named, with derived confidence.

use crate::assemble::{Assembled, Bond};
use crate::draft::Draft;
use crate::resolve::Certainty;
use std::collections::BTreeSet;
use undrawn_model::{
    Component, ComponentId, Confidence, Dependency, DependencyKind, NameSort, Provenance, Resource,
    ResourceUser, Sighting, SystemModel, UnresolvedCall, Verdict,
};

/// Everything but the drawings, in public form.
pub fn finish(assembled: Assembled) -> SystemModel {
    let used: BTreeSet<usize> = assembled.bonds.keys().flat_map(|(a, b, _)| [*a, *b]).collect();
    let keep = |i: usize, d: &Draft| used.contains(&i) || !(d.outside || is_image_only(d));
    let mut order: Vec<usize> =
        (0..assembled.drafts.len()).filter(|i| keep(*i, &assembled.drafts[*i])).collect();
    order.sort_by(|a, b| (&assembled.drafts[*a].name, a).cmp(&(&assembled.drafts[*b].name, b)));
    let mut place = vec![ComponentId(0); assembled.drafts.len()];
    for (position, draft) in order.iter().enumerate() {
        place[*draft] = ComponentId(position as u32);
    }
    let components = order.iter().map(|i| component(&assembled.drafts[*i])).collect();
    let mut dependencies: Vec<Dependency> = assembled
        .bonds
        .into_iter()
        .map(|((from, to, kind), bond)| dependency(place[from], place[to], kind, bond))
        .collect();
    dependencies.sort_by_key(|d| (d.from, d.to, d.kind));
    let mut resources: Vec<Resource> = assembled
        .resources
        .into_iter()
        .map(|((store, sort, name), users)| Resource {
            store: place[store],
            sort,
            name,
            users: users
                .into_iter()
                .map(|(who, (access, evidence))| ResourceUser { component: place[who], access, evidence })
                .collect(),
        })
        .collect();
    resources.sort_by(|a, b| (a.store, a.sort, &a.name).cmp(&(b.store, b.sort, &b.name)));
    for resource in &mut resources {
        resource.users.sort_by_key(|u| u.component);
    }
    let unresolved = assembled
        .unresolved
        .into_iter()
        .map(|(from, call, sighting, reason)| UnresolvedCall { from: place[from], call, sighting, reason })
        .collect();
    SystemModel { components, dependencies, resources, unresolved, ..SystemModel::default() }
}

/// A folder that only builds an image which no manifest runs under that name: a base image, a shared Dockerfile.
fn is_image_only(draft: &Draft) -> bool {
    let module = draft.names.iter().any(|(_, sort, _)| *sort == NameSort::Module);
    draft.scopes.is_empty() && !module && !draft.has_code && draft.language.is_none()
}

fn component(draft: &Draft) -> Component {
    let mut aliases: BTreeSet<String> = draft.aliases.clone();
    aliases.extend(
        draft.names.iter().filter(|(_, sort, _)| *sort != NameSort::Image).map(|(n, _, _)| n.clone()),
    );
    aliases.remove(&draft.name);
    let mut evidence: Vec<Sighting> = draft.sightings.iter().cloned().map(without_secrets).collect();
    evidence.sort_by(|a, b| (trust(a), &a.location).cmp(&(trust(b), &b.location)));
    evidence.dedup();
    Component {
        name: draft.name.clone(),
        kind: draft.kind,
        technology: draft.technology.clone(),
        aliases: aliases.into_iter().collect(),
        language: draft.language.clone(),
        published: draft.published,
        identities: draft.identities.clone(),
        operations: draft.operations.clone(),
        evidence,
        drawn_only: false,
    }
}

/// Evidence is shown in this order: the line that creates the dependency first.
fn trust(sighting: &Sighting) -> u8 {
    match sighting.provenance {
        Provenance::Code => 0,
        Provenance::Experiment => 1,
        Provenance::Observed => 2,
        Provenance::Incident => 3,
        Provenance::Config => 4,
        Provenance::Drawn => 5,
    }
}

fn dependency(from: ComponentId, to: ComponentId, kind: DependencyKind, bond: Bond) -> Dependency {
    let mut evidence: Vec<Sighting> = bond.sightings.into_iter().map(without_secrets).collect();
    // Stable: within one provenance the order of discovery stays, which is the order of the files.
    evidence.sort_by_key(trust);
    let resources =
        bond.resources.iter().map(|(name, sort, access)| format!("{name} ({sort}, {access})")).collect();
    Dependency {
        from,
        to,
        kind,
        mode: bond.mode,
        need: bond.need,
        verdict: Verdict::Unjudged,
        confidence: confidence(&evidence, bond.certainty, kind),
        policy: bond.policy,
        operations: bond.operations.into_iter().collect(),
        resources,
        observed: None,
        evidence,
        calls: bond.calls,
        drawn: vec![],
    }
}

/// Configuration alone < code < observed < experiment; a guessed end takes one step away, and so does configuration that
/// only orders the start, which says nothing of a use.
fn confidence(evidence: &[Sighting], certainty: Certainty, kind: DependencyKind) -> Confidence {
    let seen = |p: Provenance| evidence.iter().any(|s| s.provenance == p);
    let strong = seen(Provenance::Code) || seen(Provenance::Observed) || seen(Provenance::Experiment);
    match (strong, certainty) {
        (true, Certainty::Name) => Confidence::High,
        (true, _) => Confidence::Medium,
        (false, Certainty::Name) if kind != DependencyKind::Deployment => Confidence::Medium,
        _ => Confidence::Low,
    }
}

/// The same, with passwords in addresses made unreadable: reports travel further than the files they are made from.
fn without_secrets(sighting: Sighting) -> Sighting {
    Sighting { detail: mask(&sighting.detail), ..sighting }
}

/// `amqp://user:secret@host` as `amqp://user:***@host`.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ')'))
            .unwrap_or(after.len());
        let authority = &after[..end];
        match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
            Some((user, host)) => out.push_str(&format!("{user}:***@{host}")),
            None => out.push_str(authority),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_do_not_reach_reports() {
        assert_eq!(
            mask("URL = amqp://u:p@ss@h:5672/x, http://h/a@b"),
            "URL = amqp://u:***@h:5672/x, http://h/a@b"
        );
        assert_eq!(mask("no address"), "no address");
    }
}
