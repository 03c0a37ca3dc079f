//! Does what the nodes say, through the public API. `reference.py` is its twin, function by function.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use asyncio::{
    ExceptionContext, Result, ReturnWhen, RuntimeError, Task, TaskBuilder, TaskGroup, Timeout,
    ValueError, as_completed, current_task, gather, get_running_loop, shield, sleep, wait,
    wait_for,
};

use crate::deadlines::Deadlines;
use crate::program::{Node, Start};
use crate::transcript::{Transcript, exception_text};

/// A task of a program.
pub(crate) type Spawned = Task<i64>;

/// What the tasks of a running program share.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) transcript: Transcript,
    deadlines: Deadlines,
    /// How many tasks have a name.
    names: Cell<usize>,
    /// All of them, in the order in which they were created or began eagerly.
    tasks: RefCell<Vec<Spawned>>,
}

impl Run {
    pub(crate) fn spawned(&self) -> Vec<Spawned> {
        self.tasks.borrow().clone()
    }

    pub(crate) fn live(&self) -> Vec<Spawned> {
        let mut tasks = self.spawned();
        tasks.retain(|task| !task.done());
        tasks
    }

    pub(crate) fn spawn_all(self: &Rc<Self>, nodes: &[Rc<Node>]) -> Vec<Spawned> {
        nodes.iter().map(|node| self.spawn(node)).collect()
    }

    pub(crate) fn delay(&self, seconds: f64) -> Result<f64> {
        Ok(self.deadlines.delay(get_running_loop()?.time(), seconds))
    }

    /// So that the end of the tasks reports nothing.
    pub(crate) fn retrieve_exceptions(&self) {
        for task in self.spawned() {
            let _ = task.exception();
        }
    }

    /// What the loop's exception handler is told, up to the first object in it. When it tells of exceptions that
    /// nobody retrieved is a matter of the garbage collector in CPython.
    pub(crate) fn report(&self, context: &ExceptionContext) {
        let message = context.message();
        if !message.contains("never retrieved") {
            let words = message.split('<').next().unwrap_or_default().trim_end();
            self.transcript.push(&format!("reported: {words}"));
        }
    }

    fn spawn(self: &Rc<Self>, node: &Rc<Node>) -> Spawned {
        let mut builder = TaskBuilder::new().name(self.next_name());
        if let Node::Starting(start, _) = **node {
            builder = builder.eager_start(start == Start::Eager);
        }
        let task = builder.create(task_body(self.clone(), node.clone(), None));
        self.register(&task);
        task
    }

    fn spawn_in(self: &Rc<Self>, group: &TaskGroup, node: &Rc<Node>) -> Result<()> {
        let mut builder = group.task_builder().name(self.next_name());
        if let Node::Starting(start, _) = **node {
            builder = builder.eager_start(start == Start::Eager);
        }
        let task = builder.create(task_body(self.clone(), node.clone(), Some(group.clone())));
        // What CPython's group raises, if an eager task has cancelled it; no task ends so by itself.
        if let Ok(Some(refusal)) = task.exception()
            && refusal.is::<RuntimeError>()
        {
            return Err(refusal);
        }
        self.register(&task);
        Ok(())
    }

    fn register(&self, task: &Spawned) {
        let mut tasks = self.tasks.borrow_mut();
        if !tasks.contains(task) {
            tasks.push(task.clone());
        }
    }

    fn next_name(&self) -> String {
        let number = self.names.get();
        self.names.set(number + 1);
        format!("T{number}")
    }

    fn timeout(&self, seconds: f64) -> Result<f64> {
        Ok(self.deadlines.timeout(get_running_loop()?.time(), seconds))
    }

    fn optional_delay(&self, seconds: Option<f64>) -> Result<Option<f64>> {
        seconds.map(|seconds| self.delay(seconds)).transpose()
    }
}

async fn task_body(run: Rc<Run>, node: Rc<Node>, group: Option<TaskGroup>) -> Result<i64> {
    // An eager one begins before whoever creates it knows it.
    if let Some(task) = current_task()?.and_then(|task| task.downcast()) {
        run.register(&task);
    }
    run.transcript.add("starts");
    let outcome = Place::new(&run, group).execute(&node).await;
    run.transcript.add(&match &outcome {
        Ok(value) => format!("returns {value}"),
        Err(error) => format!("raises {}", exception_text(error)),
    });
    outcome
}

