//! `cargo xtask dependencies`: one version of each dependency, none of which needs a newer Rust than we promise.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, Package, PackageId, semver::Version};

use crate::workspace::{Outcome, Result, resolved};

pub(crate) fn run() -> Result<Outcome> {
    let metadata = resolved()?;
    let used = in_use(&metadata);
    let (members, others): (Vec<_>, Vec<_>) = metadata
        .packages
        .iter()
        .filter(|package| used.contains(&package.id))
        .partition(|package| metadata.workspace_members.contains(&package.id));
    println!(
        "dependencies: {} packages in use, {} of them members of the workspace",
        used.len(),
        members.len()
    );

    let mut problems = duplicates(
        others
            .iter()
            .map(|package| (package.name.as_str(), &package.version)),
    );
    problems.extend(rust_versions(&members, &others));
    Ok(Outcome::report(&problems))
}

/// The benchmark brings other runtimes, with whatever these need.
const BENCHMARK: &str = "asyncio-bench";

/// The members without the benchmark, and all that they need.
fn in_use(metadata: &Metadata) -> BTreeSet<&PackageId> {
    let nodes: BTreeMap<_, _> = metadata
        .resolve
        .iter()
        .flat_map(|resolve| &resolve.nodes)
        .map(|node| (&node.id, node))
        .collect();
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| package.name.as_str() != BENCHMARK)
        .map(|package| &package.id)
        .collect();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(
                nodes
                    .get(id)
                    .into_iter()
                    .flat_map(|node| &node.dependencies),
            );
        }
    }
    found
}

/// Packages that may occur in several major versions, with the reason.
const ALLOWED_DUPLICATES: &[(&str, &str)] = &[];

/// Names that occur in versions which do not stand in for each other.
fn duplicates<'a>(packages: impl Iterator<Item = (&'a str, &'a Version)>) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeMap<[u64; 3], &Version>> = BTreeMap::new();
    for (name, version) in packages {
        versions
            .entry(name)
            .or_default()
            .insert(compatibility(version), version);
    }
    versions
        .iter()
        .filter(|(name, versions)| {
            versions.len() > 1
                && !ALLOWED_DUPLICATES
                    .iter()
                    .any(|(allowed, _)| allowed == *name)
        })
        .map(|(name, versions)| {
            let list: Vec<String> = versions.values().map(ToString::to_string).collect();
            format!(
                "{name} occurs in versions {}: see `cargo tree --invert {name}@{}`",
                list.join(" and "),
                list[0]
            )
        })
        .collect()
}

/// Equal for versions of which cargo would take only one.
fn compatibility(version: &Version) -> [u64; 3] {
    match (version.major, version.minor) {
        (0, 0) => [0, 0, version.patch],
        (0, minor) => [0, minor, 0],
        (major, _) => [major, 0, 0],
    }
}

/// All members promise one Rust version, and no dependency needs a newer one.
fn rust_versions(members: &[&Package], others: &[&Package]) -> Vec<String> {
    let promised: BTreeSet<_> = members
        .iter()
        .filter_map(|member| member.rust_version.clone())
        .collect();
    let mut problems: Vec<String> = members
        .iter()
        .filter(|member| member.rust_version.is_none())
        .map(|member| {
            format!(
                "{}: rust-version.workspace = true is missing",
                member.manifest_path
            )
        })
        .collect();
    match promised.iter().collect::<Vec<_>>().as_slice() {
        [promise] => problems.extend(others.iter().filter_map(|package| {
            let needed = package
                .rust_version
                .as_ref()
                .filter(|needed| needed > promise)?;
            Some(format!(
                "{} {} needs Rust {needed}, the workspace promises {promise}",
                package.name, package.version
            ))
        })),
        promised => problems.push(format!(
            "the members promise different Rust versions: {promised:?}"
        )),
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(packages: &[(&str, &str)]) -> Vec<String> {
        let packages: Vec<_> = packages
            .iter()
            .map(|(name, version)| (*name, version.parse().unwrap()))
            .collect();
        duplicates(packages.iter().map(|(name, version)| (*name, version)))
    }

    #[test]
    fn compatible_versions_are_one() {
        assert_eq!(
            check(&[
                ("a", "1.2.0"),
                ("a", "1.3.0"),
                ("b", "0.3.1"),
                ("b", "0.3.4")
            ]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn major_versions_are_told_apart() {
        assert_eq!(
            check(&[
                ("a", "1.2.0"),
                ("a", "2.0.0"),
                ("b", "0.3.1"),
                ("b", "0.4.0"),
                ("c", "0.0.1"),
                ("c", "0.0.2")
            ]),
            [
                "a occurs in versions 1.2.0 and 2.0.0: see `cargo tree --invert a@1.2.0`",
                "b occurs in versions 0.3.1 and 0.4.0: see `cargo tree --invert b@0.3.1`",
                "c occurs in versions 0.0.1 and 0.0.2: see `cargo tree --invert c@0.0.1`",
            ]
        );
    }
}
