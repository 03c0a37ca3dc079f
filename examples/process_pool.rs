//! Work for several processors, in processes of their own: `ProcessPoolExecutor`.
//!
//! Threads share a program's fate; a process that crashes does not take the others along. Functions and their arguments
//! must be plain, for they travel.
//!
//! ```sh
//! cargo run --release --example process_pool
//! ```

use std::process::{abort, id};

use asyncio::ProcessPoolExecutor;
use asyncio::concurrent::BrokenProcessPool;
use asyncio::prelude::*;

fn is_prime(n: u64) -> bool {
    n > 1
        && (2..)
            .take_while(|d| d * d <= n)
            .all(|d| !n.is_multiple_of(d))
}

fn parse((text, radix): (String, u32)) -> asyncio::Result<u64> {
    Ok(u64::from_str_radix(&text, radix)?)
}

fn process_number((): ()) -> u32 {
    id()
}

fn crash((): ()) {
    abort()
}

/// The attribute suits any function. It ends the program as Ctrl-C should.
#[asyncio::main]
async fn program() -> asyncio::Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let pool = ProcessPoolExecutor::new(2);

    // The loop awaits a job. For an executor of processes it is a function with its argument.
    let numbers = [
        112_272_535_095_293,
        115_797_848_077_099,
        115_797_848_077_101,
    ];
    let jobs = numbers.map(|n| event_loop.run_in_executor(&pool, (is_prime, n)));
    let primes: Vec<bool> = asyncio::gather(jobs).await?;
    for (number, is_prime) in numbers.iter().zip(primes) {
        println!("{number} is prime: {is_prime}");
    }

    // Errors travel as well.
    println!("{:?}", pool.submit(parse, ("ff".into(), 16)).await?);
    println!("{:?}", pool.submit(parse, ("xyz".into(), 16)).await?);

    let worker = pool.submit(process_number, ()).await?;
    println!("a process of its own: {}", worker != id());

    // When a worker dies, whoever waits is told.
    match pool.submit(crash, ()).await {
        Err(error) if error.is::<BrokenProcessPool>() => println!("broken: {error}"),
        other => other?,
    }
    Ok(())
}

fn main() -> asyncio::Result<()> {
    // Workers are copies of this program: here they begin to serve.
    asyncio::process_jobs!(is_prime, parse, process_number, crash);

    // Without a loop: `map` blocks for each result, in order.
    let pool = ProcessPoolExecutor::default();
    let primes = pool.map(is_prime, 0..100).chunksize(25);
    let count = primes
        .into_iter()
        .filter(|is_prime| matches!(is_prime, Ok(true)));
    println!("{} primes below 100", count.count());

    program()
}
