//! FUT-05: a done future refuses another result or error; cancel() says false.

use asyncio::prelude::*;
use asyncio::{Error, Future, ValueError};

use crate::py;

fn show(name: &str, future: &Future<&'static str>) {
    println!("{name}");
    if let Err(e) = future.set_result("another").map_err(Error::from) {
        println!("  set_result {}", e.type_name());
    }
    let another = ValueError::with_message("another");
    if let Err(e) = future.set_exception(another).map_err(Error::from) {
        println!("  set_exception {}", e.type_name());
    }
    println!("  cancel {}", future.cancel_with("another"));
    println!("  cancelled {}", future.cancelled());
}

async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future();
    future.set_result("value")?;
    show("result", &future);
    println!("  result {}", future.result()?);

    let future = event_loop.create_future();
    future.set_exception(ValueError::with_message("boom"))?;
    show("exception", &future);
    if let Some(exception) = future.exception()? {
        println!("  exception {}", py::err(&exception));
    }

    let future = event_loop.create_future();
    println!("first cancel {}", future.cancel_with("first"));
    show("cancelled", &future);
    if let Err(e) = future.result() {
        println!("  result {}", py::err(&e));
    }
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
