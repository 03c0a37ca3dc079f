//! LOOP-29: functions that run in processes of their own, and what becomes of a pool whose process dies.

use std::process;

use asyncio::concurrent::{self, ALL_COMPLETED};
use asyncio::prelude::*;
use asyncio::{ProcessPoolExecutor, Result, ValueError, process_jobs};
use rustix::process::{Signal, getpid, kill_process};

use crate::py;

fn add((a, b): (i32, i32)) -> i32 {
    a + b
}

fn join((a, b): (String, String)) -> String {
    a + &b
}

fn fail(text: String) {
    asyncio::raise(ValueError::with_message(text))
}

fn square(n: i32) -> i32 {
    n * n
}

fn pid((): ()) -> u32 {
    process::id()
}

fn die((): ()) {
    let _ = kill_process(getpid(), Signal::KILL);
}

async fn with_loop(pool: ProcessPoolExecutor) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let sum = event_loop.run_in_executor(&pool, (add, (1, 2)));
    println!("sum {}", sum.await?);
    let squares = (0..5).map(|n| event_loop.run_in_executor(&pool, (square, n)));
    let squares: Vec<i32> = asyncio::gather(squares).await?;
    println!("{squares:?}");
    let failed = event_loop.run_in_executor(&pool, (fail, "boom".to_owned()));
    if let Err(e) = failed.await {
        println!("{}", py::err(&e));
    }
    let joined = pool.submit(join, ("a".to_owned(), "b".to_owned()));
    println!("wrapped {}", asyncio::wrap_future(&joined)?.await?);
    Ok(())
}

fn one_worker() -> Result<()> {
    let pool = ProcessPoolExecutor::new(1);
    asyncio::run(with_loop(pool.clone()))?;
    let squares: Result<Vec<i32>> = pool.map(square, 0..7).into_iter().collect();
    println!("{:?}", squares?);
    let squares = pool.map(square, 0..7).chunksize(3).into_iter();
    println!("{:?}", squares.collect::<Result<Vec<i32>>>()?);
    let worker = || pool.submit(pid, ()).result(None);
    println!("another process {}", worker()? != process::id());
    println!("the same one {}", worker()? == worker()?);
    pool.shutdown(concurrent::Shutdown::wait());
    if let Err(e) = pool.submit(add, (1, 2)).result(None) {
        println!("{}", py::err(&e));
    }
    Ok(())
}

fn two_jobs_each() -> Result<()> {
    let builder = ProcessPoolExecutor::builder().max_workers(1);
    let pool = builder.max_tasks_per_child(2).build()?;
    let pids = (0..4).map(|_| pool.submit(pid, ()).result(None));
    let pids = pids.collect::<Result<Vec<u32>>>()?;
    let same: Vec<_> = pids.windows(2).map(|pair| pair[0] == pair[1]).collect();
    println!("replaced {} {} {}", same[0], same[1], same[2]);
    Ok(())
}

fn broken() -> Result<()> {
    let pool = ProcessPoolExecutor::new(1);
    let died = pool.submit(die, ());
    let others = [pool.submit(add, (1, 2)), pool.submit(add, (3, 4))];
    concurrent::wait([died.clone()], None, ALL_COMPLETED);
    concurrent::wait(others.clone(), None, ALL_COMPLETED);
    let errors = others.iter().map(|future| future.exception(None));
    for error in std::iter::once(died.exception(None)).chain(errors) {
        println!("{}", error?.as_ref().map(py::err).unwrap_or_default());
    }
    if let Err(e) = pool.submit(add, (1, 2)).result(None) {
        println!("{}", py::err(&e));
    }
    Ok(())
}

pub fn main() -> Result<()> {
    process_jobs!(add, join, fail, square, pid, die);
    one_worker()?;
    two_jobs_each()?;
    broken()?;
    let builder = ProcessPoolExecutor::builder;
    let refused = [
        builder().max_workers(0).build(),
        builder().max_workers(1).max_tasks_per_child(0).build(),
    ];
    for error in refused.into_iter().filter_map(std::result::Result::err) {
        println!("{}", py::err(&error.into()));
    }
    Ok(())
}
