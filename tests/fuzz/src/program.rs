//! What a program consists of, and its text: one line of nested lists, `(name argument...)`.

use std::fmt;
use std::rc::Rc;

use asyncio::{ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ReturnWhen};

/// Coroutines that run concurrently, each as a task: `(program NODE...)`, or `(eager_program NODE...)` if the loop's task
/// factory starts tasks eagerly.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// How the loop starts tasks that do not say it themselves.
    pub start: Start,
    /// What the tasks do, in the order in which they are created.
    pub tasks: Vec<Rc<Node>>,
}

/// When the first step of a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// In the loop's next iteration.
    #[default]
    Scheduled,
    /// Inside of the call that creates the task.
    Eager,
}

/// A piece of a coroutine. Each has an integer as its value, or ends with an exception.
///
/// Times are in seconds. "A task for a node" is a new one that does what the node says.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `(sequence NODE...)`: one after the other.
    Sequence(Vec<Rc<Node>>),
    /// `(pass TIMES)`: `await sleep(0)` so many times.
    Pass(u32),
    /// `(sleep SECONDS)`
    Sleep(f64),
    /// `(log NUMBER)`: a line in the transcript.
    Log(i64),
    /// `(value NUMBER)`: nothing but the value.
    Value(i64),
    /// `(raise NUMBER)`: a `ValueError`.
    Raise(i64),
    /// `(cancel_self)`: the current task cancels itself.
    CancelSelf,
    /// `(cancel_task INDEX)`: cancels one of all tasks so far; the index counts round and round.
    CancelTask(usize),
    /// `(uncancel)`: of the current task.
    Uncancel,
    /// `(cancel_group)`: cancels the innermost task group, if there is one.
    CancelGroup,
    /// `(try BODY HANDLER)`: any exception of the body, a cancellation too, leads to the handler.
    Try(Rc<Node>, Rc<Node>),
    /// `(finally BODY CLEANUP)`: the clean-up follows an exception, which then goes on.
    Finally(Rc<Node>, Rc<Node>),
    /// `(gather NODE...)`: gathers a task for each node.
    Gather(Vec<Rc<Node>>),
    /// `(gather_exceptions NODE...)`: the same with `return_exceptions`.
    GatherExceptions(Vec<Rc<Node>>),
    /// `(gather_cancelled NODE...)`: cancels the gathering future after a pass, then awaits it.
    GatherCancelled(Vec<Rc<Node>>),
    /// `(wait WHEN TIMEOUT NODE...)`: waits for a task for each node; the timeout may be `none`.
    Wait(ReturnWhen, Option<f64>, Vec<Rc<Node>>),
    /// `(wait_for TIMEOUT NODE)`: of a coroutine.
    WaitFor(f64, Rc<Node>),
    /// `(wait_for_task TIMEOUT NODE)`: of a task for the node.
    WaitForTask(f64, Rc<Node>),
    /// `(timeout TIMEOUT NODE)`
    Timeout(f64, Rc<Node>),
    /// `(task_group BODY NODE...)`: a group with a task for each node, and then the body.
    TaskGroup(Rc<Node>, Vec<Rc<Node>>),
    /// `(shield NODE)`: of a task for the node.
    Shield(Rc<Node>),
    /// `(as_completed TIMEOUT NODE...)`: of a task for each node; the timeout may be `none`.
    AsCompleted(Option<f64>, Vec<Rc<Node>>),
    /// `(eager NODE)`, `(scheduled NODE)`: the node. A task for it is created with `eager_start`, true or false.
    Starting(Start, Rc<Node>),
}

/// The names of asyncio's constants.
pub(crate) const RETURN_WHEN: [(&str, ReturnWhen); 3] = [
    ("FIRST_COMPLETED", FIRST_COMPLETED),
    ("FIRST_EXCEPTION", FIRST_EXCEPTION),
    ("ALL_COMPLETED", ALL_COMPLETED),
];

/// The names of programs.
pub(crate) const PROGRAM: &str = "program";
pub(crate) const EAGER_PROGRAM: &str = "eager_program";

/// What stands for a timeout that is not set.
pub(crate) const NO_TIMEOUT: &str = "none";

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.start {
            Start::Scheduled => PROGRAM,
            Start::Eager => EAGER_PROGRAM,
        };
        list(f, name, &self.tasks)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Sequence(nodes) => list(f, "sequence", nodes),
            Node::Pass(times) => write!(f, "(pass {times})"),
            Node::Sleep(seconds) => write!(f, "(sleep {seconds})"),
            Node::Log(number) => write!(f, "(log {number})"),
            Node::Value(number) => write!(f, "(value {number})"),
            Node::Raise(number) => write!(f, "(raise {number})"),
            Node::CancelSelf => f.write_str("(cancel_self)"),
            Node::CancelTask(index) => write!(f, "(cancel_task {index})"),
            Node::Uncancel => f.write_str("(uncancel)"),
            Node::CancelGroup => f.write_str("(cancel_group)"),
            Node::Try(body, handler) => write!(f, "(try {body} {handler})"),
            Node::Finally(body, cleanup) => write!(f, "(finally {body} {cleanup})"),
            Node::Gather(nodes) => list(f, "gather", nodes),
            Node::GatherExceptions(nodes) => list(f, "gather_exceptions", nodes),
            Node::GatherCancelled(nodes) => list(f, "gather_cancelled", nodes),
            Node::Wait(when, timeout, nodes) => {
                let head = format!("wait {} {}", name_of(*when), seconds(*timeout));
                list(f, &head, nodes)
            }
            Node::WaitFor(timeout, node) => write!(f, "(wait_for {timeout} {node})"),
            Node::WaitForTask(timeout, node) => write!(f, "(wait_for_task {timeout} {node})"),
            Node::Timeout(timeout, node) => write!(f, "(timeout {timeout} {node})"),
            Node::TaskGroup(body, nodes) => list(f, &format!("task_group {body}"), nodes),
            Node::Shield(node) => write!(f, "(shield {node})"),
            Node::AsCompleted(timeout, nodes) => {
                list(f, &format!("as_completed {}", seconds(*timeout)), nodes)
            }
            Node::Starting(Start::Eager, node) => write!(f, "(eager {node})"),
            Node::Starting(Start::Scheduled, node) => write!(f, "(scheduled {node})"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, head: &str, nodes: &[Rc<Node>]) -> fmt::Result {
    write!(f, "({head}")?;
    for node in nodes {
        write!(f, " {node}")?;
    }
    f.write_str(")")
}

fn name_of(when: ReturnWhen) -> &'static str {
    RETURN_WHEN
        .iter()
        .find(|(_, known)| *known == when)
        .map_or("", |(name, _)| name)
}

fn seconds(timeout: Option<f64>) -> String {
    timeout.map_or_else(|| NO_TIMEOUT.to_owned(), |timeout| timeout.to_string())
}
