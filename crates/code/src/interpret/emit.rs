//! Claims from rules: one place that turns a target and what is known into evidence.

use crate::evaluate::{Cx, Fill};
use crate::ir::{CallSite, Span};
use crate::program::{MethodId, TypeId};
use crate::schema::Target;
use std::collections::HashMap;
use undrawn_model::{
    Access, CallClaim, Claim, DependencyKind, Evidence, LineIndex, Location, Mode, Part, Provenance,
    ResourceSort, ResourceUse, Subject, Template,
};

/// Collects evidence of one unit.
pub struct Emit<'c, 'p, 'a> {
    /// Evaluation.
    pub cx: &'c Cx<'p, 'a>,
    /// What was found.
    pub evidence: Vec<Evidence>,
    lines: HashMap<u32, LineIndex>,
}

/// One call to be told.
pub struct Calling<'x, 'a> {
    /// What is called, named targets filled in.
    pub target: &'x Target,
    /// What its patterns refer to.
    pub fill: Fill<'x, 'a>,
    /// Method it stands in.
    pub at: MethodId,
    /// Where.
    pub span: Span,
    /// Surroundings, when it is a call.
    pub site: Option<CallSite>,
    /// Reader's name of what is called: `RestTemplate.getForObject`.
    pub title: String,
    /// Entries, when they are known already.
    pub entries: Option<Vec<String>>,
    /// Addresses, when the rule's pattern does not tell.
    pub address: Option<Vec<Template>>,
    /// Resources, when the rule does not tell.
    pub resources: Vec<ResourceUse>,
    /// Target operation, when the rule does not tell.
    pub operation: Option<Template>,
}

impl<'c, 'p, 'a> Emit<'c, 'p, 'a> {
    /// Nothing yet.
    pub fn new(cx: &'c Cx<'p, 'a>) -> Self {
        Emit { cx, evidence: vec![], lines: HashMap::new() }
    }

    /// Place of some bytes of a unit.
    pub fn place(&mut self, unit: u32, span: Span) -> Location {
        let file = self.cx.program.unit(unit).file;
        let lines = self.lines.entry(unit).or_insert_with(|| LineIndex::new(&file.text));
        lines.location(&file.path, &file.text, span.range())
    }

    /// Adds a claim about the owner of the unit.
    pub fn claim(&mut self, unit: u32, span: Span, claim: Claim, detail: String) {
        let place = self.place(unit, span);
        self.evidence.push(Evidence::new(Subject::Owner, claim, Provenance::Code, place, detail));
    }

    /// Adds the claims of a call: one for each address and resource.
    pub fn call(&mut self, calling: Calling<'_, 'a>) {
        let target = calling.target;
        let Some(kind) = target.kind else { return };
        let addresses = match &calling.address {
            Some(addresses) if !addresses.is_empty() => addresses.clone(),
            _ if target.address.0.is_empty() => vec![Template::default()],
            _ => {
                let found = self.cx.fill(&target.address, &calling.fill);
                if found.is_empty() { vec![Template::hole("address")] } else { found }
            }
        };
        let (resources, statement) = self.resources(target, &calling);
        let entries = calling.entries.clone().unwrap_or_else(|| self.cx.entries(calling.at));
        let verbs = self.cx.fill(&target.verb, &calling.fill);
        let detached = self.is_detached(calling.at);
        for address in &addresses {
            let operation = self.operation(target, &calling, &verbs, address);
            for resource in &resources {
                let shown = statement.clone().unwrap_or_else(|| match resource {
                    Some(resource) => resource.name.to_string(),
                    None => address.to_string(),
                });
                let mut call = CallClaim::to(kind, address.clone());
                call.technology = target.technology.clone();
                call.target_kind = target.target_kind;
                call.target_operation = operation.clone();
                call.resource = resource.clone();
                call.mode = if detached && target.mode_or_default() == Mode::Sync {
                    Mode::Async
                } else {
                    target.mode_or_default()
                };
                call.entries = entries.clone();
                call.site = self.site(calling.at);
                if let Some(site) = calling.site {
                    call.in_loop = site.in_loop;
                    call.caught = site.caught;
                    call.guard =
                        site.guard.map(|(span, otherwise)| self.guard(calling.at.unit, span, otherwise));
                }
                call.need = target.need_in(call.mode, call.caught, detached);
                let detail = match shown.as_str() {
                    "" => calling.title.clone(),
                    shown => format!("{}({})", calling.title, quoted(shown)),
                };
                self.claim(calling.at.unit, calling.span, Claim::Call(call), detail);
            }
        }
    }

    /// True when no caller waits for the method, by its own annotations or its class's.
    fn is_detached(&self, at: MethodId) -> bool {
        let program = self.cx.program;
        let (own, names) = (&program.method(at).annotations, &program.models.detached);
        let class = &program.declared(program.owner(at)).annotations;
        let marked =
            |annotations| crate::interpret::facts::matched(self.cx, at, annotations, names).is_some();
        marked(own) || marked(class)
    }

    fn operation(
        &self,
        target: &Target,
        calling: &Calling<'_, 'a>,
        verbs: &[Template],
        address: &Template,
    ) -> Option<Template> {
        if calling.operation.is_some() {
            return calling.operation.clone();
        }
        if let Some(operation) = self.cx.fill(&target.operation, &calling.fill).into_iter().next() {
            return Some(operation);
        }
        if target.kind != Some(DependencyKind::Http) {
            return None;
        }
        let path = path_of(address)?;
        let verb = verbs.first().map_or(Template::hole("verb"), verb_of);
        if verb.is_unknown() && path.parts.is_empty() {
            return None;
        }
        Some(operation_name(&verb, path))
    }