/// Where a node stands: in which program, and in which task group.
#[derive(Clone)]
struct Place {
    run: Rc<Run>,
    group: Option<TaskGroup>,
}

impl Place {
    fn new(run: &Rc<Run>, group: Option<TaskGroup>) -> Self {
        let run = run.clone();
        Self { run, group }
    }

    fn add(&self, line: impl AsRef<str>) {
        self.run.transcript.add(line.as_ref());
    }

    /// Boxed, as nodes are nested.
    fn execute(&self, node: &Rc<Node>) -> Pin<Box<dyn Future<Output = Result<i64>>>> {
        let (place, node) = (self.clone(), node.clone());
        Box::pin(async move { place.dispatch(&node).await })
    }

    async fn dispatch(&self, node: &Node) -> Result<i64> {
        match node {
            Node::Sequence(nodes) => self.sequence(nodes).await,
            Node::Pass(times) => pass(*times).await,
            Node::Sleep(seconds) => self.sleep(*seconds).await,
            Node::Log(number) => Ok(self.log(*number)),
            Node::Value(number) => Ok(*number),
            Node::Raise(number) => self.raise(*number),
            Node::CancelSelf => self.cancel_self(),
            Node::CancelTask(index) => Ok(self.cancel_task(*index)),
            Node::Uncancel => self.uncancel(),
            Node::CancelGroup => Ok(self.cancel_group()),
            Node::Try(body, handler) => self.try_except(body, handler).await,
            Node::Finally(body, cleanup) => self.finally(body, cleanup).await,
            Node::Gather(nodes) => self.gather(nodes).await,
            Node::GatherExceptions(nodes) => self.gather_exceptions(nodes).await,
            Node::GatherCancelled(nodes) => self.gather_cancelled(nodes).await,
            Node::Wait(when, timeout, nodes) => self.wait(*when, *timeout, nodes).await,
            Node::WaitFor(timeout, node) => self.wait_for(*timeout, node).await,
            Node::WaitForTask(timeout, node) => self.wait_for_task(*timeout, node).await,
            Node::Timeout(timeout, node) => self.timeout(*timeout, node).await,
            Node::TaskGroup(body, nodes) => self.task_group(body, nodes).await,
            Node::Shield(node) => self.shield(node).await,
            Node::AsCompleted(timeout, nodes) => self.as_completed(*timeout, nodes).await,
            Node::Starting(_, node) => self.execute(node).await,
        }
    }

    async fn sequence(&self, nodes: &[Rc<Node>]) -> Result<i64> {
        let mut value = 0;
        for node in nodes {
            value = self.execute(node).await?;
        }
        Ok(value)
    }

    async fn sleep(&self, seconds: f64) -> Result<i64> {
        sleep(self.run.delay(seconds)?).await?;
        self.add("slept");
        Ok(2)
    }

    fn log(&self, number: i64) -> i64 {
        self.add(format!("logs {number}"));
        number
    }

    fn raise(&self, number: i64) -> Result<i64> {
        Err(ValueError::with_message(number.to_string()).into())
    }

    fn cancel_self(&self) -> Result<i64> {
        self.add("cancels itself");
        if let Some(task) = current_task()? {
            task.cancel();
        }
        Ok(3)
    }

    fn cancel_task(&self, index: usize) -> i64 {
        let tasks = self.run.spawned();
        let task = &tasks[index % tasks.len()];
        let cancelled = task.cancel();
        self.add(format!("cancels {}: {cancelled}", task.get_name()));
        4
    }

    fn uncancel(&self) -> Result<i64> {
        if let Some(task) = current_task()? {
            self.add(format!("uncancels: {}", task.uncancel()));
        }
        Ok(5)
    }

    fn cancel_group(&self) -> i64 {
        if let Some(group) = &self.group {
            self.add("cancels its group");
            group.cancel();
        }
        6
    }

    async fn try_except(&self, body: &Rc<Node>, handler: &Rc<Node>) -> Result<i64> {
        match self.execute(body).await {
            Ok(value) => return Ok(value),
            Err(error) => self.add(format!("catches {}", exception_text(&error))),
        }
        self.execute(handler).await
    }

    async fn finally(&self, body: &Rc<Node>, cleanup: &Rc<Node>) -> Result<i64> {
        let outcome = self.execute(body).await;
        if let Err(error) = &outcome {
            self.add(format!("cleans up after {}", exception_text(error)));
            self.execute(cleanup).await?;
        }
        outcome
    }

