//! Package manifests of other languages. See `packages.md`.

use undrawn_model::{Claim, ComponentClaim, Name, NameSort, Template};

/// An image reference without tag and digest. Of one with unknown parts what follows the last of them, if that is a whole
/// segment; `None` when the last segment is unknown.
pub(crate) fn image_name(written: &str) -> Option<String> {
    let image = written.split('@').next().unwrap_or(written).trim();
    let (path, last) = image.rsplit_once('/').map_or(("", image), |(p, l)| (p, l));
    let last = last.rsplit_once(':').map_or(last, |(name, _tag)| name);
    if last.is_empty() || last.contains(['$', '{', '}', ' ']) {
        return None;
    }
    Some(if path.is_empty() || path.contains(['$', '{']) {
        last.to_string()
    } else {
        format!("{path}/{last}")
    })
}

/// The claim that a module becomes this image.
pub(crate) fn built_image(image: &str) -> Claim {
    let last = image.rsplit('/').next().unwrap_or(image);
    Claim::Component(ComponentClaim {
        names: vec![Name { text: Template::text(last), sort: NameSort::Image }],
        image: Some(image.to_string()),
        ..ComponentClaim::default()
    })
}
