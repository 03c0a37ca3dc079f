//! Virtual time, as `#[asyncio::test(virtual_time)]` gives it to a test: a year in milliseconds, and a program that would
//! wait for ever, caught in the act.
//!
//!     cargo run --release --example virtual_time

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use asyncio::prelude::*;
use asyncio::{
    DeadlockError, EventLoop, Runner, TaskGroup, VirtualClock, create_task, get_running_loop, sleep,
};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// A thousand sensors, each of which reports once a day, and a supervisor who looks at the sum every week.
async fn year() -> asyncio::Result<u64> {
    let reports = Rc::new(Cell::new(0));
    TaskGroup::run(async |group| {
        for sensor in 0..1000 {
            let reports = reports.clone();
            group.create_task(async move {
                sleep(f64::from(sensor)).await?; // not all at the same second
                for _day in 0..365 {
                    sleep(DAY).await?;
                    reports.set(reports.get() + 1);
                }
                Ok(())
            });
        }
        for week in 1..=52 {
            sleep(7.0 * DAY).await?;
            if week % 13 == 0 {
                println!("  after week {week}: {} reports", reports.get());
            }
        }
        Ok(())
    })
    .await?;
    Ok(reports.get())
}

/// Two workers who each wait for the other to begin.
async fn after_you() -> asyncio::Result<()> {
    let event_loop = get_running_loop()?;
    let (tea, coffee) = (event_loop.create_future(), event_loop.create_future());
    let polite = {
        let (tea, coffee) = (tea.clone(), coffee.clone());
        create_task(async move {
            (&coffee).await?;
            tea.set_result(())?;
            Ok(())
        })
    };
    polite.set_name("polite");
    let politer = create_task(async move {
        (&tea).await?;
        coffee.set_result(())?;
        Ok(())
    });
    politer.set_name("politer");
    sleep(HOUR).await?;
    asyncio::gather((polite, politer)).await?;
    Ok(())
}

/// What the attribute of a test does: a loop whose clock jumps to the next deadline when nothing else is left to do.
fn in_virtual_time() -> Runner {
    let virtual_loop = || EventLoop::builder().clock(VirtualClock::new(0.0)).build();
    Runner::builder().loop_factory(virtual_loop).build()
}

fn main() -> asyncio::Result<()> {
    println!("a year");
    let start = Instant::now();
    let reports = in_virtual_time().run(year())?;
    println!("  {reports} reports, in {:.0?}", start.elapsed());

    println!("a deadlock");
    match in_virtual_time().run(after_you()) {
        Err(error) if error.is::<DeadlockError>() => println!("{error}"),
        other => println!("  a surprise: {other:?}"),
    }
    Ok(())
}
