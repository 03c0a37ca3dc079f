//! Ctrl-C, in the way that the argument names. It interrupts itself and prints what comes of it.
//!
//! Only a program's main thread is interrupted, which a test does not have: `tests/it/runners.rs` runs this instead.
//! Try it: `cargo run -p asyncio-tasks --example interrupts waits`.

use std::fs::read_dir;

use asyncio_tasks::{
    KeyboardInterrupt, LoopTasks, Result, Runner, ValueError, create_task, get_running_loop,
    new_event_loop, run, sleep,
};
use rustix::process::{Signal, getpid, kill_process};

fn main() {
    let way = std::env::args().nth(1).unwrap_or_else(|| "waits".into());
    match way.as_str() {
        "waits" => print(run(waits())),
        "nobody watches" => interrupt(),
        "after the run" => after_the_run(),
        "before the run" => before_the_run(),
        "swallows" => print(run(swallows())),
        "fails" => print(run(fails())),
        "returns" => print(run(returns())),
        "returns an error" => print(run(returns_an_error())),
        "blocks" => print(run(blocks())),
        "blocks and goes on" => print(run(blocks_and_goes_on())),
        "twice" => print(run(twice())),
        "two runs" => two_runs(),
        "other thread" => other_thread(),
        "plain loop" => plain_loop(),
        "ignores" => print(run(ignores())),
        "leaves nothing" => leaves_nothing(),
        _ => panic!("there is no way {way:?}"),
    }
}

fn interrupt() {
    kill_process(getpid(), Signal::INT).expect("a process may send signals to itself");
}

fn print<T: std::fmt::Debug>(outcome: Result<T>) {
    match outcome {
        Ok(value) => println!("Ok {value:?}"),
        Err(error) => println!("Err {}", error.type_name()),
    }
}

/// The main task is cancelled, and has time to clean up.
async fn waits() -> Result<()> {
    get_running_loop()?.call_soon(interrupt);
    let cancelled = sleep(3600.0).await.expect_err("was interrupted");
    sleep(0.001).await?;
    println!("cleaned up after {}", cancelled.type_name());
    Err(cancelled)
}

/// Who swallows the first Ctrl-C gets the second one all the same.
async fn swallows() -> Result<()> {
    for _ in 0..2 {
        get_running_loop()?.call_soon(interrupt);
        let cancelled = sleep(3600.0).await.expect_err("was interrupted");
        println!("swallowed {}", cancelled.type_name());
    }
    Ok(())
}

async fn fails() -> Result<()> {
    get_running_loop()?.call_soon(interrupt);
    let cancelled = sleep(3600.0).await.expect_err("was interrupted");
    Err(ValueError::with_message("cleaning up failed").into())
        .map_err(|e: asyncio_tasks::Error| e.caused_by(cancelled))
}

/// The loop does not look any more: the Ctrl-C must not be lost.
async fn returns() -> Result<()> {
    interrupt();
    Ok(())
}

async fn returns_an_error() -> Result<()> {
    interrupt();
    Err(ValueError::with_message("its own").into())
}

/// A program that does not come back to its loop is ended by the second Ctrl-C.
async fn blocks() -> Result<()> {
    interrupt();
    println!("still here");
    interrupt();
    println!("not any more");
    Ok(())
}

async fn blocks_and_goes_on() -> Result<()> {
    interrupt();
    println!("still here");
    sleep(3600.0).await
}

/// Two that the loop sees: the first cancels, the second ends the run at once.
async fn twice() -> Result<()> {
    let event_loop = get_running_loop()?;
    event_loop.call_soon(interrupt);
    create_task(async {
        let cancelled = sleep(3600.0).await.expect_err("when the run has ended");
        println!("another task got {}", cancelled.type_name());
        Err::<(), _>(cancelled)
    });
    sleep(3600.0).await.expect_err("was interrupted");
    println!("does not want to end");
    event_loop.call_soon(interrupt);
    sleep(3600.0).await.expect_err("was interrupted");
    println!("gives up");
    Ok(())
}

/// For a program that was started with the signal ignored, as a shell does with one in the background.
async fn ignores() -> Result<()> {
    interrupt();
    sleep(0.0).await?;
    interrupt();
    sleep(0.0).await
}

fn after_the_run() {
    print(run(async { Ok(1) }));
    interrupt();
    println!("not any more");
}

/// Nobody watches yet.
fn before_the_run() {
    let runner = Runner::new();
    runner
        .get_loop()
        .expect("a loop")
        .call_soon(|| println!("never"));
    interrupt();
    print(runner.run(async { Ok(1) }));
}

/// Each run is interrupted for itself.
fn two_runs() {
    let runner = Runner::new();
    print(runner.run(waits()));
    print(runner.run(async { Ok(2) }));
    print(runner.run(waits()));
    print(runner.close());
}

/// Only the main thread watches.
fn other_thread() {
    let other = std::thread::spawn(|| print(run(waits())));
    other.join().expect("was ended before");
}

/// Without a `Runner` nobody watches.
fn plain_loop() {
    let event_loop = new_event_loop().expect("a loop");
    print(event_loop.run_until_complete(waits()));
}

fn leaves_nothing() {
    print(run(waits()));
    let (descriptors, threads) = (count("/proc/self/fd"), count("/proc/self/task"));
    for _ in 0..3 {
        print(run(waits()));
    }
    println!("{} more descriptors", count("/proc/self/fd") - descriptors);
    println!("{} more threads", count("/proc/self/task") - threads);
    // The watches of the runs are gone, and what was before them is back.
    let error = asyncio_tasks::Error::from(KeyboardInterrupt::new());
    println!("ends by {}", error.type_name());
    interrupt();
    println!("not any more");
}

fn count(folder: &str) -> usize {
    read_dir(folder).expect("Linux has it").count()
}
