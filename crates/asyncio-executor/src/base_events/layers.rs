//! What the crates above need of the loop: tasks' steps, interrupts, and a place for what they keep per loop.

use std::any::{Any, TypeId};
use std::future::Future;
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::panic::Location;
use std::rc::Rc;

use async_task::Runnable;

use super::{Entry, EventLoop, LoopState, LoopTask, Phase, TaskKey, TaskMaking};
use crate::contextvars::ContextCell;
use crate::current::{another_is_running, with_running_loop};
use crate::events::{CallbackOutput, Handle, HasContext};
use crate::exception_handler::{caught_unit, report_ignored};
use crate::exceptions::{Error, Result, RuntimeError};
use crate::observe::{ObservedStep, Step, StepObserver};
use crate::readers::{Direction, Owner};
use crate::schedule::{self, LoopRef};

/// What the crates above need of an [`EventLoop`], and programs do not: tasks' steps, descriptors of transports, observers, and
/// a place for what they keep per loop. Import it as `asyncio_executor::layer::LoopLayer`; only loops have it.
pub trait LoopLayer: Sealed {
    /// Whether [`run_forever`](EventLoop::run_forever) would run.
    ///
    /// # Errors
    ///
    /// `RuntimeError` as `run_forever` returns it.
    fn check_runnable(&self) -> Result<(), RuntimeError>;

    /// Whether this is the running loop of the thread.
    fn is_current(&self) -> bool;

    /// Makes the loop the owner of `task` and schedules its first step, which polls `future`, as `call_soon` would.
    /// [`forget_task`](LoopLayer::forget_task) ends the ownership. A panic of `future`'s destructor must not leave it:
    /// async-task aborts.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    fn spawn<T, F>(&self, task: &Rc<T>, future: F) -> Result<TaskKey, RuntimeError>
    where
        T: LoopTask + 'static,
        F: Future<Output = ()> + 'static;

    /// As [`spawn`](LoopLayer::spawn), but the first step runs here and now, after `keep` was told the key.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed.
    fn spawn_eager<T, F>(
        &self,
        task: &Rc<T>,
        future: F,
        keep: impl FnOnce(TaskKey),
    ) -> Result<(), RuntimeError>
    where
        T: LoopTask + 'static,
        F: Future<Output = ()> + 'static;

    /// How new tasks come into being, as far as the crate above has set it.
    fn task_making(&self) -> TaskMaking;

    /// Sets [`task_making`](LoopLayer::task_making).
    fn set_task_making(&self, making: TaskMaking);

    /// The task is done: the loop no longer owns it.
    fn forget_task(&self, key: TaskKey);

    /// The unfinished tasks, in no particular order.
    fn tasks(&self) -> Vec<Rc<dyn LoopTask>>;

    /// As [`call_soon`](EventLoop::call_soon) in the context of `cell`; drops the callback if the loop is closed.
    fn schedule_in<F, R>(&self, cell: ContextCell, at: &'static Location<'static>, callback: F)
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput;

    /// As [`schedule_in`](LoopLayer::schedule_in), in the context of `owner`, with which `callback` is called.
    fn schedule_of<O, F>(&self, owner: Rc<O>, at: &'static Location<'static>, callback: F)
    where
        O: HasContext + 'static,
        F: FnOnce(&Rc<O>) -> Result<()> + 'static;

    /// Ends the current run with `error` as soon as the current callback or step is over. Outside of a run there is
    /// nothing to end: the error is logged.
    fn raise(&self, error: Error);

    /// The loop's one value of type `T`, made on first use and dropped when the loop closes: for what a crate
    /// keeps per loop. A closed loop keeps nothing.
    fn extension<T: Default + 'static>(&self) -> Rc<T>;

    /// Marks `fd` as a live transport's own: `add_reader` and its kin then refuse it (LOOP-21).
    fn claim(&self, fd: impl AsFd);

    /// Ends [`claim`](LoopLayer::claim).
    fn release(&self, fd: impl AsFd);

    /// As [`add_reader`](EventLoop::add_reader), for the transport that owns `fd`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed, `OSError` if the selector refuses the descriptor.
    #[track_caller]
    fn watch_reader<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput;

