//! [`DeadlockError`]: virtual time notices when nothing can happen any more. Python has no such thing.

use std::error::Error as StdError;
use std::fmt;
use std::rc::Rc;

use crate::base_events::LoopTask;

/// The run of a loop in virtual time could only wait for ever: nothing is ready, no timer is set, no descriptor is watched,
/// no signal is expected, and no [`OutsideWork`](crate::OutsideWork) is under way.
///
/// The text lists the unfinished tasks, each with its name, where it was created, and what it waits for. They are
/// left as they are, and the loop may be run again.
///
/// A thread that would have used an [`EventLoopProxy`](crate::EventLoopProxy) or woken a task does not count: nobody can know
/// what it is up to. Give it an [`OutsideWork`](crate::OutsideWork) to hold.
///
/// ```
/// use asyncio_executor::{DeadlockError, EventLoop};
/// use asyncio_reactor::VirtualClock;
///
/// let event_loop = EventLoop::builder().clock(VirtualClock::new(0.0)).build()?;
/// event_loop.call_later(60.0, || println!("and nobody stops the loop"));
/// assert!(event_loop.run_forever().unwrap_err().is::<DeadlockError>());
/// assert_eq!(event_loop.time(), 60.0);
/// event_loop.close()?;
/// # Ok::<(), asyncio_executor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlockError {
    report: String,
}

impl DeadlockError {
    pub(crate) fn new(tasks: &[Rc<dyn LoopTask>]) -> Self {
        DeadlockError {
            report: Report(tasks).to_string(),
        }
    }
}

impl fmt::Display for DeadlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

impl StdError for DeadlockError {}

struct Report<'a>(&'a [Rc<dyn LoopTask>]);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing is left that could wake the loop; ")?;
        match self.0.len() {
            0 => f.write_str("there is no unfinished task")?,
            1 => f.write_str("the unfinished task:")?,
            count => write!(f, "the {count} unfinished tasks:")?,
        }
        for task in self.0.iter().take(MAX_TASKS) {
            write!(f, "\n  {task:?}\n    waits for {}", Wait(&**task))?;
        }
        match self.0.len().saturating_sub(MAX_TASKS) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

struct Wait<'a>(&'a dyn LoopTask);

impl fmt::Display for Wait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.waits_for(f)
    }
}

/// More tasks than this are only counted: the report is for people.
const MAX_TASKS: usize = 100;
