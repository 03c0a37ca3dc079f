//! TG-09: KeyboardInterrupt from the body cancels and awaits the children, then comes out bare.

use asyncio::{EventLoop, ExceptionContext, KeyboardInterrupt, Result, TaskGroup, ValueError};

use crate::py;

async fn waiting(name: &'static str, steps: usize, log: py::Lines) -> Result<()> {
    if let Err(cancelled) = asyncio::sleep(1).await {
        for _ in 0..steps {
            asyncio::sleep(0).await?;
        }
        log.append(format!("{name} cleaned up"));
        return Err(cancelled);
    }
    Ok(())
}

async fn fail_on_cancel(log: py::Lines) -> Result<()> {
    if asyncio::sleep(1).await.is_err() {
        log.append("child fails");
        return Err(ValueError::with_message("child").into());
    }
    Ok(())
}

fn handler(_event_loop: &EventLoop, context: &ExceptionContext) {
    let exception = py::error(context.exception());
    println!("handler: {} - {exception}", context.message());
}

async fn program(log: py::Lines) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    let ended = TaskGroup::run(async |group| {
        group.create_task(waiting("quick", 0, log.clone()));
        group.create_task(waiting("slow", 5, log.clone()));
        group.create_task(fail_on_cancel(log.clone()));
        asyncio::sleep(0).await?;
        Err(KeyboardInterrupt::with_message("from the body").into())
    });
    ended.await
}

pub fn main() -> Result<()> {
    let log = py::Lines::default();
    match asyncio::run(program(log.clone())) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("{}", py::error(&e)),
        other => other?,
    }
    log.sort();
    println!("{}", log.join(", "));
    Ok(())
}
