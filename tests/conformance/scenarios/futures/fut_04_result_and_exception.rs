//! FUT-04: result() and exception() of a future that is pending, done, failed and cancelled.

use asyncio::prelude::*;
use asyncio::{Future, ValueError};

use crate::py;

fn show(name: &str, future: &Future<&'static str>) {
    println!(
        "{name} done {} cancelled {}",
        future.done(),
        future.cancelled()
    );
    match future.result() {
        Ok(result) => println!("  result {result}"),
        Err(e) => println!("  result raises {}", py::err(&e)),
    }
    match future.exception() {
        Ok(None) => println!("  exception none"),
        Ok(Some(exception)) => println!("  exception {}", py::err(&exception)),
        Err(e) => println!("  exception raises {}", py::err(&e)),
    }
}

async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    show("pending", &future);
    future.set_result("value")?;
    show("result", &future);

    let future = event_loop.create_future();
    future.set_exception(ValueError::with_message("boom"))?;
    show("exception", &future);
    show("exception again", &future);

    let future = event_loop.create_future();
    future.cancel();
    show("cancelled", &future);

    let future = event_loop.create_future();
    future.cancel_with("a message");
    show("cancelled with a message", &future);
    show("and again", &future);
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
