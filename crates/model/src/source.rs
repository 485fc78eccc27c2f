//! Files as the sources see them: bytes that somebody else has read.

use std::sync::Arc;

/// One file, already read. Sources never open files themselves.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path relative to the analysed root, with forward slashes and no leading `./`.
    pub path: Arc<str>,
    /// The content. Invalid UTF-8 has been replaced (U+FFFD); a byte-order mark has been removed.
    pub text: Arc<str>,
}

impl SourceFile {
    /// A file from bytes. UTF-8 with or without a mark, and UTF-16 with a mark, are decoded; other bytes become U+FFFD.
    pub fn new(path: impl Into<Arc<str>>, bytes: &[u8]) -> Self {
        let text: Arc<str> = match bytes {
            [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes).into(),
            [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes).into(),
            [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into(),
            _ => String::from_utf8_lossy(bytes).into(),
        };
        SourceFile { path: path.into(), text }
    }

    /// The part of the path after the last slash.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The part of the path before the last slash; empty at the root.
    pub fn dir(&self) -> &str {
        self.path.rfind('/').map_or("", |i| &self.path[..i])
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The files of one analysis, sorted by path. What is not in it was not read or not wanted.
#[derive(Debug, Clone, Default)]
pub struct SourceTree {
    files: Vec<SourceFile>,
}

impl SourceTree {
    /// A tree of these files; sorts by path, keeps the first of two with one path.
    pub fn new(mut files: Vec<SourceFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        SourceTree { files }
    }

    /// All files, sorted by path.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file with exactly this path.
    pub fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files.binary_search_by(|f| (*f.path).cmp(path)).ok().map(|i| &self.files[i])
    }

    /// Resolves `relative` against the folder `dir` the way a file system would (`.` and `..`), inside the root.
    /// `None` when the path leaves the root or is absolute.
    pub fn join(dir: &str, relative: &str) -> Option<String> {
        if relative.starts_with('/') {
            return None;
        }
        let mut parts: Vec<&str> = dir.split('/').filter(|p| !p.is_empty()).collect();
        for part in relative.split(['/', '\\']) {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                other => parts.push(other),
            }
        }
        Some(parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_never_leave_the_root() {
        assert_eq!(SourceTree::join("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(SourceTree::join("a", "../../c"), None);
        assert_eq!(SourceTree::join("a", "/etc"), None);
        assert_eq!(SourceTree::join("", "./x//y").as_deref(), Some("x/y"));
    }

    #[test]
    fn every_encoding_gives_text() {
        assert_eq!(&*SourceFile::new("a", b"\xEF\xBB\xBFx").text, "x");
        assert_eq!(&*SourceFile::new("a", b"\xFF\xFEx\0").text, "x");
        assert_eq!(&*SourceFile::new("a", b"\xFFx").text, "\u{FFFD}x");
    }
}
