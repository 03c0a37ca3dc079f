//! `api.tsv`: every public name of asyncio with its Rust name and what shows it, or the reason why there is none.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::semantics::Checklist;
use super::suite::Suite;
use crate::tidy::files;
use crate::workspace::Result;

/// The table.
#[derive(Debug)]
pub(super) struct Api {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    /// Paths below the crate `asyncio`.
    rust: Vec<String>,
    /// Scenarios, or items of the checklist.
    shown_by: Vec<String>,
    note: String,
}

/// How far a name has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is a Rust name, and something shows it.
    Shown,
    /// Rust needs no such name, or shows it in another way; the note says why.
    Explained,
    /// The note names the crate that is to bring it.
    Planned,
    /// None of these.
    Missing,
}

impl Api {
    pub(super) fn load(folder: &Path) -> Result<Self> {
        Self::parse(&fs::read_to_string(folder.join(FILE))?)
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(Self {
            rows: text
                .lines()
                .skip(1)
                .map(Row::parse)
                .collect::<Result<_>>()?,
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.name.as_str())
    }

    pub(super) fn summary(&self) -> String {
        let count = |states: &[State]| {
            self.rows
                .iter()
                .filter(|row| states.contains(&row.state()))
                .count()
        };
        let (covered, planned) = (
            count(&[State::Shown, State::Explained]),
            count(&[State::Planned]),
        );
        format!(
            "api: {covered} of {} names covered, {planned} planned",
            self.rows.len()
        )
    }

    /// Names that are missing, stand there twice, or refer to what does not exist.
    pub(super) fn problems(
        &self,
        root: &Path,
        suite: &Suite,
        checklist: &Checklist,
    ) -> Result<Vec<String>> {
        Ok(self.row_problems(&defined_names(root)?, suite, checklist))
    }

    /// Planned names that have all they need, so that their note can go.
    pub(super) fn ready(
        &self,
        root: &Path,
        suite: &Suite,
        checklist: &Checklist,
    ) -> Result<Vec<&str>> {
        let defined = defined_names(root)?;
        let ready = self
            .rows
            .iter()
            .filter(|row| row.is_ready(&defined, suite, checklist));
        Ok(ready.map(|row| row.name.as_str()).collect())
    }

    fn row_problems(
        &self,
        defined: &BTreeSet<String>,
        suite: &Suite,
        checklist: &Checklist,
    ) -> Vec<String> {
        let mut problems = Vec::new();
        if self.rows.len() != PUBLIC_NAMES {
            problems.push(format!(
                "{FILE}: {} names instead of {PUBLIC_NAMES}",
                self.rows.len()
            ));
        }
        let mut seen = BTreeSet::new();
        for row in &self.rows {
            if !seen.insert(&row.name) {
                problems.push(format!("{FILE}: {} stands there twice", row.name));
            }
            problems.extend(
                row.problems(defined, suite, checklist)
                    .iter()
                    .map(|why| format!("{FILE}: {}: {why}", row.name)),
            );
        }
        problems
    }
}

impl Row {
    fn parse(line: &str) -> Result<Self> {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            [name, _kind, rust, shown_by, note] => Ok(Self {
                name: (*name).to_owned(),
                rust: list(rust),
                shown_by: list(shown_by),
                note: (*note).to_owned(),
            }),
            _ => Err(format!("{FILE}: `{line}` has not five columns").into()),
        }
    }

    fn state(&self) -> State {
        if self.note.starts_with("planned: ") {
            State::Planned
        } else if !self.rust.is_empty() && !self.shown_by.is_empty() {
            State::Shown
        } else if !self.note.is_empty() {
            State::Explained
        } else {
            State::Missing
        }
    }

    fn problems(
        &self,
        defined: &BTreeSet<String>,
        suite: &Suite,
        checklist: &Checklist,
    ) -> Vec<String> {
        match self.state() {
            State::Planned => Vec::new(),
            State::Missing => {
                vec!["has neither a Rust name with a scenario, nor a reason".to_owned()]
            }
            State::Shown | State::Explained => self.objections(defined, suite, checklist),
        }
    }

    fn objections(
        &self,
        defined: &BTreeSet<String>,
        suite: &Suite,
        checklist: &Checklist,
    ) -> Vec<String> {
        let undefined = self
            .rust
            .iter()
            .filter_map(|path| method(path))
            .filter(|name| !defined.contains(*name));
        let undefined = undefined.map(|name| format!("no crate defines a method {name}"));
        let unshown = self
            .shown_by
            .iter()
            .filter_map(|reference| objection(reference, suite, checklist));
        undefined.chain(unshown).collect()
    }

    fn is_ready(&self, defined: &BTreeSet<String>, suite: &Suite, checklist: &Checklist) -> bool {
        let last = |path: &str| {
            path.rsplit("::")
                .next()
                .is_some_and(|name| defined.contains(name))
        };
        let is_there = !self.rust.is_empty() && self.rust.iter().all(|path| last(path));
        let is_shown =
            !self.shown_by.is_empty() && self.objections(defined, suite, checklist).is_empty();
        self.state() == State::Planned && is_there && is_shown
    }
}

