//! INTRO-01: who awaits a task, by every way to wait, while it lasts and afterwards.

use asyncio::staggered::staggered_race;
use asyncio::{FutureCallGraph, Result, Task, TaskGroup, Waitable};

fn tree(future: &dyn Waitable) -> Result<String> {
    fn render(graph: &FutureCallGraph) -> String {
        let mut by: Vec<_> = graph.awaited_by().iter().map(render).collect();
        by.sort();
        let name = graph.future().get_name().unwrap_or_default();
        match by[..] {
            [] => name,
            _ => format!("{name}({})", by.join(" ")),
        }
    }
    Ok(asyncio::capture_call_graph(Some(future))?.map_or_else(String::new, |graph| render(&graph)))
}

async fn settle() -> Result<()> {
    for _ in 0..6 {
        asyncio::sleep(0).await?;
    }
    Ok(())
}

async fn leaf() -> Result<()> {
    asyncio::sleep(100).await
}

async fn plain(task: Task<()>) -> Result<()> {
    (&task).await
}

async fn two(task: Task<()>) -> Result<()> {
    asyncio::gather((&task, asyncio::sleep(100))).await?;
    Ok(())
}

async fn nested(task: Task<()>) -> Result<()> {
    asyncio::gather((asyncio::gather([&task]), asyncio::sleep(100))).await?;
    Ok(())
}

async fn waits(task: Task<()>) -> Result<()> {
    asyncio::wait([&task]).await?;
    Ok(())
}

async fn shielded(task: Task<()>) -> Result<()> {
    asyncio::shield(&task).await
}

async fn timed(task: Task<()>) -> Result<()> {
    asyncio::timeout(100, async |_| (&task).await).await
}

async fn waits_for(task: Task<()>) -> Result<()> {
    asyncio::wait_for(asyncio::shield(&task), 100).await
}

async fn completed(task: Task<()>) -> Result<()> {
    let all = asyncio::as_completed([&task]);
    while let Some(next) = all.next().await {
        next?;
    }
    Ok(())
}

async fn grouped(task: Task<()>) -> Result<()> {
    TaskGroup::run(async |tg| {
        tg.task_builder().name("child").create(plain(task));
        Ok(())
    })
    .await
}

async fn race(task: Task<()>) -> Result<()> {
    let run = move || async move {
        if let Some(current) = asyncio::current_task()? {
            current.set_name("runner");
        }
        (&task).await
    };
    staggered_race([run], None).await?;
    Ok(())
}

async fn show<C>(name: &str, way: fn(Task<()>) -> C) -> Result<()>
where
    C: Future<Output = Result<()>> + 'static,
{
    let task = Task::<()>::builder().name("leaf").create(leaf());
    let waiter = Task::<()>::builder()
        .name("waiter")
        .create(way(task.clone()));
    settle().await?;
    println!("{name} {}", tree(&task)?);
    // CPython forgets to take back what as_completed noted if the iteration is cancelled.
    if name == "completed" {
        task.cancel();
    } else {
        waiter.cancel();
    }
    asyncio::wait([&waiter]).await?;
    println!(" afterwards {}", tree(&task)?);
    task.cancel();
    asyncio::wait([&task]).await?;
    Ok(())
}

async fn program() -> Result<()> {
    show("plain", plain).await?;
    show("two", two).await?;
    show("nested", nested).await?;
    show("waits", waits).await?;
    show("shielded", shielded).await?;
    show("timed", timed).await?;
    show("waits_for", waits_for).await?;
    show("completed", completed).await?;
    show("grouped", grouped).await?;
    show("race", race).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
