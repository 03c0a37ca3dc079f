//! TASK-31: what a task's stack shows of the awaits, which Python's does not.

use std::future::{pending, poll_fn};
use std::pin::pin;

use asyncio_tasks::{
    AsyncGenerator, LoopTasks, Result, Task, TaskBuilder, create_task, current_task,
    get_running_loop, sleep,
};

use crate::support::{pass, run, value_error};

/// What the innermost place awaits, and in which file.
fn innermost(task: &Task<()>) -> (Option<&'static str>, Option<&'static str>) {
    let stack = task.get_stack();
    let frame = stack.frames().last().unwrap();
    let file = frame
        .location()
        .map(|at| at.file().rsplit('/').next().unwrap());
    (frame.awaits(), file)
}

async fn cancelled(task: Task<()>) -> Result<()> {
    task.cancel();
    assert!(task.await.unwrap_err().is_cancelled());
    Ok(())
}

#[test]
fn task_31_the_innermost_await() {
    run(async {
        let task = create_task(async { sleep(1.0).await });
        pass(1).await?;
        assert_eq!(innermost(&task), (Some("sleep"), Some("stack.rs")));
        let lines = task.get_stack().to_string();
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("Stack for <Task pending name="));
        assert!(lines[1].contains("stack.rs") && lines[1].contains("task of "));
        assert!(lines[2].ends_with("await of sleep"));
        cancelled(task).await
    });
}

#[test]
fn task_31_an_await_of_another_library() {
    run(async {
        let task = create_task::<(), _>(async { pending().await });
        pass(1).await?;
        assert_eq!(innermost(&task), (None, None));
        cancelled(task).await
    });
}

#[test]
fn task_31_the_running_task_has_no_await() {
    run(async {
        let stack = current_task()?.unwrap().get_stack();
        assert_eq!(stack.frames().len(), 1);
        assert!(stack.frames()[0].function().is_some());
        Ok(())
    });
}

/// What an eager task awaits is not what its creator awaits, though the creator's step is not over.
#[test]
fn task_31_an_eager_task_leaves_its_creators_await() {
    run(async {
        let future = get_running_loop()?.create_future();
        let asked = future.clone();
        let task = create_task(async move {
            let mut waiting = pin!(asked);
            let mut inner = None;
            poll_fn(|cx| {
                let polled = waiting.as_mut().poll(cx);
                inner
                    .get_or_insert_with(|| TaskBuilder::new().eager_start(true).create(sleep(1.0)));
                polled
            })
            .await?;
            inner.unwrap().await
        });
        pass(1).await?;
        assert_eq!(innermost(&task).0, Some("future"));
        future.set_result(())?;
        task.await
    });
}

#[test]
fn task_31_an_await_inside_of_a_generator() {
    run(async {
        let task = create_task(async {
            let numbers = AsyncGenerator::new(async |y| {
                y.emit(1).await?;
                sleep(1.0).await
            });
            assert_eq!(numbers.next().await.unwrap()?, 1);
            assert!(numbers.next().await.is_none());
            Ok(())
        });
        pass(1).await?;
        assert_eq!(innermost(&task), (Some("sleep"), Some("stack.rs")));
        task.await
    });
}

#[test]
fn task_31_a_failed_task_shows_its_error() {
    run(async {
        let task = create_task::<(), _>(async { Err(value_error("no")) });
        pass(1).await?;
        let text = task.get_stack().to_string();
        assert!(text.starts_with("Traceback for <Task finished "));
        assert!(text.ends_with("\nValueError: no"));
        task.exception()?;
        Ok(())
    });
}
