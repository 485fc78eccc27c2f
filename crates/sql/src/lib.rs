//! Which tables a statement reads and writes. A crate of its own because the parser is slow to compile.
