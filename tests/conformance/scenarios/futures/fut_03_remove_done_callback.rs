//! FUT-03: remove_done_callback removes every registration of the callback and counts them.

use asyncio::Future;
use asyncio::prelude::*;

fn twice(_future: &Future<()>) {
    println!("never");
}

fn once(_future: &Future<()>) {
    println!("once");
}

async fn program() -> asyncio::Result<()> {
    let future = asyncio::get_running_loop()?.create_future();
    let twice = future.add_done_callback(twice);
    let once = future.add_done_callback(once);
    future.add_done_callback_again(&twice);
    println!("removed {}", future.remove_done_callback(&twice));
    println!("removed again {}", future.remove_done_callback(&twice));
    future.set_result(())?;
    println!(
        "after set_result, removed {}",
        future.remove_done_callback(&once)
    );
    asyncio::sleep(0).await
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
