//! Tasks: order, cancellation, clean-up, contexts.

use std::rc::Rc;
use std::time::Duration;

use asyncio::{CancelledError, ContextVar, Task};

use crate::support::{said, say};

#[asyncio::test(virtual_time)]
async fn tasks_take_turns_where_they_wait() -> asyncio::Result<()> {
    async fn count(name: &str, pause: f64) -> asyncio::Result<()> {
        for number in 1..=3 {
            asyncio::sleep(pause).await?;
            say!("{name} {number}");
        }
        Ok(())
    }
    let slow = asyncio::create_task(count("slow", 0.25));
    let quick = asyncio::create_task(count("quick", 0.1));
    say!("nobody has counted yet");
    quick.await?;
    slow.await?;
    assert_eq!(
        said(),
        [
            "nobody has counted yet",
            "quick 1",
            "quick 2",
            "slow 1",
            "quick 3",
            "slow 2",
            "slow 3"
        ]
    );
    Ok(())
}

#[asyncio::test]
async fn equal_sleeps_end_in_the_order_in_which_they_began() -> asyncio::Result<()> {
    let tasks: Vec<Task<()>> = (0..5)
        .map(|number| {
            asyncio::create_task(async move {
                asyncio::sleep(0.0).await?;
                say!("{number}");
                Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await?;
    }
    assert_eq!(said(), ["0", "1", "2", "3", "4"]);
    Ok(())
}

/// Closes its account when it is cancelled, which takes time.
async fn shopkeeper() -> asyncio::Result<&'static str> {
    match asyncio::sleep(Duration::from_secs(8 * 3600)).await {
        Ok(()) => Ok("sold out"),
        Err(cancelled) => {
            say!("counting the money");
            asyncio::sleep(60.0).await?;
            say!("closed");
            Err(cancelled)
        }
    }
}

#[asyncio::test(virtual_time)]
async fn a_cancelled_task_cleans_up() -> asyncio::Result<()> {
    let task = asyncio::create_task(shopkeeper());
    asyncio::sleep(1.0).await?;
    assert!(task.cancel_with("it is late"));
    assert!(!task.cancelled());
    let error = (&task).await.unwrap_err();
    let cancelled = error.downcast_ref::<CancelledError>().unwrap();
    assert_eq!(cancelled.msg(), Some("it is late"));
    assert!(task.cancelled());
    assert!(!task.cancel());
    assert_eq!(asyncio::get_running_loop()?.time(), 61.0);
    assert_eq!(said(), ["counting the money", "closed"]);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_second_request_ends_the_clean_up() -> asyncio::Result<()> {
    let task = asyncio::create_task(shopkeeper());
    asyncio::sleep(1.0).await?;
    task.cancel();
    asyncio::sleep(1.0).await?;
    task.cancel();
    assert!((&task).await.unwrap_err().is_cancelled());
    assert_eq!(task.cancelling(), 2);
    assert_eq!(said(), ["counting the money"]);
    Ok(())
}

#[asyncio::test(virtual_time)]
async fn a_cancellation_can_be_swallowed() -> asyncio::Result<()> {
    let task = asyncio::create_task(async {
        let slept = asyncio::sleep(3600.0).await;
        Ok(slept.is_err_and(|error| error.is_cancelled()))
    });
    asyncio::sleep(0.0).await?;
    task.cancel();
    assert!((&task).await?);
    assert!(!task.cancelled());
    Ok(())
}

#[asyncio::test]
async fn cancelling_who_waits_cancels_what_it_waits_for() -> asyncio::Result<()> {
    let inner = asyncio::create_task(shopkeeper());
    let outer = asyncio::create_task(inner.clone());
    asyncio::sleep(0.0).await?;
    asyncio::sleep(0.0).await?;
    outer.cancel();
    asyncio::sleep(0.0).await?;
    assert_eq!(said(), ["counting the money"]);
    inner.cancel();
    assert!((&outer).await.unwrap_err().is_cancelled());
    assert!(inner.cancelled() && outer.cancelled());
    Ok(())
}

#[asyncio::test]
async fn a_task_that_has_not_begun_never_does() -> asyncio::Result<()> {
    let task = asyncio::create_task(async {
        say!("begun");
        Ok(())
    });
    task.cancel();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(said().is_empty());
    Ok(())
}

#[asyncio::test]
async fn every_waiter_gets_the_result() -> asyncio::Result<()> {
    let source = asyncio::create_task(async {
        asyncio::sleep(0.0).await?;
        Ok(Rc::new(String::from("news")))
    });
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let source = source.clone();
            asyncio::create_task(async move { (&source).await })
        })
        .collect();
    for reader in readers {
        assert!(Rc::ptr_eq(&reader.await?, &source.result()?));
    }
    Ok(())
}

#[asyncio::test]
async fn a_task_has_its_own_context() -> asyncio::Result<()> {
    static USER: ContextVar<&str> = ContextVar::new("user");
    USER.set("alice");
    let task = asyncio::create_task(async {
        let before = USER.get();
        USER.set("bob");
        asyncio::sleep(0.0).await?;
        Ok((before, USER.get()))
    });
    assert_eq!(task.await?, (Some("alice"), Some("bob")));
    assert_eq!(USER.get(), Some("alice"));
    Ok(())
}

#[test]
fn a_program_leaves_nothing_behind() {
    let bell = Rc::new(());
    let held = bell.clone();
    asyncio::run(async move {
        asyncio::create_task::<(), _>(async move {
            let _held = held;
            asyncio::sleep(3600.0).await
        });
        asyncio::sleep(0.0).await
    })
    .unwrap();
    assert_eq!(Rc::strong_count(&bell), 1);
}
