//! `semantics.tsv`: the checklist of what asyncio does, and which scenarios and tests show each item.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::suite::{Suite, item};
use crate::tidy::files;
use crate::workspace::Result;

/// The items in their order, each with what shows it.
#[derive(Debug, Default)]
pub(super) struct Checklist {
    items: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    id: String,
    text: String,
    /// Names of scenarios, then files of tests.
    shown_by: BTreeSet<String>,
}

impl Checklist {
    pub(super) fn load(root: &Path, suite: &Suite) -> Result<Self> {
        let mut checklist = Self::parse(&fs::read_to_string(
            root.join("tests/conformance").join(FILE),
        )?)?;
        checklist.add_scenarios(suite);
        for folder in ["crates", "tests/integration"]
            .map(|name| root.join(name))
            .iter()
            .filter(|folder| folder.is_dir())
        {
            for path in files(folder)? {
                let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
                if name.ends_with(".rs") {
                    checklist.add_tests(&name, test_code(&name, &fs::read_to_string(&path)?));
                }
            }
        }
        Ok(checklist)
    }

    fn parse(text: &str) -> Result<Self> {
        let rows = text.lines().skip(1).map(|line| {
            match line.split('\t').collect::<Vec<_>>().as_slice() {
                [id, text] if !text.is_empty() => Ok(Item {
                    id: (*id).to_owned(),
                    text: (*text).to_owned(),
                    shown_by: BTreeSet::new(),
                }),
                _ => Err(format!("{FILE}: `{line}` has not two columns").into()),
            }
        });
        Ok(Self {
            items: rows.collect::<Result<_>>()?,
        })
    }

    /// A scenario shows the item that it is named after, once Rust has its side of it.
    fn add_scenarios(&mut self, suite: &Suite) {
        for scenario in suite
            .scenarios
            .iter()
            .filter(|scenario| scenario.twin.is_some())
        {
            if let Some(item) = scenario.item().and_then(|id| self.get_mut(&id)) {
                item.shown_by.insert(scenario.name.clone());
            }
        }
    }

    /// A test shows the items whose ids stand in it or in its name.
    fn add_tests(&mut self, file: &str, code: &str) {
        for word in code.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_') {
            let id = item(word).unwrap_or_else(|| word.to_owned());
            if let Some(item) = self.get_mut(&id) {
                item.shown_by.insert(file.to_owned());
            }
        }
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == id)
    }

    /// Whether something shows the item; `None` if there is no such item.
    pub(super) fn is_shown(&self, id: &str) -> Option<bool> {
        self.items
            .iter()
            .find(|item| item.id == id)
            .map(|item| !item.shown_by.is_empty())
    }

    pub(super) fn summary(&self) -> String {
        let shown = self
            .items
            .iter()
            .filter(|item| !item.shown_by.is_empty())
            .count();
        format!("semantics: {shown} of {} items shown", self.items.len())
    }

    /// Ids that occur twice, and scenarios named after items that do not exist.
    pub(super) fn problems(&self, suite: &Suite) -> Vec<String> {
        let mut seen = BTreeMap::new();
        let twice = self
            .items
            .iter()
            .filter(|item| seen.insert(&item.id, ()).is_some());
        let twice: Vec<String> = twice
            .map(|item| format!("{FILE}: {} stands there twice", item.id))
            .collect();
        let unknown = suite.scenarios.iter().filter_map(|scenario| {
            let id = scenario.item().filter(|id| self.is_shown(id).is_none())?;
            Some(format!("{}: {FILE} has no item {id}", scenario.name))
        });
        twice.into_iter().chain(unknown).collect()
    }

    /// Each item with what shows it, then the scenarios that are named after none.
    pub(super) fn list(&self, suite: &Suite, filter: &str) -> String {
        let mut text = String::new();
        for item in &self.items {
            let shown_by: Vec<&String> = item
                .shown_by
                .iter()
                .filter(|name| name.contains(filter))
                .collect();
            if filter.is_empty() || !shown_by.is_empty() {
                text += &format!("{}  {}\n", item.id, item.text);
                text += &shown_by
                    .iter()
                    .map(|name| format!("    {name}\n"))
                    .collect::<String>();
            }
        }
        for scenario in suite
            .filtered(filter)
            .iter()
            .filter(|scenario| scenario.item().is_none())
        {
            text += &format!("(no item)  {}\n", scenario.name);
        }
        text
    }
}

/// The part of a Rust file that is tests: all of it below a `tests` folder, else what follows `#[cfg(test)]`.
fn test_code<'a>(name: &str, text: &'a str) -> &'a str {
    if name
        .split('/')
        .any(|part| part == "tests" || part == "tests.rs")
    {
        return text;
    }
    text.find("#[cfg(test)]").map_or("", |start| &text[start..])
}

const FILE: &str = "semantics.tsv";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::folder;
    use crate::conformance::suite::Scenario;

    fn checklist() -> Checklist {
        Checklist::parse("id\twhat it says\nTASK-05\tnever runs\nTASK-06\tstill cancels\n").unwrap()
    }

    fn suite(names: &[&str]) -> Suite {
        let scenario = |name: &&str| Scenario {
            name: (*name).to_owned(),
            twin: Some("x.rs".into()),
            ..Scenario::default()
        };
        Suite {
            scenarios: names.iter().map(scenario).collect(),
        }
    }

    #[test]
    fn the_checklist_is_complete() {
        let checklist =
            Checklist::parse(&fs::read_to_string(folder().join(FILE)).unwrap()).unwrap();
        assert_eq!(checklist.items.len(), 230);
        assert_eq!(checklist.problems(&Suite::default()), Vec::<String>::new());
    }

    #[test]
    fn scenarios_and_tests_show_items() {
        let mut checklist = checklist();
        checklist.add_scenarios(&suite(&["tasks/task_05_cancel"]));
        assert_eq!(checklist.summary(), "semantics: 1 of 2 items shown");
        checklist.add_tests(
            "crates/x/tests/it/a.rs",
            "// TASK-06: the future keeps its result",
        );
        assert_eq!(checklist.summary(), "semantics: 2 of 2 items shown");
        assert_eq!(
            checklist.list(&Suite::default(), ""),
            "TASK-05  never runs\n    tasks/task_05_cancel\nTASK-06  still cancels\n    crates/x/tests/it/a.rs\n"
        );
    }

    #[test]
    fn a_test_may_carry_the_id_in_its_name() {
        let mut checklist = checklist();
        checklist.add_tests("a.rs", "fn task_06_result_is_kept() {}");
        assert_eq!(checklist.is_shown("TASK-06"), Some(true));
        assert_eq!(checklist.is_shown("TASK-05"), Some(false));
        assert_eq!(checklist.is_shown("TASK-99"), None);
    }

    #[test]
    fn only_tests_count() {
        let text = "/// TASK-05\nfn f() {}\n#[cfg(test)]\nmod tests { /* TASK-06 */ }";
        assert_eq!(
            test_code("crates/x/src/a.rs", text),
            "#[cfg(test)]\nmod tests { /* TASK-06 */ }"
        );
        assert_eq!(test_code("crates/x/src/b.rs", "/// TASK-05\nfn f() {}"), "");
        assert_eq!(test_code("crates/x/tests/it/a.rs", text), text);
    }

    #[test]
    fn a_scenario_of_an_unknown_item_is_a_problem() {
        let suite = suite(&["tasks/task_77_more", "tasks/program"]);
        assert_eq!(
            checklist().problems(&suite),
            ["tasks/task_77_more: semantics.tsv has no item TASK-77"]
        );
    }
}
