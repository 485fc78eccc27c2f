//! Calls of library methods, annotations that call, and gateway routes in code.

use super::emit::{Calling, Emit, access_of};
use super::facts::matched;
use crate::evaluate::{Cx, Env, Fill, Object, Value};
use crate::ir::{CallSite, ExprId, ExprKind};
use crate::program::{MethodId, Ty, TypeId, last_segment};
use crate::schema::CallRule;
use std::collections::BTreeSet;
use undrawn_model::{Claim, Evidence, Policy, ResourceUse, RouteClaim, Template};

/// Calls of one unit, and the repositories that they use.
pub fn of_unit(cx: &Cx<'_, '_>, unit: u32) -> (Vec<Evidence>, BTreeSet<TypeId>) {
    let mut walk = Walk { cx, emit: Emit::new(cx), used: BTreeSet::new() };
    for index in 0..cx.program.unit(unit).methods.len() as u32 {
        let at = MethodId { unit, index };
        walk.annotated(at);
        for site in &cx.program.method(at).calls {
            walk.call(at, *site);
        }
    }
    (walk.emit.evidence, walk.used)
}

struct Walk<'c, 'p, 'a> {
    cx: &'c Cx<'p, 'a>,
    emit: Emit<'c, 'p, 'a>,
    used: BTreeSet<TypeId>,
}

impl<'c, 'p, 'a> Walk<'c, 'p, 'a> {
    fn call(&mut self, at: MethodId, site: CallSite) {
        let cx = self.cx;
        let unit = cx.program.unit(at.unit);
        match &unit.expr(site.expr).kind {
            ExprKind::Call { object, name, args, .. } => {
                let (library, stored) = (cx.program.models.may_call(name), !cx.facts.repositories.is_empty());
                if !(library || (stored && object.is_some())) {
                    return;
                }
                cx.refuel();
                for receiver in self.receivers(at, *object, name) {
                    if library && self.library_call(at, site, &receiver, *object, name, args) {
                        return;
                    }
                    if stored && self.repository_call(at, site, &receiver, name, args, object.is_none()) {
                        return;
                    }
                    if object.is_none()
                        && receiver
                            .id
                            .is_some_and(|id| !cx.program.find_methods(id, name, args.len()).is_empty())
                    {
                        return;
                    }
                }
            }
            ExprKind::New { ty, args, .. } if cx.program.models.may_call("new") => {
                cx.refuel();
                let ty = cx.resolve(at, ty);
                self.library_call(at, site, &ty, None, "new", args);
            }
            ExprKind::MethodRef(object, name) if cx.program.models.may_call(name) => {
                cx.refuel();
                for receiver in self.receivers(at, Some(*object), name) {
                    self.library_call(at, site, &receiver, Some(*object), name, &[]);
                }
            }
            _ => {}
        }
    }

    fn receivers(&self, at: MethodId, object: Option<ExprId>, name: &str) -> Vec<Ty> {
        let cx = self.cx;
        match object {
            Some(object) => {
                let known = cx.static_type(at, object).or_else(|| cx.type_of(at, object));
                let by_value = || {
                    // Following a value costs more than a type: only for names that rules ask for, and procedures of stubs.
                    let asked = cx.program.models.calls_by_name(name) || name.starts_with(char::is_uppercase);
                    let by_value = asked && cx.program.unit(at.unit).dynamic;
                    by_value.then(|| cx.type_of_value(&cx.eval(at, object, &Env::default()))).flatten()
                };
                known.or_else(by_value).into_iter().collect()
            }
            None => {
                let own = cx.program.around(at).into_iter().map(|ty| cx.program.ty(ty));
                let imports = cx.program.unit(at.unit).imports.iter().filter(|i| i.member);
                let imported = imports.map(|i| {
                    let ty = if i.wildcard { i.path } else { i.path.rsplit_once('.').map_or("", |p| p.0) };
                    cx.program.named(ty, at.unit)
                });
                own.chain(imported).collect()
            }
        }
    }

    fn library_call(
        &mut self,
        at: MethodId,
        site: CallSite,
        ty: &Ty,
        object: Option<ExprId>,
        name: &str,
        args: &[ExprId],
    ) -> bool {
        let cx = self.cx;
        // A method that the source itself has is read where it stands, also when its class extends a library's.
        let own = ty.id.map_or(vec![], |id| cx.program.find_methods(id, name, args.len()));
        if own.iter().any(|m| cx.program.method(*m).has_body) {
            return false;
        }
        let rules = cx.program.models.calls_named(name);
        let fitting: Vec<&'static CallRule> = rules
            .filter(|r| (r.args.0.is_empty() || r.args.0.contains(&args.len())) && cx.is_a(ty, &r.on.0))
            .collect();
        // Rules about the type itself come before rules about its supertypes.
        let own = fitting.iter().any(|r| r.on.0.iter().any(|n| **n == *ty.name));
        let mut told = false;
        for rule in fitting {
            if own && !rule.on.0.iter().any(|n| **n == *ty.name) {
                continue;
            }
            self.tell(at, site, ty, object, name, args, rule);
            told = true;
        }
        told
    }

