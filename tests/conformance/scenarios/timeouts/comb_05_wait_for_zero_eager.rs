//! COMB-05: wait_for() with no time left, under the eager task factory; a task that has ended eagerly gives its result.

use asyncio::prelude::*;
use asyncio::{Error, Result, create_task, sleep, wait_for};

async fn quick() -> Result<&'static str> {
    println!("quick starts");
    Ok("quick")
}

async fn slow() -> Result<&'static str> {
    println!("slow starts");
    let slept = sleep(60).await;
    println!("slow ends");
    slept.map(|()| "slow")
}

async fn attempt(awaitable: impl Future<Output = Result<&'static str>>) {
    match wait_for(awaitable, 0).await {
        Ok(value) => println!("result: {value}"),
        Err(error) => {
            let cause = error.cause().map_or("nothing", Error::type_name);
            println!("{} from {cause}", error.type_name());
        }
    }
}

async fn program() -> Result<()> {
    asyncio::get_running_loop()?.set_task_factory(asyncio::eager_task_factory);
    println!("a task that has ended");
    attempt(create_task(quick())).await;
    println!("a task that has suspended");
    attempt(create_task(slow())).await;
    println!("a coroutine that would not suspend");
    attempt(quick()).await;
    println!("a coroutine that would suspend");
    attempt(slow()).await;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
