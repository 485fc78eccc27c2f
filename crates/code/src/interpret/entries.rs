//! Entry operations: routes, listeners, schedules, start-up, RPC services; and the markers on the way.

use super::emit::{Calling, Emit, operation_name};
use super::facts::{has_super, matched};
use crate::evaluate::{Cx, Env, Fill};
use crate::ir::{Annotation, MethodSort, Span, TypeSort};
use crate::program::{MethodId, TypeId};
use crate::schema::Texts;
use undrawn_model::{Claim, Evidence, OperationClaim, OperationKind, Part, Template};

/// What one unit begins.
#[derive(Default)]
pub struct Begun {
    /// Operations, listeners' calls, markers.
    pub evidence: Vec<Evidence>,
    /// Entry methods with the name of their operation.
    pub entries: Vec<(MethodId, String)>,
}

/// Entries and markers of one unit.
pub fn of_unit(cx: &Cx<'_, '_>, unit: u32) -> Begun {
    let mut walk = Walk { cx, emit: Emit::new(cx), entries: vec![] };
    for ty in cx.program.types_in(unit) {
        walk.of_type(ty);
    }
    Begun { evidence: walk.emit.evidence, entries: walk.entries }
}

struct Walk<'c, 'p, 'a> {
    cx: &'c Cx<'p, 'a>,
    emit: Emit<'c, 'p, 'a>,
    entries: Vec<(MethodId, String)>,
}

impl<'c, 'p, 'a> Walk<'c, 'p, 'a> {
    fn of_type(&mut self, ty: TypeId) {
        let cx = self.cx;
        let declared = cx.program.declared(ty);
        let at = cx.initializer_of(ty);
        self.markers(at, &declared.annotations);
        for field in &declared.fields {
            self.markers(at, &field.annotations);
        }
        for method in cx.program.methods(ty) {
            cx.refuel();
            let declared = cx.program.method(method);
            self.markers(method, &declared.annotations);
            self.bean_marker(method);
            self.schedules(method);
            self.startup(ty, method);
        }
        self.routes(ty);
        self.listeners(ty);
        self.services(ty);
    }

