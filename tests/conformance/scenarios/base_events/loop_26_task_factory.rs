//! LOOP-26: the task factory makes every task, and receives what create_task was given.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{AnyTask, EventLoop, Result, TaskBuilder, TaskGroup, TaskSpec, ValueError};

use crate::py;

fn factory(_: &EventLoop, spec: TaskSpec) -> AnyTask {
    let mut kwargs = Vec::new();
    if let Some(eager_start) = spec.get_eager_start() {
        kwargs.push(format!(
            "eager_start={}",
            if eager_start { "True" } else { "False" }
        ));
    }
    if let Some(name) = spec.get_name() {
        kwargs.push(format!("name='{name}'"));
    }
    kwargs.push(
        if spec.get_context().is_some() {
            "True"
        } else {
            "False"
        }
        .to_owned(),
    );
    println!("factory: {}", kwargs.join(" "));
    spec.create()
}

fn renaming(_: &EventLoop, spec: TaskSpec) -> AnyTask {
    let name = format!("my {}", spec.get_name().unwrap_or("None"));
    spec.name(name).create()
}

fn wrapping(_: &EventLoop, spec: TaskSpec) -> AnyTask {
    let wrapped = spec.wrap(|coro| async move {
        println!("before");
        let outcome = coro.await;
        println!("after");
        outcome
    });
    wrapped.create()
}

fn failing(_: &EventLoop, _: TaskSpec) -> AnyTask {
    std::panic::panic_any("no tasks today")
}

async fn body() -> Result<u32> {
    Ok(1)
}

async fn fails() -> Result<()> {
    Err(ValueError::with_message("of the coroutine").into())
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let none = |event_loop: &EventLoop| event_loop.get_task_factory().map_or("None", |_| "some");
    println!("at first {}", none(&event_loop));
    event_loop.set_task_factory(factory);
    let set = event_loop.get_task_factory().unwrap();
    let again = event_loop.get_task_factory().unwrap();
    println!("set {}", Rc::ptr_eq(&set, &again));
    let context = asyncio::copy_context();
    println!("create_task");
    asyncio::create_task(body()).await?;
    TaskBuilder::new()
        .name("n")
        .context(&context)
        .create(body())
        .await?;
    TaskBuilder::new().eager_start(false).create(body()).await?;
    TaskBuilder::new()
        .name("m")
        .eager_start(true)
        .create(body())
        .await?;
    println!("gather");
    asyncio::gather((body(), body())).await?;
    println!("wait_for");
    asyncio::wait_for(body(), 1).await?;
    println!("shield");
    asyncio::shield(body()).await?;
    println!("TaskGroup");
    TaskGroup::run(async |group| {
        group.create_task(body());
        group
            .task_builder()
            .name("of the group")
            .eager_start(true)
            .create(body());
        Ok(())
    })
    .await?;
    println!("as_completed");
    for earliest in asyncio::as_completed([body()]) {
        earliest.await?;
    }
    println!("ensure_future");
    asyncio::ensure_future(body()).await?;
    println!("from a thread");
    let future = asyncio::run_coroutine_threadsafe(body, &event_loop.proxy());
    asyncio::wrap_future(&future)?.await?;
    changing(&event_loop).await?;
    event_loop.restore_task_factory(None);
    let one = asyncio::create_task(body()).await? == 1;
    println!("none {} {one}", none(&event_loop));
    event_loop.set_task_factory(failing);
    let raised = catch_unwind(AssertUnwindSafe(|| drop(asyncio::create_task(body()))));
    let payload = raised.unwrap_err();
    let text = payload.downcast_ref::<&str>().unwrap();
    println!("create_task raises ValueError('{text}')");
    event_loop.restore_task_factory(None);
    Ok(())
}

async fn changing(event_loop: &EventLoop) -> Result<()> {
    event_loop.set_task_factory(renaming);
    let named = TaskBuilder::new().name("task").create(body());
    println!("named {}", named.get_name());
    event_loop.set_task_factory(wrapping);
    println!("wrapped {}", asyncio::create_task(body()).await?);
    if let Err(e) = asyncio::create_task(fails()).await {
        println!("wrapped {}('{}')", e.type_name(), py::text(&e));
    }
    event_loop.set_task_factory(asyncio::create_eager_task_factory(renaming));
    let task = TaskBuilder::new().name("eager").create(body());
    println!("{} {}", task.get_name(), task.done());
    let task = TaskBuilder::new()
        .name("lazy")
        .eager_start(false)
        .create(body());
    println!("{} {}", task.get_name(), task.done());
    Ok(())
}

fn before() -> Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    event_loop.set_task_factory(factory);
    println!("run_until_complete");
    println!("{}", event_loop.run_until_complete(body())?);
    event_loop.close()?;
    Ok(())
}

pub fn main() -> Result<()> {
    before()?;
    asyncio::run(program())
}
