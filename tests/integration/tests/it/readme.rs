//! The program in the README at the root, which no documentation test sees.

#[test]
fn the_root_shows_the_program_that_the_crate_tests() {
    let root = include_str!("../../../../README.md");
    let tested = include_str!("../../../../crates/asyncio/README.md");
    assert!(!program(tested).is_empty());
    assert_eq!(program(root), program(tested));
}

/// The first Rust program in a text.
fn program(markdown: &str) -> &str {
    let (_, rest) = markdown.split_once("```rust\n").unwrap_or_default();
    let (program, _) = rest.split_once("```").unwrap_or_default();
    program
}
