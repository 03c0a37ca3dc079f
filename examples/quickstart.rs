//! Coroutines, tasks, `gather`, `TaskGroup`, `timeout` and cancellation, in the order in which one meets them.
//!
//!     cargo run --example quickstart

use asyncio::{Error, TimeoutError};

/// A coroutine is an `async fn` that returns an `asyncio::Result`. Calling it runs nothing: it runs when it is
/// awaited, or when a task is made of it.
async fn brew(drink: &'static str, seconds: f64) -> asyncio::Result<&'static str> {
    println!("  {drink}: on the stove");
    asyncio::sleep(seconds).await?; // other tasks run meanwhile
    println!("  {drink}: ready");
    Ok(drink)
}

// `#[asyncio::main]` makes a loop, runs this coroutine on it, and cleans up behind it, as `asyncio.run(main())` does.
#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    println!("one after the other");
    brew("tea", 0.02).await?;
    brew("coffee", 0.01).await?;

    // A task runs by itself from now on. Its handle can be awaited, cancelled, cloned, or dropped: the task goes on.
    println!("at the same time, as tasks");
    let tea = asyncio::create_task(brew("tea", 0.02));
    let coffee = asyncio::create_task(brew("coffee", 0.01));
    println!("  not even begun: the tasks get their turn when this one waits");
    println!("  served: {} and {}", tea.await?, coffee.await?);

    // The results come in the order of the arguments, whoever is ready first.
    println!("at the same time, with gather");
    let (first, second) = asyncio::gather((brew("tea", 0.02), brew("coffee", 0.01))).await?;
    println!("  served: {first} and {second}");

    // No task outlives its group. If one fails, the others are cancelled, and the group reports the failure.
    println!("at the same time, in a group");
    let kinds = ["tea", "coffee", "soup"];
    asyncio::TaskGroup::run(async |group| {
        // The body of the group runs in this very task, so it may use what is around it.
        for (kind, seconds) in kinds.into_iter().zip([0.02, 0.01, 0.03]) {
            group.create_task(brew(kind, seconds));
        }
        Ok(())
    })
    .await?;

    println!("not for longer than 0.02 seconds");
    let in_time = asyncio::timeout(0.02, async |_| brew("stew", 3600.0).await).await;
    match in_time {
        Err(error) if error.is::<TimeoutError>() => println!("  no stew today"),
        other => println!("  a surprise: {other:?}"),
    }

    // A request to cancel is an error of the await where the task stands. The task may clean up, and await again.
    println!("cancelled");
    let roast = asyncio::create_task(async {
        let roasted = brew("roast", 3600.0).await;
        if roasted.as_ref().is_err_and(Error::is_cancelled) {
            println!("  roast: cancelled, turning off the oven");
            asyncio::sleep(0.01).await?;
            println!("  roast: the oven is cold");
        }
        roasted // whoever swallows a cancellation ends as if it had never come
    });
    asyncio::sleep(0.01).await?;
    roast.cancel();
    let outcome = (&roast).await; // by reference, so that the handle can be used below
    println!("  awaiting it: {}", outcome.unwrap_err().type_name());
    println!("  roast.cancelled(): {}", roast.cancelled());
    Ok(())
}