    fn markers(&mut self, at: MethodId, annotations: &[Annotation<'a>]) {
        for annotation in annotations {
            let name = self.cx.annotation_name(at, annotation);
            if self.cx.program.models.is_marker(&name) {
                let marker = name.to_string();
                let detail = format!("@{}", crate::program::last_segment(&name));
                self.emit.claim(at.unit, annotation.span, Claim::Marked { marker }, detail);
            }
        }
    }

    /// Types of shared objects that rules ask for.
    fn bean_marker(&mut self, method: MethodId) {
        let declared = self.cx.program.method(method);
        if declared.returns.name.is_empty() || declared.annotations.is_empty() {
            return;
        }
        let ty = self.cx.resolve(method, &declared.returns);
        let bean = self.cx.facts.beans.get(&*ty.name).is_some_and(|beans| beans.contains(&method));
        if bean && ty.name.contains('.') && self.cx.program.models.is_marker(&ty.name) {
            let marker = ty.name.to_string();
            let detail = format!("bean {}", crate::program::last_segment(&marker));
            self.emit.claim(method.unit, declared.span, Claim::Marked { marker }, detail);
        }
    }

    fn operation(
        &mut self,
        method: MethodId,
        span: Span,
        name: String,
        kind: OperationKind,
        schedule: Option<String>,
    ) {
        let detail = match &schedule {
            Some(schedule) => format!("{name} ({schedule})"),
            None => name.clone(),
        };
        let claim = Claim::Operation(OperationClaim { name: name.clone(), kind, schedule });
        self.emit.claim(method.unit, span, claim, detail);
        self.entries.push((method, name));
    }

    fn schedules(&mut self, method: MethodId) {
        let declared = self.cx.program.method(method);
        for rule in &self.cx.program.models.schedules {
            if let Some(annotation) = matched(self.cx, method, &declared.annotations, &rule.annotation) {
                let fill = Fill {
                    annotation: Some((method, annotation, &declared.annotations)),
                    method: Some(declared.name),
                    ..Fill::default()
                };
                let schedule = self.cx.fill(&rule.schedule, &fill).into_iter().next().map(|t| t.to_string());
                let name = self.emit.site(method);
                self.operation(method, annotation.span, name, OperationKind::Scheduled, schedule);
            }
        }
    }

    fn startup(&mut self, ty: TypeId, method: MethodId) {
        let cx = self.cx;
        let declared = cx.program.method(method);
        if declared.sort != MethodSort::Plain || !declared.has_body {
            return;
        }
        let python = declared.name == "__main__" && cx.program.unit(method.unit).dynamic;
        let main = declared.name == "main"
            && declared.is_static
            && declared.params.len() == 1
            && declared.params.iter().all(|p| p.ty.name == "String");
        let by_rule = |rule: &crate::schema::StartupRule| {
            matched(cx, method, &declared.annotations, &rule.annotation).is_some()
                || (rule.method.0.iter().any(|m| m == declared.name) && has_super(cx, ty, &rule.supertype))
        };
        if main || python || cx.program.models.startups.iter().any(by_rule) {
            let name = self.emit.site(method);
            self.operation(method, declared.span, name, OperationKind::Startup, None);
            return;
        }
        // A lambda for a runner interface that a bean method returns runs at start-up as well.
        let ty = cx.resolve(method, &declared.returns);
        let runner = cx.program.models.startups.iter().any(|rule| cx.is_a(&ty, &rule.supertype.0));
        if runner && cx.facts.beans.get(&*ty.name).is_some_and(|beans| beans.contains(&method)) {
            let name = self.emit.site(method);
            self.operation(method, declared.span, name, OperationKind::Startup, None);
        }
    }

    fn routes(&mut self, ty: TypeId) {
        let cx = self.cx;
        let declared = cx.program.declared(ty);
        if declared.sort == TypeSort::Annotation || cx.facts.clients.contains_key(&ty) {
            return;
        }
        let at = cx.initializer_of(ty);
        let serving = cx.program.models.routes.iter().find(|rule| {
            matched(cx, at, &declared.annotations, &rule.annotation).is_some()
                || self.by_meta(at, &declared.annotations, &rule.annotation)
                || has_super(cx, ty, &rule.supertype)
        });
        if serving.is_none() && declared.sort != TypeSort::Module {
            return;
        }
        let base = serving.map_or(vec![], |rule| cx.fill(&rule.base, &Fill::default()));
        let base = base.into_iter().next().unwrap_or_default();
        for method in cx.program.methods(ty) {
            cx.refuel();
            if cx.program.method(method).sort != MethodSort::Plain {
                continue;
            }
            let Some((written, mapping)) = mapped_method(cx, ty, method) else { continue };
            let prefix = class_prefix(cx, ty, cx.program.owner(written));
            let span = if written == method { mapping.span } else { cx.program.method(method).span };
            for verb in &mapping.verbs {
                for head in &prefix {
                    for tail in &mapping.paths {
                        let path = join_path(&[&base, head, tail]);
                        let name = operation_name(verb, path).to_string();
                        self.operation(method, span, name, OperationKind::Route, None);
                    }
                }
            }
        }
    }

    /// True when an annotation of the source itself carries one of these.
    fn by_meta(&self, at: MethodId, annotations: &[Annotation<'a>], names: &Texts) -> bool {
        annotations.iter().any(|annotation| {
            let name = self.cx.annotation_name(at, annotation);
            self.cx.program.find(&name, at.unit).is_some_and(|id| {
                let inner = self.cx.program.declared(id);
                matched(self.cx, self.cx.initializer_of(id), &inner.annotations, names).is_some()
            })
        })
    }

    fn listeners(&mut self, ty: TypeId) {
        let cx = self.cx;
        let declared = cx.program.declared(ty);
        let at = cx.initializer_of(ty);
        for rule in &cx.program.models.listeners {
            let target = cx.program.models.complete(rule.target());
            let on_class = matched(cx, at, &declared.annotations, &rule.annotation);
            let by_super = declared.sort == TypeSort::Class && has_super(cx, ty, &rule.supertype);
            for method in cx.program.methods(ty) {
                cx.refuel();
                let method_declared = cx.program.method(method);
                let on_method = matched(cx, method, &method_declared.annotations, &rule.annotation);
                let started = matched(cx, method, &method_declared.annotations, &rule.handlers).is_some()
                    || rule.method.0.iter().any(|m| m == method_declared.name);
                let by_bean = self.is_bean_of(method, &rule.bean, &rule.build);
                let annotation = match (on_method, on_class) {
                    (Some(annotation), _) => Some((method, annotation, &method_declared.annotations)),
                    (None, Some(annotation)) if started => Some((at, annotation, &declared.annotations)),
                    _ if (by_super && started) || by_bean => None,
                    _ => continue,
                };
                let name = self.emit.site(method);
                let span = annotation.map_or(method_declared.span, |(_, a, _)| a.span);
                // A supplier is asked by the framework: nothing starts it from outside.
                let receives =
                    target.resources.is_empty() || target.resources.iter().any(|r| r.access.reads());
                if receives {
                    self.operation(method, span, name.clone(), OperationKind::Consumer, None);
                }
                let on = annotation.and_then(|(at, a, _)| Some(cx.eval(at, a.on?, &Env::default())));
                let fill = Fill {
                    receiver: on.as_ref(),
                    annotation: annotation.map(|(at, a, all)| (at, a, &all[..])),
                    class: Some(ty),
                    method: Some(method_declared.name),
                    ..Fill::default()
                };
                let title = annotation.map_or(name.clone(), |(_, a, _)| format!("@{}", a.name));
                self.emit.call(Calling {
                    target: &target,
                    fill,
                    at: method,
                    span,
                    site: None,
                    title,
                    entries: Some(if receives { vec![name] } else { vec![] }),
                    address: None,
                    resources: vec![],
                    operation: None,
                });
            }
        }
    }

    /// True for a bean method of one of these result types, in a module whose build file names one of these.
    fn is_bean_of(&self, method: MethodId, types: &Texts, build: &Texts) -> bool {
        let declared = self.cx.program.method(method);
        if types.0.is_empty() || declared.annotations.is_empty() || declared.returns.name.is_empty() {
            return false;
        }
        let ty = self.cx.resolve(method, &declared.returns);
        let beans = self.cx.facts.beans.get(&*ty.name);
        types.0.iter().any(|t| **t == *ty.name)
            && beans.is_some_and(|beans| beans.contains(&method))
            && self.cx.facts.build_names(&self.cx.program.unit(method.unit).file.path, build)
    }

    fn services(&mut self, ty: TypeId) {
        let cx = self.cx;
        if !cx.program.models.serves.iter().any(|rule| has_super(cx, ty, &rule.supertype)) {
            return;
        }
        let own = cx.program.ty(ty);
        for method in cx.program.methods(ty) {
            let declared = cx.program.method(method);
            let overrides = declared.annotations.iter().any(|a| a.name == "Override");
            // Where nothing says `override`, the name says it: procedures begin with a capital.
            let capital = declared.name.starts_with(char::is_uppercase);
            let public = cx.program.unit(method.unit).dynamic && !declared.is_static && capital;
            if declared.sort != MethodSort::Plain || !(overrides || public) {
                continue;
            }
            let fill = Fill { ty: Some(&own), method: Some(declared.name), ..Fill::default() };
            if let Some(name) = cx.fill_ref(&crate::pattern::Ref::Rpc, &fill).into_iter().next() {
                self.operation(method, declared.span, name.to_string(), OperationKind::Rpc, None);
            }
        }
    }
}

/// Verbs and paths that annotations of a method give.
pub struct Mapping {
    /// Verbs; `ANY` when none is told.
    pub verbs: Vec<Template>,
    /// Paths; one empty path when none is told.
    pub paths: Vec<Template>,
    /// Where.
    pub span: Span,
}

/// The mapping of annotations; `None` when none of them is one.
pub fn mapping<'a>(cx: &Cx<'_, 'a>, at: MethodId, annotations: &[Annotation<'a>]) -> Option<Mapping> {
    let (mut verbs, mut paths, mut span) = (Vec::new(), Vec::new(), None);
    for annotation in annotations {
        let simple = crate::program::last_segment(annotation.name);
        let rules = cx.program.models.mappings.iter();
        let named =
            rules.filter(|r| r.annotation.0.iter().any(|n| crate::program::last_segment(n) == simple));
        for rule in named {
            if !rule.annotation.0.iter().any(|n| **n == *cx.annotation_name(at, annotation)) {
                continue;
            }
            let receiver = annotation.on.map(|on| cx.eval(at, on, &Env::default()));
            let fill = Fill {
                annotation: Some((at, annotation, annotations)),
                receiver: receiver.as_ref(),
                ..Fill::default()
            };
            span = span.or(Some(annotation.span));
            if verbs.is_empty() {
                verbs = cx.fill(&rule.verb, &fill);
            }
            if paths.is_empty() {
                paths = cx.fill(&rule.path, &fill);
            }
            break;
        }
    }
    let span = span?;
    verbs = verbs.iter().map(super::emit::verb_of).filter(|verb| !verb.is_unknown()).collect();
    if verbs.is_empty() {
        verbs.push(Template::text("ANY"));
    }
    paths.iter_mut().for_each(plain_parameters);
    if paths.is_empty() {
        paths.push(Template::default());
    }
    Some(Mapping { verbs, paths, span })
}

