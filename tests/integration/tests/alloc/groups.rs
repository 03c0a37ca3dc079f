//! `gather`, `wait` and task groups.

use asyncio::{Task, TaskGroup};

use crate::{ROUNDS, WARM_UP, allocations};

/// Beside its tasks.
#[asyncio::test(debug = false)]
async fn gather() -> asyncio::Result<()> {
    let pair = each(async || {
        asyncio::gather((one(), one())).await?;
        Ok(())
    });
    assert_eq!(pair.await?, 2 * TASK + 9);
    let many = each(async || {
        assert_eq!(asyncio::gather((0..8).map(|_| one())).await?.len(), 8);
        Ok(())
    });
    assert_eq!(many.await?, 8 * TASK + 23);
    Ok(())
}

/// Beside its tasks.
#[asyncio::test(debug = false)]
async fn wait() -> asyncio::Result<()> {
    let wait = each(async || {
        let tasks: [Task<()>; 2] = [(); 2].map(|()| asyncio::create_task(one()));
        let (done, _pending) = asyncio::wait(tasks).await?;
        assert_eq!(done.len(), 2);
        Ok(())
    });
    assert_eq!(wait.await?, 2 * TASK + 9);
    Ok(())
}

/// Beside its tasks.
#[asyncio::test(debug = false)]
async fn a_task_group() -> asyncio::Result<()> {
    let group = each(async || {
        TaskGroup::run(async |group| {
            group.create_task(one());
            group.create_task(one());
            Ok(())
        })
        .await
    });
    assert_eq!(group.await?, 2 * TASK + 9);
    Ok(())
}

async fn one() -> asyncio::Result<()> {
    asyncio::sleep(0.0).await
}

/// How many allocations each run of `work` takes.
async fn each(work: impl AsyncFn() -> asyncio::Result<()>) -> asyncio::Result<usize> {
    for _ in 0..WARM_UP {
        work().await?;
    }
    let before = allocations();
    for _ in 0..ROUNDS {
        work().await?;
    }
    let count = allocations() - before;
    assert_eq!(count % ROUNDS, 0, "each run needs as many");
    Ok(count / ROUNDS)
}

/// What a task allocates.
const TASK: usize = 2;
