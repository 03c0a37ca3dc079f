//! What becomes of errors that no coroutine awaits: the exception handler.
//!
//! Mirrors `call_exception_handler` and `default_exception_handler` of `asyncio.base_events`.

use std::rc::Rc;

use crate::base_events::EventLoop;
use crate::base_events::LoopLayer;
use crate::events::{CallbackOutput, ExceptionContext, Handle, try_running_loop};
use crate::exceptions::{Error, Result, caught};
use crate::log;

/// A program's own exception handler.
pub type ExceptionHandler = Rc<dyn Fn(&EventLoop, &ExceptionContext) -> Result<()>>;

impl EventLoop {
    /// Makes `handler` the one who is told of errors that nobody awaits: `loop.set_exception_handler`.
    pub fn set_exception_handler<F, R>(&self, handler: F)
    where
        F: Fn(&EventLoop, &ExceptionContext) -> R + 'static,
        R: CallbackOutput,
    {
        let handler: ExceptionHandler =
            Rc::new(move |event_loop, context| handler(event_loop, context).into_result());
        self.restore_exception_handler(Some(handler));
    }

    /// The handler that is set: `loop.get_exception_handler`.
    pub fn get_exception_handler(&self) -> Option<ExceptionHandler> {
        self.state().exception_handler.borrow().clone()
    }

    /// Sets what [`get_exception_handler`](EventLoop::get_exception_handler) returned; `None` is the default.
    pub fn restore_exception_handler(&self, handler: Option<ExceptionHandler>) {
        // The old one is dropped outside of the borrow.
        let old = self.state().exception_handler.replace(handler);
        drop(old);
    }

    /// Tells the exception handler, or else the default one: `loop.call_exception_handler`. The handler runs in
    /// the context of the task, future or handle that it is about.
    ///
    /// An error or a panic of the handler goes to the default one; a `KeyboardInterrupt` or `SystemExit` ends the
    /// loop's run.
    pub fn call_exception_handler(&self, context: &ExceptionContext) {
        let Some(handler) = self.get_exception_handler() else {
            return self.default_exception_handler(context);
        };
        let call = || handler(self, context);
        let guarded = || caught(call);
        let outcome = match context.handler_context() {
            Some(own) => own
                .run(guarded)
                .unwrap_or_else(|_already_entered| caught(call)),
            None => guarded(),
        };
        match outcome {
            Ok(()) => {}
            Err(error) if error.is_base_exception() => self.raise(error),
            Err(error) => self.default_exception_handler(
                &ExceptionContext::new("Unhandled error in exception handler")
                    .with_exception(error)
                    .with("context", context.clone()),
            ),
        }
    }

    /// Logs the report as an error, or prints it to standard error if no logger is set:
    /// `loop.default_exception_handler`.
    pub fn default_exception_handler(&self, context: &ExceptionContext) {
        log::error(format_args!("{context}"));
    }

    /// What the program has thrown where nothing of it should run, such as a destructor. The loop goes on.
    #[cold]
    pub(crate) fn stray_panic(&self, error: Error) {
        if error.is_base_exception() {
            return self.raise(error);
        }
        report_ignored(
            Some(self.clone()),
            "Exception ignored by the event loop",
            error,
        );
    }

    pub(crate) fn callback_failed(&self, error: Error, handle: Handle) {
        if error.is_base_exception() {
            return self.raise(error);
        }
        let message = format!("Exception in callback created at {}", handle.location());
        let context = ExceptionContext::new(message)
            .with_exception(error)
            .with("handle", handle);
        self.call_exception_handler(&context);
    }

    pub(crate) fn run_threadsafe(&self, number: u64) {
        match caught(|| self.inbox().run_call(number)) {
            Ok(()) => {}
            Err(error) if error.is_base_exception() => self.raise(error),
            Err(error) => self.call_exception_handler(
                &ExceptionContext::new("Exception in callback from another thread")
                    .with_exception(error),
            ),
        }
    }
}

/// As [`LoopLayer::ignoring`](crate::layer::LoopLayer::ignoring), for the running loop. Without one the report is logged.
pub fn ignoring(message: &'static str, f: impl FnOnce()) {
    if let Err(error) = caught_unit(f) {
        report_ignored(try_running_loop(), message, error);
    }
}

#[inline]
pub(crate) fn caught_unit(f: impl FnOnce()) -> Result<()> {
    caught(|| {
        f();
        Ok(())
    })
}

#[cold]
pub(crate) fn report_ignored(event_loop: Option<EventLoop>, message: &'static str, error: Error) {
    let report = ExceptionContext::new(message).with_exception(error);
    // The exception itself may have a destructor that panics.
    let told = caught_unit(|| {
        match event_loop {
            Some(event_loop) => event_loop.call_exception_handler(&report),
            None => log::error(format_args!("{report}")),
        }
        drop(report);
    });
    if let Err(error) = told {
        log::error(format_args!("{message}\n{error:?}"));
    }
}
