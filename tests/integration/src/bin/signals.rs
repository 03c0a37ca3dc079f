//! A program that meets signals in the way that its argument names: the tests of signals need a main thread, which a
//! test does not have.

use std::cell::Cell;
use std::io::{Write, stdout};
use std::rc::Rc;

use asyncio::prelude::*;
use asyncio::signal::{SIGINT, SIGTERM, SIGUSR1, SIGUSR2, raise_signal};
use asyncio::{EventLoop, Result, Runner, ValueError};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| -> Result<i32> { Ok(arguments[index].parse()?) };
    match arguments[0].as_str() {
        "removed" => removed(number(1)?),
        "closed" => closed(number(1)?),
        "dropped" => dropped(number(1)?),
        "gets one each" => gets_one_each(number(1)?),
        "sleeps" => sleeps(),
        "never idle" => never_idle(),
        "storm from a thread" => storm_from_a_thread(number(1)?),
        "storm while it blocks" => storm_while_it_blocks(number(1)?),
        "storm from outside" => storm_from_outside(),
        "two loops" => two_loops(),
        "virtual time" => virtual_time(),
        "refused" => refused(number(1)?),
        "every signal" => every_signal(),
        "shuts down" => shuts_down(),
        "swallows" => swallows(),
        "blocks" => blocks(),
        "without the option" => without_the_option(),
        "runs twice" => runs_twice(),
        "no signal" => no_signal(),
        "hangs" => hangs(),
        _ => Err(ValueError::with_message("there is no such way").into()),
    }
}

/// Says something to whoever waits for it.
fn say(line: impl std::fmt::Display) -> Result<()> {
    println!("{line}");
    Ok(stdout().flush()?)
}

fn event_loop() -> Result<EventLoop> {
    asyncio::new_event_loop()
}

fn removed(signal: i32) -> Result<()> {
    let event_loop = event_loop()?;
    for _ in 0..2 {
        event_loop.add_signal_handler(signal, || println!("never called"))?;
        assert!(event_loop.remove_signal_handler(signal)?);
    }
    raise_signal(signal)?;
    say("goes on")?;
    Ok(event_loop.close()?)
}

fn closed(signal: i32) -> Result<()> {
    let event_loop = event_loop()?;
    event_loop.add_signal_handler(signal, || println!("never called"))?;
    event_loop.close()?;
    raise_signal(signal)?;
    say("goes on")
}

/// The handler knows its loop, which is closed all the same when nobody else does.
fn dropped(signal: i32) -> Result<()> {
    let event_loop = event_loop()?;
    event_loop.add_signal_handler(signal, || println!("never called"))?;
    drop(event_loop);
    raise_signal(signal)?;
    say("goes on")
}

fn gets_one_each(signal: i32) -> Result<()> {
    let event_loop = event_loop()?;
    let stopper = event_loop.clone();
    event_loop.add_signal_handler(signal, move || {
        println!("called");
        stopper.stop();
    })?;
    for _ in 0..3 {
        raise_signal(signal)?;
        event_loop.run_forever()?;
    }
    event_loop.remove_signal_handler(signal)?;
    Ok(event_loop.close()?)
}

/// Nothing but the signal can wake it.
fn sleeps() -> Result<()> {
    let event_loop = event_loop()?;
    let stopper = event_loop.clone();
    event_loop.add_signal_handler(SIGUSR1, move || {
        println!("woken");
        stopper.stop();
    })?;
    event_loop.call_soon(|| say("sleeps"));
    event_loop.run_forever()?;
    Ok(event_loop.close()?)
}

/// There is always something ready, and no descriptor to look at.
fn never_idle() -> Result<()> {
    fn again(event_loop: &EventLoop) {
        let other = event_loop.clone();
        event_loop.call_soon(move || again(&other));
    }
    let event_loop = event_loop()?;
    let calls = Rc::new(Cell::new(0));
    for signal in [SIGUSR1, SIGUSR2] {
        let (stopper, calls) = (event_loop.clone(), calls.clone());
        event_loop.add_signal_handler(signal, move || {
            calls.set(calls.get() + 1);
            if calls.get() == 4 {
                stopper.stop();
            }
            say(format_args!("called for {signal}"))
        })?;
    }
    again(&event_loop);
    event_loop.call_soon(|| say("busy"));
    event_loop.run_forever()?;
    Ok(event_loop.close()?)
}