/// What is wrong with a reference to a scenario or to an item of the checklist.
fn objection(reference: &str, suite: &Suite, checklist: &Checklist) -> Option<String> {
    match (suite.get(reference), checklist.is_shown(reference)) {
        (Some(scenario), _) if scenario.twin.is_some() => None,
        (_, Some(true)) => None,
        (Some(_), _) | (_, Some(false)) => Some(format!("nothing in Rust shows {reference} yet")),
        (None, None) => Some(format!(
            "{reference} is neither a scenario nor an item of the checklist"
        )),
    }
}

fn list(column: &str) -> Vec<String> {
    column
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The last part of `Task::cancel`. A test of the crate `asyncio-conformance` imports what is no method.
fn method(path: &str) -> Option<&str> {
    let (owner, name) = path.rsplit_once("::")?;
    owner
        .rsplit("::")
        .next()?
        .starts_with(char::is_uppercase)
        .then_some(name)
}

/// What the crates define by these words: enough to notice a method that was misspelt or went away.
fn defined_names(root: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for path in files(&root.join("crates"))?
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
    {
        let text = fs::read_to_string(path)?;
        let words = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty());
        let pairs = words.clone().zip(words.skip(1));
        names.extend(
            pairs
                .filter(|(word, _)| DEFINING.contains(word))
                .map(|(_, name)| name.to_owned()),
        );
    }
    Ok(names)
}

/// The word before a name that is defined, or before a public field.
const DEFINING: &[&str] = &[
    "fn", "struct", "enum", "trait", "type", "const", "static", "pub",
];

/// The public names of CPython 3.15's asyncio, counted by `tools/api.py`.
const PUBLIC_NAMES: usize = 448;

const FILE: &str = "api.tsv";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{folder, suite::Scenario};
    use crate::workspace::root;

    /// A scenario with a twin and one without.
    fn suite() -> Suite {
        let twin = Scenario {
            name: "tasks/a".into(),
            twin: Some("a.rs".into()),
            ..Scenario::default()
        };
        Suite {
            scenarios: vec![
                twin,
                Scenario {
                    name: "tasks/b".into(),
                    ..Scenario::default()
                },
            ],
        }
    }

    fn problems(rows: &str) -> Vec<String> {
        let api = Api::parse(&format!("name\tkind\trust\tshown by\tnote\n{rows}")).unwrap();
        let defined = ["cancel"].map(str::to_owned).into();
        let mut problems = api.row_problems(&defined, &suite(), &Checklist::default());
        assert!(problems.remove(0).ends_with("instead of 448"));
        problems
    }

    #[test]
    fn the_table_is_complete() {
        let suite = Suite::discover(&folder()).unwrap();
        let checklist = Checklist::load(&root(), &suite).unwrap();
        let api = Api::load(&folder()).unwrap();
        assert_eq!(
            api.problems(&root(), &suite, &checklist).unwrap(),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_name_is_shown_explained_or_planned() {
        let rows = "gather\tfunction\tgather\ttasks/a\t\n\
                    Task.cancel\tmethod\tTask::cancel\ttasks/a\t\n\
                    isfuture\tfunction\t\t\ttypes tell\n\
                    Lock\tclass\tLock\t\tplanned: asyncio-sync\n";
        assert_eq!(problems(rows), Vec::<String>::new());
        let api = Api::parse(&format!("header\n{rows}")).unwrap();
        assert_eq!(api.summary(), "api: 3 of 4 names covered, 1 planned");
    }

    #[test]
    fn a_name_without_any_of_these_is_a_problem() {
        assert_eq!(
            problems("gather\tfunction\tgather\t\t\n"),
            ["api.tsv: gather: has neither a Rust name with a scenario, nor a reason"]
        );
    }

    #[test]
    fn a_planned_name_that_is_there_is_ready() {
        let row = |line| Row::parse(line).unwrap();
        let suite = suite();
        let defined = ["cancel"].map(str::to_owned).into();
        let is_ready = |line| row(line).is_ready(&defined, &suite, &Checklist::default());
        assert!(is_ready(
            "Task.cancel\tmethod\tTask::cancel\ttasks/a\tplanned: asyncio-tasks"
        ));
        assert!(!is_ready(
            "Task.cancel\tmethod\tTask::cancel\ttasks/b\tplanned: asyncio-tasks"
        ));
        assert!(!is_ready(
            "Task.done\tmethod\tTask::done\ttasks/a\tplanned: asyncio-tasks"
        ));
        assert!(!is_ready("Task.cancel\tmethod\tTask::cancel\ttasks/a\t"));
    }

    #[test]
    fn references_must_exist() {
        assert_eq!(
            problems("Task.cancel\tmethod\tTask::cancel_all\ttasks/b, tasks/c\t\n"),
            [
                "api.tsv: Task.cancel: no crate defines a method cancel_all",
                "api.tsv: Task.cancel: nothing in Rust shows tasks/b yet",
                "api.tsv: Task.cancel: tasks/c is neither a scenario nor an item of the checklist",
            ]
        );
    }

    #[test]
    fn a_row_has_five_columns() {
        assert!(
            Api::parse("header\ngather\tfunction\n")
                .unwrap_err()
                .to_string()
                .contains("five columns")
        );
    }
}
