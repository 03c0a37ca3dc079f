//! Cancellation: where a request goes, what it becomes, and what must survive it.

use std::cell::{Cell, RefCell};
use std::future::{Future as StdFuture, pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context as PollContext, Poll, Waker};

use asyncio_tasks::{
    AnyTask, CancelledError, ContextVar, Error, Future, LoopTasks, ProxyTasks, Result, Task,
    all_tasks, create_task, current_task, get_running_loop, new_event_loop, sleep,
};
use futures_util::future::{join, join3, poll_immediate, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::support::{Log, panicking, pass, run, run_reported, text, value_error};

/// Long enough to overflow the stack, were it followed by recursion.
const MANY: usize = 100_000;

fn future<T: 'static>() -> Future<T> {
    get_running_loop().unwrap().create_future()
}

fn this_task() -> AnyTask {
    current_task().unwrap().unwrap()
}

/// A future that knows nothing of asyncio and never ends. It says when it is dropped.
async fn foreign(log: &Log) {
    struct Dropped<'a>(&'a Log);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.add("foreign dropped");
        }
    }
    let _dropped = Dropped(log);
    pending().await
}

/// A channel for one value that knows nothing of asyncio.
fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    let slot = Rc::new(RefCell::new((None, None)));
    (Sender(slot.clone()), Receiver(slot))
}

type Slot<T> = Rc<RefCell<(Option<T>, Option<Waker>)>>;

struct Sender<T>(Slot<T>);

impl<T> Sender<T> {
    fn send(self, value: T) {
        let waker = {
            let mut slot = self.0.borrow_mut();
            slot.0 = Some(value);
            slot.1.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    fn is_abandoned(&self) -> bool {
        Rc::strong_count(&self.0) == 1
    }
}

struct Receiver<T>(Slot<T>);

impl<T> StdFuture for Receiver<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut PollContext<'_>) -> Poll<T> {
        let mut slot = self.0.borrow_mut();
        slot.1 = Some(cx.waker().clone());
        slot.0.take().map_or(Poll::Pending, Poll::Ready)
    }
}

/// Tasks of which each awaits the one before, and the first one `end`.
fn chain_of_tasks(
    count: usize,
    end: impl StdFuture<Output = Result<usize>> + 'static,
) -> Task<usize> {
    let first = create_task(end);
    (1..count).fold(first, |inner, _| {
        create_task(async move { Ok(inner.await? + 1) })
    })
}

#[test]
fn a_chain_of_tasks_is_cancelled_from_its_end() {
    run(async {
        let end = future();
        let last = chain_of_tasks(MANY, end.clone());
        pass(2).await?;
        assert!(last.cancel_with("all of you"));
        assert_eq!(last.cancelling(), 1);
        assert!(end.cancelled());
        assert_eq!(text(&last.await.unwrap_err()), "CancelledError: all of you");
        assert_eq!(all_tasks()?.len(), 1);
        Ok(())
    });
}

#[test]
fn a_chain_of_tasks_brings_its_result() {
    run(async {
        let end = future();
        let last = chain_of_tasks(MANY, end.clone());
        pass(2).await?;
        end.set_result(1)?;
        assert_eq!(last.await?, MANY);
        Ok(())
    });
}

#[test]
fn a_chain_of_tasks_is_dropped_with_its_loop() {
    let (outcome, reports) = run_reported(async {
        drop(chain_of_tasks(MANY, pending()));
        pass(2).await
    });
    outcome.unwrap();
    assert_eq!(reports.len(), MANY);
}

#[test]
fn a_chain_of_finished_tasks_is_dropped_without_recursion() {
    run(async {
        let end = future::<usize>();
        let keep: Rc<RefCell<Vec<Task<usize>>>> = Rc::default();
        let first = create_task(end.clone());
        keep.borrow_mut().push(first);
        for n in 1..MANY {
            let keep_all = keep.clone();
            let task = create_task(async move {
                let inner = keep_all.borrow()[n - 1].clone();
                (&inner).await
            });
            keep.borrow_mut().push(task);
        }
        pass(2).await?;
        end.set_result(1)?;
        let last = keep.borrow().last().unwrap().clone();
        assert_eq!(last.await?, 1);
        keep.take();
        Ok(())
    });
}

