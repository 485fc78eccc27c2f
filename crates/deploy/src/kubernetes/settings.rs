//! ConfigMaps and Secrets: sets of settings, and files.

use super::{Object, config_map_subject, secret_subject};
use crate::embed;
use crate::emit::Out;
use crate::yaml::Node;
use undrawn_model::{Claim, SettingClaim, SettingSort, Subject, Syntax, Template};

/// Keys of `data`: a setting each, or a file.
pub(super) fn config_map(object: &Object<'_>, out: &mut Out) {
    let subject = config_map_subject(object.namespace, object.name);
    for entry in object.node.get("data").map(Node::entries).unwrap_or(&[]) {
        let Some(text) = entry.value.as_str() else { continue };
        if embed::is_file(entry.name()) {
            embed::read(object.yaml, &entry.value, entry.name(), &subject, out);
        } else if !text.trim_end().contains('\n') {
            let value = Template::parse(text, Syntax::Shell);
            let at = object.yaml.location(&entry.value);
            out.setting(&subject, entry.name(), value, SettingSort::Environment, at);
        }
    }
}

/// Keys of a Secret. Values written in plain text are read; encoded ones are secrets.
pub(super) fn secret(object: &Object<'_>, out: &mut Out) {
    let subject = secret_subject(object.namespace, object.name);
    for entry in object.node.get("stringData").map(Node::entries).unwrap_or(&[]) {
        if let Some(text) = entry.value.as_str().filter(|t| !t.trim_end().contains('\n')) {
            say(object, &subject, entry.name(), Template::parse(text, Syntax::Shell), &entry.value, out);
        }
    }
    for entry in object.node.get("data").map(Node::entries).unwrap_or(&[]) {
        say(object, &subject, entry.name(), Template::hole("secret"), &entry.value, out);
    }
}

fn say(object: &Object<'_>, subject: &Subject, key: &str, value: Template, node: &Node, out: &mut Out) {
    let claim = SettingClaim { key: key.to_string(), value, sort: SettingSort::Environment };
    // The detail is printed: it must not have the value.
    out.say(
        subject,
        Claim::Setting(claim),
        object.yaml.location(node),
        format!("{key} of Secret {}", object.name),
    );
}
