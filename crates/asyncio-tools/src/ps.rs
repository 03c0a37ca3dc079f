//! `asyncio ps`: a table of the tasks.

use std::collections::HashMap;

use crate::snapshot::{Snapshot, Task};
use crate::text::{Harmless, cut};

/// One line per task, in the program's order.
pub(crate) fn render(snapshot: &Snapshot) -> String {
    let names: HashMap<u64, &str> = snapshot
        .tasks
        .iter()
        .map(|task| (task.id, task.name.as_str()))
        .collect();
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(snapshot.tasks.iter().map(|task| row(task, &names)));
    table(&rows)
}

fn row(task: &Task, names: &HashMap<u64, &str>) -> [String; COLUMNS] {
    let awaiters = task
        .awaited_by
        .iter()
        .take(SOME)
        .map(|id| match names.get(id) {
            Some(name) => Harmless(name).to_string(),
            None => format!("{id:#x}"),
        });
    let mut awaiters = awaiters.collect::<Vec<_>>().join(", ");
    if task.awaited_by.len() > SOME {
        awaiters += ", …";
    }
    [
        format!("{:#x}", task.id),
        cut(Harmless(&task.name).to_string(), 30),
        state(task),
        task.steps
            .map_or_else(String::new, |steps| steps.to_string()),
        task.longest.map_or_else(String::new, seconds),
        task.since.map_or_else(String::new, seconds),
        cut(Harmless(&task.coro).to_string(), 40),
        Harmless(&task.created).to_string(),
        awaits(task),
        cut(awaiters, 60),
    ]
}

/// `waiting`, or what else it does.
pub(crate) fn state(task: &Task) -> String {
    let state = cut(Harmless(&task.state).to_string(), 10);
    match task.cancelling {
        0 => state,
        _ => format!("{state}, cancelling"),
    }
}

/// `sleep at src/main.rs:7:9`
pub(crate) fn awaits(task: &Task) -> String {
    let (what, at) = (Harmless(&task.awaits), Harmless(&task.at));
    match (task.awaits.is_empty(), task.at.is_empty()) {
        (_, true) => what.to_string(),
        (true, false) => format!("at {at}"),
        (false, false) => format!("{what} at {at}"),
    }
}

/// A time in the unit that suits it.
pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        _ if seconds < 1e-3 => format!("{:.0}us", seconds * 1e6),
        _ if seconds < 1.0 => format!("{:.1}ms", seconds * 1e3),
        _ if seconds < 600.0 => format!("{seconds:.1}s"),
        _ => format!("{:.0}min", seconds / 60.0),
    }
}

/// Columns as wide as their widest cell; the last one has no end.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text += line.join("  ").trim_end();
        text.push('\n');
    }
    text
}

const COLUMNS: usize = 10;
const HEAD: [&str; COLUMNS] = [
    "ID",
    "NAME",
    "STATE",
    "STEPS",
    "LONGEST",
    "SINCE",
    "COROUTINE",
    "CREATED",
    "AWAITS",
    "AWAITED BY",
];
/// So many names say who awaits a task.
const SOME: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::parse;

    #[test]
    fn a_row_for_each_task() {
        let answer = "asyncio-inspect 1\ntask\tid=1\tname=main\tstate=waiting\tcoro=app::main\tcreated=a.rs:9:5\tawaits=task\tat=a.rs:1:2\n\
            task\tid=2\tname=\x1b[31mred\tstate=new\tcancelling=1\tsteps=3\tlongest=0.0015\tsince=2.5\tawaited_by=1,9\nend\n";
        let shown = render(&parse(answer).unwrap());
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[0].starts_with("ID   NAME"));
        let cells = |line: &str| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            cells(lines[1]),
            [
                "0x1",
                "main",
                "waiting",
                "app::main",
                "a.rs:9:5",
                "task at a.rs:1:2"
            ]
        );
        assert_eq!(
            cells(lines[2]),
            [
                "0x2",
                "\\u{1b}[31mred",
                "new, cancelling",
                "3",
                "1.5ms",
                "2.5s",
                "main, 0x9"
            ]
        );
    }

    #[test]
    fn times_have_units() {
        let shown = [0.0000005, 0.00025, 0.25, 3.0, 7200.0].map(seconds);
        assert_eq!(shown, ["0us", "250us", "250.0ms", "3.0s", "120min"]);
    }
}
