//! Three hikers who wait for each other at every hut.
//!
//!     cargo run --release --example rendezvous
//!
//! A barrier holds them until the last one is there. When one gives up, the barrier is broken, and the others know.

use std::rc::Rc;

use asyncio::{Barrier, BrokenBarrierError, Result};

const HUTS: [&str; 3] = ["the valley", "the ridge", "the summit"];

#[asyncio::main]
async fn main() -> Result<()> {
    let meeting = Rc::new(Barrier::new(3)?);
    let hikers = [("Ada", 0.001), ("Bob", 0.002), ("Cy", 0.003)];
    asyncio::gather(hikers.map(|(name, pace)| hike(name, pace, meeting.clone()))).await?;
    Ok(())
}

async fn hike(name: &'static str, pace: f64, meeting: Rc<Barrier>) -> Result<()> {
    for hut in HUTS {
        asyncio::sleep(pace).await?;
        if name == "Bob" && hut == "the summit" {
            println!("{name} has blisters and turns back");
            meeting.abort().await?;
            return Ok(());
        }
        println!("{name} reaches {hut}");
        match meeting.wait().await {
            // Everybody gets a place of their own.
            Ok(0) => println!("  {name} was the first and has made tea"),
            Ok(_) => {}
            Err(e) if e.is::<BrokenBarrierError>() => {
                println!("  {name} turns back too: {e}");
                return Ok(());
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
