//! INTRO-01, INTRO-02, INTRO-04: who awaits whom, and where.

use std::cell::{Cell, RefCell};
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use asyncio_tasks::{
    CallGraph, FutureCallGraph, LoopTasks, Result, Task, TaskGroup, Waitable, as_completed,
    capture_call_graph, create_task, format_call_graph, future_add_to_awaited_by,
    future_discard_from_awaited_by, gather, get_running_loop, shield, sleep, timeout, wait,
    wait_for,
};

use crate::support::run;

#[test]
fn intro_01_every_way_to_wait_shows_the_one_who_waits() {
    type Way = fn(Task<()>) -> Pin<Box<dyn std::future::Future<Output = Result<()>>>>;
    let ways: [(&str, Way); 11] = [
        ("await", |leaf| Box::pin(leaf)),
        ("reference", |leaf| Box::pin(async move { (&leaf).await })),
        ("gather", |leaf| {
            Box::pin(async move { gather([leaf]).await.map(drop) })
        }),
        ("nested", |leaf| {
            Box::pin(async move { gather((gather([&leaf]), sleep(50))).await.map(drop) })
        }),
        ("results", |leaf| {
            Box::pin(async move { gather([leaf]).return_exceptions().await.map(drop) })
        }),
        ("wait", |leaf| {
            Box::pin(async move { wait([leaf]).await.map(drop) })
        }),
        ("shield", |leaf| {
            Box::pin(async move { shield(shield(&leaf)).await })
        }),
        ("as_completed", |leaf| {
            Box::pin(async move { as_completed([&leaf]).next().await.unwrap()?.result() })
        }),
        ("wait_for", |leaf| {
            Box::pin(async move { wait_for(&leaf, 100).await })
        }),
        ("timeout", |leaf| {
            Box::pin(async move { timeout(100, async |_| (&leaf).await).await })
        }),
        ("a waker of its own", |leaf| {
            Box::pin(async move {
                let mut leaf = leaf;
                poll_fn(|cx| {
                    let waker = Arc::new(Forward(cx.waker().clone())).into();
                    Pin::new(&mut leaf).poll(&mut Context::from_waker(&waker))
                })
                .await
            })
        }),
    ];
    run(async move {
        for (name, way) in ways {
            let leaf = named("leaf", sleep(100));
            let waiter = named("waiter", way(leaf.clone()));
            settle().await?;
            assert_eq!(tree(&leaf)?, "leaf(waiter)", "{name}");
            waiter.cancel();
            settle().await?;
            assert_eq!(tree(&leaf)?, "leaf", "{name}, afterwards");
            leaf.cancel();
            end(&[leaf, waiter]).await?;
        }
        Ok(())
    });
}

#[test]
fn intro_01_the_tasks_of_a_group_are_awaited_by_its_task_from_the_beginning() {
    run(async {
        let grouped = named("grouped", async {
            TaskGroup::run(async |tg| {
                let child = tg.task_builder().name("child").create(sleep(2));
                assert_eq!(tree(&child)?, "child(grouped)");
                sleep(1).await?;
                Ok(child)
            })
            .await
        });
        sleep(1.5).await?;
        assert_eq!(tree(&grouped)?, "grouped");
        let child = grouped.await?;
        assert_eq!(tree(&child)?, "child");
        Ok(())
    });
}

#[test]
fn intro_01_a_timeout_of_zero_waits_for_what_it_cancels() {
    run(async {
        let stubborn = named("stubborn", async {
            drop(sleep(100).await);
            sleep(1).await
        });
        settle().await?;
        let waiter = named("waiter", {
            let stubborn = stubborn.clone();
            async move { wait_for(stubborn, 0).await }
        });
        settle().await?;
        assert_eq!(tree(&stubborn)?, "stubborn(waiter)");
        waiter.await?;
        assert_eq!(tree(&stubborn)?, "stubborn");
        Ok(())
    });
}

#[test]
fn intro_01_several_awaits_at_once_all_show() {
    run(async {
        let (a, b) = (named("a", sleep(100)), named("b", sleep(100)));
        let waiter = named("waiter", {
            let (a, b) = (a.clone(), b.clone());
            async move { futures_util::join!(a, b).0 }
        });
        let other = named("other", {
            let a = a.clone();
            async move { (&a).await }
        });
        settle().await?;
        assert_eq!(tree(&a)?, "a(waiter other)");
        assert_eq!(tree(&b)?, "b(waiter)");
        a.cancel();
        b.cancel();
        end(&[a, b, waiter, other]).await
    });
}

