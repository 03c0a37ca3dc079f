//! COMB-09: with an outer cancel pending CancelledError goes through although the timeout expired.

use asyncio::{Result, Timeout};

use crate::py;

async fn body(log: py::Lines) -> Result<()> {
    let ended = asyncio::timeout(0.01, async |scope| {
        if asyncio::sleep(1).await.is_err() {
            log.append(format!("first, expired {}", scope.expired()));
            py::current_task()?.cancel_with("outer");
            let slept = asyncio::sleep(1).await;
            slept.inspect_err(|e| log.append(format!("second {}", py::error(e))))?;
        }
        Ok(())
    });
    ended.await?;
    log.append("not reached");
    Ok(())
}

async fn cancelled_first(log: py::Lines) -> Result<()> {
    let scope = Timeout::after(0.01);
    let ended = scope.enter(async |_| {
        py::current_task()?.cancel_with("before the deadline");
        asyncio::sleep(1).await
    });
    let ended = ended.await;
    log.append(format!("expired {}", scope.expired()));
    ended
}

async fn attempt<C>(function: impl Fn(py::Lines) -> C) -> Result<()>
where
    C: Future<Output = Result<()>> + 'static,
{
    let log = py::Lines::default();
    let task = asyncio::create_task(function(log.clone()));
    if let Err(e) = (&task).await {
        log.append(py::error(&e));
    }
    println!("{}", log.join("\n"));
    println!(
        "cancelled {} cancelling {}",
        task.cancelled(),
        task.cancelling()
    );
    Ok(())
}

async fn program() -> Result<()> {
    attempt(body).await?;
    attempt(cancelled_first).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
