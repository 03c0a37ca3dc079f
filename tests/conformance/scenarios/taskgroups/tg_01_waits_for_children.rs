//! TG-01: the group waits for all children, and children may create more while it waits.

use std::pin::Pin;

use asyncio::{Result, TaskGroup};

type Child = Pin<Box<dyn Future<Output = Result<String>>>>;

fn child(group: TaskGroup, name: String, depth: u32) -> Child {
    Box::pin(async move {
        println!("start {name}");
        asyncio::sleep(0).await?;
        if depth > 0 {
            group.create_task(child(group.clone(), format!("{name}.{depth}"), depth - 1));
        }
        asyncio::sleep(0).await?;
        println!("end {name}");
        Ok(name)
    })
}

async fn program() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        let task = group.create_task(child(group.clone(), "a".into(), 2));
        group.create_task(child(group.clone(), "b".into(), 0));
        println!("body ends, done {}", task.done());
        Ok(task)
    });
    let task = ended.await?;
    println!("after the group, done {} {}", task.done(), task.result()?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
