//! INTRO-04: what a task and a future say of themselves.

use std::fmt::Debug;

use asyncio::prelude::*;
use asyncio::{Result, Task};

fn parts(thing: &impl Debug) -> String {
    let text = format!("{thing:?}");
    let after = |mark: &str, end: &[char]| {
        let rest = text.split_once(mark).map(|(_, rest)| rest);
        let part = rest.and_then(|rest| rest.split(end).next());
        part.unwrap_or("-").to_owned()
    };
    let status = after(" ", &[' ', '>']);
    let named = after(" name=\"", &['"']);
    let waits = after(" wait_for=<", &[' ']);
    if waits != "-" {
        return format!("{status} name={named} wait_for={waits}");
    }
    let callbacks = after("cb=[", &[']']).matches("()").count();
    format!("{status} name={named} callbacks={callbacks}")
}

fn status(thing: &impl Debug) -> String {
    parts(thing)
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_owned()
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let future = event_loop.create_future::<()>();
    println!("new future: {}", parts(&future));
    let awaited = future.clone();
    let body = async move { (&awaited).await };
    let task = Task::<()>::builder().name("a task").create(body);
    println!("new task: {}", parts(&task));
    asyncio::sleep(0).await?;
    println!("waiting: {}", parts(&task));
    println!("awaited: {}", parts(&future));
    let inner = task.clone();
    let outer = async move { (&inner).await };
    let waiter = Task::<()>::builder().name("waiter").create(outer);
    asyncio::sleep(0).await?;
    println!("on a task: {}", parts(&waiter));
    for _ in 0..3 {
        future.add_done_callback(|_| {});
    }
    let text = format!("{future:?}");
    let show = |yes| if yes { "True" } else { "False" };
    let (two, more) = (text.contains("<2 more>"), text.contains("more>"));
    println!("many callbacks: {} {}", show(two), show(more));
    waiter.cancel();
    println!("cancelling: {} {}", status(&waiter), status(&task));
    let ended = (&waiter).await;
    assert!(ended.is_err_and(|e| e.is_cancelled()));
    println!("cancelled: {}", parts(&waiter));
    println!("cancelled future: {}", status(&future));
    println!(
        "done: {}",
        asyncio::current_task()?.map_or_else(String::new, |task| status(&task))
    );
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
