//! `Task`: its life, its end, and what survives neither.

use std::cell::{Cell, RefCell};
use std::future::{Future as StdFuture, pending, poll_fn};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Poll, Waker};
use std::thread::{self, ThreadId};

use asyncio_tasks::{
    AnyTask, Context, ContextVar, EventLoop, Future, InvalidStateError, LoopTasks, PanicError,
    Result, RuntimeError, Task, TaskBuilder, all_tasks, create_task, current_task, gather,
    get_running_loop, new_event_loop, sleep,
};
use futures_util::future::{join_all, try_join};

use crate::support::{Log, panicking, pass, run, run_reported, text, value_error};

fn future<T: 'static>() -> Future<T> {
    get_running_loop().unwrap().create_future()
}

/// Calls its closure when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn the_result_is_moved_out_or_cloned() {
    run(async {
        let task = create_task(async { Ok(String::from("value")) });
        assert_eq!((&task).await?, "value");
        assert_eq!(
            (task.result()?, (&task).await?),
            ("value".into(), "value".into())
        );
        assert_eq!(task.clone().await?, "value");
        assert!(task.result().unwrap_err().is::<InvalidStateError>());
        assert!((&task).await.unwrap_err().is::<InvalidStateError>());
        assert!(task.clone().await.unwrap_err().is::<InvalidStateError>());
        assert!(task.done() && task.exception()?.is_none());
        Ok(())
    });
}

#[test]
fn a_task_is_detached_by_dropping_its_handles() {
    run(async {
        let log = Log::default();
        let noted = log.clone();
        drop(create_task(async move {
            sleep(1.0).await?;
            noted.add("done");
            Ok(())
        }));
        sleep(2.0).await?;
        assert_eq!(log.take(), ["done"]);
        Ok(())
    });
}

#[test]
fn what_nobody_keeps_is_dropped_as_soon_as_the_task_is_done() {
    run(async {
        let held = Rc::new(());
        let (locals, value) = (held.clone(), held.clone());
        let task = create_task(async move {
            let _locals = locals;
            pass(1).await?;
            Ok(value)
        });
        pass(1).await?;
        assert_eq!(Rc::strong_count(&held), 3);
        pass(1).await?;
        assert_eq!(Rc::strong_count(&held), 2, "the task keeps its value");
        drop(task);
        assert_eq!(Rc::strong_count(&held), 1);

        let value = held.clone();
        drop(create_task(async move { Ok(value) }));
        pass(1).await?;
        assert_eq!(Rc::strong_count(&held), 1, "nobody kept the task");
        Ok(())
    });
}

#[test]
fn a_panic_is_an_error_for_who_awaits() {
    run(async {
        let task = create_task(panicking::<()>("on purpose"));
        let error = (&task).await.unwrap_err();
        assert_eq!(
            error.downcast_ref::<PanicError>().unwrap().message(),
            "on purpose"
        );
        assert!(!task.cancelled());
        let later = create_task(async {
            pass(2).await?;
            let numbers: Vec<u32> = Vec::new();
            Ok(numbers[pass(0).await.map(|()| 3)?])
        });
        assert!(
            later
                .await
                .unwrap_err()
                .to_string()
                .contains("index out of bounds")
        );
        Ok(())
    });
}