/// Path parameters in one spelling: `<int:id>` and `<id>` are `{id}`, `{id:int}` is as well.
fn plain_parameters(path: &mut Template) {
    for part in &mut path.parts {
        if let Part::Text(text) = part
            && text.contains('<')
        {
            let mut out = String::with_capacity(text.len());
            for (index, piece) in text.split('<').enumerate() {
                match piece.split_once('>').filter(|_| index > 0) {
                    Some((inside, after)) => {
                        let name = inside.rsplit(':').next().unwrap_or(inside);
                        out.push_str(&format!("{{{name}}}{after}"));
                    }
                    None => out.push_str(piece),
                }
            }
            *text = out;
        }
    }
}

/// Mapping of a method, on itself or on what it overrides: the method that carries it and the mapping.
pub fn mapped_method(cx: &Cx<'_, '_>, ty: TypeId, method: MethodId) -> Option<(MethodId, Mapping)> {
    let declared = cx.program.method(method);
    if let Some(own) = mapping(cx, method, &declared.annotations) {
        return Some((method, own));
    }
    for over in cx.program.with_supers(ty).into_iter().skip(1) {
        let same = cx.program.methods(over).find(|m| {
            let other = cx.program.method(*m);
            other.name == declared.name && other.params.len() == declared.params.len()
        });
        if let Some(same) = same
            && let Some(found) = mapping(cx, same, &cx.program.method(same).annotations)
        {
            return Some((same, found));
        }
    }
    None
}

/// Path prefixes of a class: its own mapping, or that of the type which carries the method's mapping.
pub fn class_prefix(cx: &Cx<'_, '_>, ty: TypeId, carrier: TypeId) -> Vec<Template> {
    for at in [ty, carrier] {
        let declared = cx.program.declared(at);
        if let Some(found) = mapping(cx, cx.initializer_of(at), &declared.annotations) {
            return found.paths;
        }
    }
    vec![Template::default()]
}

/// Joins paths with one slash between.
pub fn join_path(pieces: &[&Template]) -> Template {
    let mut out = Template::default();
    for piece in pieces {
        let text = |part: Option<&Part>| match part {
            Some(Part::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let (end, start) = (text(out.parts.last()), text(piece.parts.first()));
        let mut piece = (*piece).clone();
        if piece.parts.is_empty() {
            continue;
        }
        if end.ends_with('/') && start.starts_with('/') {
            if let Some(Part::Text(text)) = piece.parts.first_mut() {
                text.remove(0);
            }
        } else if !out.parts.is_empty() && !end.ends_with('/') && !start.starts_with('/') {
            out.push(Part::Text("/".into()));
        }
        out.append(piece);
    }
    out
}
