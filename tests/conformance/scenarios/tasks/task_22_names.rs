//! TASK-22: a task is called Task-N unless named; every N is new; names can be changed.

use asyncio::{Result, Task, TaskBuilder};

use crate::py;

fn number(task: &Task<()>) -> Result<u64> {
    let name = task.get_name();
    println!("begins with Task- {}", name.starts_with("Task-"));
    Ok(name.trim_start_matches("Task-").parse()?)
}

async fn body() -> Result<()> {
    println!("inside {}", py::current_task()?.get_name());
    Ok(())
}

async fn program() -> Result<()> {
    let first = asyncio::create_task(asyncio::sleep(0));
    let second = asyncio::create_task(asyncio::sleep(0));
    println!(
        "second number is greater {}",
        number(&first)? < number(&second)?
    );
    let named = TaskBuilder::new().name("worker").create(body());
    println!("named {}", named.get_name());
    first.set_name("renamed");
    println!("renamed {}", first.get_name());
    (&named).await?;
    (&first).await?;
    (&second).await?;
    println!("after the end {} {}", named.get_name(), first.get_name());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
