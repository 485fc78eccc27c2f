//! Files that code adds to the configuration with `@PropertySource`.
//!
//! <https://docs.spring.io/spring-framework/reference/core/beans/environment.html>

use undrawn_model::SourceTree;

/// A file on the class path, or all that differ in one placeholder.
struct Source {
    before: String,
    after: Option<String>,
    /// The placeholder is the active profile.
    profile: bool,
}

/// Files of the tree that `@PropertySource` names, with their profiles. A placeholder of the active profile makes a profile
/// of what stands in its place.
pub(super) fn find(tree: &SourceTree) -> Vec<(String, Vec<String>)> {
    let code = tree.files().iter().filter(|f| {
        let ending = f.path.rsplit('.').next().unwrap_or_default();
        matches!(ending, "java" | "kt" | "groovy") && f.text.contains("PropertySource")
    });
    let mut sources: Vec<Source> = code.flat_map(|f| named(&f.text)).collect();
    sources.sort_by(|a, b| (&a.before, &a.after).cmp(&(&b.before, &b.after)));
    sources.dedup_by(|a, b| a.before == b.before && a.after == b.after);
    if sources.is_empty() {
        return vec![];
    }
    let mut out = Vec::new();
    for file in tree.files().iter().filter(|f| super::wants(&f.path)) {
        let Some((_, place)) = file.path.rsplit_once("/resources/") else { continue };
        if let Some(profiles) = sources.iter().find_map(|source| source.profiles_of(place)) {
            out.push((file.path.to_string(), profiles));
        }
    }
    out
}

impl Source {
    fn of(text: &str) -> Option<Source> {
        let path = text.strip_prefix("classpath:")?.trim_start_matches('/');
        let Some((before, rest)) = path.split_once("${") else {
            return Some(Source { before: path.to_string(), after: None, profile: false });
        };
        let (key, after) = rest.split_once('}')?;
        let after = (!after.contains("${")).then(|| after.to_string())?;
        let profile = key.starts_with("spring.profiles.active");
        Some(Source { before: before.to_string(), after: Some(after), profile })
    }

    /// The profiles of the file at this place on the class path, when it is meant.
    fn profiles_of(&self, place: &str) -> Option<Vec<String>> {
        let Some(after) = &self.after else { return (place == self.before).then(Vec::new) };
        let word = place.strip_prefix(self.before.as_str())?.strip_suffix(after.as_str())?;
        let plain = !word.is_empty() && !word.contains('/');
        plain.then(|| if self.profile { vec![word.to_string()] } else { vec![] })
    }
}

/// The sources that annotations in a text name: texts in quotes within the brackets after the word.
fn named(text: &str) -> Vec<Source> {
    let after = text.split("PropertySource").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('('));
    let inside = after.map(|rest| rest.split_once(')').map_or("", |(inside, _)| inside));
    inside.flat_map(|inside| inside.split('"').skip(1).step_by(2).filter_map(Source::of)).collect()
}
