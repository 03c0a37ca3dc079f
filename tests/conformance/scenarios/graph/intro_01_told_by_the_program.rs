//! INTRO-01: a program tells of awaits that asyncio does not see.

use asyncio::prelude::*;
use asyncio::{Result, Task, Waitable, future_add_to_awaited_by, future_discard_from_awaited_by};

fn awaiters(future: &dyn Waitable) -> Result<String> {
    let graph = asyncio::capture_call_graph(Some(future))?;
    let by = graph.iter().flat_map(|graph| graph.awaited_by());
    let mut names: Vec<_> = by.filter_map(|next| next.future().get_name()).collect();
    names.sort();
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    Ok(format!("[{}]", quoted.join(", ")))
}

async fn program() -> Result<()> {
    let future = asyncio::get_running_loop()?.create_future::<()>();
    let a = Task::<()>::builder().name("a").create(asyncio::sleep(100));
    let b = Task::<()>::builder().name("b").create(asyncio::sleep(100));
    future_add_to_awaited_by(&future, &a);
    future_add_to_awaited_by(&future, &a);
    future_add_to_awaited_by(&future, &b);
    println!("added {}", awaiters(&future)?);
    future_discard_from_awaited_by(&future, &a);
    println!("discarded {}", awaiters(&future)?);
    future_discard_from_awaited_by(&future, &a);
    future_discard_from_awaited_by(&future, &b);
    println!("empty {}", awaiters(&future)?);
    a.cancel();
    b.cancel();
    asyncio::wait([&a, &b]).await?;
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
