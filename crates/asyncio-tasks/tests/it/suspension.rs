//! `Suspension`: primitives that suspend a task by other means than a future.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future as StdFuture, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context as PollContext, Poll, Waker};

use asyncio_tasks::{
    CancelledError, LoopTasks, Result, Suspension, create_task, current_task, get_running_loop,
    sleep,
};
use futures_util::future::{join, poll_immediate, select};

use crate::support::{Log, pass, run, text};

/// A box of tokens. Who takes one waits for it in a line.
#[derive(Clone, Default)]
struct Tokens(Rc<Inner>);

#[derive(Default)]
struct Inner {
    free: Cell<usize>,
    waiting: RefCell<VecDeque<Waker>>,
}

impl Tokens {
    fn add(&self) {
        self.0.free.set(self.0.free.get() + 1);
        let next = self.0.waiting.borrow_mut().pop_front();
        if let Some(waker) = next {
            waker.wake();
        }
    }

    fn take(&self) -> Take {
        Take {
            tokens: self.clone(),
            suspension: Suspension::new(),
        }
    }
}

struct Take {
    tokens: Tokens,
    suspension: Suspension,
}

impl StdFuture for Take {
    type Output = Result<(), CancelledError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<Self::Output> {
        self.suspension.resume()?;
        let inner = &self.tokens.0;
        if let Some(left) = inner.free.get().checked_sub(1) {
            inner.free.set(left);
            return Poll::Ready(Ok(()));
        }
        inner.waiting.borrow_mut().push_back(cx.waker().clone());
        self.suspension.suspend();
        Poll::Pending
    }
}

#[test]
fn a_suspended_primitive_sees_the_request_when_it_is_next_polled() {
    run(async {
        let tokens = Tokens::default();
        let task = create_task({
            let tokens = tokens.clone();
            async move { Ok(tokens.take().await?) }
        });
        pass(1).await?;
        task.cancel_with("stop");
        assert!(!task.done(), "never at once");
        assert_eq!(text(&task.await.unwrap_err()), "CancelledError: stop");
        Ok(())
    });
}

#[test]
fn the_request_wins_over_what_is_ready_by_then_and_nothing_is_lost() {
    run(async {
        let tokens = Tokens::default();
        let task = create_task({
            let tokens = tokens.clone();
            async move { Ok(tokens.take().await?) }
        });
        pass(1).await?;
        tokens.add();
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(tokens.0.free.get(), 1);
        Ok(())
    });
}

#[test]
fn an_await_that_does_not_suspend_never_sees_the_request() {
    run(async {
        let tokens = Tokens::default();
        for _ in 0..3 {
            tokens.add();
        }
        let task = create_task({
            let tokens = tokens.clone();
            async move {
                let task = current_task()?.unwrap();
                task.cancel();
                for _ in 0..3 {
                    tokens.take().await?;
                }
                let error = tokens.take().await.unwrap_err();
                assert_eq!(task.cancelling(), 1);
                // It was delivered once.
                sleep(1.0).await?;
                Err::<(), _>(error.into())
            }
        });
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_request_that_was_withdrawn_in_time_wakes_in_vain() {
    run(async {
        let tokens = Tokens::default();
        let polls = Rc::new(Cell::new(0));
        let task = create_task({
            let (tokens, polls) = (tokens.clone(), polls.clone());
            async move {
                let mut take = tokens.take();
                poll_fn(|cx| {
                    polls.set(polls.get() + 1);
                    Pin::new(&mut take).poll(cx)
                })
                .await?;
                Ok("taken")
            }
        });
        pass(1).await?;
        task.cancel();
        assert_eq!(task.uncancel(), 0);
        pass(2).await?;
        assert!(!task.done());
        assert_eq!(polls.get(), 2);
        tokens.add();
        tokens.add();
        assert_eq!(task.await?, "taken");
        Ok(())
    });
}

#[test]
fn a_request_is_for_the_task_that_was_asked_and_for_no_other() {
    run(async {
        let tokens = Tokens::default();
        let take = || {
            let tokens = tokens.clone();
            create_task(async move { Ok(tokens.take().await?) })
        };
        let (first, second, third) = (take(), take(), take());
        pass(1).await?;
        second.cancel();
        // All of them are stepped while the request of the second is there.
        for _ in 0..3 {
            tokens.add();
        }
        first.await?;
        assert!(second.await.unwrap_err().is_cancelled());
        third.await?;
        assert_eq!(tokens.0.free.get(), 1);
        Ok(())
    });
}

#[test]
fn it_works_without_a_task() {
    let tokens = Tokens::default();
    let mut cx = PollContext::from_waker(Waker::noop());
    let mut take = pin!(tokens.take());
    assert!(take.as_mut().poll(&mut cx).is_pending());
    tokens.add();
    assert!(take.poll(&mut cx).is_ready());
    let mut suspension = Suspension::new();
    assert!(suspension.resume().is_ok());
    suspension.suspend();
    assert!(suspension.resume().is_ok());
}

#[test]
fn a_primitive_that_is_polled_in_a_callback_is_not_the_tasks() {
    run(async {
        let event_loop = get_running_loop()?;
        let tokens = Tokens::default();
        let task = create_task({
            let tokens = tokens.clone();
            async move { Ok(tokens.take().await?) }
        });
        pass(1).await?;
        task.cancel();
        event_loop.call_soon({
            let tokens = tokens.clone();
            move || {
                let mut cx = PollContext::from_waker(Waker::noop());
                let mut take = tokens.take();
                assert!(Pin::new(&mut take).poll(&mut cx).is_pending());
                // The request of the task is not for this one.
                assert!(Pin::new(&mut take).poll(&mut cx).is_pending());
            }
        });
        assert!(task.await.unwrap_err().is_cancelled());
        pass(1).await
    });
}

#[test]
fn of_two_that_wait_in_one_task_one_sees_the_request() {
    run(async {
        let (left, right) = (Tokens::default(), Tokens::default());
        let log = Log::default();
        let task = create_task({
            let (left, right, log) = (left.clone(), right.clone(), log.clone());
            async move {
                let (first, second) = join(left.take(), right.take()).await;
                log.add(format!("{} {}", first.is_err(), second.is_err()));
                Ok(())
            }
        });
        pass(1).await?;
        task.cancel();
        pass(1).await?;
        assert!(!task.done(), "the other one still waits");
        left.add();
        right.add();
        task.await?;
        assert_eq!(log.take(), ["true false"]);
        assert_eq!((left.0.free.get(), right.0.free.get()), (1, 0));
        Ok(())
    });
}

#[test]
fn the_first_of_a_select_ends_it_with_the_request() {
    run(async {
        let tokens = Tokens::default();
        let task = create_task({
            let tokens = tokens.clone();
            async move {
                let (outcome, _) = select(tokens.take(), tokens.take()).await.factor_first();
                Ok(outcome?)
            }
        });
        pass(1).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_primitive_that_was_tried_and_dropped_leaves_no_trace() {
    run(async {
        let tokens = Tokens::default();
        let future = get_running_loop()?.create_future::<()>();
        let task = create_task({
            let (tokens, future) = (tokens.clone(), future.clone());
            async move {
                assert!(poll_immediate(tokens.take()).await.is_none());
                (&future).await
            }
        });
        pass(1).await?;
        // It waits on the future now: the request is forwarded.
        task.cancel();
        assert!(future.cancelled());
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}
