//! Writing files so that nobody ever sees half of one.

use std::io::Write as _;
use std::path::Path;

/// Writes through a temporary file beside `path` and a rename; an existing file keeps its permissions, and when `path` is
/// a link, what it leads to is replaced.
pub fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write(&temporary, bytes, path).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write(temporary: &Path, bytes: &[u8], original: &Path) -> std::io::Result<()> {
    let mut out = std::fs::File::create(temporary)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    match std::fs::metadata(original) {
        Ok(data) => out.set_permissions(data.permissions()),
        Err(_) => Ok(()),
    }
}
