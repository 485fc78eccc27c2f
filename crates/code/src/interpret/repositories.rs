//! Repositories: which table a method of theirs reads or writes.

use super::emit::{Calling, Emit};
use crate::evaluate::{Cx, Fill};
use crate::ir::TypeSort;
use crate::program::{MethodId, TypeId};
use crate::schema::Target;
use std::collections::BTreeSet;
use undrawn_model::{Access, DependencyKind, Evidence, ResourceUse};

/// Target and resources of a repository's method.
pub fn used_by(
    emit: &Emit<'_, '_, '_>,
    rule: usize,
    entity: Option<TypeId>,
    method: Option<MethodId>,
    name: &str,
) -> (Target, Vec<ResourceUse>) {
    let cx = emit.cx;
    let rule = &cx.program.models.repositories[rule];
    let fact = entity.and_then(|e| cx.facts.entities.get(&e));
    let target_name = fact.and_then(|f| f.target.clone()).or_else(|| rule.target.clone());
    let target = cx.program.models.complete(Target { target: target_name, ..Target::default() });
    if let Some(method) = method {
        let annotations = &cx.program.method(method).annotations;
        let fill = Fill { annotations: Some((method, annotations)), ..Fill::default() };
        let mut resources = Vec::new();
        for statement in cx.fill(&rule.statement, &fill) {
            for mut used in emit.tables(&statement, method.unit) {
                let own = used.name.as_text().is_some_and(|n| n == "#entityName");
                if let Some(fact) = fact.filter(|_| own) {
                    used.name = fact.name.clone();
                    used.sort = fact.sort;
                }
                resources.push(used);
            }
        }
        if target.kind == Some(DependencyKind::Sql) && !resources.is_empty() {
            return (target, resources);
        }
    }
    let resources = fact.map(|fact| ResourceUse {
        sort: fact.sort,
        name: fact.name.clone(),
        access: super::calls::access(name, rule),
    });
    (target, resources.into_iter().collect())
}

/// Repositories that no call in the source uses: they may be served by the framework (REST repositories) or not at all.
pub fn unused(cx: &Cx<'_, '_>, used: &BTreeSet<TypeId>) -> Vec<Evidence> {
    let mut emit = Emit::new(cx);
    let mut all: Vec<(&TypeId, &(usize, Option<TypeId>))> = cx.facts.repositories.iter().collect();
    all.sort_by_key(|(id, _)| **id);
    for (id, (rule, entity)) in all {
        let by_subtype =
            cx.program.all_subtypes(*id, 64).iter().any(|s| cx.facts.repositories.contains_key(s));
        let declared = cx.program.declared(*id);
        if used.contains(id) || by_subtype || declared.sort != TypeSort::Interface {
            continue;
        }
        cx.refuel();
        let (target, mut resources) = used_by(&emit, *rule, *entity, None, "");
        resources.iter_mut().for_each(|r| r.access = Access::Unknown);
        let title = format!("repository {}", cx.program.simple_name(*id));
        let at = cx.initializer_of(*id);
        emit.call(Calling {
            target: &target,
            fill: Fill::default(),
            at,
            span: declared.span,
            site: None,
            title,
            entries: Some(vec![]),
            address: None,
            resources,
            operation: None,
        });
    }
    emit.evidence
}
