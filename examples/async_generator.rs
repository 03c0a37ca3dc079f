//! Asynchronous generators: coroutines that give values on their way.
//!
//!     cargo run --example async_generator
//!
//! A generator runs inside of the task that asks it for the next value. What it does after its last value, or where it
//! is when nobody asks any more, is its clean-up, which may await as well.

use asyncio::{AsyncGenerator, GeneratorExit};

/// The records of a server that gives them page by page: whoever reads them need not know of pages.
fn records(last_page: u32) -> AsyncGenerator<String> {
    AsyncGenerator::new(async move |y| {
        for page in 1..=last_page {
            for record in fetch(page).await? {
                y.emit(record).await?;
            }
        }
        Ok(())
    })
}

async fn fetch(page: u32) -> asyncio::Result<Vec<String>> {
    asyncio::sleep(0.01).await?;
    println!("  (page {page} has arrived)");
    Ok((1..=3).map(|row| format!("record {page}.{row}")).collect())
}

/// A connection that says goodbye. In Python this is `try: ... finally: ...` around the `yield`.
fn readings() -> AsyncGenerator<f64> {
    AsyncGenerator::new(async |y| {
        println!("the sensor is switched on");
        let read = async {
            let mut degrees = 20.0;
            loop {
                asyncio::sleep(0.01).await?;
                degrees += 0.5;
                y.emit(degrees).await?;
            }
        };
        let ended: asyncio::Result<()> = read.await;
        asyncio::sleep(0.01).await?; // cleaning up takes time
        let closed = ended.as_ref().is_err_and(|e| e.is::<GeneratorExit>());
        println!("the sensor is switched off, closed: {closed}");
        ended
    })
}

/// `average.asend(number)` gives the average of all numbers so far.
fn average() -> AsyncGenerator<f64, f64> {
    AsyncGenerator::with_asend(async |y| {
        let (mut sum, mut count) = (0.0, 0.0);
        let mut average = 0.0;
        while let Some(number) = y.emit(average).await? {
            sum += number;
            count += 1.0;
            average = sum / count;
        }
        Ok(())
    })
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let found = records(3);
    while let Some(record) = found.next().await {
        let record = record?;
        println!("{record}");
        if record == "record 2.1" {
            break; // page 3 is never asked for
        }
    }

    let averages = average();
    averages.next().await; // to its first `emit`
    for number in [1.0, 2.0, 6.0] {
        if let Some(average) = averages.asend(number).await {
            println!("the average is {}", average?);
        }
    }

    let sensor = readings();
    while let Some(degrees) = sensor.next().await {
        if degrees? > 21.0 {
            break;
        }
    }
    // Dropped, it would be closed a little later, by a task of the loop; this waits until it is.
    sensor.aclose().await
}