/// On its own thread each signal is delivered before the next is raised, so that the kernel merges none.
fn storm_from_a_thread(count: i32) -> Result<()> {
    let event_loop = event_loop()?;
    let calls = count_calls(&event_loop, SIGUSR1, count)?;
    let others = count_calls(&event_loop, SIGUSR2, i32::MAX)?;
    let thread = std::thread::spawn(move || {
        for _ in 0..count {
            raise_signal(SIGUSR2)?;
            raise_signal(SIGUSR1)?;
        }
        std::io::Result::Ok(())
    });
    event_loop.run_forever()?;
    thread.join().expect("does not panic")?;
    event_loop.run_until_complete(async { asyncio::sleep(0.0).await })?;
    event_loop.run_until_complete(async { asyncio::sleep(0.0).await })?;
    say(format_args!("{} and {}", calls.get(), others.get()))?;
    Ok(event_loop.close()?)
}

/// More than a pipe holds.
fn storm_while_it_blocks(count: i32) -> Result<()> {
    let event_loop = event_loop()?;
    let calls = count_calls(&event_loop, SIGUSR1, i32::MAX)?;
    let others = count_calls(&event_loop, SIGUSR2, 1)?;
    for _ in 0..count {
        raise_signal(SIGUSR1)?;
    }
    raise_signal(SIGUSR2)?;
    event_loop.run_forever()?;
    let counted = calls.get();
    raise_signal(SIGUSR1)?;
    event_loop.run_until_complete(async { asyncio::sleep(0.001).await })?;
    let all = (counted..=count).contains(&calls.get()) && counted > 0;
    say(format_args!("some: {all}, {} of the other", others.get()))?;
    say(format_args!("goes on: {}", calls.get() == counted + 1))?;
    Ok(event_loop.close()?)
}

/// Whoever has started it sends as many as it likes of the one signal, and then the other.
fn storm_from_outside() -> Result<()> {
    let event_loop = event_loop()?;
    let calls = count_calls(&event_loop, SIGUSR1, i32::MAX)?;
    count_calls(&event_loop, SIGUSR2, 1)?;
    event_loop.call_soon(|| say("ready"));
    event_loop.run_forever()?;
    event_loop.run_until_complete(async { asyncio::sleep(0.001).await })?;
    say(calls.get())?;
    Ok(event_loop.close()?)
}

/// The number of calls; the loop stops at `last`.
fn count_calls(event_loop: &EventLoop, signal: i32, last: i32) -> Result<Rc<Cell<i32>>> {
    let calls = Rc::new(Cell::new(0));
    event_loop.add_signal_handler(signal, {
        let (event_loop, calls) = (event_loop.clone(), calls.clone());
        move || {
            calls.set(calls.get() + 1);
            if calls.get() == last {
                event_loop.stop();
            }
        }
    })?;
    Ok(calls)
}

/// The last one gets it. What the other one does with its handler does not matter any more.
fn two_loops() -> Result<()> {
    let (first, second) = (event_loop()?, event_loop()?);
    let calls = count_calls(&first, SIGUSR1, i32::MAX)?;
    count_calls(&second, SIGUSR1, 1)?;
    raise_signal(SIGUSR1)?;
    first.run_until_complete(async { asyncio::sleep(0.001).await })?;
    second.run_forever()?;
    assert!(first.remove_signal_handler(SIGUSR1)?);
    raise_signal(SIGUSR1)?;
    second.run_until_complete(async { asyncio::sleep(0.001).await })?;
    say(format_args!("the first one had {}", calls.get()))?;
    second.close()?;
    first.close()?;
    raise_signal(SIGUSR1)?;
    say("not any more")
}

