//! Declarative clients: interfaces whose methods are calls.

use super::emit::{Calling, Emit, operation_name};
use super::entries::{class_prefix, join_path, mapped_method};
use super::facts::matched;
use crate::evaluate::{Cx, Fill};
use crate::ir::MethodSort;
use crate::program::{MethodId, TypeId};
use crate::schema::{ClientRule, Target};
use undrawn_model::{DependencyKind, Evidence, Template};

/// Calls through the clients that one unit declares, wherever the calls stand.
pub fn of_unit(cx: &Cx<'_, '_>, unit: u32) -> Vec<Evidence> {
    let mut emit = Emit::new(cx);
    for ty in cx.program.types_in(unit) {
        if let Some(rule) = cx.facts.clients.get(&ty) {
            client(cx, &mut emit, ty, &cx.program.models.clients[*rule]);
        }
    }
    emit.evidence
}

fn client<'a>(cx: &Cx<'_, 'a>, emit: &mut Emit<'_, '_, 'a>, ty: TypeId, rule: &'static ClientRule) {
    cx.refuel();
    let declared = cx.program.declared(ty);
    let at = cx.initializer_of(ty);
    let target = cx.program.models.complete(rule.target());
    let annotation = matched(cx, at, &declared.annotations, &rule.annotation);
    let fill = Fill {
        annotation: annotation.map(|a| (at, a, &declared.annotations[..])),
        annotations: Some((at, &declared.annotations)),
        class: Some(ty),
        ..Fill::default()
    };
    let bound = cx.facts.bindings.get(&ty).filter(|b| !b.is_empty());
    let bases: Vec<Template> = match bound {
        Some(bound) => bound.clone(),
        None if target.address.0.is_empty() => vec![Template::default()],
        None => {
            let found = cx.fill(&target.address, &fill);
            if found.is_empty() { vec![Template::hole("address")] } else { found }
        }
    };
    let prefixes = match cx.fill(&rule.path, &fill) {
        found if found.is_empty() => vec![Template::default()],
        found => found,
    };
    let mut any = false;
    for over in cx.program.with_supers(ty) {
        for method in cx.program.methods(over) {
            let has_body = cx.program.method(method).has_body;
            if cx.program.method(method).sort == MethodSort::Plain && !has_body {
                any = true;
                client_method(cx, emit, ty, method, rule, &target, &bases, &prefixes);
            }
        }
    }
    if !any {
        let span = annotation.map_or(declared.span, |a| a.span);
        let title = cx.program.simple_name(ty).to_string();
        emit.call(Calling {
            target: &target,
            fill,
            at,
            span,
            site: None,
            title,
            entries: Some(vec![]),
            address: Some(bases),
            resources: vec![],
            operation: None,
        });
    }
}

#[allow(clippy::too_many_arguments)]
fn client_method<'a>(
    cx: &Cx<'_, 'a>,
    emit: &mut Emit<'_, '_, 'a>,
    ty: TypeId,
    method: MethodId,
    rule: &'static ClientRule,
    target: &Target,
    bases: &[Template],
    prefixes: &[Template],
) {
    cx.refuel();
    let declared = cx.program.method(method);
    let mut resources = Vec::new();
    let mut statements = target.statement.clone();
    let fill = Fill {
        annotations: Some((method, &declared.annotations)),
        method: Some(declared.name),
        ..Fill::default()
    };
    for text in cx.fill(&statements, &fill) {
        resources.extend(emit.tables(&text, method.unit));
    }
    if rule.xml.is_some() {
        let key = format!("{}.{}", cx.program.name(cx.program.owner(method)), declared.name);
        if let Some(sql) = cx.facts.statements.get(&key) {
            resources.extend(emit.tables(&Template::text(sql.as_str()), method.unit));
        }
    }
    statements.0.clear();
    let mut addresses = bases.to_vec();
    let mut operation = None;
    if target.kind == Some(DependencyKind::Http)
        && let Some((written, mapping)) = mapped_method(cx, ty, method)
    {
        let class = class_prefix(cx, ty, cx.program.owner(written));
        addresses.clear();
        for base in bases {
            for prefix in prefixes {
                for head in &class {
                    for tail in &mapping.paths {
                        let path = join_path(&[prefix, head, tail]);
                        let address = with_path(base, path.clone());
                        let path = super::emit::path_of(&address).unwrap_or(path);
                        operation = mapping.verbs.first().map(|verb| operation_name(verb, path));
                        addresses.push(address);
                    }
                }
            }
        }
    }
    addresses.truncate(crate::evaluate::value::ALTERNATIVES_MAX);
    let target = Target { statement: statements, ..target.clone() };
    let title = format!("{}.{}", cx.program.simple_name(ty), declared.name);
    let callers = cx.callers(method);
    let mut told = false;
    for caller in callers.iter() {
        // A method of a shared super interface is called through each client: only calls on this one count here.
        if !receives(cx, *caller, ty) {
            continue;
        }
        cx.refuel();
        told = true;
        let site = cx.program.method(caller.at).calls[caller.site as usize];
        let span = cx.program.unit(caller.at.unit).expr(site.expr).span;
        emit.call(Calling {
            target: &target,
            fill: Fill::default(),
            at: caller.at,
            span,
            site: Some(site),
            title: title.clone(),
            entries: None,
            address: Some(addresses.clone()),
            resources: resources.clone(),
            operation: operation.clone(),
        });
    }
    if !told {
        emit.call(Calling {
            target: &target,
            fill: Fill::default(),
            at: method,
            span: declared.span,
            site: None,
            title,
            entries: Some(vec![]),
            address: Some(addresses),
            resources,
            operation,
        });
    }
}

/// True when the receiver of a call is this client (or nothing says which one it is).
fn receives(cx: &Cx<'_, '_>, call: crate::program::CallRef, client: TypeId) -> bool {
    use crate::ir::ExprKind;
    let unit = cx.program.unit(call.at.unit);
    match &unit.expr(cx.program.call_expr(call)).kind {
        ExprKind::Call { object: Some(object), .. } | ExprKind::MethodRef(object, _) => {
            let id = cx.type_of(call.at, *object).and_then(|t| t.id);
            id.is_none_or(|id| id == client || !cx.facts.clients.contains_key(&id))
        }
        _ => true,
    }
}

/// An address with a path behind it; a path that is absolute stands alone.
fn with_path(base: &Template, path: Template) -> Template {
    if crate::evaluate::absolute(&path) || base.parts.is_empty() {
        return path;
    }
    join_path(&[base, &path])
}
