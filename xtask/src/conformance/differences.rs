//! `differences.toml`: the scenarios in which Rust departs from CPython on purpose, each with its reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::suite::Suite;
use crate::workspace::Result;

/// The deliberate departures by the names of their scenarios.
#[derive(Debug, Default)]
pub(super) struct Differences(BTreeMap<String, Difference>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    reason: String,
}

impl Differences {
    pub(super) fn load(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        Self::parse(
            &fs::read_to_string(&path)
                .map_err(|error| format!("read {}: {error}", path.display()))?,
        )
    }

    fn parse(text: &str) -> Result<Self> {
        let entries: BTreeMap<String, Difference> =
            toml::from_str(text).map_err(|error| format!("{FILE}: {error}"))?;
        match entries
            .iter()
            .find(|(_, difference)| difference.reason.trim().is_empty())
        {
            Some((name, _)) => Err(format!("{FILE}: {name} gives no reason").into()),
            None => Ok(Self(entries)),
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Entries and transcripts that belong to nothing.
    pub(super) fn problems(&self, suite: &Suite) -> Vec<String> {
        let unknown = self.0.keys().filter(|name| suite.get(name).is_none());
        let unlisted = suite
            .scenarios
            .iter()
            .filter(|s| s.rust_golden.is_file() && !self.contains(&s.name));
        let unknown = unknown.map(|name| format!("{FILE}: {name} is no scenario"));
        let unlisted = unlisted.map(|scenario| {
            format!(
                "{}: has a transcript of its own for Rust but no entry in {FILE}",
                scenario.name
            )
        });
        unknown.chain(unlisted).collect()
    }
}

const FILE: &str = "differences.toml";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::suite::Scenario;

    #[test]
    fn an_entry_needs_a_reason() {
        let differences = Differences::parse("[\"tasks/a\"]\nreason = \"ownership\"\n").unwrap();
        assert!(differences.contains("tasks/a"));
        assert!(!differences.contains("tasks/b"));
        for text in [
            "[\"tasks/a\"]\n",
            "[\"tasks/a\"]\nreason = ' '\n",
            "[\"tasks/a\"]\nreason = 'x'\nmore = 1\n",
        ] {
            assert!(
                Differences::parse(text)
                    .unwrap_err()
                    .to_string()
                    .starts_with(FILE),
                "{text}"
            );
        }
    }

    #[test]
    fn an_entry_for_nothing_is_a_problem() {
        let differences =
            Differences::parse("[\"tasks/a\"]\nreason = 'x'\n[\"tasks/b\"]\nreason = 'x'\n")
                .unwrap();
        let suite = Suite {
            scenarios: vec![Scenario {
                name: "tasks/a".into(),
                ..Scenario::default()
            }],
        };
        assert_eq!(
            differences.problems(&suite),
            ["differences.toml: tasks/b is no scenario"]
        );
    }
}
