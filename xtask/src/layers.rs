//! `cargo xtask layers`: a crate depends only on crates of lower layers.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Package};

use crate::workspace::{Outcome, Result, members, root};

/// Prints the layers and checks every dependency between crates.
pub(crate) fn run() -> Result<Outcome> {
    let metadata = members()?;
    let crates: Vec<Crate> = metadata.packages.iter().map(Crate::from_package).collect();
    print!("{}", render(&crates));
    Ok(Outcome::report(&check(&crates)))
}

/// The lowest layer first. `docs/architecture.md` says what each crate owns.
const LAYERS: &[&[&str]] = &[
    &["asyncio-reactor"],
    &["asyncio-executor"],
    &["asyncio-tasks"],
    &["asyncio-sync", "asyncio-transports"],
    &["asyncio-queue", "asyncio-streams"],
    &["asyncio-subprocess"],
    &["asyncio"],
    &["asyncio-tools"],
];

const FACADE: &str = "asyncio";

/// Attribute macros stand beside the facade: only the facade may use them, and they use no crate of ours.
const BESIDE_THE_FACADE: &str = "asyncio-macros";

/// A member of the workspace and what its manifest depends on.
#[derive(Debug)]
struct Crate {
    name: String,
    /// The manifest, relative to the root of the repository.
    manifest: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug)]
struct Dependency {
    name: String,
    table: &'static str,
}

/// Where a crate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Layer(usize),
    Beside,
}

impl Crate {
    fn from_package(package: &Package) -> Self {
        let manifest = package
            .manifest_path
            .strip_prefix(root())
            .unwrap_or(&package.manifest_path);
        // A crate turns on features for its own tests by depending on itself.
        let others = package
            .dependencies
            .iter()
            .filter(|dependency| package.name != dependency.name);
        let dependencies = others.map(|dependency| Dependency {
            name: dependency.name.clone(),
            table: match dependency.kind {
                DependencyKind::Development => "dev-dependencies",
                DependencyKind::Build => "build-dependencies",
                _ => "dependencies",
            },
        });
        Self {
            name: package.name.to_string(),
            manifest: manifest.to_string(),
            dependencies: dependencies.collect(),
        }
    }

    /// Tests, examples and tools use whatever they like.
    fn is_layered(&self) -> bool {
        self.manifest.starts_with("crates/")
    }
}

fn place(name: &str) -> Option<Place> {
    if name == BESIDE_THE_FACADE {
        return Some(Place::Beside);
    }
    LAYERS
        .iter()
        .position(|layer| layer.contains(&name))
        .map(Place::Layer)
}

/// One line for each dependency that breaks the layering.
fn check(crates: &[Crate]) -> Vec<String> {
    let members: BTreeSet<&str> = crates.iter().map(|member| member.name.as_str()).collect();
    let mut problems = Vec::new();
    for member in crates.iter().filter(|member| member.is_layered()) {
        let Some(from) = place(&member.name) else {
            problems.push(format!(
                "{}: {} is in no layer",
                member.manifest, member.name
            ));
            continue;
        };
        let ours = |dependency: &&Dependency| {
            members.contains(dependency.name.as_str()) || place(&dependency.name).is_some()
        };
        for dependency in member.dependencies.iter().filter(ours) {
            if let Some(reason) = objection(from, place(&dependency.name)) {
                problems.push(format!(
                    "{}: {} ({}) must not depend on {}, {reason} [{}]",
                    member.manifest,
                    member.name,
                    title(from),
                    dependency.name,
                    dependency.table,
                ));
            }
        }
    }
    problems
}

/// Why a crate at `from` must not use one at `to`.
fn objection(from: Place, to: Option<Place>) -> Option<String> {
    match (from, to) {
        (_, None) => Some("a member of the workspace outside the layers".to_owned()),
        (Place::Layer(from), Some(Place::Layer(to))) if to < from => None,
        (Place::Layer(from), Some(Place::Beside)) if LAYERS[from].contains(&FACADE) => None,
        (_, Some(to)) => Some(format!("which is in {}", title(to))),
    }
}

fn title(place: Place) -> String {
    match place {
        Place::Layer(number) => format!("layer {number}"),
        Place::Beside => "the place beside the facade".to_owned(),
    }
}

