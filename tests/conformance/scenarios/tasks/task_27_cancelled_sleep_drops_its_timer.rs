//! TASK-27: a cancelled sleep leaves no timer behind: the loop then waits without a limit.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use asyncio::prelude::*;
use asyncio::{EventLoop, EventLoopProxy, Future, Result};

use crate::py;

/// Prints how long the loop is prepared to wait, and wakes it at once.
fn report(timeout: Option<Duration>, event_loop: &EventLoopProxy) {
    match timeout {
        Some(Duration::ZERO) => return,
        None => println!("wait for ever"),
        Some(_) => println!("wait for a timer"),
    }
    let called = event_loop.call_soon_threadsafe(wake);
    called.expect("a loop that waits is not closed");
}

fn wake() -> Result<()> {
    let waker = WAKERS.with_borrow_mut(Vec::pop);
    Ok(waker.expect("somebody waits").set_result(())?)
}

async fn wait() -> Result<()> {
    let waker = asyncio::get_running_loop()?.create_future();
    WAKERS.with_borrow_mut(|wakers| wakers.push(waker.clone()));
    waker.await
}

async fn program() -> Result<()> {
    println!("nothing sleeps");
    wait().await?;
    let task = asyncio::create_task(asyncio::sleep(1000));
    asyncio::sleep(0).await?;
    println!("a task sleeps");
    wait().await?;
    task.cancel();
    match task.await {
        Err(e) if e.is_cancelled() => println!("the sleep is cancelled"),
        other => other?,
    }
    wait().await
}

pub fn main() -> Result<()> {
    let proxy: Rc<OnceCell<EventLoopProxy>> = Rc::default();
    let selector = py::watched_selector({
        let proxy = proxy.clone();
        move |timeout| report(timeout, proxy.get().expect("set below"))
    })?;
    let event_loop = EventLoop::builder().selector(selector).build()?;
    proxy.set(event_loop.proxy()).expect("set once");
    event_loop.run_until_complete(program())?;
    event_loop.close()?;
    Ok(())
}

thread_local! {
    static WAKERS: RefCell<Vec<Future<()>>> = const { RefCell::new(Vec::new()) };
}
