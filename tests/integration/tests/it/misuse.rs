//! Mistakes in the use of the API: each is named where it is made, with the words of CPython.

use asyncio::prelude::*;
use asyncio::{
    Error, InvalidStateError, Runner, RuntimeError, Task, TaskGroup, Timeout, ValueError,
};

#[track_caller]
fn assert_runtime_error(error: impl Into<Error>, text: &str) {
    let error = error.into();
    assert!(error.is::<RuntimeError>(), "{error:?}");
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_loop_that_is_closed() {
    let event_loop = asyncio::new_event_loop().unwrap();
    event_loop.close().unwrap();
    event_loop.close().unwrap();
    let text = "Event loop is closed";
    assert_runtime_error(event_loop.run_forever().unwrap_err(), text);
    assert_runtime_error(
        event_loop.run_until_complete(async { Ok(()) }).unwrap_err(),
        text,
    );
    let error = event_loop.call_soon_threadsafe(|| ()).unwrap_err();
    assert_runtime_error(error, text);
}

#[test]
#[should_panic(expected = "RuntimeError: Event loop is closed")]
fn a_callback_for_a_closed_loop() {
    let event_loop = asyncio::new_event_loop().unwrap();
    event_loop.close().unwrap();
    event_loop.call_soon(|| ());
}

#[test]
#[should_panic(expected = "RuntimeError: no running event loop")]
fn a_task_without_a_loop() {
    asyncio::create_task(async { Ok(()) });
}

#[test]
fn a_loop_where_there_is_none() {
    let text = "no running event loop";
    assert_runtime_error(asyncio::get_running_loop().unwrap_err(), text);
    assert_runtime_error(asyncio::current_task().unwrap_err(), text);
    assert!(asyncio::get_event_loop().is_err());
}

#[asyncio::test]
async fn a_loop_within_a_loop() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let error = asyncio::run(async { Ok(()) }).unwrap_err();
    assert_runtime_error(
        error,
        "asyncio.run() cannot be called from a running event loop",
    );
    let error = Runner::new().run(async { Ok(()) }).unwrap_err();
    assert_runtime_error(
        error,
        "Runner.run() cannot be called from a running event loop",
    );
    let error = event_loop.run_forever().unwrap_err();
    assert_runtime_error(error, "This event loop is already running");
    let error = event_loop.close().unwrap_err();
    assert_runtime_error(error, "Cannot close a running event loop");

    let other = asyncio::new_event_loop()?;
    let error = other.run_forever().unwrap_err();
    assert_runtime_error(
        error,
        "Cannot run the event loop while another loop is running",
    );
    Ok(other.close()?)
}

#[test]
fn a_runner_that_is_closed() {
    let runner = Runner::new();
    runner.run(async { Ok(()) }).unwrap();
    runner.close().unwrap();
    let error = runner.run(async { Ok(()) }).unwrap_err();
    assert_runtime_error(error, "Runner is closed");
}

#[test]
fn a_loop_that_is_stopped_too_early() {
    let event_loop = asyncio::new_event_loop().unwrap();
    let never = event_loop.create_future::<()>();
    event_loop.stop();
    let error = event_loop.run_until_complete(never).unwrap_err();
    assert_runtime_error(error, "Event loop stopped before Future completed.");
    event_loop.close().unwrap();
}

#[asyncio::test]
async fn a_future_that_is_set_twice() -> asyncio::Result<()> {
    let future = asyncio::get_running_loop()?.create_future();
    assert!(future.result().unwrap_err().is::<InvalidStateError>());
    future.set_result(1)?;
    assert!(future.set_result(2).is_err());
    assert!(future.set_exception(asyncio::TimeoutError::new()).is_err());
    assert!(!future.cancel());
    assert_eq!(future.result()?, 1);
    Ok(())
}

#[asyncio::test]
async fn a_result_that_is_taken_twice() -> asyncio::Result<()> {
    let task = asyncio::create_task(async { Ok(String::from("only once")) });
    let other_handle = task.clone();
    assert_eq!(task.await?, "only once");
    let error = other_handle.await.unwrap_err();
    assert!(error.is::<InvalidStateError>(), "{error:?}");
    Ok(())
}

