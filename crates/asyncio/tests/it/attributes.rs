//! `#[asyncio::test]` as its users write it.

use std::time::Instant;

#[asyncio::test]
async fn a_test_runs_on_a_loop() {
    let event_loop = asyncio::get_running_loop().unwrap();
    assert!(event_loop.is_running());
    asyncio::sleep(0.0).await.unwrap();
}

#[asyncio::test]
async fn a_test_may_return_a_result() -> asyncio::Result<()> {
    let task = asyncio::create_task(async { Ok("7".parse::<u32>()?) });
    assert_eq!(task.await?, 7);
    Ok(())
}

#[asyncio::test]
#[should_panic(expected = "left: 1")]
async fn a_panic_fails_the_test() {
    asyncio::sleep(0.0).await.unwrap();
    assert_eq!(1, 2);
}

#[asyncio::test]
#[should_panic(expected = "CancelledError: because")]
async fn a_cancelled_test_fails() {
    let me = asyncio::current_task().unwrap().unwrap();
    me.cancel_with("because");
}

#[asyncio::test(virtual_time)]
async fn virtual_time_starts_at_zero_and_jumps() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let started = Instant::now();
    assert_eq!(event_loop.time(), 0.0);
    asyncio::sleep(3600.0).await?;
    assert_eq!(event_loop.time(), 3600.0);
    assert!(started.elapsed().as_secs() < 3600);
    Ok(())
}

#[asyncio::test(debug)]
async fn debug_mode_is_an_option() -> asyncio::Result<()> {
    assert!(asyncio::get_running_loop()?.get_debug());
    Ok(())
}

#[asyncio::test(debug = false, virtual_time = false)]
async fn options_can_be_switched_off() -> asyncio::Result<()> {
    assert!(!asyncio::get_running_loop()?.get_debug());
    Ok(())
}

#[asyncio::test]
async fn what_a_test_leaves_is_cancelled() -> asyncio::Result<()> {
    asyncio::create_task::<(), _>(async {
        asyncio::sleep(3600.0).await?;
        panic!("the loop waits for it and does not cancel it");
    });
    Ok(())
}
