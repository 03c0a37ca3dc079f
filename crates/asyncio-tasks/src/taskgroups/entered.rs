//! [`Entered`]: the way out of a group. Mirrors `TaskGroup.__aexit__`.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;

use asyncio_executor::{Error, EventLoop, Result};

use super::TaskGroup;
use super::group::{Abort, Group, Phase};
use crate::cancel_scopes::{cancelled_here, outside_of_scopes};
use crate::exception_group::ExceptionGroup;
use crate::futures::Future;
use crate::tasks::Scope;

/// The time from entering a group to leaving it. Dropped early, it cancels the tasks.
pub(super) struct Entered(pub(super) TaskGroup);

impl Entered {
    pub(super) fn scope(&self) -> &Scope {
        self.group().scope.get().expect("set on entry")
    }

    fn group(&self) -> &Group {
        &self.0.0
    }

    /// Python's `__aexit__`.
    pub(super) async fn exit<T>(self, outcome: Result<T>) -> Result<Option<T>> {
        let group = self.group();
        group.phase.set(Phase::Exiting);
        let mut cancelled = None;
        if let Err(error) = &outcome {
            if error.is_base_exception() {
                group.note_base_error(error);
            }
            cancelled = Some(error.clone()).filter(Error::is_cancelled);
            group.abort();
        }
        let later = self.wait_for_tasks(&mut cancelled).await;
        group.phase.set(Phase::Left);
        let errors = group.take_errors();
        if let Some(error) = group.base_error.take() {
            return Err(error);
        }
        if group.abort.get() == Abort::TasksAndParent {
            // A cancel scope around wins, as another request to cancel does.
            if self.scope().uncancel() == 0 && cancelled_here().is_none() {
                cancelled = None;
            } else if cancelled.is_none() {
                // The cancellation that is left is not the group's.
                cancelled = later;
            }
        }
        match cancelled {
            Some(cancelled) if errors.is_empty() => Err(cancelled),
            _ => self.raise(outcome, errors),
        }
    }

    /// Waits until no task is left. The first cancellation of the wait, if nothing was being cancelled before, goes to
    /// `cancelled`; the last one is returned.
    async fn wait_for_tasks(&self, cancelled: &mut Option<Error>) -> Option<Error> {
        let group = self.group();
        let mut last = None;
        while !group.tasks.borrow().is_empty() {
            let completed = Future::waiter(&EventLoop::current(), &"TaskGroup");
            group.completed.replace(Some(completed.clone()));
            let waited = self.scope().around(self.wait_for(completed)).await;
            group.completed.take();
            if let Err(error) = waited {
                last = Some(error.clone());
                if group.abort.get() == Abort::No {
                    *cancelled = Some(error);
                    group.abort();
                }
            }
        }
        last
    }

    /// A cancel scope that is cancelled says so once, and the tasks are cancelled: after that there is only to wait.
    async fn wait_for(&self, mut completed: Future<()>) -> Result<()> {
        if self.group().abort.get() == Abort::No {
            return completed.await;
        }
        poll_fn(|cx| outside_of_scopes(|| Pin::new(&mut completed).poll(cx))).await
    }

    /// The end of `__aexit__`: raises the errors, if there are any.
    fn raise<T>(&self, outcome: Result<T>, mut errors: Vec<Error>) -> Result<Option<T>> {
        let returned = match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                errors.extend(Some(error).filter(|error| !error.is_cancelled()));
                None
            }
        };
        let Some(errors) = ExceptionGroup::of("unhandled errors in a TaskGroup".into(), errors)
        else {
            return Ok(returned);
        };
        self.scope().renew_request();
        Err(errors.into())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let group = self.group();
        if group.phase.replace(Phase::Left) == Phase::Left {
            return;
        }
        let had_cancelled_parent = group.abort.get() == Abort::TasksAndParent;
        group.abort();
        if had_cancelled_parent {
            self.scope().withdraw();
        }
        // Nobody will raise their errors: they report them themselves.
        drop(group.failed.take());
    }
}