/// The layers from the lowest up, with the crates that exist.
fn render(crates: &[Crate]) -> String {
    let layers = LAYERS
        .iter()
        .enumerate()
        .map(|(number, names)| (format!("layer {number}"), *names));
    let beside = ("beside the facade".to_owned(), &[BESIDE_THE_FACADE][..]);
    let mut text = String::new();
    for (title, names) in layers.chain([beside]) {
        for (name, member) in names
            .iter()
            .filter_map(|name| Some((name, crates.iter().find(|c| c.name == *name)?)))
        {
            let (ours, others): (Vec<_>, Vec<_>) = member
                .dependencies
                .iter()
                .partition(|d| place(&d.name).is_some());
            text += &format!(
                "{title}: {name}\n  workspace: {}\n  third-party: {}\n",
                list(&ours),
                list(&others)
            );
        }
    }
    text
}

/// The names in order, each once: marked if only tests or the build script need it.
fn list(dependencies: &[&Dependency]) -> String {
    let mut marks: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for dependency in dependencies {
        let mark = match dependency.table {
            "dependencies" => "",
            "build-dependencies" => " (build)",
            _ => " (dev)",
        };
        marks.entry(&dependency.name).or_default().insert(mark);
    }
    let names: Vec<String> = marks
        .iter()
        .filter_map(|(name, marks)| Some(format!("{name}{}", marks.first()?)))
        .collect();
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependencies: &[(&str, &'static str)]) -> Crate {
        let dependencies = dependencies.iter().map(|&(name, table)| Dependency {
            name: name.to_owned(),
            table,
        });
        Crate {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            dependencies: dependencies.collect(),
        }
    }

    #[test]
    fn lower_layers_and_third_parties_are_allowed() {
        let crates = [
            member("asyncio-reactor", &[("rustix", "dependencies")]),
            member(
                "asyncio-executor",
                &[
                    ("asyncio-reactor", "dependencies"),
                    ("asyncio-reactor", "dev-dependencies"),
                ],
            ),
            member("asyncio-macros", &[("syn", "dependencies")]),
            member(
                "asyncio",
                &[
                    ("asyncio-executor", "dependencies"),
                    ("asyncio-macros", "dependencies"),
                ],
            ),
        ];
        assert_eq!(check(&crates), Vec::<String>::new());
    }

    #[test]
    fn a_higher_layer_is_refused_with_both_names_and_the_manifest() {
        let crates = [
            member("asyncio-reactor", &[("asyncio-executor", "dependencies")]),
            member("asyncio-executor", &[]),
        ];
        assert_eq!(
            check(&crates),
            [
                "crates/asyncio-reactor/Cargo.toml: asyncio-reactor (layer 0) must not depend on asyncio-executor, \
              which is in layer 1 [dependencies]"
            ]
        );
    }

    #[test]
    fn the_same_layer_is_refused_for_tests_and_build_scripts_too() {
        let crates = [
            member("asyncio-queue", &[("asyncio-streams", "dev-dependencies")]),
            member(
                "asyncio-streams",
                &[("asyncio-queue", "build-dependencies")],
            ),
        ];
        let problems = check(&crates);
        assert!(
            problems[0].ends_with("which is in layer 4 [dev-dependencies]"),
            "{problems:?}"
        );
        assert!(
            problems[1].ends_with("which is in layer 4 [build-dependencies]"),
            "{problems:?}"
        );
    }

    #[test]
    fn macros_use_no_crate_of_ours_and_only_the_facade_uses_them() {
        let crates = [
            member("asyncio-macros", &[("asyncio-reactor", "dependencies")]),
            member("asyncio-tasks", &[("asyncio-macros", "dev-dependencies")]),
            member("asyncio-reactor", &[]),
        ];
        assert_eq!(check(&crates).len(), 2);
    }

    #[test]
    fn a_crate_outside_the_table_is_refused() {
        let mut tool = member("xtask", &[("asyncio-reactor", "dependencies")]);
        tool.manifest = "xtask/Cargo.toml".to_owned();
        let crates = [
            member("asyncio-extra", &[]),
            member("asyncio-reactor", &[("xtask", "dev-dependencies")]),
            tool,
        ];
        assert_eq!(
            check(&crates),
            [
                "crates/asyncio-extra/Cargo.toml: asyncio-extra is in no layer",
                "crates/asyncio-reactor/Cargo.toml: asyncio-reactor (layer 0) must not depend on xtask, \
                 a member of the workspace outside the layers [dev-dependencies]",
            ]
        );
    }

    #[test]
    fn the_table_lists_what_exists() {
        let dependencies = [
            ("rustix", "dev-dependencies"),
            ("rustix", "dependencies"),
            ("loom", "dev-dependencies"),
        ];
        let crates = [member("asyncio-reactor", &dependencies)];
        assert_eq!(
            render(&crates),
            "layer 0: asyncio-reactor\n  workspace: -\n  third-party: loom (dev), rustix\n"
        );
    }
}
