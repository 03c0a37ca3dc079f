//! TASK-25: current_task() is the task whose step runs, and nothing in a plain callback.

use std::cell::OnceCell;
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::{Result, Task};

use crate::py;

type Own = Rc<OnceCell<Task<()>>>;

fn callback(place: &str) -> Result<()> {
    let found = match asyncio::current_task()? {
        None => "none",
        Some(_) => "a task",
    };
    println!("{place} {found}");
    Ok(())
}

async fn body(own: Own) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let own = own.get().expect("set before the first step");
    let future = event_loop.create_future();
    println!("body is itself {}", py::current_task()? == *own);
    event_loop.call_soon(|| callback("in a callback"));
    asyncio::sleep(0).await?;
    println!("body is itself {}", py::current_task()? == *own);
    event_loop.call_later(0, || callback("in a timer"));
    let completed = future.clone();
    event_loop.call_later(0, move || completed.set_result(()));
    future.add_done_callback(|_| callback("in a done callback"));
    future.await
}

async fn program() -> Result<()> {
    let own = Own::default();
    let task = asyncio::create_task(body(own.clone()));
    own.set(task.clone()).expect("set once");
    println!("main is another {}", py::current_task()? != task);
    task.await
}

pub fn main() -> Result<()> {
    asyncio::run(program())?;
    if let Err(e) = asyncio::current_task() {
        println!("without a loop {}", py::err(&e.into()));
    }
    Ok(())
}