#[test]
fn a_panic_that_nobody_awaits_is_reported_once() {
    let (outcome, reports) = run_reported(async {
        let task = create_task(panicking::<()>("lost"));
        pass(1).await?;
        assert!(task.done());
        let clone = task.clone();
        drop((task, clone));
        pass(1).await
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        ["Task exception was never retrieved: PanicError: panicked: lost"]
    );
}

#[test]
fn an_exception_that_was_seen_is_not_reported() {
    run(async {
        let failed = || create_task(async { Err::<(), _>(value_error("seen")) });
        let tasks: Vec<_> = (0..5).map(|_| failed()).collect();
        pass(1).await?;
        tasks[0].exception()?.unwrap();
        tasks[1].result().unwrap_err();
        (&tasks[2]).await.unwrap_err();
        assert!(!tasks[3].cancel());
        tasks[4].as_any().exception()?.unwrap();
        Ok(())
    });
}

#[test]
fn a_destructor_that_panics_is_reported_and_the_result_stays() {
    let (outcome, reports) = run_reported(async {
        let task = create_task(async {
            let _guard = OnDrop(|| panic!("in a destructor"));
            poll_fn(|cx| {
                cx.waker().wake_by_ref();
                Poll::Ready(())
            })
            .await;
            Ok(1)
        });
        // The destructor belongs to the coroutine's last step: the panic is its outcome.
        let error = (&task).await.unwrap_err();
        assert!(error.is::<PanicError>());

        let cancelled = create_task(async {
            let _guard = OnDrop(|| panic!("while it was cancelled"));
            pending::<Result<()>>().await
        });
        pass(1).await?;
        cancelled.cancel();
        assert!(cancelled.await.unwrap_err().is_cancelled());
        let unstarted = create_task({
            let guard = OnDrop(|| panic!("before it began"));
            async move {
                drop(guard);
                Ok(())
            }
        });
        unstarted.cancel();
        assert!(unstarted.await.unwrap_err().is_cancelled());
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(
        reports,
        [
            "Exception while a coroutine was dropped: PanicError: panicked: while it was cancelled",
            "Exception while a coroutine was dropped: PanicError: panicked: before it began",
        ]
    );
}

/// A value that panics when it is dropped.
struct Panics(&'static str);

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

#[test]
fn a_result_that_panics_when_it_is_dropped_does_not_abort() {
    let (outcome, reports) = run_reported(async {
        // Nobody keeps the task: its state goes with the coroutine.
        drop(create_task(async { Ok(Panics("detached")) }));
        pass(1).await?;
        // A value that is discarded, because the task has cancelled itself.
        let task = create_task(async {
            current_task()?.unwrap().cancel();
            Ok(Panics("discarded"))
        });
        assert!(task.await.is_err_and(|error| error.is_cancelled()));
        pass(1).await
    });
    outcome.unwrap();
    let text =
        |text| format!("Exception while a coroutine was dropped: PanicError: panicked: {text}");
    assert_eq!(reports, [text("detached"), text("discarded")]);
}

#[test]
fn what_a_done_callback_captured_may_panic_when_it_is_dropped() {
    let (outcome, reports) = run_reported(async {
        let log = Log::default();
        let task = create_task(pass(1));
        let (panics, noted) = (Panics("captured"), log.clone());
        task.add_done_callback(move |_| {
            let _captured = &panics;
            noted.add("called");
        });
        task.await?;
        pass(2).await?;
        assert_eq!(log.take(), ["called"]);
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("captured"), "{reports:?}");
}

#[test]
fn a_done_callback_runs_outside_of_every_task() {
    run(async {
        let log = Log::default();
        let task = create_task(pass(1));
        let noted = log.clone();
        task.add_done_callback(move |task: &Task<()>| {
            noted.add(format!(
                "{} {}",
                task.done(),
                current_task().unwrap().is_none()
            ));
            assert!(!all_tasks().unwrap().contains(&task.as_any()));
        });
        let noted = log.clone();
        let callback = task.add_done_callback(move |_| noted.add("removed"));
        assert_eq!(task.remove_done_callback(&callback), 1);
        task.await?;
        assert_eq!(log.take(), ["true true"]);
        Ok(())
    });
}

#[test]
fn a_task_that_awaits_itself_is_told_so() {
    run(async {
        let slot: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let task = create_task({
            let slot = slot.clone();
            async move {
                let itself = slot.take().unwrap();
                let error = (&itself).await.unwrap_err();
                assert!(
                    error
                        .to_string()
                        .starts_with("Task cannot await on itself: <Task")
                );
                assert!(error.is::<RuntimeError>());
                itself.await
            }
        });
        slot.replace(Some(task.clone()));
        assert!(task.await.unwrap_err().is::<RuntimeError>());
        Ok(())
    });
}

#[test]
fn a_task_of_another_loop_is_refused() {
    let other = new_event_loop().unwrap();
    let foreign = other.create_task(async { Ok(1) });
    run({
        let foreign = foreign.clone();
        async move {
            let error = (&foreign).await.unwrap_err();
            assert!(error.to_string().contains("attached to a different loop"));
            Ok(())
        }
    });
    assert_eq!(other.run_until_complete(foreign).unwrap(), 1);
    other.close().unwrap();
}

#[test]
fn names_and_numbers() {
    run(async {
        let named = TaskBuilder::new().name("worker").create(pass(1));
        assert_eq!(named.get_name(), "worker");
        named.set_name(String::from("renamed"));
        assert_eq!(named.as_any().get_name(), "renamed");
        assert!(format!("{named:?}").starts_with("<Task pending name=\"renamed\" coro=<"));
        let (first, second) = (create_task(pass(1)), create_task(pass(1)));
        assert!(first.get_name().starts_with("Task-"));
        assert_ne!(first.get_name(), second.get_name());
        named.await
    });
}

#[test]
fn tasks_of_other_threads_have_other_names() {
    let names = || {
        run(async {
            let tasks: Vec<_> = (0..50).map(|_| create_task(pass(1))).collect();
            pass(2).await?;
            Ok(tasks.iter().map(Task::get_name).collect::<Vec<_>>())
        })
    };
    let threads: Vec<_> = (0..3).map(|_| thread::spawn(names)).collect();
    let mut all: Vec<String> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .chain(names())
        .collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 200);
}

#[test]
fn all_tasks_are_those_that_are_not_done() {
    run(async {
        let this = current_task()?.unwrap();
        let (short, long) = (create_task(pass(1)), create_task(sleep(9.0)));
        let contains = |tasks: &[AnyTask], task: &AnyTask| tasks.contains(task);
        let tasks = all_tasks()?;
        assert_eq!(tasks.len(), 3);
        assert!(contains(&tasks, &this) && contains(&tasks, &short.as_any()));
        short.await?;
        assert_eq!(all_tasks()?.len(), 2);
        assert_eq!(get_running_loop()?.all_tasks().len(), 2);
        assert!(long.as_any() == long && this != long);
        long.cancel();
        Ok(())
    });
    assert!(all_tasks().is_err());
    assert!(current_task().is_err());
}

#[test]
fn the_current_task_is_the_same_in_everything_that_its_step_calls() {
    run(async {
        let this = current_task()?.unwrap();
        let inside = Context::new().run(current_task)??.unwrap();
        assert_eq!(inside, this);
        async { assert_eq!(current_task().unwrap().unwrap(), this) }.await;
        let seen: Rc<RefCell<Option<AnyTask>>> = Rc::default();
        let noted = seen.clone();
        let task = create_task(async move {
            let _guard = OnDrop(|| drop(noted.replace(current_task().unwrap())));
            pending::<Result<()>>().await
        });
        pass(1).await?;
        task.cancel();
        (&task).await.unwrap_err();
        assert!(seen.take().unwrap() == task);
        Ok(())
    });
}

#[test]
fn a_context_is_copied_or_shared() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    run(async {
        VAR.set(1);
        let copied = create_task(async {
            let before = VAR.get();
            VAR.set(2);
            pass(1).await?;
            Ok((before, VAR.get()))
        });
        assert_eq!((&copied).await?, (Some(1), Some(2)));
        assert_eq!(copied.get_context().get(&VAR), Some(2));
        assert_eq!(VAR.get(), Some(1));

        let context = Context::new();
        let two = [3, 4].map(|value| {
            TaskBuilder::new().context(&context).create(async move {
                let before = VAR.get();
                VAR.set(value);
                Ok(before)
            })
        });
        let [first, second] = two;
        assert_eq!((first.await?, second.await?), (None, Some(3)));
        assert_eq!(context.get(&VAR), Some(4));
        Ok(())
    });
}

#[test]
fn the_context_of_a_running_task_may_be_asked_for_and_changes_on() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    run(async {
        let task = create_task(async {
            let this = current_task()?.unwrap();
            VAR.set(1);
            let context = this.get_context();
            VAR.set(2);
            assert_eq!(context.get(&VAR), Some(2));
            assert!(context.run(|| ()).is_err(), "it is entered");
            pass(1).await?;
            VAR.set(3);
            Ok(context)
        });
        let context = task.await?;
        assert_eq!(context.get(&VAR), Some(3));
        assert_eq!(context.run(|| VAR.get())?, Some(3));
        Ok(())
    });
}

#[test]
fn destructors_use_the_loop_that_is_closing() {
    let log = Log::default();
    let (outcome, mut reports) = run_reported({
        let log = log.clone();
        async move {
            let event_loop = get_running_loop()?;
            let (awaited, woken) = (future::<()>(), create_task(sleep(9.0)));
            for n in 0..3 {
                let (event_loop, awaited, woken) =
                    (event_loop.clone(), awaited.clone(), woken.clone());
                let log = log.clone();
                create_task(async move {
                    let _guard = OnDrop(move || {
                        log.add(format!("{n}"));
                        woken.cancel();
                        let _ = awaited.set_result(());
                        assert!(event_loop.run_until_complete(async { Ok(()) }).is_err());
                        // Each of these panics, but only the first one is reached.
                        create_task(async { Ok(()) });
                        event_loop.call_soon(|| ());
                    });
                    sleep(9.0).await
                });
            }
            create_task(async move { (&awaited).await });
            pass(1).await
        }
    });
    outcome.unwrap();
    assert_eq!(log.take(), ["0", "1", "2"]);
    reports.sort();
    let (panics, destroyed) = reports.split_at(3);
    for report in panics {
        assert_eq!(
            report,
            "Exception while a coroutine was dropped: PanicError: panicked: RuntimeError: \
             Event loop is closed"
        );
    }
    assert_eq!(destroyed, ["Task was destroyed but it is pending!: -"; 5]);
}

#[test]
fn a_task_that_is_destroyed_is_reported_once_and_stays_pending() {
    let event_loop = new_event_loop().unwrap();
    let log = Log::default();
    event_loop.set_exception_handler({
        let log = log.clone();
        move |_, report| log.add(report.message())
    });
    let held = Rc::new(());
    let task = event_loop.create_task({
        let held = held.clone();
        async move {
            sleep(1.0).await?;
            Ok(held)
        }
    });
    event_loop.stop();
    event_loop.run_forever().unwrap();
    event_loop.close().unwrap();
    assert_eq!(log.take(), ["Task was destroyed but it is pending!"]);
    assert_eq!(Rc::strong_count(&held), 1);
    assert!(!task.done() && !task.cancelled());
    assert!(task.exception().unwrap_err().is::<InvalidStateError>());
    drop((task, event_loop));
    assert!(log.take().is_empty());
}

/// TASK-20: `run_until_complete` has said that it did not complete.
#[test]
fn the_task_that_run_until_complete_made_is_not_reported() {
    let event_loop = new_event_loop().unwrap();
    let log = Log::default();
    event_loop.set_exception_handler({
        let log = log.clone();
        move |_, report| log.add(report.message())
    });
    let stops = |event_loop: &EventLoop| {
        let event_loop = event_loop.clone();
        async move {
            event_loop.stop();
            sleep(9.0).await
        }
    };
    let stopped = event_loop.run_until_complete(stops(&event_loop));
    assert_eq!(
        stopped.unwrap_err().to_string(),
        "Event loop stopped before Future completed."
    );
    // A task that the program made is its own affair.
    let own = event_loop.create_task(stops(&event_loop));
    event_loop.run_until_complete(own).unwrap_err();
    event_loop.close().unwrap();
    assert_eq!(log.take(), ["Task was destroyed but it is pending!"]);
}

#[test]
fn what_wakes_a_task_after_its_end_does_nothing() {
    run(async {
        let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let task = create_task({
            let wakers = wakers.clone();
            poll_fn(move |cx| {
                wakers.borrow_mut().push(cx.waker().clone());
                cx.waker().wake_by_ref();
                if wakers.borrow().len() == 3 {
                    Poll::Ready(Ok(()))
                } else {
                    Poll::Pending
                }
            })
        });
        task.await?;
        wakers.borrow().iter().for_each(Waker::wake_by_ref);
        pass(2).await?;
        assert_eq!(wakers.borrow().len(), 3);
        Ok(())
    });
}

#[test]
fn futures_of_other_libraries_work_inside_of_a_task() {
    run(async {
        let start = get_running_loop()?.time();
        let (a, b) = try_join(
            async {
                sleep(1.0).await?;
                Ok::<_, asyncio_tasks::Error>(1)
            },
            async { create_task(async { sleep(2.0).await.map(|()| 2) }).await },
        )
        .await?;
        assert_eq!(a + b, 3);
        let failed = try_join(sleep(9.0), async { Err::<(), _>(value_error("first")) }).await;
        assert_eq!(text(&failed.unwrap_err()), "ValueError: first");
        let many = join_all((0..100).map(|n| create_task(async move { Ok(n) }))).await;
        assert_eq!(many.into_iter().sum::<Result<i32>>()?, 4950);
        assert_eq!(get_running_loop()?.time() - start, 2.0);
        Ok(())
    });
}

/// A value that must not leave its thread, and sees to it.
struct HomeBound(ThreadId, PhantomData<Rc<()>>);

impl HomeBound {
    fn new() -> Self {
        HomeBound(thread::current().id(), PhantomData)
    }
}

impl Drop for HomeBound {
    fn drop(&mut self) {
        if thread::current().id() != self.0 {
            eprintln!("a coroutine has left its home thread");
            std::process::abort();
        }
    }
}

/// Waits until its waker, which it gives away, is used.
fn give_waker_away(to: &Arc<Mutex<Vec<Waker>>>) -> impl StdFuture<Output = ()> + use<> {
    let to = to.clone();
    let mut given = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        to.lock().unwrap().push(cx.waker().clone());
        Poll::Pending
    })
}