#[test]
fn tasks_that_await_each_other_in_a_circle_can_be_cancelled() {
    for (length, entry) in [(2, 0), (2, 1), (3, 0), (7, 5), (1000, 1)] {
        run(async move {
            let tasks: Rc<RefCell<Vec<Task<()>>>> = Rc::default();
            for n in 0..length {
                let next = tasks.clone();
                tasks.borrow_mut().push(create_task(async move {
                    let next = next.borrow()[(n + 1) % length].clone();
                    (&next).await
                }));
            }
            // And one that waits for the circle from outside.
            let outside = tasks.borrow()[0].clone();
            let outside = create_task(async move { (&outside).await });
            pass(1).await?;
            let cancelled = tasks.borrow()[entry].clone();
            assert!(cancelled.cancel());
            assert!((&cancelled).await.unwrap_err().is_cancelled());
            assert!(outside.await.unwrap_err().is_cancelled());
            for task in tasks.take() {
                assert!(task.await.unwrap_err().is_cancelled());
            }
            Ok(())
        });
    }
}

#[test]
fn a_circle_that_is_reached_from_outside_can_be_cancelled() {
    run(async {
        let slot: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let other = create_task({
            let slot = slot.clone();
            async move {
                let first = slot.borrow().clone().unwrap();
                (&first).await
            }
        });
        slot.replace(Some(create_task({
            let other = other.clone();
            async move { (&other).await }
        })));
        let mut entry = other.clone();
        for _ in 0..100 {
            entry = create_task(async move { (&entry).await });
        }
        pass(1).await?;
        assert!(entry.cancel());
        assert!(entry.await.unwrap_err().is_cancelled());
        slot.take();
        Ok(())
    });
}

#[test]
fn a_run_ends_although_tasks_await_each_other_in_a_circle() {
    asyncio_tasks::run(async {
        let slot: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let other = create_task({
            let slot = slot.clone();
            async move {
                let first = slot.take().unwrap();
                (&first).await
            }
        });
        slot.replace(Some(create_task(async move { (&other).await })));
        pass(1).await
    })
    .unwrap();
}

#[test]
fn a_request_in_every_state_of_a_task() {
    run(async {
        let log = Log::default();
        // New.
        let task = create_task(panicking::<()>("must not run"));
        assert!(task.cancel() && task.cancel());
        assert_eq!(task.cancelling(), 2);
        pass(1).await?;
        assert!(task.cancelled() && !task.cancel());
        assert_eq!(task.cancelling(), 2);

        // Scheduled after it has suspended; in a pass; in a future; in a task; in a primitive.
        let tasks = [
            suspended_in(&log, "pass", sleep(0.0)),
            suspended_in(&log, "future", future::<()>()),
            suspended_in(&log, "task", create_task(sleep(9.0))),
            suspended_in(&log, "sleep", sleep(9.0)),
        ];
        pass(1).await?;
        for task in &tasks {
            assert!(task.cancel());
            assert!(!task.done());
        }
        for task in tasks {
            assert!(task.await.unwrap_err().is_cancelled());
        }
        let mut lines = log.take();
        lines.sort();
        assert_eq!(lines, ["future", "pass", "sleep", "task"]);
        Ok(())
    });
}

fn suspended_in(
    log: &Log,
    name: &'static str,
    inside: impl StdFuture<Output = Result<()>> + 'static,
) -> Task<()> {
    let log = log.clone();
    create_task(async move {
        let error = inside.await.unwrap_err();
        log.add(name);
        Err(error)
    })
}

#[test]
fn a_finished_task_takes_no_request() {
    run(async {
        let done = create_task(async { Ok(1) });
        let failed = create_task(async { Err::<(), _>(value_error("seen by cancel")) });
        pass(1).await?;
        assert!(!done.cancel() && !done.cancel_with("late") && !failed.cancel());
        assert_eq!((done.cancelling(), failed.cancelling()), (0, 0));
        assert_eq!(done.await?, 1);
        Ok(())
    });
}

