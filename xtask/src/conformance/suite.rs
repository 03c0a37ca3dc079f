//! The scenarios on disk: `scenarios/<module>/<name>.{py,rs}` and `golden/<module>/<name>.txt`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::tidy::files;
use crate::workspace::Result;

/// Every scenario, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub(super) scenarios: Vec<Scenario>,
}

/// One scenario, of which a side may still be missing.
#[derive(Clone, Debug, Default)]
pub(super) struct Scenario {
    /// `<module>/<name>`.
    pub(super) name: String,
    /// The Python side.
    pub(super) script: Option<PathBuf>,
    /// The Rust side.
    pub(super) twin: Option<PathBuf>,
    /// What CPython printed; the file need not exist yet.
    pub(super) golden: PathBuf,
    /// What the twin prints if it departs from CPython on purpose.
    pub(super) rust_golden: PathBuf,
}

impl Suite {
    /// Finds the scenarios below `folder`; whatever has one of their files counts as one.
    pub(super) fn discover(folder: &Path) -> Result<Self> {
        let mut found: BTreeMap<String, Scenario> = BTreeMap::new();
        for root in ["scenarios", "golden"].map(|name| folder.join(name)) {
            for path in files(&root)? {
                let Some((name, side)) = split(&path.strip_prefix(&root)?.to_string_lossy()) else {
                    return Err(format!("{}: is no file of a scenario", path.display()).into());
                };
                let scenario = found
                    .entry(name.clone())
                    .or_insert_with(|| Scenario::new(folder, name));
                match side {
                    Side::Python => scenario.script = Some(path),
                    Side::Rust => scenario.twin = Some(path),
                    Side::Golden => {}
                }
            }
        }
        Ok(Self {
            scenarios: found.into_values().collect(),
        })
    }

    pub(super) fn filtered(&self, filter: &str) -> Vec<&Scenario> {
        self.scenarios
            .iter()
            .filter(|scenario| scenario.name.contains(filter))
            .collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.name == name)
    }
}

impl Scenario {
    fn new(folder: &Path, name: String) -> Self {
        let golden = |end| folder.join("golden").join(format!("{name}{end}"));
        Self {
            golden: golden(".txt"),
            rust_golden: golden(".rust.txt"),
            name,
            script: None,
            twin: None,
        }
    }

    /// The asyncio module that the scenario is about.
    pub(super) fn module(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The item that the scenario is named after: `TASK-05` for `tasks/task_05_cancel_before_start`.
    pub(super) fn item(&self) -> Option<String> {
        item(self.name.split('/').next_back()?)
    }

    /// The lowest version of Python that prints the transcript: 3.15, unless the script has a line `# min: 3.13`.
    pub(super) fn lowest_python(&self) -> Result<Option<(u32, u32)>> {
        let Some(script) = &self.script else {
            return Ok(None);
        };
        let text = fs::read_to_string(script)?;
        let Some(version) = text.lines().find_map(|line| line.strip_prefix("# min:")) else {
            return Ok(None);
        };
        let parsed = version
            .trim()
            .split_once('.')
            .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
        parsed
            .map(Some)
            .ok_or_else(|| format!("{}: `# min:{version}` is no version", script.display()).into())
    }
}

/// The checklist id at the start of a scenario's or a test's name.
pub(super) fn item(name: &str) -> Option<String> {
    let mut parts = name.split('_');
    let (section, number) = (parts.next()?, parts.next()?);
    let is_id = section.chars().all(|c| c.is_ascii_lowercase())
        && number.len() == 2
        && number.chars().all(|c| c.is_ascii_digit());
    is_id.then(|| format!("{}-{number}", section.to_uppercase()))
}

enum Side {
    Python,
    Rust,
    Golden,
}

/// `tasks/name.py` into the scenario's name and what the file is of it.
fn split(path: &str) -> Option<(String, Side)> {
    let (module, file) = path.split_once('/')?;
    let (stem, side) = [
        (".py", Side::Python),
        (".rs", Side::Rust),
        (".rust.txt", Side::Golden),
        (".txt", Side::Golden),
    ]
    .into_iter()
    .find_map(|(end, side)| Some((file.strip_suffix(end)?, side)))?;
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    (is_name(module) && is_name(stem)).then(|| (format!("{module}/{stem}"), side))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_its_item() {
        assert_eq!(
            item("task_05_cancel_before_start").as_deref(),
            Some("TASK-05")
        );
        assert_eq!(item("north_star_tasks"), None);
        assert_eq!(item("task_5_short"), None);
    }

    #[test]
    fn files_belong_to_scenarios_by_their_names() {
        for file in [
            "tasks/a_b.py",
            "tasks/a_b.rs",
            "tasks/a_b.txt",
            "tasks/a_b.rust.txt",
        ] {
            assert_eq!(split(file).unwrap().0, "tasks/a_b");
        }
        for file in [
            "a.py",
            "tasks/a.md",
            "tasks/A-b.py",
            "tasks/more/a.py",
            "tasks/.py",
        ] {
            assert!(split(file).is_none(), "{file}");
        }
    }
}