    fn resources(
        &self,
        target: &Target,
        calling: &Calling<'_, 'a>,
    ) -> (Vec<Option<ResourceUse>>, Option<String>) {
        let mut out: Vec<Option<ResourceUse>> = calling.resources.iter().cloned().map(Some).collect();
        for rule in &target.resources {
            if rule.otherwise && !out.is_empty() {
                continue;
            }
            for name in self.cx.fill(&rule.name, &calling.fill) {
                out.push(Some(ResourceUse { sort: rule.sort, name, access: rule.access }));
            }
        }
        let mut statement = None;
        if !target.statement.0.is_empty() {
            for text in self.cx.fill(&target.statement, &calling.fill) {
                if !text.is_unknown() {
                    out.extend(self.tables(&text, calling.at.unit).into_iter().map(Some));
                    statement = statement.or(Some(text.to_string()));
                }
            }
        }
        if out.is_empty() {
            // The call is certain, what it uses is not.
            let unknown = target.resources.first().map(|rule| ResourceUse {
                sort: rule.sort,
                name: Template::hole(rule.sort.as_str()),
                access: rule.access,
            });
            out.push(unknown);
        }
        (out, statement)
    }

    /// Tables of a statement; names of entities stand for their tables.
    pub fn tables(&self, text: &Template, unit: u32) -> Vec<ResourceUse> {
        let sql = text.to_string();
        let entity = |name: &str| {
            let simple = crate::program::last_segment(name);
            self.cx.entity_called(simple, unit).cloned()
        };
        let entities = undrawn_sql::jpql(&sql);
        let mut out = Vec::new();
        if entities.iter().any(|(name, _)| entity(name).is_some()) {
            for (name, access) in entities {
                if let Some(fact) = entity(&name) {
                    out.push(ResourceUse { sort: fact.sort, name: fact.name, access });
                }
            }
            return out;
        }
        for (name, access) in undrawn_sql::tables(&sql, undrawn_sql::Dialect::Generic).unwrap_or_default() {
            out.push(ResourceUse { sort: ResourceSort::Table, name: Template::text(name), access });
        }
        out
    }

    /// `Class.method` of a method.
    pub fn site(&self, at: MethodId) -> String {
        let owner: TypeId = self.cx.program.owner(at);
        format!("{}.{}", self.cx.program.simple_name(owner), self.cx.program.method(at).name)
    }

    fn guard(&self, unit: u32, span: Span, otherwise: bool) -> String {
        let text = self.cx.program.unit(unit).text(span);
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut text = words.join(" ");
        if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            text = inner.to_string();
        }
        if text.chars().count() > GUARD_MAX {
            text = text.chars().take(GUARD_MAX).chain("...".chars()).collect();
        }
        if otherwise { format!("!({text})") } else { text }
    }
}

/// Characters of a condition that are shown.
const GUARD_MAX: usize = 120;

/// Characters of a detail's text that are shown.
const SHOWN_MAX: usize = 160;

fn quoted(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() > SHOWN_MAX {
        let head: String = text.chars().take(SHOWN_MAX).collect();
        return format!("\"{head}...\"");
    }
    format!("\"{text}\"")
}

/// A verb in capitals, also when it is the name of a library's constant or of the method called.
pub fn verb_of(verb: &Template) -> Template {
    const VERBS: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"];
    let word = match verb.parts.as_slice() {
        [Part::Text(word) | Part::Hole(word)] => word.to_ascii_uppercase(),
        _ => return verb.clone(),
    };
    if VERBS.contains(&word.as_str()) { Template::text(word) } else { Template::hole("verb") }
}

/// `GET /owners/{id}`; an unknown verb is left as a hole.
pub fn operation_name(verb: &Template, path: Template) -> Template {
    let mut out = verb.clone();
    out.push(Part::Text(" ".into()));
    let rooted = matches!(path.parts.first(), Some(Part::Text(text)) if text.starts_with('/'));
    if !rooted {
        out.push(Part::Text("/".into()));
    }
    out.append(path);
    out
}

/// Path of an address; `None` when its beginning is unknown.
pub fn path_of(address: &Template) -> Option<Template> {
    let mut out = Template::default();
    let mut inside = false;
    let mut scheme = false;
    for (index, part) in address.parts.iter().enumerate() {
        match part {
            Part::Text(text) => {
                let mut text = text.as_str();
                if !inside {
                    if let Some((_, rest)) = text.split_once("://") {
                        text = rest;
                        scheme = true;
                    }
                    match text.find('/') {
                        Some(at) => {
                            text = &text[at..];
                            inside = true;
                        }
                        None => continue,
                    }
                }
                match text.find('?') {
                    Some(at) => {
                        out.push(Part::Text(text[..at].to_string()));
                        return Some(out);
                    }
                    None => out.push(Part::Text(text.to_string())),
                }
            }
            part if inside => out.push(part.clone()),
            Part::Hole(_) if index + 1 == address.parts.len() && !scheme => return None,
            _ => {}
        }
    }
    Some(out)
}

/// Access by method name: the first list that has it counts.
pub fn access_of(name: &str, read: &[String], write: &[String]) -> Access {
    let longest =
        |patterns: &[String]| patterns.iter().filter(|p| crate::models::fits(p, name)).map(|p| p.len()).max();
    match (longest(read), longest(write)) {
        (Some(read), Some(write)) if write > read => Access::Write,
        (Some(_), _) => Access::Read,
        (None, Some(_)) => Access::Write,
        (None, None) => Access::Unknown,
    }
}
