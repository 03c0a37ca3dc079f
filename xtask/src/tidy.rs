//! `cargo xtask tidy`: the rules about files that neither the compiler nor clippy checks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::{Outcome, Result, root};

pub(crate) fn run() -> Result<Outcome> {
    Ok(Outcome::report(&problems(&root())?))
}

/// What stands at the top of the repository, beside dotfiles.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "README.md",
    "crates",
    "docs",
    "examples",
    "tests",
    "xtask",
];

/// What may stand there too, beside the licences.
const ALSO_ALLOWED: &[&str] = &["CHANGELOG.md", "Cargo.lock"];

/// Files, and folders of files, that may say `unsafe`, with the reason.
const UNSAFE_ALLOWED: &[(&str, &str)] = &[
    (
        "crates/asyncio-reactor/src/sys/",
        "registers descriptors that it does not own",
    ),
    (
        "crates/asyncio-executor/src/",
        "spawns tasks whose schedule function may be called on any thread",
    ),
    (
        "tests/bench/src/bin/asyncio-bench-counted.rs",
        "counts bytes in an allocator of its own",
    ),
    (
        "tests/integration/tests/alloc.rs",
        "counts allocations in an allocator of its own",
    ),
];

/// Files that need not begin with a `//!` line, with the reason.
const HEADER_NOT_NEEDED: &[(&str, &str)] = &[];

/// Crates that need no `tests/it/main.rs`, with the reason.
const TESTED_ELSEWHERE: &[(&str, &str)] = &[(
    "asyncio-macros",
    "what it generates names the facade, so the facade's tests use it",
)];

/// What must not be left in a Rust file. Each is put together here, so that a search finds only leftovers.
const LEFTOVERS: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("db", "g!("),
    concat!("#[ign", "ore"),
];

/// Everything untidy in the repository at `root`.
fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = top_level(root)?;
    problems.extend(crate_files(root)?);
    for file in files(root)? {
        let name = file.strip_prefix(root)?.to_string_lossy().into_owned();
        if name.ends_with(".rs") {
            problems.extend(rust_file(&name, &fs::read_to_string(&file)?));
        } else if name.ends_with("/Cargo.toml") {
            problems.extend(manifest(&name, &fs::read_to_string(&file)?)?);
        }
    }
    Ok(problems)
}

fn top_level(root: &Path) -> Result<Vec<String>> {
    Ok(check_top_level(&names(root)?))
}

fn check_top_level(names: &[String]) -> Vec<String> {
    let is_allowed = |name: &str| {
        TOP_LEVEL.contains(&name)
            || ALSO_ALLOWED.contains(&name)
            || name.starts_with("LICENSE-")
            || is_left_out(name)
    };
    let unexpected = names.iter().filter(|name| !is_allowed(name));
    let unexpected =
        unexpected.map(|name| format!("{name}: does not belong at the top of the repository"));
    let missing = TOP_LEVEL
        .iter()
        .filter(|wanted| !names.iter().any(|name| name == *wanted));
    unexpected
        .chain(missing.map(|name| format!("{name}: is missing")))
        .collect()
}

/// The files that every crate has.
fn crate_files(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for name in names(&root.join("crates"))? {
        let mut wanted = vec!["Cargo.toml", "README.md", "src/lib.rs"];
        if !is_listed(TESTED_ELSEWHERE, &name) {
            wanted.push("tests/it/main.rs");
        }
        let missing = wanted
            .iter()
            .map(|file| format!("crates/{name}/{file}"))
            .filter(|file| !root.join(file).is_file());
        problems.extend(missing.map(|file| format!("{file}: is missing")));
    }
    Ok(problems)
}

fn rust_file(name: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let is_documented = text.starts_with("//!") || text.starts_with("#![doc = include_str!");
    if !is_documented && !is_listed(HEADER_NOT_NEEDED, name) {
        problems.push(format!(
            "{name}:1: begins with no `//!` line that says what the file is"
        ));
    }
    let may_be_unsafe = UNSAFE_ALLOWED
        .iter()
        .any(|(folder, _)| name.starts_with(folder));
    for (line, number) in text.lines().zip(1..) {
        problems.extend(
            LEFTOVERS
                .iter()
                .filter(|word| line.contains(*word))
                .map(|word| format!("{name}:{number}: {word} is left over")),
        );
        if !may_be_unsafe && has_word(code(line), UNSAFE) {
            problems.push(format!(
                "{name}:{number}: {UNSAFE} is allowed only where tidy.rs lists it"
            ));
        }
    }
    problems
}

/// The keyword, put together for the same reason.
const UNSAFE: &str = concat!("un", "safe");