    #[allow(clippy::too_many_arguments)]
    fn tell(
        &mut self,
        at: MethodId,
        site: CallSite,
        ty: &Ty,
        object: Option<ExprId>,
        name: &str,
        args: &[ExprId],
        rule: &'static CallRule,
    ) {
        let cx = self.cx;
        let env = Env::default();
        let receiver = match object {
            Some(object) if cx.static_type(at, object).is_none() => cx.eval(at, object, &env),
            Some(_) => Value::default(),
            None => Value::object(Object { ty: Some(ty.clone()), ..Object::default() }),
        };
        let fill = Fill {
            call: Some((at, args, &env)),
            receiver: Some(&receiver),
            ty: Some(ty),
            class: Some(cx.program.owner(at)),
            method: Some(name),
            ..Fill::default()
        };
        let span = cx.program.unit(at.unit).expr(site.expr).span;
        let target = cx.program.models.complete(rule.target());
        let shown = rule.r#as.clone().unwrap_or_else(|| last_segment(&ty.name).to_string());
        let title = if name == "new" { format!("new {shown}") } else { format!("{shown}.{name}") };
        if let Some(route) = &rule.route {
            let paths = cx.fill(&route.path, &fill);
            let to = cx.fill(&target.address, &fill).into_iter().next();
            for path in paths {
                let to = to.clone().unwrap_or_else(|| Template::hole("address"));
                let detail = format!("route {path} to {to}");
                self.emit.claim(
                    at.unit,
                    span,
                    Claim::Route(RouteClaim { path, to, policy: Policy::new() }),
                    detail,
                );
            }
            return;
        }
        self.emit.call(Calling {
            target: &target,
            fill,
            at,
            span,
            site: Some(site),
            title,
            entries: None,
            address: None,
            resources: vec![],
            operation: None,
        });
    }

    /// A call of a repository: of its entity's table, or of the tables in its statement.
    #[allow(clippy::too_many_arguments)]
    fn repository_call(
        &mut self,
        at: MethodId,
        site: CallSite,
        ty: &Ty,
        name: &str,
        args: &[ExprId],
        bare: bool,
    ) -> bool {
        let cx = self.cx;
        let Some(id) = ty.id else { return false };
        let Some((rule, entity)) = cx.facts.repositories.get(&id) else { return false };
        let span = cx.program.unit(at.unit).expr(site.expr).span;
        let declared = cx.program.find_methods(id, name, args.len()).first().copied();
        if declared.is_some_and(|m| cx.program.method(m).has_body) {
            return true;
        }
        // A call without receiver inside a repository class is one of its own only if the repository has such methods.
        let access = access(name, &cx.program.models.repositories[*rule]);
        if bare && declared.is_none() && access == undrawn_model::Access::Unknown {
            return false;
        }
        self.used.insert(id);
        let title = format!("{}.{name}", cx.program.simple_name(id));
        let (target, resources) = super::repositories::used_by(&self.emit, *rule, *entity, declared, name);
        self.emit.call(Calling {
            target: &target,
            fill: Fill::default(),
            at,
            span,
            site: Some(site),
            title,
            entries: None,
            address: None,
            resources,
            operation: None,
        });
        true
    }

    /// Annotations that make their method call out.
    fn annotated(&mut self, at: MethodId) {
        let cx = self.cx;
        let declared = cx.program.method(at);
        for rule in &cx.program.models.annotated {
            let Some(annotation) = matched(cx, at, &declared.annotations, &rule.annotation) else { continue };
            cx.refuel();
            let target = cx.program.models.complete(rule.target());
            let owner = cx.program.owner(at);
            let fill = Fill {
                annotation: Some((at, annotation, &declared.annotations)),
                class: Some(owner),
                method: Some(declared.name),
                ..Fill::default()
            };
            self.emit.call(Calling {
                target: &target,
                fill,
                at,
                span: annotation.span,
                site: None,
                title: format!("@{}", annotation.name),
                entries: None,
                address: None,
                resources: Vec::<ResourceUse>::new(),
                operation: None,
            });
        }
    }
}

/// Kept beside its user: names of methods that read or write.
pub fn access(name: &str, rule: &crate::schema::RepositoryRule) -> undrawn_model::Access {
    access_of(name, &rule.read.0, &rule.write.0)
}