#[asyncio::test]
async fn a_task_that_waits_for_itself() -> asyncio::Result<()> {
    let own = asyncio::get_running_loop()?.create_future();
    let task = asyncio::create_task({
        let own = own.clone();
        async move {
            let myself: asyncio::Task<()> = own.await?;
            myself.await
        }
    });
    own.set_result(task.clone())?;
    let error = task.await.unwrap_err();
    assert!(error.to_string().starts_with("Task cannot await on itself"));
    Ok(())
}

#[test]
fn a_future_of_another_loop() {
    let other = asyncio::new_event_loop().unwrap();
    let theirs = other.create_future::<()>();
    let error = asyncio::run(theirs.clone().into_future()).unwrap_err();
    assert!(error.to_string().contains("attached to a different loop"));
    other.close().unwrap();
}

#[asyncio::test]
async fn a_value_that_makes_no_sense() -> asyncio::Result<()> {
    let no_tasks: [Task<()>; 0] = [];
    let errors = [
        asyncio::sleep(f64::NAN).await.unwrap_err(),
        asyncio::wait(no_tasks).await.unwrap_err(),
        asyncio::StreamReader::new(0).unwrap_err().into(),
        asyncio::open_connection("127.0.0.1", 1)
            .limit(0)
            .await
            .unwrap_err(),
        asyncio::open_connection(None, None).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is::<ValueError>(), "{error:?}");
    }
    Ok(())
}

#[asyncio::test]
async fn a_group_that_has_ended() -> asyncio::Result<()> {
    let mut left = None;
    TaskGroup::run(async |group| {
        left = Some(group.clone());
        Ok(())
    })
    .await?;
    let late = left.unwrap().create_task(async { Ok(()) });
    let error = late.await.unwrap_err();
    assert!(error.is::<RuntimeError>());
    assert!(error.to_string().ends_with("is finished"), "{error}");
    Ok(())
}

#[asyncio::test]
async fn a_timeout_that_is_used_twice() -> asyncio::Result<()> {
    let timeout = Timeout::new(None);
    timeout.enter(async |_| Ok(())).await?;
    let again = timeout.enter(async |_| Ok(())).await;
    assert_runtime_error(again.unwrap_err(), "Timeout has already been entered");
    let error = timeout.reschedule(Some(1.0)).unwrap_err();
    assert!(error.is::<RuntimeError>(), "{error:?}");
    Ok(())
}

#[test]
#[should_panic(expected = "RuntimeError: no running event loop")]
fn a_connection_without_a_loop() {
    drop(asyncio::open_connection("127.0.0.1", 1));
}

#[asyncio::test]
async fn an_address_that_is_in_use() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let server = event_loop.create_server(|| (), "127.0.0.1", 0).await?;
    let address = server.sockets()[0].local_addr()?;
    let taken = event_loop
        .create_server(|| (), "127.0.0.1", address.port())
        .await;
    let error = taken.unwrap_err();
    assert_eq!(error.type_name(), "OSError");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    server.close();
    let error = server.start_serving().await.unwrap_err();
    assert!(error.to_string().ends_with("is closed"), "{error}");
    Ok(())
}

#[asyncio::test]
#[should_panic(expected = "RuntimeError: Cannot call write() after write_eof()")]
async fn a_write_after_the_end() {
    let event_loop = asyncio::get_running_loop().unwrap();
    let server = event_loop
        .create_server(|| (), "127.0.0.1", 0)
        .await
        .unwrap();
    let port = server.sockets()[0].local_addr().unwrap().port();
    let (_, mut writer) = asyncio::open_connection("127.0.0.1", port).await.unwrap();
    writer.write_eof();
    writer.write(b"one more thing");
}

#[asyncio::test]
async fn a_panic_is_an_error_of_its_task_alone() -> asyncio::Result<()> {
    let broken = asyncio::create_task(async { panic!("out of order") as asyncio::Result<()> });
    let whole = asyncio::create_task(async { Ok("in order") });
    let error = broken.await.unwrap_err();
    assert_eq!(error.type_name(), "PanicError");
    assert_eq!(error.to_string(), "panicked: out of order");
    assert_eq!(whole.await?, "in order");
    Ok(())
}
