//! COMB-26: the next attempt starts on failure or after the delay, and the first success ends the race.

use asyncio::staggered::staggered_race;
use asyncio::{IntoTimeout, Result, ValueError};

use crate::py;

async fn attempt(name: &'static str, takes: f64, log: py::Lines) -> Result<&'static str> {
    log.append(format!("start {name}"));
    let slept = asyncio::sleep(takes).await;
    slept.inspect_err(|_| log.append(format!("cancel {name}")))?;
    if name.starts_with("bad") {
        return Err(ValueError::with_message(name).into());
    }
    Ok(name)
}

fn or_dash(line: String) -> String {
    if line.is_empty() { "-".into() } else { line }
}

async fn race(
    title: &str,
    attempts: &'static [(&'static str, f64)],
    delay: impl IntoTimeout,
) -> Result<()> {
    let log = py::Lines::default();
    let shared = log.clone();
    let coro_fns = attempts.iter().map(move |(name, takes)| {
        let log = shared.clone();
        || attempt(name, *takes, log)
    });
    let (winner, index, exceptions) = staggered_race(coro_fns, delay).await?;
    let index = index.map_or_else(|| "none".into(), |index| index.to_string());
    println!("{title}: {} {index}", winner.unwrap_or("none"));
    println!("  {}", or_dash(log.join(", ")));
    let exceptions: Vec<String> = exceptions.iter().map(|e| py::error(e.as_ref())).collect();
    println!("  {}", or_dash(exceptions.join(", ")));
    Ok(())
}

async fn program() -> Result<()> {
    race("the first wins", &[("a", 0.01), ("b", 0.0)], 10).await?;
    let attempts = &[("bad", 0.01), ("b", 0.01), ("c", 0.0)];
    race("a failure starts the next", attempts, 10).await?;
    let attempts = &[("a", 10.0), ("b", 0.01), ("c", 0.0)];
    race("the delay starts the next", attempts, 0.03).await?;
    let attempts = &[("a", 0.3), ("b", 10.0)];
    race("the first wins after all", attempts, 0.02).await?;
    let attempts = &[("bad", 0.0), ("bad too", 0.02), ("c", 0.02), ("d", 0.0)];
    race("one at a time", attempts, None).await?;
    let attempts = &[("a", 10.0), ("bad", 0.0), ("c", 0.01)];
    race("no delay at all", attempts, 0).await?;
    race("all fail", &[("bad", 0.02), ("bad too", 0.01)], 0.01).await?;
    race("nobody", &[], 0.01).await?;
    println!("tasks left {}", asyncio::all_tasks()?.len());
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
