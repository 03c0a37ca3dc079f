//! What a program did, line by line.

use std::cell::{Cell, RefCell};
use std::fmt::Write;

use asyncio::{Error, ExceptionGroup, TimeoutError, current_task, get_running_loop};

/// The lines so far. `tests/fuzz/README.md` tells how they read.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    text: RefCell<String>,
    /// The moment of the last line.
    time: Cell<Option<f64>>,
}

impl Transcript {
    /// A line of the current task.
    pub(crate) fn add(&self, line: &str) {
        let current = current_task().ok().flatten();
        match current {
            Some(task) => self.push(&format!("{}/{} {line}", task.get_name(), task.cancelling())),
            None => self.push(line),
        }
    }

    /// A line of nobody.
    pub(crate) fn push(&self, line: &str) {
        let now = get_running_loop().ok().map(|running| running.time());
        let mut text = self.text.borrow_mut();
        if let Some(now) = now
            && self.time.replace(Some(now)) != Some(now)
        {
            let _ = writeln!(text, "at {now:?}");
        }
        text.push_str(line);
        text.push('\n');
    }

    pub(crate) fn text(&self) -> String {
        self.text.borrow().clone()
    }
}

/// An exception as both sides show it; `tests/fuzz/README.md` tells which messages are left out, and why.
pub(crate) fn exception_text(error: &Error) -> String {
    let name = error.type_name();
    if let Some(group) = error.downcast_ref::<ExceptionGroup>() {
        let texts: Vec<_> = group.exceptions().iter().map(exception_text).collect();
        format!("{name}[{}]", texts.join(", "))
    } else if error.is_cancelled() {
        name.to_owned()
    } else if error.is::<TimeoutError>() {
        format!("{name} from {}", cause_name(error))
    } else {
        format!("{name}({error})")
    }
}

/// The first cause that is no timeout itself.
fn cause_name(error: &Error) -> &'static str {
    let mut causes = std::iter::successors(error.cause(), |cause| cause.cause());
    causes
        .find(|cause| !cause.is::<TimeoutError>())
        .map_or("nothing", Error::type_name)
}