/// A loop that waits for a signal and for nothing else has not come to a dead end.
fn virtual_time() -> Result<()> {
    let event_loop = EventLoop::builder()
        .clock(asyncio::VirtualClock::new(0.0))
        .build()?;
    count_calls(&event_loop, SIGUSR1, 1)?;
    let (running, is_running) = std::sync::mpsc::channel();
    event_loop.call_soon(move || running.send(()));
    let thread = std::thread::spawn(move || {
        is_running.recv().expect("the loop runs");
        raise_signal(SIGUSR1)
    });
    event_loop.run_forever()?;
    thread.join().expect("does not panic")?;
    say(event_loop.time())?;
    Ok(event_loop.close()?)
}

fn refused(signal: i32) -> Result<()> {
    let event_loop = event_loop()?;
    let error = event_loop
        .add_signal_handler(signal, || ())
        .expect_err("is refused");
    say(format_args!("{error:?}"))?;
    let runner = Runner::builder().shutdown_signals([signal]).build();
    let error = runner.run(async { Ok(()) }).expect_err("is refused");
    say(format_args!("{error:?}"))?;
    Ok(event_loop.close()?)
}

/// All that can be caught, of the system's whole range.
fn every_signal() -> Result<()> {
    let event_loop = event_loop()?;
    let calls = Rc::new(Cell::new(0));
    let mut added = Vec::new();
    for signal in 1..=64 {
        let calls = calls.clone();
        let one_more = move || calls.set(calls.get() + 1);
        if event_loop.add_signal_handler(signal, one_more).is_ok() {
            added.push(signal);
        }
    }
    for &signal in &added {
        raise_signal(signal)?;
    }
    event_loop.run_until_complete(async { asyncio::sleep(0.001).await })?;
    say(format_args!("{} of {}", calls.get(), added.len()))?;
    Ok(event_loop.close()?)
}

#[asyncio::main(shutdown_signals)]
async fn shuts_down() -> Result<()> {
    say("waiting")?;
    let slept = asyncio::sleep(3600.0).await;
    say("cleaning up")?;
    asyncio::sleep(0.001).await?;
    say("cleaned up")?;
    slept
}

/// A clean-up that does not end.
#[asyncio::main(shutdown_signals)]
async fn hangs() -> Result<()> {
    say("waiting")?;
    let slept = asyncio::sleep(3600.0).await;
    say("cleaning up")?;
    asyncio::sleep(3600.0).await?;
    say("never printed")?;
    slept
}

#[asyncio::main(shutdown_signals)]
async fn swallows() -> Result<()> {
    say("waiting")?;
    if asyncio::sleep(3600.0).await.is_err() {
        say("stays, and ends later")?;
    }
    Ok(())
}

#[asyncio::main(shutdown_signals)]
async fn blocks() -> Result<()> {
    raise_signal(SIGTERM)?;
    say("still here")?;
    raise_signal(SIGTERM)?;
    say("never printed")
}

#[asyncio::main]
async fn without_the_option() -> Result<()> {
    say("waiting")?;
    let slept = asyncio::sleep(3600.0).await;
    say("never printed")?;
    slept
}

/// The signals are the runner's while it runs, and only those that were asked for.
fn runs_twice() -> Result<()> {
    async fn waits(signal: i32) -> Result<()> {
        asyncio::get_running_loop()?.call_soon(move || raise_signal(signal));
        let slept = asyncio::sleep(3600.0).await;
        say("cleaned up")?;
        slept
    }
    let runner = Runner::builder()
        .shutdown_signals([SIGTERM, SIGUSR1, SIGTERM])
        .build();
    for signal in [SIGTERM, SIGUSR1] {
        let error = runner.run(waits(signal)).expect_err("was interrupted");
        say(format_args!("{error:?}"))?;
    }
    let error = runner.run(waits(SIGINT)).expect_err("never returns");
    say(format_args!("{error:?}"))
}

fn no_signal() -> Result<()> {
    let runner = Runner::builder().shutdown_signals([]).build();
    runner.run(async { Ok(raise_signal(SIGINT)?) })
}
