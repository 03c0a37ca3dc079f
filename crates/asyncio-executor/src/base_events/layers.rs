//! What the crates above need of the loop: tasks' steps, interrupts, and a place for what they keep per loop.

use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

use async_task::Runnable;

use super::{Entry, EventLoop, LoopTask, TaskKey, TaskMaking};
use crate::contextvars::ContextCell;
use crate::current::{another_is_running, with_running_loop};
use crate::events::{CallbackOutput, Handle};
use crate::exceptions::{Error, Result, RuntimeError};
use crate::schedule::{self, LoopRef};

/// For the crates that build on the loop.
impl EventLoop {
    /// The loop behind the current thread's running loop or a panic that names the misuse.
    #[track_caller]
    #[doc(hidden)]
    pub fn current() -> EventLoop {
        with_running_loop(|running| running.cloned()).expect("RuntimeError: no running event loop")
    }

    /// Whether [`run_forever`](EventLoop::run_forever) would run.
    ///
    /// # Errors
    ///
    /// `RuntimeError` as `run_forever` returns it.
    pub fn check_runnable(&self) -> Result<(), RuntimeError> {
        self.check_open()?;
        self.check_not_running()?;
        with_running_loop(|running| match running {
            Some(_) => Err(another_is_running()),
            None => Ok(()),
        })
    }

    /// Makes the loop the owner of `task` and schedules its first step, which polls `future`, as `call_soon` would.
    /// [`forget_task`](EventLoop::forget_task) ends the ownership. A panic of `future`'s destructor must not leave it:
    /// async-task aborts.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn spawn<T, F>(&self, task: &Rc<T>, future: F) -> Result<TaskKey, RuntimeError>
    where
        T: LoopTask + 'static,
        F: Future<Output = ()> + 'static,
    {
        let (key, runnable) = self.adopt(task, future)?;
        self.push_ready(Entry::Step(runnable));
        Ok(key)
    }

    /// As [`spawn`](EventLoop::spawn), but the first step runs here and now, after `keep` was told the key.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    pub fn spawn_eager<T, F>(
        &self,
        task: &Rc<T>,
        future: F,
        keep: impl FnOnce(TaskKey),
    ) -> Result<(), RuntimeError>
    where
        T: LoopTask + 'static,
        F: Future<Output = ()> + 'static,
    {
        let (key, runnable) = self.adopt(task, future)?;
        keep(key);
        runnable.run();
        Ok(())
    }

    fn adopt<T, F>(
        &self,
        task: &Rc<T>,
        future: F,
    ) -> Result<(TaskKey, Runnable<LoopRef>), RuntimeError>
    where
        T: LoopTask + 'static,
        F: Future<Output = ()> + 'static,
    {
        self.check_open()?;
        let key = self.0.tasks.borrow_mut().insert(task.clone());
        Ok((TaskKey::new(key), schedule::spawn(self, future)))
    }

    /// How new tasks come into being, as far as the crate above has set it.
    #[inline]
    pub fn task_making(&self) -> TaskMaking {
        self.0.task_making.get()
    }

    /// Sets [`task_making`](EventLoop::task_making).
    pub fn set_task_making(&self, making: TaskMaking) {
        self.0.task_making.set(making);
    }

    /// The task is done: the loop no longer owns it.
    pub fn forget_task(&self, key: TaskKey) {
        // Nothing is left after `close`. The task is dropped outside of the borrow.
        let task = self.0.tasks.borrow_mut().try_remove(key.index());
        drop(task);
    }

    /// The unfinished tasks, in no particular order.
    pub fn tasks(&self) -> Vec<Rc<dyn LoopTask>> {
        self.0
            .tasks
            .borrow()
            .iter()
            .map(|(_, task)| task.clone())
            .collect()
    }

    /// As [`call_soon`](EventLoop::call_soon) in the context of `cell`; drops the callback if the loop is closed.
    pub fn schedule_in<F, R>(&self, cell: ContextCell, at: &'static Location<'static>, callback: F)
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        if !self.is_closed() {
            self.push_ready(Entry::Call(Handle::once(callback, cell, at)));
        }
    }

    /// Ends the current run with `error` as soon as the current callback or step is over. Outside of a run there is
    /// nothing to end: the error is logged.
    pub fn raise(&self, error: Error) {
        if !self.is_running() {
            return crate::log::error(format_args!("Raised while no event loop runs\n{error:?}"));
        }
        self.0.interrupted.set(true);
        let replaced = self.0.raised.replace(Some(error));
        drop(replaced);
    }

    /// The loop's one value of type `T`, made on first use and dropped when the loop closes: for what a crate
    /// keeps per loop. A closed loop keeps nothing.
    pub fn extension<T: Default + 'static>(&self) -> Rc<T> {
        let found = self
            .0
            .extensions
            .borrow()
            .iter()
            .find_map(|any| any.clone().downcast::<T>().ok());
        found.unwrap_or_else(|| {
            let made = Rc::<T>::default();
            if !self.is_closed() {
                self.0.extensions.borrow_mut().push(made.clone());
            }
            made
        })
    }
}