#[test]
fn intro_01_a_program_may_tell_what_asyncio_does_not_see() {
    run(async {
        let (a, b) = (named("a", sleep(100)), named("b", sleep(100)));
        future_add_to_awaited_by(&a, &b);
        future_add_to_awaited_by(&a, &b);
        assert_eq!(tree(&a)?, "a(b)");
        future_discard_from_awaited_by(&a, &b);
        future_discard_from_awaited_by(&a, &b);
        assert_eq!(tree(&a)?, "a");
        let future = get_running_loop()?.create_future::<()>();
        for _ in 0..1000 {
            future_add_to_awaited_by(&get_running_loop()?.create_future::<()>(), &future);
        }
        future_add_to_awaited_by(&future, &a);
        assert_eq!(tree(&future)?, "Future(a)");
        a.cancel();
        b.cancel();
        end(&[a, b]).await
    });
}

#[test]
fn intro_02_a_circle_of_awaits_is_shown_once() {
    run(async {
        let shared = Rc::new(RefCell::new(None::<Task<()>>));
        let a = named("a", {
            let shared = shared.clone();
            async move {
                let b = shared.take().unwrap();
                b.await
            }
        });
        let b = named("b", a.clone());
        shared.replace(Some(b.clone()));
        settle().await?;
        assert_eq!(tree(&a)?, "a(b(a))");
        assert_eq!(tree(&b)?, "b(a(b))");
        a.cancel();
        end(&[a, b]).await
    });
}

#[test]
fn intro_02_a_chain_of_awaits_may_be_longer_than_the_stack() {
    const MANY: usize = 100_000;
    run(async {
        let mut chain = vec![named("leaf", sleep(100))];
        for _ in 0..MANY {
            let last = chain[chain.len() - 1].clone();
            chain.push(create_task(last));
        }
        sleep(1).await?;
        let graph = capture_call_graph(Some(&chain[0]))?.unwrap();
        let mut depth = 0;
        let mut node = graph.clone();
        while let Some(next) = node.awaited_by().first() {
            depth += 1;
            node = next.clone();
        }
        assert_eq!((depth, node.future()), (MANY, &chain[MANY].waited()));
        drop(node);
        drop(graph);
        chain[0].cancel();
        end(&chain).await
    });
}

#[test]
fn intro_02_ways_that_meet_often_are_not_all_printed() {
    run(async {
        let mut layer = vec![named("leaf", sleep(100))];
        let leaf = layer[0].clone();
        let mut all = layer.clone();
        for _ in 0..40 {
            let next = [(); 2].map(|()| {
                let below = layer.clone();
                create_task(async move { gather(below.iter()).await.map(drop) })
            });
            layer = next.to_vec();
            all.extend(next);
        }
        sleep(1).await?;
        let text = format_call_graph(Some(&leaf))?;
        assert!(text.lines().count() < 20_000, "{}", text.lines().count());
        leaf.cancel();
        end(&all).await
    });
}

#[test]
fn intro_02_stacks_are_limited_from_either_end() {
    run(async {
        let task = named("task", async { sleep(100).await });
        settle().await?;
        let stack = |limit: Option<isize>| {
            let graph = CallGraph::of(Some(&task)).limit(limit).capture();
            let graph = graph.unwrap().unwrap();
            let stack = graph.call_stack().iter();
            let places = stack.map(|entry| entry.frame().awaits().unwrap_or("coroutine"));
            places.collect::<Vec<_>>()
        };
        assert_eq!(stack(None), ["sleep", "coroutine"]);
        assert_eq!(stack(Some(1)), ["coroutine"]);
        assert_eq!(stack(Some(-1)), ["sleep"]);
        assert_eq!(stack(Some(5)), ["sleep", "coroutine"]);
        assert_eq!(stack(Some(-5)), ["sleep", "coroutine"]);
        assert_eq!(stack(Some(0)), [""; 0]);
        let mine = |depth| {
            let mine = CallGraph::of(None).depth(depth);
            mine.capture().map(|graph| (graph.unwrap(), line!()))
        };
        let (graph, line) = mine(1)?;
        assert_eq!(graph.call_stack().len(), 2);
        let here = graph.call_stack()[0].frame();
        assert_eq!(here.location().unwrap().line(), line);
        assert_eq!(mine(2)?.0.call_stack().len(), 1);
        assert_eq!(mine(9)?.0.call_stack().len(), 0);
        task.cancel();
        end(&[task]).await
    });
}

