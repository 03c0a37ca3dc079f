//! RUN-06: a Runner uses one loop for all its runs; closed, it refuses to work.

use asyncio::{EventLoop, Result, Runner, RuntimeError};

use crate::py;

async fn running_loop() -> Result<EventLoop> {
    Ok(asyncio::get_running_loop()?)
}

pub fn main() -> Result<()> {
    let runner = Runner::new();
    let event_loop = runner.run(running_loop())?;
    println!(
        "the same loop again {}",
        runner.run(running_loop())? == event_loop
    );
    println!("get_loop gives it {}", runner.get_loop()? == event_loop);
    runner.close()?;
    println!("loop closed {}", event_loop.is_closed());
    runner.close()?;
    println!("closing again is fine");
    for (name, outcome) in [
        ("run", runner.run(running_loop())),
        ("get_loop", runner.get_loop()),
    ] {
        match outcome {
            Err(e) if e.is::<RuntimeError>() => println!("{name} {}", py::err(&e)),
            other => drop(other?),
        }
    }

    let unused = Runner::new();
    unused.close()?;
    let found = unused.run(running_loop())?;
    println!(
        "a Runner closed before use can still be used {}",
        found != event_loop
    );
    unused.close()
}
