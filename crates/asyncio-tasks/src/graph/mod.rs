//! Who awaits whom: [`capture_call_graph`] and its kin. Mirrors `asyncio.graph`.
//!
//! CPython notes each await in both futures. Here nothing is noted: the callbacks of a future lead to those who await it,
//! exactly as long as they do, and are followed when somebody asks.

mod awaited_by;
mod awaiters;
mod format;
mod frame;

use std::fmt;
use std::io::{self, Write};
use std::panic::Location;
use std::rc::Rc;

use asyncio_executor::{Result, RuntimeError, try_running_loop};

pub use awaited_by::{future_add_to_awaited_by, future_discard_from_awaited_by};
pub(crate) use awaiters::Awaiters;
pub use frame::Frame;
pub(crate) use frame::stack_of;

use crate::by_address::ByAddress;
use crate::state::AnyFuture;
use crate::tasks::{AnyTask, Waitable, Waited, current_task};

/// A task or future with those who await it, and with those who await them in turn: `asyncio.FutureCallGraph`.
///
/// A cheap clone. Its `Display` is what [`format_call_graph`] returns.
#[derive(Clone)]
pub struct FutureCallGraph(Rc<Node>);

struct Node {
    future: Waited,
    call_stack: Vec<FrameCallGraphEntry>,
    awaited_by: Vec<FutureCallGraph>,
}

impl FutureCallGraph {
    /// The task or future: `FutureCallGraph.future`.
    pub fn future(&self) -> &Waited {
        &self.0.future
    }

    /// Where it stands, from the await on outwards; nothing for a future: `FutureCallGraph.call_stack`.
    pub fn call_stack(&self) -> &[FrameCallGraphEntry] {
        &self.0.call_stack
    }

    /// Those who await it: `FutureCallGraph.awaited_by`. Where tasks await each other in a circle, the one that comes again
    /// is shown without those who await it.
    pub fn awaited_by(&self) -> &[FutureCallGraph] {
        &self.0.awaited_by
    }
}

impl fmt::Debug for FutureCallGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FutureCallGraph")
            .field("future", &self.0.future)
            .field("call_stack", &self.0.call_stack)
            .field("awaited_by", &self.0.awaited_by.len())
            .finish()
    }
}

impl Drop for Node {
    /// One after the other: a chain of awaits may be longer than the stack.
    fn drop(&mut self) {
        let mut left = std::mem::take(&mut self.awaited_by);
        while let Some(graph) = left.pop() {
            if let Some(mut node) = Rc::into_inner(graph.0) {
                left.append(&mut node.awaited_by);
            }
        }
    }
}

/// One entry of a call stack: `asyncio.FrameCallGraphEntry`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameCallGraphEntry {
    frame: Frame,
}

impl FrameCallGraphEntry {
    /// The place: `FrameCallGraphEntry.frame`.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }
}

/// Who awaits `future`, or else the current task: `asyncio.capture_call_graph`. `None` outside of a task.
///
/// What a task awaits by way of `gather`, `wait`, `shield`, `as_completed` or `wait_for` counts as awaited by the task, and
/// the tasks of a `TaskGroup` as awaited by the one that has entered the group. See [`CallGraph`] for the keyword arguments.
///
/// # Errors
///
/// `RuntimeError` if no future is given and no loop is running.
///
/// ```
/// use asyncio_tasks::{capture_call_graph, create_task, sleep};
///
/// # asyncio_tasks::run(async {
/// let child = create_task(sleep(0.001));
/// let parent = create_task({ let child = child.clone(); async move { child.await } });
/// sleep(0).await?;
/// let graph = capture_call_graph(Some(&child))?.unwrap();
/// assert_eq!(*graph.awaited_by()[0].future(), parent);
/// # parent.await }).unwrap();
/// ```
#[track_caller]
pub fn capture_call_graph(
    future: Option<&dyn Waitable>,
) -> Result<Option<FutureCallGraph>, RuntimeError> {
    CallGraph::of(future).capture()
}

/// What [`capture_call_graph`] finds, as text: `asyncio.format_call_graph`. Empty outside of a task.
///
/// # Errors
///
/// As [`capture_call_graph`].
///
/// ```
/// # asyncio_tasks::run(async {
/// let text = asyncio_tasks::format_call_graph(None)?;
/// assert!(text.starts_with("* Task(name=\"Task-"));
/// assert!(text.contains("  + Call stack:"));
/// # Ok(()) }).unwrap();
/// ```
#[track_caller]
pub fn format_call_graph(future: Option<&dyn Waitable>) -> Result<String, RuntimeError> {
    CallGraph::of(future).format()
}

/// Prints what [`format_call_graph`] returns to standard output: `asyncio.print_call_graph`.
///
/// # Errors
///
/// As [`capture_call_graph`], and an `OSError` if standard output cannot be written.
#[track_caller]
pub fn print_call_graph(future: Option<&dyn Waitable>) -> Result<()> {
    CallGraph::of(future).print(&mut io::stdout().lock())
}