    /// As [`watch_reader`](LoopLayer::watch_reader), in the context of `owner`, which the loop keeps meanwhile.
    ///
    /// # Errors
    ///
    /// As [`watch_reader`](LoopLayer::watch_reader).
    #[track_caller]
    fn watch_reader_of<O, F>(&self, fd: impl AsFd, owner: Rc<O>, callback: F) -> Result<()>
    where
        O: HasContext + 'static,
        F: Fn(&Rc<O>) -> Result<()> + 'static;

    /// As [`remove_reader`](EventLoop::remove_reader), for the transport that owns `fd`.
    fn unwatch_reader(&self, fd: impl AsFd) -> bool;

    /// As [`add_writer`](EventLoop::add_writer), for the transport that owns `fd`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed, `OSError` if the selector refuses the descriptor.
    #[track_caller]
    fn watch_writer<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput;

    /// As [`watch_writer`](LoopLayer::watch_writer), in the context of `owner`, which the loop keeps meanwhile.
    ///
    /// # Errors
    ///
    /// As [`watch_writer`](LoopLayer::watch_writer).
    #[track_caller]
    fn watch_writer_of<O, F>(&self, fd: impl AsFd, owner: Rc<O>, callback: F) -> Result<()>
    where
        O: HasContext + 'static,
        F: Fn(&Rc<O>) -> Result<()> + 'static;

    /// As [`remove_writer`](EventLoop::remove_writer), for the transport that owns `fd`.
    fn unwatch_writer(&self, fd: impl AsFd) -> bool;

    /// A transport has received many bytes on which a task is to work: the loop sees to it that tasks get to work before
    /// there are too many.
    fn note_large_read(&self);

    /// Has `observer` told of every step that begins from now on.
    fn add_observer(&self, observer: Rc<dyn StepObserver>);

    /// Ends [`add_observer`](LoopLayer::add_observer). A step that has begun is still ended.
    fn remove_observer(&self, observer: &Rc<dyn StepObserver>);

    /// Whether anybody observes the steps.
    fn is_observed(&self) -> bool;

    /// At the beginning of a step: `step` is asked for if anybody observes, and is over when the returned value is
    /// dropped.
    fn observe(&self, step: impl FnOnce() -> Step) -> Option<ObservedStep>;

    /// Runs `f`, which drops or wakes something of the program, and reports its panic to the exception handler: what Python
    /// prints as "Exception ignored in ...".
    fn ignoring(&self, message: &'static str, f: impl FnOnce());
}

impl LoopLayer for EventLoop {
    fn check_runnable(&self) -> Result<(), RuntimeError> {
        self.check_open()?;
        self.check_not_running()?;
        with_running_loop(|running| match running {
            Some(_) => Err(another_is_running()),
            None => Ok(()),
        })
    }

    #[inline]
    fn is_current(&self) -> bool {
        with_running_loop(|running| running == Some(self))
    }

    #[inline]
    fn spawn<T, F>(&self, task: &Rc<T>, future: F) -> Result<TaskKey, RuntimeError>
    where
        T: LoopTask + 'static,
        F: Future<Output = ()> + 'static,
    {
        let (key, runnable) = self.adopt(task, future)?;
        self.push_step(ManuallyDrop::new(runnable));
        Ok(key)
    }

    fn spawn_eager<T, F>(
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

    #[inline]
    fn task_making(&self) -> TaskMaking {
        self.0.task_making.get()
    }

    fn set_task_making(&self, making: TaskMaking) {
        self.0.task_making.set(making);
    }

    #[inline]
    fn forget_task(&self, key: TaskKey) {
        // Nothing is left after `close`. The task is dropped outside of the borrow.
        let task = self.0.tasks.borrow_mut().try_remove(key.index());
        drop(task);
    }

    fn tasks(&self) -> Vec<Rc<dyn LoopTask>> {
        self.0
            .tasks
            .borrow()
            .iter()
            .map(|(_, task)| task.clone())
            .collect()
    }

    fn schedule_in<F, R>(&self, cell: ContextCell, at: &'static Location<'static>, callback: F)
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput,
    {
        if !self.is_closed() {
            self.push_ready(Entry::Call(Handle::once(callback, cell, at)));
        }
    }

    fn schedule_of<O, F>(&self, owner: Rc<O>, at: &'static Location<'static>, callback: F)
    where
        O: HasContext + 'static,
        F: FnOnce(&Rc<O>) -> Result<()> + 'static,
    {
        if !self.is_closed() {
            self.push_ready(Entry::Call(Handle::once_of(owner, callback, at)));
        }
    }

    fn raise(&self, error: Error) {
        if !self.is_running() {
            return crate::log::error(format_args!("Raised while no event loop runs\n{error:?}"));
        }
        self.0.interrupted.set(true);
        let replaced = self.0.raised.replace(Some(error));
        drop(replaced);
    }

    fn extension<T: Default + 'static>(&self) -> Rc<T> {
        let found = self.0.extension(TypeId::of::<T>());
        let found = found.and_then(|any| any.downcast().ok());
        found.unwrap_or_else(|| {
            let made = Rc::<T>::default();
            self.0.keep_extension(made.clone());
            made
        })
    }

