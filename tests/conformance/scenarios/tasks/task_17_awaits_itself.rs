//! TASK-17: a task that awaits itself gets a RuntimeError.

use std::cell::OnceCell;
use std::rc::Rc;

use asyncio::{Result, RuntimeError, Task};

type Own = Rc<OnceCell<Task<&'static str>>>;

async fn body(own: Own) -> Result<&'static str> {
    let task = own.get().expect("set before the first step");
    match task.await {
        Err(e) if e.is::<RuntimeError>() => {
            let text = e.to_string();
            let start = text.split(':').next().unwrap_or_default();
            println!("caught {} {start}", e.type_name());
        }
        other => println!("never {}", other?),
    }
    Ok("value")
}

async fn program() -> Result<()> {
    let own = Own::default();
    let task = asyncio::create_task(body(own.clone()));
    own.set(task.clone()).expect("set once");
    println!("result {}", task.await?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