/// [`capture_call_graph`], [`format_call_graph`] and [`print_call_graph`] with their keyword arguments.
///
/// ```
/// # asyncio_tasks::run(async {
/// let mut text = Vec::new();
/// asyncio_tasks::CallGraph::of(None).limit(0).print(&mut text)?;
/// assert!(text.ends_with(b")\n"));
/// # Ok(()) }).unwrap();
/// ```
#[derive(Clone)]
#[must_use = "nothing happens until it is captured"]
pub struct CallGraph {
    future: Option<Waited>,
    depth: usize,
    limit: Option<isize>,
}

impl CallGraph {
    /// The graph of `future`, or else of the current task.
    pub fn of(future: Option<&dyn Waitable>) -> Self {
        CallGraph {
            future: future.map(Waitable::waited),
            depth: 1,
            limit: None,
        }
    }

    /// How much of the current task's own stack is left out; 1, the default, leaves out nothing of the program's: `depth=`.
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// How many entries each stack has at most: the outermost ones, or if it is negative the innermost ones: `limit=`.
    pub fn limit(mut self, limit: impl Into<Option<isize>>) -> Self {
        self.limit = limit.into();
        self
    }

    /// See [`capture_call_graph`].
    ///
    /// # Errors
    ///
    /// `RuntimeError` if there is no future and no loop is running.
    #[track_caller]
    pub fn capture(&self) -> Result<Option<FutureCallGraph>, RuntimeError> {
        let here = Location::caller();
        if self.future.is_none() && try_running_loop().is_none() {
            return Err(RuntimeError::with_message(NO_LOOP));
        }
        let current = current_task().ok().flatten();
        let given = self.future.as_ref().map(|waited| waited.0.clone());
        let future = given.or_else(|| Some(current.as_ref()?.future().clone()));
        Ok(future.map(|future| self.build(future, current.as_ref(), here)))
    }

    /// See [`format_call_graph`].
    ///
    /// # Errors
    ///
    /// As [`capture`](CallGraph::capture).
    #[track_caller]
    pub fn format(&self) -> Result<String, RuntimeError> {
        let graph = self.capture()?;
        Ok(graph.map_or_else(String::new, |graph| graph.to_string()))
    }

    /// See [`print_call_graph`]: `file=`.
    ///
    /// # Errors
    ///
    /// As [`capture`](CallGraph::capture), and an `OSError` if the file cannot be written.
    #[track_caller]
    pub fn print(&self, file: &mut dyn Write) -> Result<()> {
        let text = self.format()?;
        Ok(writeln!(file, "{text}")?)
    }

    fn build(
        &self,
        root: Rc<dyn AnyFuture>,
        current: Option<&AnyTask>,
        here: &'static Location<'static>,
    ) -> FutureCallGraph {
        build(root, |future| {
            let is_current = current.is_some_and(|task| task.future().is(future));
            let mut stack = stack_of(future);
            if is_current {
                stack.insert(0, Frame::here(here));
                stack.drain(..stack.len().min(self.depth.saturating_sub(1)));
            }
            self.limited(stack)
        })
    }

    fn limited(&self, mut stack: Vec<Frame>) -> Vec<FrameCallGraphEntry> {
        match self.limit {
            Some(limit) if limit < 0 => stack.truncate(limit.unsigned_abs()),
            Some(limit) => drop(stack.drain(..stack.len().saturating_sub(limit.unsigned_abs()))),
            None => {}
        }
        let entries = stack.into_iter();
        entries.map(|frame| FrameCallGraphEntry { frame }).collect()
    }
}

/// Each future becomes one node, in a loop: a chain of awaits may be longer than the stack.
fn build(
    root: Rc<dyn AnyFuture>,
    stack_of: impl Fn(&Rc<dyn AnyFuture>) -> Vec<FrameCallGraphEntry>,
) -> FutureCallGraph {
    let awaiters = Awaiters::of(root.core().event_loop());
    let open = |future: Rc<dyn AnyFuture>| Unfinished {
        awaiters: awaiters.of_future(&future).into_iter(),
        node: Node {
            call_stack: stack_of(&future),
            future: Waited(future),
            awaited_by: Vec::new(),
        },
    };
    // `None` for those on the way to the root.
    let mut known: ByAddress<Option<FutureCallGraph>> = ByAddress::default();
    known.insert(root.id(), None);
    let mut way = Vec::new();
    let mut top = open(root);
    loop {
        if let Some(next) = top.awaiters.next() {
            match known.get(&next.id()) {
                Some(Some(graph)) => top.node.awaited_by.push(graph.clone()),
                Some(None) => top.node.awaited_by.push(open(next).close()),
                None => {
                    known.insert(next.id(), None);
                    way.push(std::mem::replace(&mut top, open(next)));
                }
            }
            continue;
        }
        let graph = top.close();
        known.insert(graph.future().id(), Some(graph.clone()));
        let Some(outer) = way.pop() else {
            return graph;
        };
        top = outer;
        top.node.awaited_by.push(graph);
    }
}

/// A node of which not all awaiters have been looked at.
struct Unfinished {
    awaiters: std::vec::IntoIter<Rc<dyn AnyFuture>>,
    node: Node,
}

impl Unfinished {
    fn close(self) -> FutureCallGraph {
        FutureCallGraph(Rc::new(self.node))
    }
}

const NO_LOOP: &str = "capture_call_graph() is called outside of a running event loop and no *future* to introspect was provided";
