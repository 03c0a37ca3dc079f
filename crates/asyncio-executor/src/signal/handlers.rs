//! `add_signal_handler` and `remove_signal_handler`. Mirrors the methods of `asyncio.unix_events`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;

use super::arrivals::Arrivals;
use super::disposition::Role;
use super::{check_catchable, check_number, on_main_thread};
use crate::base_events::LoopLayer;
use crate::base_events::{Entry, EventLoop};
use crate::contextvars::ContextCell;
use crate::events::{CallbackOutput, Handle};
use crate::exceptions::{Result, RuntimeError};

impl EventLoop {
    /// Calls `callback` in the loop for each `signal` that comes, in a copy of the current context; replaces an earlier
    /// callback: `loop.add_signal_handler`.
    ///
    /// The signal wakes a loop that sleeps, and interrupts nothing: the callback has its turn in the ready queue. What
    /// the kernel merges comes once. Of different signals that come before the loop looks, those with the same number
    /// are called in a row. A signal belongs to one loop at a time, the last one that has asked for it.
    ///
    /// The callback is no coroutine:
    ///
    /// ```compile_fail
    /// # let event_loop = asyncio_executor::new_event_loop().unwrap();
    /// event_loop.add_signal_handler(asyncio_executor::signal::SIGTERM, async || ());
    /// ```
    ///
    /// # Errors
    ///
    /// `ValueError` if there is no such signal. `RuntimeError` if the loop is closed, if this is not the main thread, for
    /// `SIGKILL` and `SIGSTOP`, and for `SIGSEGV`, `SIGBUS`, `SIGILL` and `SIGFPE`, which are faults of the program.
    /// `OSError` if a pipe cannot be had.
    ///
    /// ```
    /// use asyncio_executor::{new_event_loop, signal};
    ///
    /// fn main() -> asyncio_executor::Result<()> {
    ///     let event_loop = new_event_loop()?;
    ///     let stopper = event_loop.clone();
    ///     event_loop.add_signal_handler(signal::SIGTERM, move || stopper.stop())?;
    ///     event_loop.call_soon(|| signal::raise_signal(signal::SIGTERM));
    ///     event_loop.run_forever()?;
    ///     assert!(event_loop.remove_signal_handler(signal::SIGTERM)?);
    ///     Ok(event_loop.close()?)
    /// }
    /// ```
    #[track_caller]
    pub fn add_signal_handler<F, R>(&self, signal: i32, callback: F) -> Result<()>
    where
        F: FnMut() -> R + 'static,
        R: CallbackOutput,
    {
        check_number(signal)?;
        self.check_open()?;
        check_main_thread()?;
        check_catchable(signal)?;
        let handle = Handle::repeated(callback, ContextCell::copy_current(), Location::caller());
        let handlers = self.extension::<SignalHandlers>();
        if let Some(current) = handlers.current(signal) {
            drop(current.replace(handle));
            return Ok(());
        }
        let replaced = handlers.insert(signal, SignalHandler::new(self, signal, handle)?);
        if let Some(taken_over) = replaced {
            taken_over.arrivals.close(self);
        }
        Ok(())
    }

    /// Removes the callback for `signal` and says whether there was one: `loop.remove_signal_handler`. The signal does
    /// again what it did before; while a runner watches it, it interrupts the run.
    ///
    /// A call that is in the ready queue already still happens.
    ///
    /// # Errors
    ///
    /// `ValueError` if there is no such signal.
    pub fn remove_signal_handler(&self, signal: i32) -> Result<bool> {
        check_number(signal)?;
        let removed = self.extension::<SignalHandlers>().remove(signal);
        Ok(removed.is_some_and(|handler| {
            handler.arrivals.close(self);
            true
        }))
    }
}

/// The handlers of a loop, which are dropped when it is closed (RUN-09).
#[derive(Default)]
struct SignalHandlers(RefCell<BTreeMap<i32, SignalHandler>>);

struct SignalHandler {
    /// Shared with the reader of `arrivals`, so that replacing it loses no signal.
    handle: Rc<RefCell<Handle>>,
    arrivals: Arrivals,
}

impl SignalHandlers {
    /// The callback for `signal`, if this loop gets it.
    fn current(&self, signal: i32) -> Option<Rc<RefCell<Handle>>> {
        let handlers = self.0.borrow();
        let handler = handlers.get(&signal)?;
        handler.arrivals.is_open().then(|| handler.handle.clone())
    }

    fn insert(&self, signal: i32, handler: SignalHandler) -> Option<SignalHandler> {
        self.0.borrow_mut().insert(signal, handler)
    }

    fn remove(&self, signal: i32) -> Option<SignalHandler> {
        self.0.borrow_mut().remove(&signal)
    }
}

impl SignalHandler {
    fn new(event_loop: &EventLoop, signal: i32, handle: Handle) -> Result<Self> {
        let handle = Rc::new(RefCell::new(handle));
        let arrivals = Arrivals::open(event_loop, signal, Role::Handler, None, {
            let handle = handle.clone();
            move |count| {
                let event_loop = EventLoop::current();
                for _ in 0..count {
                    event_loop.push_ready(Entry::Call(handle.borrow().clone()));
                }
            }
        })?;
        Ok(SignalHandler { handle, arrivals })
    }
}

fn check_main_thread() -> Result<(), RuntimeError> {
    if on_main_thread() {
        return Ok(());
    }
    Err(RuntimeError::with_message(
        "set_wakeup_fd only works in main thread of the main interpreter",
    ))
}
