//! The `jpql` target of `src/targets.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| undrawn_fuzz::run("jpql", bytes));
