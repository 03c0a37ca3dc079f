//! COMB-06: a callee that swallows the cancellation gives its value, another error keeps the TimeoutError behind it.

use asyncio::{Error, Result, ValueError};

use crate::py;

async fn stubborn() -> Result<&'static str> {
    match asyncio::sleep(1).await {
        Ok(()) => Ok("never"),
        Err(_) => Ok("swallowed"),
    }
}

async fn failing() -> Result<()> {
    asyncio::sleep(1).await.map_err(|cancelled| {
        Error::from(ValueError::with_message("cleanup failed")).caused_by(cancelled)
    })
}

async fn program() -> Result<()> {
    println!("{}", asyncio::wait_for(stubborn(), 0.01).await?);
    println!("cancelling {}", py::current_task()?.cancelling());
    if let Err(e) = asyncio::wait_for(failing(), 0.01).await {
        println!("{}", py::error(&e));
        let mut context = e.cause();
        while let Some(e) = context {
            println!("while handling {}", py::error(e));
            context = e.cause();
        }
    }
    println!("cancelling {}", py::current_task()?.cancelling());
    let task = asyncio::create_task(stubborn());
    println!("{}", asyncio::wait_for(task, 0.01).await?);
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
