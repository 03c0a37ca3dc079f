//! [`Snapshot`]: the answer to an inspection, all tasks of a loop as text. `docs/inspection.md` describes it.

use std::fmt::{self, Write};
use std::rc::{Rc, Weak};

use asyncio_executor::{EventLoop, log};

use super::timing::Timing;
use crate::graph::Awaiters;
use crate::state::AnyFuture;
use crate::tasks::{Standing, tasks_of};

/// An answer, written a piece at a time: who awaits whom as of its beginning, and each task as of when its line is written.
pub(super) struct Snapshot {
    timing: Rc<Timing>,
    /// The tasks that are left, with the ids of those who await them. Weak: looking at a task must not keep it.
    left: std::vec::IntoIter<(Weak<dyn AnyFuture>, Vec<usize>)>,
    /// How many tasks were written.
    written: usize,
    is_over: bool,
}

impl Snapshot {
    /// Finds out who awaits whom, which takes some hundred nanoseconds a task.
    pub(super) fn new(event_loop: &EventLoop, timing: Rc<Timing>) -> Self {
        let tasks = tasks_of(event_loop);
        let awaiters = Awaiters::among(event_loop, &tasks);
        let rows = tasks.iter().map(|task| {
            let found = awaiters.of_future(task.future()).into_iter();
            let tasks = found.filter(|awaiter| awaiter.as_task().is_some());
            let ids = tasks.map(|awaiter| awaiter.id()).collect();
            (Rc::downgrade(task.future()), ids)
        });
        Snapshot {
            timing,
            left: rows.collect::<Vec<_>>().into_iter(),
            written: 0,
            is_over: false,
        }
    }

    /// The first lines.
    pub(super) fn head(&self, event_loop: &EventLoop) -> Vec<u8> {
        let mut text = String::from("asyncio-inspect 1\n");
        process(&mut text, event_loop.time(), self.left.len());
        text.into_bytes()
    }

    /// The next lines; `None` after the last.
    pub(super) fn next_lines(&mut self, event_loop: &EventLoop) -> Option<Vec<u8>> {
        if self.is_over {
            return None;
        }
        let mut text = String::with_capacity(AT_A_TIME * USUAL_LINE);
        let now = event_loop.time();
        for (task, awaited_by) in self.left.by_ref().take(AT_A_TIME) {
            let task = task.upgrade().filter(|task| !task.core().done());
            if let Some(task) = task {
                self.written += 1;
                let mut line = Line::begin(&mut text, "task");
                describe(&mut line, &task);
                observed(&mut line, &self.timing, task.id(), now);
                line.ids("awaited_by", &awaited_by);
                line.end();
            }
        }
        if self.left.len() == 0 {
            self.is_over = true;
            let mut line = Line::begin(&mut text, "end");
            line.field("tasks", format_args!("{}", self.written));
            line.end();
        }
        Some(text.into_bytes())
    }
}

fn process(text: &mut String, now: f64, tasks: usize) {
    let mut line = Line::begin(text, "process");
    line.field("pid", format_args!("{}", std::process::id()));
    if let Some(program) = std::env::args_os().next() {
        line.text("program", &program.to_string_lossy());
    }
    line.field("time", format_args!("{}", log::fixed(now, 6)));
    line.field("tasks", format_args!("{tasks}"));
    line.end();
}

fn describe(line: &mut Line<'_>, task: &Rc<dyn AnyFuture>) {
    let Some(part) = task.as_task() else {
        return;
    };
    line.field("id", format_args!("{:x}", task.id()));
    line.text("name", &part.name());
    let standing = part.standing();
    line.field("state", format_args!("{}", state(&standing)));
    if part.cancelling() > 0 {
        line.field("cancelling", format_args!("{}", part.cancelling()));
    }
    line.text("coro", &part.coroutine());
    line.field("created", format_args!("{}", task.core().location()));
    if let Standing::Suspended(point) = &standing {
        if let Some(what) = point.what {
            line.text("awaits", what);
        }
        if let Some(location) = point.location {
            line.field("at", format_args!("{location}"));
        }
    }
}

/// A task whose await is over will be stepped soon.
fn state(standing: &Standing) -> &'static str {
    match standing {
        Standing::New => "new",
        Standing::Running => "running",
        Standing::Suspended(point) => match &point.future {
            Some(future) if future.core().done() => "ready",
            _ => "waiting",
        },
    }
}

fn observed(line: &mut Line<'_>, timing: &Timing, task: usize, now: f64) {
    let Some(steps) = timing.of(task) else {
        return;
    };
    let since = (now - steps.ended).max(0.0);
    line.field("since", format_args!("{}", log::fixed(since, 6)));
    line.field("steps", format_args!("{}", steps.count));
    line.field("longest", format_args!("{}", log::fixed(steps.longest, 9)));
}

/// One line: a word, and fields `name=value` after tabs.
struct Line<'a>(&'a mut String);

impl<'a> Line<'a> {
    fn begin(text: &'a mut String, word: &str) -> Self {
        text.push_str(word);
        Line(text)
    }

    /// A value without tabs, line ends and backslashes.
    fn field(&mut self, name: &str, value: fmt::Arguments<'_>) {
        self.0.push('\t');
        self.0.push_str(name);
        self.0.push('=');
        self.more(value);
    }

    fn ids(&mut self, name: &str, ids: &[usize]) {
        if let [first, others @ ..] = ids {
            self.field(name, format_args!("{first:x}"));
            others
                .iter()
                .for_each(|id| self.more(format_args!(",{id:x}")));
        }
    }

    fn more(&mut self, value: fmt::Arguments<'_>) {
        // A string takes everything.
        let _ = self.0.write_fmt(value);
    }

    /// A value that the program chose.
    fn text(&mut self, name: &str, value: &str) {
        self.field(name, format_args!(""));
        let mut rest = value.chars();
        for character in rest.by_ref().take(LONGEST_TEXT) {
            match character {
                '\\' => self.0.push_str("\\\\"),
                '\t' => self.0.push_str("\\t"),
                '\n' => self.0.push_str("\\n"),
                '\r' => self.0.push_str("\\r"),
                character => self.0.push(character),
            }
        }
        if rest.next().is_some() {
            self.0.push('…');
        }
    }

    fn end(self) {
        self.0.push('\n');
    }
}

/// So many tasks are looked at before others have their turn: less than a millisecond.
const AT_A_TIME: usize = 256;
/// Bytes of a line, more or less.
const USUAL_LINE: usize = 256;
/// Characters: more of a name says nothing more.
const LONGEST_TEXT: usize = 1000;
