//! Writes two files: the list of every twin below `scenarios/`, and an import of every Rust name in `api.tsv`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let source = folder("CARGO_MANIFEST_DIR");
    let output = folder("OUT_DIR");
    println!("cargo::rerun-if-env-changed=CONFORMANCE_FILTER");
    println!("cargo::rerun-if-changed=scenarios");
    println!("cargo::rerun-if-changed=api.tsv");
    let filter = env::var("CONFORMANCE_FILTER").unwrap_or_default();
    fs::write(
        output.join("twins.rs"),
        twins(&source.join("scenarios"), &filter)?,
    )?;
    fs::write(
        output.join("api.rs"),
        imports(&fs::read_to_string(source.join("api.tsv"))?),
    )
}

/// A module for each asyncio module with its twins in it, and the table that names their `main` functions.
fn twins(scenarios: &Path, filter: &str) -> io::Result<String> {
    let mut modules: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for folder in entries(scenarios)?.into_iter().filter(|path| path.is_dir()) {
        let module = stem(&folder);
        for path in entries(&folder)? {
            let is_chosen = format!("{module}/{}", stem(&path)).contains(filter);
            if is_chosen && path.extension().is_some_and(|end| end == "rs") {
                modules
                    .entry(module.clone())
                    .or_default()
                    .insert(stem(&path), path);
            }
        }
    }
    let (mut text, mut table) = (String::new(), String::new());
    for (module, twins) in modules {
        text += &format!("mod {module} {{\n");
        for (name, path) in twins {
            text += &format!("    #[path = {path:?}]\n    pub(super) mod {name};\n");
            table += &format!("    (\"{module}/{name}\", {module}::{name}::main),\n");
        }
        text += "}\n";
    }
    Ok(format!(
        "{text}\npub(super) const TWINS: &[(&str, Twin)] = &[\n{table}];\n"
    ))
}

/// Imports of the top-level names that are not planned only. Methods are looked up in the sources by xtask.
fn imports(api: &str) -> String {
    let rows = api
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let rust = rows
        .filter(|row| {
            row.get(4)
                .is_some_and(|note| !note.starts_with("planned: "))
        })
        .map(|row| row[2].to_owned());
    let names = rust.flat_map(|column| {
        column
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect::<Vec<_>>()
    });
    let is_method = |path: &str| {
        path.rsplit("::")
            .nth(1)
            .is_some_and(|owner| owner.starts_with(char::is_uppercase))
    };
    names
        .filter(|name| !name.is_empty() && !is_method(name))
        .map(|name| format!("use asyncio::{name} as _;\n"))
        .collect()
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn folder(variable: &str) -> PathBuf {
    PathBuf::from(env::var_os(variable).expect("cargo sets it"))
}
