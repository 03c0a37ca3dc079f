//! [`RunForever`]: a run of the loop that somebody else drives. Mirrors `_run_forever_setup` and `_run_forever_cleanup` of
//! `asyncio.base_events`.

use std::fmt;
use std::ops::ControlFlow;

use super::{EventLoop, Phase};
use crate::current::{LoopGuard, enter_loop};
use crate::exceptions::Result;

impl EventLoop {
    /// Runs until [`stop`](EventLoop::stop) is called: `loop.run_forever`.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if the loop is closed or running, or another one runs in this thread; a
    /// `KeyboardInterrupt` or `SystemExit` that a callback or a task raised; `OSError` if the selector fails.
    pub fn run_forever(&self) -> Result<()> {
        let run = self.begin_run()?;
        while run.run_once()?.is_continue() {}
        Ok(())
    }

    /// Begins a run whose iterations the caller makes, one by one: for a program whose main loop is that of a toolkit. Until
    /// what this returns is dropped, the loop is the running one of its thread.
    ///
    /// # Errors
    ///
    /// `RuntimeError` as [`run_forever`](EventLoop::run_forever) returns it.
    ///
    /// ```
    /// let event_loop = asyncio_executor::new_event_loop()?;
    /// event_loop.call_soon(|| println!("runs in the first iteration"));
    /// let run = event_loop.begin_run()?;
    /// for _frame in 0..3 {
    ///     event_loop.call_soon(|| ()); // so that the iteration does not wait
    ///     if run.run_once()?.is_break() {
    ///         break; // somebody called `stop`
    ///     }
    /// }
    /// drop(run);
    /// event_loop.close()?;
    /// # Ok::<(), asyncio_executor::Error>(())
    /// ```
    pub fn begin_run(&self) -> Result<RunForever<'_>> {
        self.check_open()?;
        self.check_not_running()?;
        let entered = enter_loop(self.clone())?;
        self.0.phase.set(Phase::Running);
        Ok(RunForever {
            event_loop: self,
            _entered: entered,
        })
    }
}

/// A run of the loop, until it is dropped; see [`EventLoop::begin_run`].
#[must_use = "the run ends when this is dropped"]
pub struct RunForever<'a> {
    event_loop: &'a EventLoop,
    _entered: LoopGuard,
}

impl RunForever<'_> {
    /// One iteration: waits until something is ready, and runs it. `Break` once [`stop`](EventLoop::stop) was called:
    /// `loop._run_once`.
    ///
    /// # Errors
    ///
    /// As [`run_forever`](EventLoop::run_forever). The run may go on afterwards.
    #[inline]
    pub fn run_once(&self) -> Result<ControlFlow<()>> {
        self.event_loop.run_once()?;
        let state = &self.event_loop.0;
        if state.interrupted.take()
            && let Some(error) = state.raised.take()
        {
            return Err(error);
        }
        Ok(match state.stopping.get() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    }
}

impl Drop for RunForever<'_> {
    fn drop(&mut self) {
        self.event_loop.0.phase.set(Phase::Idle);
        self.event_loop.0.stopping.set(false);
    }
}

impl fmt::Debug for RunForever<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RunForever").field(self.event_loop).finish()
    }
}
