//! `asyncio pstree`: who awaits whom, as a tree. The lines are those of `python -m asyncio pstree`.

use std::collections::{HashMap, HashSet};

use crate::ps::awaits;
use crate::snapshot::{Snapshot, Task};
use crate::text::Harmless;

/// A tree for each task that nobody awaits, or the circles in which tasks await each other, for which there is no tree.
pub(crate) fn render(snapshot: &Snapshot) -> Result<String, String> {
    let graph = Graph::new(&snapshot.tasks);
    let cycles = graph.cycles();
    if !cycles.is_empty() {
        return Err(graph.explain(&cycles));
    }
    let mut text = String::new();
    let mut shown = HashSet::new();
    for root in graph.roots() {
        graph.tree(root, &mut shown, &mut text);
    }
    Ok(text)
}

/// The tasks by their place in the snapshot.
struct Graph<'a> {
    tasks: &'a [Task],
    /// Whom a task awaits.
    awaited: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn new(tasks: &'a [Task]) -> Self {
        let places: HashMap<u64, usize> = tasks.iter().map(|task| task.id).zip(0..).collect();
        let mut awaited = vec![Vec::new(); tasks.len()];
        for (place, task) in tasks.iter().enumerate() {
            for awaiter in task.awaited_by.iter().filter_map(|id| places.get(id)) {
                awaited[*awaiter].push(place);
            }
        }
        Graph { tasks, awaited }
    }

    fn roots(&self) -> Vec<usize> {
        let children: HashSet<usize> = self.awaited.iter().flatten().copied().collect();
        let all = 0..self.tasks.len();
        all.filter(|place| !children.contains(place)).collect()
    }

    /// Each way back to a task that leads to it, found depth first. In a loop: a chain may be longer than the stack.
    fn cycles(&self) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        let mut seen = vec![Seen::Not; self.tasks.len()];
        for start in 0..self.tasks.len() {
            let mut way: Vec<(usize, usize)> = Vec::new();
            let mut next = (seen[start] == Seen::Not).then_some(start);
            loop {
                if let Some(place) = next.take() {
                    seen[place] = Seen::OnTheWay;
                    way.push((place, 0));
                }
                let Some((place, child)) = way.last_mut() else {
                    break;
                };
                let Some(&to) = self.awaited[*place].get(*child) else {
                    seen[*place] = Seen::Over;
                    way.pop();
                    continue;
                };
                *child += 1;
                match seen[to] {
                    Seen::Not => next = Some(to),
                    Seen::OnTheWay => {
                        let way = way.iter().map(|(place, _)| *place);
                        let circle = way.skip_while(|place| *place != to);
                        found.push(circle.chain([to]).collect());
                    }
                    Seen::Over => {}
                }
            }
        }
        found
    }

    /// As `python -m asyncio pstree` says it.
    fn explain(&self, cycles: &[Vec<usize>]) -> String {
        let mut text = String::from("ERROR: await-graph contains cycles - cannot print a tree!\n");
        for cycle in cycles.iter().take(MANY) {
            let names = cycle
                .iter()
                .map(|place| Harmless(&self.tasks[*place].name).to_string());
            text += &format!("\ncycle: {}", names.collect::<Vec<_>>().join(" → "));
        }
        if cycles.len() > MANY {
            text += &format!("\nand {} more", cycles.len() - MANY);
        }
        text
    }

    /// A task with those that it awaits. A task that several await is shown in full below the first.
    fn tree(&self, root: usize, shown: &mut HashSet<usize>, text: &mut String) {
        let mut left = vec![(root, 0, true)];
        // Whether there is a line to draw on past each level.
        let mut open: Vec<bool> = Vec::new();
        while let Some((place, depth, is_last)) = left.pop() {
            open.truncate(depth);
            let is_new = shown.insert(place);
            let task = &self.tasks[place];
            let again = if is_new || self.awaited[place].is_empty() {
                ""
            } else {
                " (see above)"
            };
            let name = format!("(T) {}{again}", Harmless(&task.name));
            line(text, &open, is_last, &name);
            open.push(!is_last);
            if !is_new {
                continue;
            }
            line(text, &open, true, &frame(task));
            open.push(false);
            let children = self.awaited[place].iter().rev().enumerate();
            left.extend(children.map(|(n, child)| (*child, depth + 2, n == 0)));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Not yet.
    Not,
    /// On the way that is being followed.
    OnTheWay,
    /// With all that follows from it.
    Over,
}

/// `app::main, gather at src/main.rs:7:9`
fn frame(task: &Task) -> String {
    match awaits(task) {
        awaits if awaits.is_empty() => format!(" {}", Harmless(&task.coro)),
        awaits => format!(" {}, {awaits}", Harmless(&task.coro)),
    }
}

/// Deep levels are not drawn but counted: ten thousand of them are too wide for anything.
fn line(text: &mut String, open: &[bool], is_last: bool, shown: &str) {
    let drawn = open.len().min(DEEP);
    for is_open in &open[..drawn] {
        text.push_str(if *is_open { "│   " } else { "    " });
    }
    if open.len() > DEEP {
        text.push_str(&format!("… {} levels … ", open.len() - DEEP));
    }
    text.push_str(if is_last { "└── " } else { "├── " });
    text.push_str(shown);
    text.push('\n');
}

/// Levels that fit into a wide window.
const DEEP: usize = 48;
/// More circles than anybody looks at.
const MANY: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::parse;

    fn shown(tasks: &[(u64, &str, &str)]) -> Result<String, String> {
        let mut answer = String::from("asyncio-inspect 1\n");
        for (id, name, awaited_by) in tasks {
            answer += &format!("task\tid={id:x}\tname={name}\tcoro=co\tawaited_by={awaited_by}\n");
        }
        render(&parse(&(answer + "end\n")).unwrap())
    }

    #[test]
    fn a_tree_for_each_that_nobody_awaits() {
        let tasks = [
            (1, "main", ""),
            (2, "a", "1"),
            (3, "b", "1"),
            (4, "deep", "2"),
            (5, "alone", ""),
        ];
        let expected = "\
└── (T) main
    └──  co
        ├── (T) a
        │   └──  co
        │       └── (T) deep
        │           └──  co
        └── (T) b
            └──  co
└── (T) alone
    └──  co
";
        assert_eq!(shown(&tasks).unwrap(), expected);
    }

    #[test]
    fn what_several_await_is_shown_once_in_full() {
        let tasks = [
            (1, "main", ""),
            (2, "a", "1"),
            (3, "b", "1"),
            (4, "both", "2,3"),
            (5, "leaf", "4"),
        ];
        let text = shown(&tasks).unwrap();
        assert_eq!(text.matches("(T) both\n").count(), 1);
        assert_eq!(text.matches("(T) both (see above)\n").count(), 1);
        assert_eq!(text.matches("(T) leaf\n").count(), 1);
    }

    #[test]
    fn circles_are_named() {
        let tasks = [
            (1, "a", "3"),
            (2, "b", "1"),
            (3, "c", "2"),
            (4, "outside", ""),
        ];
        let error = shown(&tasks).unwrap_err();
        assert_eq!(
            error,
            "ERROR: await-graph contains cycles - cannot print a tree!\n\ncycle: a → b → c → a"
        );
        assert!(
            shown(&[(1, "self", "1")])
                .unwrap_err()
                .ends_with("cycle: self → self")
        );
    }

    #[test]
    fn a_chain_may_be_longer_than_the_stack() {
        let names: Vec<_> = (1..=100_000_u64)
            .map(|n| (n, format!("{:x}", n - 1)))
            .collect();
        let tasks: Vec<_> = names
            .iter()
            .map(|(n, by)| (*n, "link", by.as_str()))
            .collect();
        let text = shown(&tasks).unwrap();
        assert_eq!(text.lines().count(), 200_000);
        assert!(
            text.ends_with("… 199951 levels … └──  co\n"),
            "{}",
            &text[text.len() - 60..]
        );
    }
}