#[test]
fn a_task_that_its_loop_has_left_takes_requests_without_harm() {
    let event_loop = new_event_loop().unwrap();
    event_loop.set_exception_handler(|_, _| ());
    let task = event_loop.create_task(sleep(1.0));
    event_loop.stop();
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
    assert!(task.cancel() && task.cancel());
    assert!(!task.done());
    assert!(task.result().is_err());
    task.uncancel();
    // What is noted per thread is not disturbed: other tasks run and are cancelled as ever.
    run(async {
        let task = create_task(sleep(1.0));
        pass(1).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_foreign_future_is_cancelled_by_dropping_it() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    struct Witness(Log);
    impl Drop for Witness {
        fn drop(&mut self) {
            let name = this_task().get_name();
            self.0.add(format!("{name} {:?}", VAR.get()));
            // A destructor may start something.
            let log = self.0.clone();
            create_task(async move {
                log.add("started in a destructor");
                Ok(())
            });
        }
    }
    run(async {
        let log = Log::default();
        let (sender, receiver) = oneshot::<()>();
        let task = create_task({
            let log = log.clone();
            async move {
                VAR.set(5);
                this_task().set_name("mine");
                let _witness = Witness(log);
                receiver.await;
                unreachable!("nothing was sent");
                #[allow(unreachable_code)]
                Ok(())
            }
        });
        pass(1).await?;
        assert!(task.cancel_with("foreign"));
        assert!(!task.done());
        assert_eq!(text(&(&task).await.unwrap_err()), "CancelledError: foreign");
        assert!(task.cancelled());
        assert!(sender.is_abandoned());
        pass(1).await?;
        assert_eq!(log.take(), ["mine Some(5)", "started in a destructor"]);
        Ok(())
    });
}

#[test]
fn a_foreign_future_that_is_ready_by_then_is_not_dropped() {
    run(async {
        let (sender, receiver) = oneshot();
        let task = create_task(async move { Ok(receiver.await) });
        pass(1).await?;
        sender.send(3);
        task.cancel();
        // The coroutine went on, and ended with a request that it has not seen (TASK-10).
        assert!(task.await.unwrap_err().is_cancelled());

        let (sender, receiver) = oneshot();
        let task = create_task(async move {
            let value = receiver.await;
            assert!(sleep(1.0).await.unwrap_err().is_cancelled());
            Ok(value)
        });
        pass(1).await?;
        sender.send(4);
        task.cancel();
        assert_eq!(task.await?, 4);
        Ok(())
    });
}

#[test]
fn a_self_cancel_before_a_foreign_future_drops_it_at_the_next_step() {
    run(async {
        let log = Log::default();
        let task = create_task({
            let log = log.clone();
            async move {
                this_task().cancel();
                foreign(&log).await;
                Ok(())
            }
        });
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(log.take(), ["foreign dropped"]);
        Ok(())
    });
}

#[test]
fn in_a_select_with_a_foreign_future_ours_gets_the_request() {
    run(async {
        let log = Log::default();
        for ours_first in [true, false] {
            let task = create_task({
                let log = log.clone();
                async move {
                    let ours = async {
                        let error = sleep(9.0).await.unwrap_err();
                        log.add(text(&error));
                    };
                    if ours_first {
                        select(pin!(ours), pin!(foreign(&log))).await;
                    } else {
                        select(pin!(foreign(&log)), pin!(ours)).await;
                    }
                    Ok(())
                }
            });
            pass(1).await?;
            task.cancel();
            task.await?;
            assert_eq!(log.take(), ["CancelledError", "foreign dropped"]);
        }
        Ok(())
    });
}

#[test]
fn of_futures_that_are_joined_the_last_one_gets_the_request() {
    run(async {
        let futures = [(); 3].map(|()| future::<u32>());
        let task = create_task({
            let [a, b, c] = futures.clone();
            async move {
                let (a, b, c) = join3(a, b, c).await;
                Ok((a?, b?, c.unwrap_err().is_cancelled()))
            }
        });
        pass(1).await?;
        assert!(task.cancel());
        let [a, b, c] = futures;
        assert!(!a.cancelled() && !b.cancelled() && c.cancelled());
        pass(2).await?;
        assert!(!task.done(), "the others are still awaited");
        a.set_result(1)?;
        b.set_result(2)?;
        assert_eq!(task.await?, (1, 2, true));
        Ok(())
    });
}

#[test]
fn a_second_request_reaches_what_is_still_joined() {
    run(async {
        let (a, b) = (future::<()>(), future::<()>());
        let task = create_task({
            let (a, b) = (a.clone(), b.clone());
            async move {
                let (a, b) = join(a, b).await;
                b?;
                a
            }
        });
        pass(1).await?;
        assert!(task.cancel());
        pass(1).await?;
        assert!(b.cancelled() && !a.cancelled());
        assert!(task.cancel());
        assert!(a.cancelled());
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn in_a_select_of_futures_the_request_ends_it() {
    run(async {
        let (a, b) = (future::<()>(), future::<()>());
        let task = create_task({
            let (a, b) = (a.clone(), b.clone());
            async move { select(a, b).await.factor_first().0 }
        });
        pass(1).await?;
        assert!(task.cancel());
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!([a.cancelled(), b.cancelled()], [false, true]);
        Ok(())
    });
}

/// A set of futures polls only those that were woken, so the task does not know what it waits on.
#[test]
fn a_set_of_futures_can_be_cancelled() {
    run(async {
        let futures: Vec<Future<u32>> = (0..3).map(|_| future()).collect();
        let log = Log::default();
        let task = create_task({
            let (futures, log) = (futures.clone(), log.clone());
            async move {
                let mut set: FuturesUnordered<_> = futures.into_iter().collect();
                while let Some(outcome) = set.next().await {
                    log.add(outcome.map_or_else(|error| text(&error), |value| value.to_string()));
                }
                Ok(())
            }
        });
        pass(1).await?;
        futures[0].set_result(1)?;
        pass(1).await?;
        assert_eq!(log.take(), ["1"]);
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_future_that_was_tried_and_dropped_does_not_get_the_request() {
    run(async {
        let (tried, awaited) = (future::<()>(), future::<()>());
        let task = create_task({
            let (tried, awaited) = (tried.clone(), awaited.clone());
            async move {
                assert!(poll_immediate(tried).await.is_none());
                awaited.await
            }
        });
        pass(1).await?;
        task.cancel();
        assert!(!tried.cancelled() && awaited.cancelled());
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_future_that_was_tried_and_dropped_does_not_hide_a_foreign_one() {
    run(async {
        let (tried, log) = (future::<()>(), Log::default());
        let task = create_task({
            let (tried, log) = (tried.clone(), log.clone());
            async move {
                assert!(poll_immediate(tried).await.is_none());
                foreign(&log).await;
                Ok(())
            }
        });
        pass(1).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(log.take(), ["foreign dropped"]);
        assert!(!tried.cancelled());
        Ok(())
    });
}

#[test]
fn a_future_that_is_done_keeps_its_result_from_the_task_that_is_cancelled() {
    run(async {
        let future = future();
        let task = create_task({
            let future = future.clone();
            async move { (&future).await }
        });
        pass(1).await?;
        future.set_result(7)?;
        assert!(task.cancel_with("in between"));
        assert_eq!(text(&task.await.unwrap_err()), "CancelledError: in between");
        assert_eq!(future.result()?, 7);
        Ok(())
    });
}

#[test]
fn a_self_cancel_meets_the_next_await_that_suspends() {
    run(async {
        let task = create_task(async {
            let task = this_task();
            let (done, shared) = (future(), future());
            done.set_result(1)?;
            shared.set_result(2)?;
            assert!(task.cancel_with("myself"));
            assert!(task.cancel_with("again"));
            assert_eq!(done.await? + (&shared).await?, 3);
            let pending = future::<()>();
            let error = pending.clone().await.unwrap_err();
            assert!(pending.cancelled());
            sleep(1.0).await?;
            pass(3).await?;
            Err::<(), _>(error)
        });
        assert_eq!(text(&(&task).await.unwrap_err()), "CancelledError: again");
        assert_eq!(task.cancelling(), 2);
        Ok(())
    });
}

#[test]
fn what_becomes_of_a_self_cancel_at_the_end() {
    run(async {
        let returns = create_task(async {
            this_task().cancel_with("lost value");
            Ok("value")
        });
        let raises = create_task(async {
            this_task().cancel();
            Err::<(), Error>(value_error("raised"))
        });
        let panics = create_task(async {
            this_task().cancel();
            panicking::<()>("panicked").await
        });
        let withdraws = create_task(async {
            this_task().cancel();
            this_task().uncancel();
            Ok("kept")
        });
        assert_eq!(
            text(&returns.await.unwrap_err()),
            "CancelledError: lost value"
        );
        assert_eq!(text(&(&raises).await.unwrap_err()), "ValueError: raised");
        assert_eq!(raises.cancelling(), 1);
        assert!(text(&panics.await.unwrap_err()).contains("panicked"));
        assert_eq!(withdraws.await?, "kept");
        Ok(())
    });
}

#[test]
fn swallowed_again_and_again() {
    run(async {
        let task = create_task(async {
            for n in 1..=50 {
                let error = sleep(9.0).await.unwrap_err();
                assert!(error.is_cancelled());
                assert_eq!(this_task().cancelling(), n);
            }
            Ok("still here")
        });
        for _ in 0..50 {
            pass(1).await?;
            assert!(task.cancel());
        }
        assert_eq!((&task).await?, "still here");
        assert!(!task.cancelled());
        assert_eq!(task.cancelling(), 50);
        Ok(())
    });
}

#[test]
fn uncancel_goes_down_to_zero_and_no_further() {
    run(async {
        let task = create_task(sleep(1.0));
        pass(1).await?;
        assert_eq!(task.uncancel(), 0);
        task.cancel();
        task.cancel();
        assert_eq!((task.uncancel(), task.cancelling()), (1, 1));
        assert_eq!((task.uncancel(), task.uncancel()), (0, 0));
        task.await
    });
}

#[test]
fn a_request_that_was_withdrawn_and_made_again_has_its_new_message() {
    run(async {
        let task = create_task(async { sleep(1.0).await });
        pass(1).await?;
        task.cancel_with("first");
        task.uncancel();
        task.cancel_with("second");
        assert_eq!(text(&task.await.unwrap_err()), "CancelledError: second");
        Ok(())
    });
}

#[test]
fn a_withdrawn_message_does_not_come_back() {
    run(async {
        let task = create_task(async { sleep(1.0).await });
        pass(1).await?;
        task.cancel_with("withdrawn");
        task.uncancel();
        task.cancel();
        assert_eq!(text(&task.await.unwrap_err()), "CancelledError");
        Ok(())
    });
}

#[test]
fn a_task_may_cancel_all_tasks_and_itself_with_them() {
    run(async {
        let sleepers: Vec<_> = (0..10).map(|_| create_task(sleep(9.0))).collect();
        let canceller = create_task(async {
            for task in all_tasks()? {
                if task.get_name() != "main" {
                    assert!(task.cancel());
                }
            }
            sleep(1.0).await
        });
        this_task().set_name("main");
        pass(1).await?;
        for task in sleepers {
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert!(canceller.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_request_from_a_destructor_of_another_coroutine() {
    struct Cancels(Task<()>);
    impl Drop for Cancels {
        fn drop(&mut self) {
            self.0.cancel();
        }
    }
    run(async {
        let victim = create_task(sleep(9.0));
        let cancels = Cancels(victim.clone());
        create_task(async move {
            let _cancels = cancels;
            Ok(())
        });
        assert!(victim.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_request_from_the_destructor_of_the_own_coroutine_comes_too_late() {
    struct CancelsItself;
    impl Drop for CancelsItself {
        fn drop(&mut self) {
            this_task().cancel();
        }
    }
    run(async {
        let task = create_task(async {
            let _guard = CancelsItself;
            pass(1).await?;
            Ok(1)
        });
        // As in a coroutine's `finally`: cancelled after its last await, the value is lost (TASK-10).
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
}

#[test]
fn a_request_from_a_done_callback_and_from_another_thread() {
    run(async {
        let event_loop = get_running_loop()?;
        let (trigger, victim) = (future::<()>(), create_task(sleep(9.0)));
        let cancelled = victim.clone();
        trigger.add_done_callback(move |_| cancelled.cancel());
        trigger.set_result(())?;
        assert!(victim.await.unwrap_err().is_cancelled());

        let proxy = event_loop.proxy();
        let from_thread = std::thread::spawn(move || {
            let job = proxy.run_coroutine_threadsafe(|| async { sleep(1e9).await });
            job.cancel()
        });
        assert!(from_thread.join().unwrap());
        pass(10).await?;
        assert_eq!(all_tasks()?.len(), 1);
        Ok(())
    });
}

#[test]
fn an_awaited_task_that_swallows_keeps_who_awaits_it_alive() {
    run(async {
        let inner = create_task(async {
            sleep(9.0).await.unwrap_err();
            sleep(1.0).await?;
            Ok("swallowed")
        });
        let outer = create_task({
            let inner = inner.clone();
            async move { (&inner).await }
        });
        pass(2).await?;
        outer.cancel();
        assert_eq!((&outer).await?, "swallowed");
        assert_eq!((outer.cancelling(), inner.cancelling()), (1, 1));
        Ok(())
    });
}

#[test]
fn an_awaited_task_that_fails_while_it_is_cancelled_fails_who_awaits_it() {
    run(async {
        let inner = create_task(async {
            let cancelled = sleep(9.0).await.unwrap_err();
            Err::<(), _>(value_error("cleaning up failed").caused_by(cancelled))
        });
        let outer = create_task(inner.clone());
        pass(2).await?;
        outer.cancel();
        let error = outer.await.unwrap_err();
        assert_eq!(text(&error), "ValueError: cleaning up failed");
        assert!(error.cause().unwrap().is_cancelled());
        assert!(!inner.cancelled());
        Ok(())
    });
}

#[test]
fn a_task_that_is_awaited_by_many_is_cancelled_once() {
    run(async {
        let inner = create_task(sleep(9.0));
        let outer: Vec<_> = (0..5)
            .map(|_| {
                let inner = inner.clone();
                create_task(async move { (&inner).await })
            })
            .collect();
        pass(2).await?;
        outer[2].cancel_with("from one of them");
        for (n, task) in outer.into_iter().enumerate() {
            let error = (&task).await.unwrap_err();
            assert_eq!(text(&error), "CancelledError: from one of them");
            assert_eq!(task.cancelling(), usize::from(n == 2));
        }
        Ok(())
    });
}

#[test]
fn a_step_that_suspends_in_nothing_twice_is_dropped_at_the_second() {
    run(async {
        // The first step after the request is the chance of a foreign future to be ready.
        let steps = Rc::new(Cell::new(0));
        let task = create_task({
            let steps = steps.clone();
            poll_fn(move |_| {
                steps.set(steps.get() + 1);
                Poll::<Result<()>>::Pending
            })
        });
        pass(1).await?;
        assert_eq!(steps.get(), 1);
        task.cancel();
        pass(1).await?;
        assert_eq!(steps.get(), 2);
        assert!(task.cancelled());
        Ok(())
    });
}

#[test]
fn a_coroutine_may_end_itself_as_cancelled() {
    run(async {
        let task = create_task(async {
            Err::<(), _>(CancelledError::with_msg(Some("own".into())).into())
        });
        assert_eq!(text(&(&task).await.unwrap_err()), "CancelledError: own");
        assert!(task.cancelled());
        assert_eq!(task.cancelling(), 0);

        let panics = create_task(async {
            asyncio_tasks::raise(CancelledError::new());
            #[allow(unreachable_code)]
            Ok(())
        });
        assert!((&panics).await.unwrap_err().is_cancelled());
        assert!(panics.cancelled());
        Ok(())
    });
}

#[test]
fn requests_of_one_task_do_not_disturb_ten_thousand_others() {
    run(async {
        let tasks: Vec<_> = (0..10_000)
            .map(|n| {
                create_task(async move {
                    let outcome = sleep(f64::from(n % 7)).await;
                    pass(2).await?;
                    Ok(outcome.is_err())
                })
            })
            .collect();
        pass(1).await?;
        for task in tasks.iter().step_by(3) {
            task.cancel();
        }
        for (n, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await?, n % 3 == 0, "{n}");
        }
        Ok(())
    });
}
