//! COMB-14: of nested timeouts only the one that expired converts, and the cancel count stays balanced.

use asyncio::{Result, Timeout, TimeoutError};

use crate::py;

async fn attempt(title: &str, outer_delay: f64, inner_delay: f64) -> Result<()> {
    let task = py::current_task()?;
    let (outer, inner) = (Timeout::after(outer_delay), Timeout::after(inner_delay));
    let ended = outer.enter(async |_| {
        let ended = inner.enter(async |_| asyncio::sleep(1).await).await;
        match ended {
            Err(e) if e.is::<TimeoutError>() => {
                println!(
                    "{title} inner TimeoutError, cancelling {}",
                    task.cancelling()
                );
            }
            other => other.inspect_err(|_| {
                println!(
                    "{title} inner CancelledError, cancelling {}",
                    task.cancelling()
                );
            })?,
        }
        asyncio::sleep(0).await?;
        println!("{title} outer body goes on");
        Ok(())
    });
    match ended.await {
        Err(e) if e.is::<TimeoutError>() => println!("{title} outer TimeoutError"),
        other => other?,
    }
    println!(
        "{title} expired {} {} cancelling {}",
        outer.expired(),
        inner.expired(),
        task.cancelling()
    );
    Ok(())
}

async fn program() -> Result<()> {
    attempt("inner first:", 1.0, 0.01).await?;
    attempt("outer first:", 0.01, 1.0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
