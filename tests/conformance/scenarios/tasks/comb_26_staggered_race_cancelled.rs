//! COMB-26: cancelling a staggered race cancels its attempts and waits for them; no attempt starts any more.

use asyncio::staggered::staggered_race;
use asyncio::{Result, ValueError};

use crate::py;

async fn attempt(name: &'static str, steps: usize, got: py::Lines, log: py::Lines) -> Result<()> {
    log.append(format!("start {name}"));
    if let Err(e) = asyncio::sleep(10).await {
        got.append(format!("{name} got {}", py::error(&e)));
        for _ in 0..steps {
            asyncio::sleep(0).await?;
        }
        log.append(format!("{name} ends"));
        if name == "failing" {
            return Err(ValueError::with_message(name).into());
        }
        return Err(e);
    }
    Ok(())
}

async fn program() -> Result<()> {
    for delay in [0, 10] {
        let (got, log) = (py::Lines::default(), py::Lines::default());
        let names = [("slow", 6), ("quick", 0), ("failing", 3)];
        let coro_fns = names.map(|(name, steps)| {
            let (got, log) = (got.clone(), log.clone());
            move || attempt(name, steps, got, log)
        });
        let task = asyncio::create_task(staggered_race(coro_fns, delay));
        for _ in 0..20 {
            asyncio::sleep(0).await?;
        }
        println!("cancel {}", task.cancel_with("stop"));
        if let Err(e) = (&task).await {
            log.append(format!("race {}", py::error(&e)));
        }
        // the order in which a race cancels its attempts is not defined
        got.sort();
        println!("{}", got.join(", "));
        println!("{}", log.join(", "));
        println!(
            "cancelled {} tasks left {}",
            task.cancelled(),
            asyncio::all_tasks()?.len()
        );
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
