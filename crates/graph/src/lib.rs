//! Who is who, what agrees with what, what reaches what: evidence in, one model of the system out.
//!
//! `graph` is the only place that decides that two names are one component. It keeps every piece of evidence and every
//! disagreement. It does no input or output and knows no language or file format: it asks claims.
//!
//! The steps, in order, one file each:
//!
//! 1. [`proto`]: every declared component, build module and image becomes a candidate; files find their owner;
//! 2. [`settings`]: what each candidate's configuration says, and what a `${placeholder}` can be;
//! 3. [`identity`]: candidates that are one component are joined, each join with its reason;
//! 4. [`rules`]: what the libraries that are there imply;
//! 5. [`resolve`]: addresses lead to components, or to external ones, or to a note;
//! 6. [`assemble`]: dependencies with all their evidence;
//! 7. [`reconcile`]: drawings against evidence, verdicts.

mod address;
mod assemble;
mod boxes;
mod draft;
mod evidenced;
mod finish;
mod identity;
mod labels;
mod names;
mod profiles;
mod proto;
mod reconcile;
mod resolve;
mod rules;
mod settings;

pub use evidenced::evidenced;
use undrawn_model::{Evidence, Intent, LibraryRule, Note, SystemModel};

/// Puts all evidence together. The result depends on the evidence as a set: shuffled input gives the same model.
pub fn build(
    mut evidence: Vec<Evidence>,
    mut notes: Vec<Note>,
    rules: &[LibraryRule],
    intent: &Intent,
) -> SystemModel {
    evidence.sort_by(in_order);
    let protos = proto::collect(&evidence, rules);
    let groups = identity::join(&protos, intent);
    let mut system = assemble::assemble(&evidence, &protos, &groups, rules, &mut notes);
    identity::name_by_alias(&mut system.drafts, intent, &mut notes);
    let mut model = reconcile::reconcile(system, &evidence, intent);
    notes.append(&mut model.notes);
    notes.sort();
    notes.dedup();
    model.notes = notes;
    model
}

/// Evidence is put in one order before anything looks at it, so that reading order cannot show. Claims of one place and
/// text are rare; their own text decides.
fn in_order(a: &Evidence, b: &Evidence) -> std::cmp::Ordering {
    let near = || (&a.sighting.detail, &a.profiles).cmp(&(&b.sighting.detail, &b.profiles));
    let place = (&a.sighting.location, &a.subject).cmp(&(&b.sighting.location, &b.subject));
    place.then_with(near).then_with(|| format!("{:?}", a.claim).cmp(&format!("{:?}", b.claim)))
}
