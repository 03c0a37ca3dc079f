//! LOOP-33: debug mode warns of a slow callback or task step; otherwise nothing is said.

use asyncio::{EventLoop, Runner, VirtualClock};

use crate::py;

fn emit(level: &str, message: &str) {
    let words: Vec<&str> = message.split(' ').collect();
    let (first, last) = (words[0], words[words.len() - 1]);
    println!("{level} {first} {} {last}", &words[1][1..]);
}

async fn program(clock: VirtualClock) -> asyncio::Result<()> {
    let slow = || {
        let clock = clock.clone();
        move || clock.advance(0.2)
    };
    let event_loop = asyncio::get_running_loop()?;
    println!("threshold {}", event_loop.slow_callback_duration());
    event_loop.set_slow_callback_duration(0.15);
    for debug in [false, true] {
        event_loop.set_debug(debug);
        asyncio::sleep(0).await?;
        println!("debug {}", event_loop.get_debug());
        event_loop.call_soon(slow());
        asyncio::sleep(0).await?;
        event_loop.call_later(0, slow());
        asyncio::sleep(0.1).await?;
        println!("a slow step of the task");
        slow()();
        asyncio::sleep(0).await?;
    }
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    py::print_log(emit);
    let clock = VirtualClock::new(0.0);
    let loop_clock = clock.clone();
    let runner = Runner::builder()
        .loop_factory(move || EventLoop::builder().clock(loop_clock.clone()).build())
        .build();
    runner.run(program(clock))?;
    runner.close()
}