/// Members take every dependency from the workspace, where its one version stands.
fn manifest(name: &str, text: &str) -> Result<Vec<String>> {
    let table: toml::Table = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    // A workspace of its own (as fuzzers need it) cannot take anything from this one.
    if table.contains_key("workspace") {
        return Ok(Vec::new());
    }
    let targets = table
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten();
    let tables = targets
        .filter_map(|(_, target)| target.as_table())
        .chain([&table]);
    let dependencies = tables
        .flat_map(|table| {
            DEPENDENCY_TABLES
                .iter()
                .filter_map(|kind| table.get(*kind)?.as_table())
        })
        .flatten();
    Ok(dependencies
        .filter(|(_, value)| !is_of_workspace(value) && !is_itself(value))
        .map(|(dependency, _)| {
            format!("{name}: {dependency} must be `{dependency}.workspace = true`")
        })
        .collect())
}

fn is_of_workspace(dependency: &toml::Value) -> bool {
    dependency.get("workspace").and_then(toml::Value::as_bool) == Some(true)
}

/// A crate turns on features for its own tests by depending on itself.
fn is_itself(dependency: &toml::Value) -> bool {
    dependency.get("path").and_then(toml::Value::as_str) == Some(".")
        && dependency.get("version").is_none()
}

const DEPENDENCY_TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

fn is_listed(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|(listed, _)| *listed == name)
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Whether `word` occurs as a word of its own.
fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|part| part == word)
}

/// What git does not see either: its own folder, dotfiles of editors, build output.
fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "target" || name.starts_with("target-")
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in
        fs::read_dir(folder).map_err(|error| format!("list {}: {error}", folder.display()))?
    {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Every file below `folder` that git would see.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for name in names(folder)?.into_iter().filter(|name| !is_left_out(name)) {
        let path = folder.join(name);
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        assert_eq!(problems(&root()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_top_of_the_repository_is_fixed() {
        let mut names: Vec<String> = TOP_LEVEL.iter().map(|name| (*name).to_owned()).collect();
        names.extend([".git", "Cargo.lock", "LICENSE-MIT", "target-x"].map(str::to_owned));
        assert_eq!(check_top_level(&names), Vec::<String>::new());
        names.retain(|name| name != "docs");
        names.push("notes.txt".to_owned());
        assert_eq!(
            check_top_level(&names),
            [
                "notes.txt: does not belong at the top of the repository",
                "docs: is missing"
            ]
        );
    }

    #[test]
    fn a_file_says_what_it_is() {
        assert_eq!(
            rust_file("src/a.rs", "//! What it is.\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            rust_file("src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n"),
            Vec::<String>::new()
        );
        assert!(
            rust_file("src/a.rs", "use std::io;\n")[0].starts_with("src/a.rs:1: begins with no")
        );
    }

    #[test]
    fn leftovers_are_found() {
        for word in LEFTOVERS {
            let problems = rust_file("src/a.rs", &format!("//! What it is.\n{word}\n"));
            assert_eq!(problems, [format!("src/a.rs:2: {word} is left over")]);
        }
    }

    #[test]
    fn a_keyword_is_no_lint_and_no_comment() {
        let text = format!(
            "//! What it is.\n#![forbid({UNSAFE}_code)]\n// nothing {UNSAFE}\n{UNSAFE} {{}}\n"
        );
        assert_eq!(rust_file("crates/asyncio-sync/src/lib.rs", &text).len(), 1);
        assert_eq!(
            rust_file("crates/asyncio-reactor/src/sys/epoll.rs", &text),
            Vec::<String>::new()
        );
    }

    #[test]
    fn versions_stand_in_the_workspace() {
        let text = "
            [dependencies]
            log.workspace = true
            slab = '0.4'
            [target.'cfg(unix)'.dev-dependencies]
            rustix = { version = '1', features = ['net'] }
            loom = { workspace = true, features = ['futures'] }
            a = { path = '.', features = ['test-util'] }
        ";
        let mut problems = manifest("crates/a/Cargo.toml", text).unwrap();
        problems.sort();
        assert_eq!(
            problems,
            [
                "crates/a/Cargo.toml: rustix must be `rustix.workspace = true`",
                "crates/a/Cargo.toml: slab must be `slab.workspace = true`",
            ]
        );
    }

    #[test]
    fn a_workspace_of_its_own_is_left_alone() {
        assert_eq!(
            manifest(
                "tests/fuzz/Cargo.toml",
                "[workspace]\n[dependencies]\nslab = '1'\n"
            )
            .unwrap(),
            Vec::<String>::new()
        );
    }
}
