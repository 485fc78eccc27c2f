//! `${NAME:-default}` and the variables that the file itself defines.
//!
//! Logback: <https://logback.qos.ch/manual/configuration.html#variableSubstitution>; `<springProperty>` takes its value
//! from the application's configuration:
//! <https://docs.spring.io/spring-boot/reference/features/logging.html#features.logging.logback-extensions.environment-properties>.
//! Log4j 2 looks up `${env:NAME:-default}`, `${sys:name}` and `${spring:key}`:
//! <https://logging.apache.org/log4j/2.x/manual/lookups.html>.

use crate::xml::Element;
use std::collections::BTreeMap;
use undrawn_model::{Part, Template};

/// Variables inside variables beyond this stay as they are.
const NESTING_MAX: usize = 8;

/// Variables replaced in one text.
const REPLACEMENTS_MAX: usize = 64;

/// What a file defines.
pub(super) struct Variables {
    defined: BTreeMap<String, Definition>,
}

enum Definition {
    /// `<property name value>`, `<Property name>text</Property>`.
    Text(String),
    /// `<springProperty name source defaultValue>`.
    Setting { key: String, default: Option<String> },
}

impl Variables {
    pub(super) fn of<'a>(elements: impl Iterator<Item = Element<'a>>) -> Variables {
        let mut defined = BTreeMap::new();
        for element in elements {
            let Some(name) = element.attribute("name") else { continue };
            let definition = match element.name() {
                "springProperty" => Definition::Setting {
                    key: element.attribute("source").unwrap_or(name).to_string(),
                    default: element.attribute("defaultValue").map(str::to_string),
                },
                "property" | "variable" | "substitutionProperty" | "Property" => {
                    Definition::Text(element.attribute("value").unwrap_or(element.text()).to_string())
                }
                _ => continue,
            };
            defined.insert(name.to_string(), definition);
        }
        Variables { defined }
    }

    /// A text with its placeholders: the file's own variables replaced, others as keys.
    pub(super) fn template(&self, text: &str) -> Template {
        self.parse(text, 0, &mut 0)
    }

    fn parse(&self, text: &str, nesting: usize, count: &mut usize) -> Template {
        let mut out = Template::default();
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once("${") {
            out.push(Part::Text(before.to_string()));
            match undrawn_model::closing_brace(tail)
                .filter(|_| nesting < NESTING_MAX && *count < REPLACEMENTS_MAX)
            {
                Some(end) => {
                    *count += 1;
                    out.append(self.placeholder(&tail[..end], nesting, count));
                    rest = &tail[end + 1..];
                }
                None => {
                    out.push(Part::Text("${".into()));
                    rest = tail;
                }
            }
        }
        out.push(Part::Text(rest.to_string()));
        out
    }

    fn placeholder(&self, inner: &str, nesting: usize, count: &mut usize) -> Template {
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name.trim(), Some(default)),
            None => (inner.trim(), None),
        };
        match self.defined.get(name) {
            // A property may be defined by itself with a default: `<property name="X" value="${X:-d}"/>`.
            Some(Definition::Text(text)) if !text.contains(&format!("${{{name}")) => {
                self.parse(text, nesting + 1, count)
            }
            Some(Definition::Text(text)) => self.itself(name, text, nesting, count),
            Some(Definition::Setting { key, default: own }) => {
                let default = own.as_deref().or(default).map(|d| self.parse(d, nesting + 1, count));
                Template::key(key, default)
            }
            None => {
                let default = default.map(|d| self.parse(d, nesting + 1, count));
                match name.split_once(':') {
                    Some(("env" | "sys" | "spring" | "main", key)) => Template::key(key, default),
                    Some(_) => default.unwrap_or_else(|| Template::hole(name)),
                    None => Template::key(name, default),
                }
            }
        }
    }

    fn itself(&self, name: &str, text: &str, nesting: usize, count: &mut usize) -> Template {
        let default =
            text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).and_then(|t| t.split_once(":-"));
        let default = default.map(|(_, d)| d).filter(|d| !d.contains(&format!("${{{name}")));
        Template::key(name, default.map(|d| self.parse(d, nesting + 1, count)))
    }
}