#[test]
fn tasks_are_woken_by_threads_and_dropped_at_home() {
    const TASKS: usize = 50;
    const TURNS: usize = 20;
    let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
    let done = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (wakers, done) = (wakers.clone(), done.clone());
            thread::spawn(move || {
                while !done.load(Ordering::SeqCst) {
                    let taken = std::mem::take(&mut *wakers.lock().unwrap());
                    for waker in taken {
                        waker.wake_by_ref();
                        let clone = waker.clone();
                        drop(waker);
                        clone.wake();
                    }
                    thread::yield_now();
                }
            })
        })
        .collect();
    let finished = asyncio_tasks::run(async move {
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let wakers = wakers.clone();
                create_task(async move {
                    let _guard = HomeBound::new();
                    for _ in 0..TURNS {
                        give_waker_away(&wakers).await;
                    }
                    Ok(1)
                })
            })
            .collect();
        let mut finished = 0;
        for task in tasks {
            finished += task.await?;
        }
        Ok(finished)
    });
    done.store(true, Ordering::SeqCst);
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    assert_eq!(finished.unwrap(), TASKS);
}

#[test]
fn tasks_that_threads_wake_while_their_loop_is_closed() {
    const ROUNDS: usize = 100;
    for _ in 0..ROUNDS {
        let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
        let event_loop = new_event_loop().unwrap();
        event_loop.set_exception_handler(|_, _| ());
        let dropped = Rc::new(Cell::new(0));
        for _ in 0..8 {
            let (wakers, dropped) = (wakers.clone(), dropped.clone());
            event_loop.create_task(async move {
                let _guard = HomeBound::new();
                let _count = OnDrop(|| dropped.set(dropped.get() + 1));
                loop {
                    give_waker_away(&wakers).await;
                }
                #[allow(unreachable_code)]
                Ok(())
            });
        }
        event_loop.stop();
        event_loop.run_forever().unwrap();
        let start = Arc::new(Barrier::new(3));
        let threads = [(); 2].map(|()| {
            let (wakers, start) = (wakers.clone(), start.clone());
            thread::spawn(move || {
                start.wait();
                let taken = wakers.lock().unwrap().clone();
                taken.into_iter().for_each(Waker::wake);
            })
        });
        start.wait();
        event_loop.close().unwrap();
        assert_eq!(dropped.get(), 8);
        drop(event_loop);
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_thread_may_hold_the_last_waker() {
    let (sender, wakers) = std::sync::mpsc::channel();
    asyncio_tasks::run(async move {
        create_task(poll_fn(move |cx| {
            sender.send(cx.waker().clone()).unwrap();
            Poll::Ready(Ok(()))
        }))
        .await
    })
    .unwrap();
    thread::spawn(move || {
        for waker in wakers {
            waker.wake_by_ref();
            drop(waker);
        }
    })
    .join()
    .unwrap();
}

#[test]
fn many_steps_and_many_tasks_leave_nothing() {
    run(async {
        let held = Rc::new(());
        let task = create_task({
            let held = held.clone();
            async move {
                let _held = held;
                for _ in 0..20_000 {
                    sleep(0.0).await?;
                }
                Ok(())
            }
        });
        for _ in 0..10_000 {
            create_task(async { Ok(()) }).await?;
        }
        task.await?;
        assert_eq!(Rc::strong_count(&held), 1);
        Ok(())
    });
}

/// TASK-34: each thread has its own current task, and lists the tasks of its own loop: none of them is lost, nor are those
/// that have started eagerly.
#[test]
fn task_34_tasks_are_listed_by_thread_and_loop() {
    fn names(number: usize) -> Vec<String> {
        run(async move {
            let current = current_task()?.unwrap();
            current.set_name(format!("{number}: main"));
            let tasks: Vec<_> = (0..20)
                .map(|index| {
                    Task::<()>::builder()
                        .name(format!("{number}: {index}"))
                        .eager_start(index % 2 == 0)
                        .create(async { sleep(0).await })
                })
                .collect();
            assert_eq!(current_task()?.as_ref(), Some(&current));
            let names = all_tasks()?.iter().map(|task| task.get_name()).collect();
            gather(tasks).await?;
            Ok(names)
        })
    }
    let threads: Vec<_> = (0..4)
        .map(|number| std::thread::spawn(move || names(number)))
        .collect();
    for (number, thread) in threads.into_iter().enumerate() {
        let mut names = thread.join().unwrap();
        let mut expected: Vec<_> = (0..20).map(|index| format!("{number}: {index}")).collect();
        expected.push(format!("{number}: main"));
        names.sort();
        expected.sort();
        assert_eq!(names, expected);
    }
}
