//! COMB-16: wait() with each return_when and with a timeout: never raises, never cancels.

use asyncio::{Result, Task, TaskBuilder, ValueError, Wait};

type Name = &'static str;

async fn value(name: Name, delay: f64) -> Result<Name> {
    asyncio::sleep(delay).await?;
    Ok(name)
}

async fn fail(name: Name, delay: f64) -> Result<Name> {
    asyncio::sleep(delay).await?;
    Err(ValueError::with_message(name).into())
}

fn create(name: Name, coro: impl Future<Output = Result<Name>> + 'static) -> Task<Name> {
    TaskBuilder::new().name(name).create(coro)
}

fn names(tasks: &[Task<Name>]) -> String {
    let mut names: Vec<String> = tasks.iter().map(Task::get_name).collect();
    names.sort();
    match names.join(" ") {
        names if names.is_empty() => "-".into(),
        names => names,
    }
}

async fn show_wait(title: &str, waiting: Wait<Task<Name>>) -> Result<()> {
    let (done, pending) = waiting.await?;
    println!(
        "{title}: done {}, pending {}",
        names(&done),
        names(&pending)
    );
    for task in &pending {
        task.cancel();
    }
    let tasks = done.iter().chain(&pending);
    asyncio::gather(tasks).return_exceptions().await?;
    Ok(())
}

async fn program() -> Result<()> {
    let tasks = [create("a", value("a", 0.01)), create("b", fail("b", 0.02))];
    show_wait("all", asyncio::wait(tasks)).await?;

    let tasks = [create("a", value("a", 0.01)), create("b", value("b", 1.0))];
    let waiting = asyncio::wait(tasks).return_when(asyncio::FIRST_COMPLETED);
    show_wait("first completed", waiting).await?;

    let tasks = [
        create("a", value("a", 0.01)),
        create("b", fail("b", 0.02)),
        create("c", value("c", 1.0)),
    ];
    let waiting = asyncio::wait(tasks).return_when(asyncio::FIRST_EXCEPTION);
    show_wait("first exception", waiting).await?;

    let tasks = [create("a", value("a", 0.01)), create("b", value("b", 0.02))];
    let waiting = asyncio::wait(tasks).return_when(asyncio::FIRST_EXCEPTION);
    show_wait("no exception", waiting).await?;

    let tasks = [create("a", value("a", 0.01)), create("b", value("b", 1.0))];
    show_wait("timeout", asyncio::wait(tasks).timeout(0.03)).await?;
    let tasks = [create("a", value("a", 1.0))];
    show_wait("timeout 0", asyncio::wait(tasks).timeout(0)).await?;
    let tasks = ["x", "y", "z"].into_iter();
    let tasks = tasks.map(|name| create(name, value(name, 0.0)));
    show_wait("iterator", asyncio::wait(tasks)).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