    fn claim(&self, fd: impl AsFd) {
        self.set_owner(fd, Owner::Transport);
    }

    fn release(&self, fd: impl AsFd) {
        self.set_owner(fd, Owner::Anyone);
    }

    #[track_caller]
    fn watch_reader<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.watch(fd, Direction::Read, ContextCell::copy_current(), callback)
    }

    #[track_caller]
    fn watch_reader_of<O, F>(&self, fd: impl AsFd, owner: Rc<O>, callback: F) -> Result<()>
    where
        O: HasContext + 'static,
        F: Fn(&Rc<O>) -> Result<()> + 'static,
    {
        let handle = Handle::repeated_of(owner, callback, Location::caller());
        self.watch_with(fd, Direction::Read, handle)
    }

    fn unwatch_reader(&self, fd: impl AsFd) -> bool {
        self.unwatch(fd, Direction::Read)
    }

    #[track_caller]
    fn watch_writer<F, R>(&self, fd: impl AsFd, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        self.watch(fd, Direction::Write, ContextCell::copy_current(), callback)
    }

    #[track_caller]
    fn watch_writer_of<O, F>(&self, fd: impl AsFd, owner: Rc<O>, callback: F) -> Result<()>
    where
        O: HasContext + 'static,
        F: Fn(&Rc<O>) -> Result<()> + 'static,
    {
        let handle = Handle::repeated_of(owner, callback, Location::caller());
        self.watch_with(fd, Direction::Write, handle)
    }

    fn unwatch_writer(&self, fd: impl AsFd) -> bool {
        self.unwatch(fd, Direction::Write)
    }

    fn note_large_read(&self) {
        self.0.received_much.set(true);
    }

    fn add_observer(&self, observer: Rc<dyn StepObserver>) {
        let observers = self.observers();
        let old = observers.list.borrow().clone();
        observers.set(old.iter().cloned().chain([observer]).collect());
    }

    fn remove_observer(&self, observer: &Rc<dyn StepObserver>) {
        let observers = self.observers();
        let old = observers.list.borrow().clone();
        let others = old.iter().filter(|other| !Rc::ptr_eq(other, observer));
        observers.set(others.cloned().collect());
    }

    #[inline]
    fn is_observed(&self) -> bool {
        self.observers().any.get()
    }

    #[inline]
    fn observe(&self, step: impl FnOnce() -> Step) -> Option<ObservedStep> {
        self.is_observed()
            .then(|| ObservedStep::begin(self, step()))
    }

    fn ignoring(&self, message: &'static str, f: impl FnOnce()) {
        if let Err(error) = caught_unit(f) {
            report_ignored(Some(self.clone()), message, error);
        }
    }
}

impl LoopState {
    fn extension(&self, id: TypeId) -> Option<Rc<dyn Any>> {
        let extensions = self.extensions.borrow();
        let mut extensions = extensions.iter();
        extensions.find(|any| any.as_ref().type_id() == id).cloned()
    }

    fn keep_extension(&self, made: Rc<dyn Any>) {
        if self.phase.get() != Phase::Closed {
            self.extensions.borrow_mut().push(made);
        }
    }
}

/// Keeps the trait to the loop.
#[allow(unreachable_pub, reason = "must not be more private than the trait")]
pub trait Sealed {}

impl Sealed for EventLoop {}

impl EventLoop {
    /// The loop behind the current thread's running loop or a panic that names the misuse.
    #[inline]
    #[track_caller]
    #[doc(hidden)]
    pub fn current() -> EventLoop {
        with_running_loop(|running| running.cloned()).expect("RuntimeError: no running event loop")
    }

    #[inline]
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
}
