//! COMB-21: gather() that ended with an error cannot be cancelled, and late errors are silent.

use asyncio::{EventLoop, ExceptionContext, Result, ValueError};

use crate::py;

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    println!("handler: {}", context.message());
}

async fn fail(delay: f64, text: &'static str) -> Result<()> {
    asyncio::sleep(delay).await?;
    Err(ValueError::with_message(text).into())
}

async fn work(delay: f64) -> Result<&'static str> {
    asyncio::sleep(delay).await?;
    Ok("finished")
}

async fn program() -> Result<()> {
    asyncio::get_running_loop()?.set_exception_handler(handler);
    let sibling = asyncio::create_task(work(0.03));
    let outer = asyncio::gather((fail(0.0, "first"), fail(0.01, "second"), &sibling)).future();
    if let Err(e) = (&outer).await {
        println!("{}", py::error(&e));
    }
    println!("cancel {}", outer.cancel());
    println!("sibling cancelling {}", sibling.cancelling());
    println!("sibling {}", sibling.await?);
    drop(outer);
    asyncio::sleep(0).await?;
    println!("end");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
