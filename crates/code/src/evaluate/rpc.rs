//! Names of gRPC services.

use super::{Cx, Fill};
use undrawn_model::Template;

/// The service of a generated Python class: `owner_pb2_grpc.OwnerStub`.
fn python_service(kind: &str) -> Option<&str> {
    let (module, class) = kind.rsplit_once('.')?;
    let class = class.strip_suffix("Stub").or_else(|| class.strip_suffix("Servicer"))?;
    module.ends_with("_pb2_grpc").then_some(class)
}

impl<'a> Cx<'_, 'a> {
    /// `package.Service/Method` of a stub's or a service's method.
    pub(super) fn rpc(&self, fill: &Fill<'_, 'a>) -> Option<Template> {
        let ty = fill.ty?;
        let kinds = self.kinds(ty);
        // Generated classes are called `OwnerGrpc`, with stub and base classes inside.
        let java = kinds.iter().find_map(|kind| kind.split('.').find_map(|s| s.strip_suffix("Grpc")));
        let outer = java.or_else(|| kinds.iter().find_map(|kind| python_service(kind)))?;
        let method = fill.method?;
        let mut name: String = method.to_string();
        if let Some(first) = name.get(..1).map(str::to_ascii_uppercase) {
            name.replace_range(..1, &first);
        }
        let service = self.facts.services.get(outer).cloned().unwrap_or_else(|| outer.to_string());
        Some(Template::text(format!("{service}/{name}")))
    }
}
