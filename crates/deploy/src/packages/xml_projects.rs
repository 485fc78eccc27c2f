//! .NET project files: <https://learn.microsoft.com/en-us/dotnet/core/project-sdk/overview>.

use super::{Library, Manifest};
use crate::xml;
use undrawn_model::{Location, Note, SourceFile};

/// Reads a project file. One whose SDK makes a host (`Web`, `Worker`) or whose output is an executable is a program.
pub(super) fn dotnet(file: &SourceFile, notes: &mut Vec<Note>) -> Option<Manifest> {
    let parsed = xml::parse(file);
    notes.extend(parsed.notes.iter().cloned());
    let root = parsed.root().filter(|r| r.name() == "Project")?;
    let (stem, ending) = file.name().rsplit_once('.').unwrap_or((file.name(), ""));
    let inside = root.descendants();
    let property = |name: &str| inside.iter().find(|e| e.name() == name).map(|e| e.text());
    let test = inside.iter().any(|e| e.attribute("Include") == Some("Microsoft.NET.Test.Sdk"));
    let hosts = root.attribute("Sdk").is_some_and(|sdk| [".Web", ".Worker"].iter().any(|s| sdk.ends_with(s)));
    let exe = property("OutputType").is_some_and(|t| t.eq_ignore_ascii_case("exe"));
    let mut libraries = Vec::new();
    for element in &inside {
        let Some(include) = element.attribute("Include") else { continue };
        let version = element.attribute("Version").or(element.child("Version").map(|v| v.text()));
        let location = element.location();
        match element.name() {
            "PackageReference" => libraries.push(Library {
                name: include.into(),
                version: version.map(str::to_string),
                location,
            }),
            "ProjectReference" => {
                let name = include.rsplit(['/', '\\']).next().unwrap_or(include);
                let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_string();
                libraries.push(Library { name, version: None, location });
            }
            _ => {}
        }
    }
    if test {
        libraries.clear();
    }
    Some(Manifest {
        build: "dotnet",
        language: match ending {
            "fsproj" => "fsharp",
            "vbproj" => "visual-basic",
            _ => "csharp",
        },
        coordinate: Some(
            property("AssemblyName").filter(|n| !n.is_empty() && !n.contains('$')).unwrap_or(stem).into(),
        ),
        location: Location::file(file.path.clone()),
        aggregate: false,
        starts: (hosts || exe) && !test,
        libraries,
    })
}