#[test]
fn intro_02_a_task_shows_the_line_of_its_await() {
    async fn inner(line: &Cell<u32>) -> Result<()> {
        line.set(line!() + 1);
        sleep(100).await
    }
    run(async {
        let line = Rc::new(Cell::new(0));
        let task = named("task", {
            let line = line.clone();
            async move { inner(&line).await }
        });
        let waits = Cell::new(0);
        let waiter = named("waiter", {
            let task = task.clone();
            waits.set(line!() + 1);
            async move { (&task).await }
        });
        settle().await?;
        let graph = capture_call_graph(Some(&task))?.unwrap();
        let frame = graph.call_stack()[0].frame();
        assert_eq!(frame.location().unwrap().line(), line.get());
        assert!(frame.location().unwrap().file().ends_with("graph.rs"));
        let coroutine = graph.call_stack()[1].frame().function().unwrap();
        assert!(
            coroutine.ends_with("a_task_shows_the_line_of_its_await"),
            "{coroutine}"
        );
        let waiting = graph.awaited_by()[0].call_stack()[0].frame();
        assert_eq!(waiting.awaits(), Some("task"));
        assert_eq!(waiting.location().unwrap().line(), waits.get());
        let text = format_call_graph(Some(&task))?;
        let sleeping = format!("\", line {}, await of sleep\n", line.get());
        assert!(text.contains(&sleeping), "{text}");
        assert!(
            text.contains("\n  + Awaited by:\n    * Task(name=\"waiter\", id=0x"),
            "{text}"
        );
        task.cancel();
        end(&[task, waiter]).await
    });
}

#[test]
fn intro_02_where_there_is_no_task_there_is_no_graph() {
    let error = capture_call_graph(None).unwrap_err();
    assert!(
        error
            .message()
            .starts_with("capture_call_graph() is called outside")
    );
    run(async {
        let event_loop = get_running_loop()?;
        let done = event_loop.create_future();
        event_loop.call_soon({
            let done = done.clone();
            move || done.set_result(capture_call_graph(None).map(|graph| graph.is_none()).ok())
        });
        assert_eq!(done.await?, Some(true));
        assert_eq!(CallGraph::of(None).limit(0).format()?.lines().count(), 1);
        Ok(())
    });
}

#[test]
fn intro_04_debug_tells_what_a_task_awaits_and_who_awaits_it() {
    run(async {
        let new = named("new", sleep(100));
        let text = format!("{new:?}");
        assert!(
            text.starts_with(
                "<Task pending name=\"new\" coro=<asyncio_tasks::tasks::sleep::Sleep()> created at "
            ),
            "{text}"
        );
        settle().await?;
        let waiter = named("waiter", {
            let new = new.clone();
            async move { gather([&new]).await.map(drop) }
        });
        let future = get_running_loop()?.create_future::<()>();
        let on_future = named("on future", {
            let future = future.clone();
            async move { (&future).await }
        });
        for _ in 0..3 {
            future.add_done_callback(|_| {});
        }
        settle().await?;
        let text = format!("{new:?}");
        assert!(
            text.contains("> wait_for=<sleep> cb=[gather()] created at "),
            "{text}"
        );
        let text = format!("{waiter:?}");
        assert!(text.contains(" running at "), "{text}");
        assert!(
            text.contains("> wait_for=<gather pending> created at "),
            "{text}"
        );
        let text = format!("{future:?}");
        assert!(
            text.starts_with("<Future pending cb=[callback(), <2 more>, wakeup()] created at "),
            "{text}"
        );
        let text = format!("{on_future:?}");
        assert!(
            text.contains("> wait_for=<Future pending> created at "),
            "{text}"
        );
        new.cancel();
        let text = format!("{new:?}");
        assert!(
            text.starts_with("<Task cancelling name=\"new\" coro=<"),
            "{text}"
        );
        future.cancel();
        end(&[new.clone(), waiter, on_future]).await?;
        let text = format!("{new:?}");
        assert!(text.starts_with("<Task cancelled name=\"new\" coro=<asyncio_tasks::tasks::sleep::Sleep() done> created at "), "{text}");
        Ok(())
    });
}

/// Wakes as `FuturesUnordered` does: by way of a waker that is not the task's.
struct Forward(Waker);

impl Wake for Forward {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}

fn named<T: 'static>(
    name: &str,
    coro: impl std::future::Future<Output = Result<T>> + 'static,
) -> Task<T> {
    Task::<T>::builder().name(name).create(coro)
}

/// Lets everything that is scheduled run.
async fn settle() -> Result<()> {
    for _ in 0..5 {
        sleep(0).await?;
    }
    Ok(())
}

/// Waits for tasks that were cancelled, or whose awaited ones were.
async fn end(tasks: &[Task<()>]) -> Result<()> {
    wait(tasks).await.map(drop)
}

/// `leaf(one other(outer))`: the names of those who await it.
fn tree(future: &dyn Waitable) -> Result<String> {
    fn render(graph: &FutureCallGraph) -> String {
        let name = graph.future().get_name().unwrap_or("Future".into());
        let by: Vec<_> = graph.awaited_by().iter().map(render).collect();
        match by[..] {
            [] => name,
            _ => format!("{name}({})", by.join(" ")),
        }
    }
    Ok(render(&capture_call_graph(Some(future))?.unwrap()))
}
