//! TASK-30: an eager task that is cancelled in its eager step sees it at its first suspension.

use asyncio::prelude::*;
use asyncio::{AnyTask, Future, Result, TaskBuilder, ValueError};

use crate::py;

async fn itself(waits: bool) -> Result<&'static str> {
    py::current_task()?.cancel_with("own");
    println!("goes on after cancel()");
    if !waits {
        return Ok("a value");
    }
    if let Err(e) = asyncio::sleep(1000).await {
        println!("cancelled {}", py::text(&e));
        return Err(e);
    }
    Ok("never")
}

async fn itself_and_fails() -> Result<()> {
    py::current_task()?.cancel();
    Err(ValueError::with_message("instead").into())
}

async fn on_a_future(future: Future<()>) -> Result<()> {
    py::current_task()?.cancel_with("own");
    (&future).await
}

async fn cancels(task: AnyTask) -> Result<()> {
    task.cancel_with("by the eager child");
    asyncio::sleep(0).await
}

async fn parent() -> Result<()> {
    eager().create(cancels(py::current_task()?));
    println!("parent is not interrupted");
    if let Err(e) = asyncio::sleep(1000).await {
        println!("parent cancelled {}", py::text(&e));
    }
    Ok(())
}

fn eager() -> TaskBuilder {
    TaskBuilder::new().eager_start(true)
}

async fn program() -> Result<()> {
    let task = eager().create(itself(true));
    println!("done {} cancelling {}", task.done(), task.cancelling());
    asyncio::wait([&task]).await?;
    println!("cancelled {}", task.cancelled());
    let task = eager().create(itself(false));
    let (done, cancelled) = (task.done(), task.cancelled());
    println!("done {done} cancelled {cancelled} {}", task.cancelling());
    let task = eager().create(itself_and_fails());
    let error = task.exception()?.expect("it has failed");
    let name = error.type_name();
    println!(
        "{name}('{error}') {} {}",
        task.cancelled(),
        task.cancelling()
    );
    let future = asyncio::get_running_loop()?.create_future();
    let task = eager().create(on_a_future(future.clone()));
    let (first, second) = (future.cancelled(), task.cancelled());
    println!("the future is cancelled {first} the task {second}");
    asyncio::wait([&task]).await?;
    println!("the task {}", task.cancelled());
    eager().create(parent()).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
