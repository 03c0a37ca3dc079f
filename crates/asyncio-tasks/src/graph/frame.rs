//! [`Frame`]: one place of a task's stack.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use crate::state::AnyFuture;
use crate::tasks::Standing;

/// One place of a task's stack: what a frame object is in Python.
///
/// Rust keeps no stack of suspended coroutines. What is known without paying for it is the innermost `.await`, and the
/// outermost coroutine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    place: Place,
    location: Option<&'static Location<'static>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Code that is running.
    Here,
    /// An await of this; nothing if it knows nothing of asyncio.
    Await(Option<&'static str>),
    /// The coroutine of a task.
    Coroutine(String),
}

impl Frame {
    pub(super) fn here(location: &'static Location<'static>) -> Self {
        Frame {
            place: Place::Here,
            location: Some(location),
        }
    }

    /// Of a task, its coroutine.
    pub(crate) fn of_coroutine(future: &dyn AnyFuture) -> Option<Self> {
        let task = future.as_task()?;
        Some(Frame {
            place: Place::Coroutine(task.coroutine()),
            location: Some(future.core().location()),
        })
    }

    /// Of the task's coroutine, the path of its function, or of its type.
    pub fn function(&self) -> Option<&str> {
        match &self.place {
            Place::Coroutine(path) => Some(path),
            Place::Here | Place::Await(_) => None,
        }
    }

    /// Of an await, what is awaited: `sleep`, `gather`, `task`, `future`.
    pub fn awaits(&self) -> Option<&'static str> {
        match self.place {
            Place::Await(what) => what,
            Place::Here | Place::Coroutine(_) => None,
        }
    }

    /// The `.await`; of the coroutine, where its task was created.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.location
    }
}

/// `File "app.rs", line 7, await of sleep`
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = if let Some(at) = self.location {
            write!(f, "File {:?}, line {}", at.file(), at.line())?;
            ", "
        } else {
            ""
        };
        match &self.place {
            Place::Here => Ok(()),
            Place::Await(what) => {
                write!(f, "{comma}await of {}", what.unwrap_or("another library"))
            }
            Place::Coroutine(path) => write!(f, "{comma}task of {path}()"),
        }
    }
}

/// The stack of a task, from the await on outwards; nothing for a future, and for a task that is done.
pub(crate) fn stack_of(future: &Rc<dyn AnyFuture>) -> Vec<Frame> {
    let Some(task) = future.as_task().filter(|_| !future.core().done()) else {
        return Vec::new();
    };
    let mut stack = Vec::new();
    if let Standing::Suspended(point) = task.standing() {
        stack.push(Frame {
            place: Place::Await(point.what),
            location: point.location,
        });
    }
    stack.extend(Frame::of_coroutine(&**future));
    stack
}
