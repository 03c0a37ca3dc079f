//! COMB-13: an error raised while a timeout cancels the body gets a TimeoutError into its chain.

use asyncio::{Error, Result, TaskGroup, ValueError};

use crate::py::{self, KeyError};

fn chain(exc: &Error) -> String {
    let mut names = Vec::new();
    let mut exc = Some(exc);
    while let Some(e) = exc {
        names.push(e.type_name());
        exc = e.cause();
    }
    names.join(" <- ")
}

async fn child() -> Result<()> {
    asyncio::sleep(1).await.map_err(|cancelled| {
        Error::from(ValueError::with_message("child failed")).caused_by(cancelled)
    })
}

async fn program() -> Result<()> {
    let ended = asyncio::timeout(0.01, async |_| {
        let slept = asyncio::sleep(1).await;
        slept.map_err(|cancelled| Error::from(KeyError("cleanup")).caused_by(cancelled))
    });
    if let Err(e) = ended.await {
        println!("{}", chain(&e));
    }

    let ended = asyncio::timeout(0.01, async |_| {
        TaskGroup::run(async |group| {
            group.create_task(child());
            Ok(())
        })
        .await
    });
    if let Err(e) = ended.await {
        println!("{}", py::text(&e));
        println!("{}", chain(&py::members(&e)[0]));
    }

    let ended = asyncio::timeout(10, async |_| {
        let failed: Result<()> = Err(KeyError("no timeout").into());
        asyncio::sleep(0).await?;
        failed
    });
    if let Err(e) = ended.await {
        println!("{}", chain(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