    async fn gather(&self, nodes: &[Rc<Node>]) -> Result<i64> {
        let values = gather(self.run.spawn_all(nodes)).await?;
        self.add(format!("gathered {}", joined(&values)));
        Ok(7)
    }

    async fn gather_exceptions(&self, nodes: &[Rc<Node>]) -> Result<i64> {
        let outcomes = gather(self.run.spawn_all(nodes))
            .return_exceptions()
            .await?;
        let texts: Vec<_> = outcomes
            .iter()
            .map(|outcome| match outcome {
                Ok(value) => value.to_string(),
                Err(error) => exception_text(error),
            })
            .collect();
        self.add(format!("gathered {}", joined(&texts)));
        Ok(7)
    }

    async fn gather_cancelled(&self, nodes: &[Rc<Node>]) -> Result<i64> {
        let gathering = gather(self.run.spawn_all(nodes)).future();
        sleep(0).await?;
        let cancelled = gathering.cancel();
        self.add(format!(
            "cancels the gathering: {cancelled}, done: {}",
            gathering.done()
        ));
        let values = gathering.await?;
        self.add(format!("gathered {}", joined(&values)));
        Ok(7)
    }

    async fn wait(
        &self,
        when: ReturnWhen,
        timeout: Option<f64>,
        nodes: &[Rc<Node>],
    ) -> Result<i64> {
        let tasks = self.run.spawn_all(nodes);
        let waiting = wait(&tasks)
            .return_when(when)
            .timeout(self.run.optional_delay(timeout)?);
        let (done, pending) = waiting.await?;
        self.add(format!(
            "done: {}; pending: {}",
            names(&done),
            names(&pending)
        ));
        Ok(8)
    }

    async fn wait_for(&self, timeout: f64, node: &Rc<Node>) -> Result<i64> {
        let value = wait_for(self.execute(node), self.run.timeout(timeout)?).await?;
        self.add(format!("waited for {value}"));
        Ok(value)
    }

    async fn wait_for_task(&self, timeout: f64, node: &Rc<Node>) -> Result<i64> {
        let task = self.run.spawn(node);
        let value = wait_for(&task, self.run.timeout(timeout)?).await?;
        self.add(format!("waited for {value}"));
        Ok(value)
    }

    async fn timeout(&self, timeout: f64, node: &Rc<Node>) -> Result<i64> {
        let deadline = Timeout::after(self.run.timeout(timeout)?);
        let outcome = deadline.enter(async |_| self.execute(node).await).await;
        self.add(format!("expired: {}", deadline.expired()));
        outcome
    }

    async fn task_group(&self, body: &Rc<Node>, nodes: &[Rc<Node>]) -> Result<i64> {
        let entered = async |group: &TaskGroup| {
            for node in nodes {
                self.run.spawn_in(group, node)?;
            }
            let inside = Place::new(&self.run, Some(group.clone()));
            let value = inside.execute(body).await?;
            self.add("leaves its group");
            Ok(value)
        };
        let value = TaskGroup::new().enter(entered).await?.unwrap_or(CUT_SHORT);
        self.add(format!("left its group with {value}"));
        Ok(value)
    }

    async fn shield(&self, node: &Rc<Node>) -> Result<i64> {
        let task = self.run.spawn(node);
        let value = shield(&task).await?;
        self.add(format!("shielded {value}"));
        Ok(value)
    }

    async fn as_completed(&self, timeout: Option<f64>, nodes: &[Rc<Node>]) -> Result<i64> {
        let tasks = self.run.spawn_all(nodes);
        let completed = as_completed(&tasks).timeout(self.run.optional_delay(timeout)?);
        while let Some(next) = completed.next().await {
            let next = next?;
            let name = next.as_task().map(Task::get_name).unwrap_or_default();
            self.add(format!("completed: {name}"));
        }
        Ok(9)
    }
}

async fn pass(times: u32) -> Result<i64> {
    for _ in 0..times {
        sleep(0).await?;
    }
    Ok(1)
}

fn names(tasks: &[&Spawned]) -> String {
    let names: Vec<_> = tasks.iter().map(|task| task.get_name()).collect();
    names.join(" ")
}

fn joined<T: ToString>(items: &[T]) -> String {
    let texts: Vec<_> = items.iter().map(T::to_string).collect();
    texts.join(" ")
}

/// The value of a group whose body a `(cancel_group)` ended.
const CUT_SHORT: i64 = -9;
