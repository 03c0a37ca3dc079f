//! TG-12: eager children cancel three groups while the parent runs: what it awaits next is cancelled once.

use asyncio::{Result, Task, TaskGroup, current_task, gather, sleep};

async fn sleeper() -> Result<()> {
    let slept = sleep(60).await;
    if slept.is_err() {
        println!("sleeper {}", cancelling()?);
    }
    slept
}

async fn cancel(group: TaskGroup) -> Result<()> {
    group.cancel();
    Ok(())
}

fn cancelling() -> Result<usize> {
    Ok(current_task()?.map_or(0, |task| task.cancelling()))
}

pub fn main() -> Result<()> {
    asyncio::run(async {
        let sleeping = Task::<()>::builder().eager_start(true).create(sleeper());
        TaskGroup::run(async |outer| {
            TaskGroup::run(async |middle| {
                TaskGroup::run(async |inner| {
                    for group in [outer, middle, inner] {
                        let child = group.task_builder().eager_start(true);
                        child.create(cancel(group.clone()));
                    }
                    println!("parent {}", cancelling()?);
                    let gathered = gather([&sleeping]).await;
                    println!("awaited {}", cancelling()?);
                    gathered.map(drop)
                })
                .await?;
                println!("inner left {}", cancelling()?);
                Ok(())
            })
            .await?;
            println!("middle left {}", cancelling()?);
            Ok(())
        })
        .await?;
        println!("outer left {}", cancelling()?);
        let ended = match sleeping.cancelled() {
            true => "cancelled",
            false => "not cancelled",
        };
        println!("sleeping {} {ended}", sleeping.cancelling());
        Ok(())
    })
}
