//! RUN-05: a runner leaves SIGINT to a handler that was there before; the handler stays until the loop is closed.

use asyncio::signal::{SIGINT, raise_signal};
use asyncio::{KeyboardInterrupt, Result, Runner};

async fn program() -> Result<&'static str> {
    for _ in 0..2 {
        raise_signal(SIGINT)?;
        asyncio::sleep(0.001).await?;
    }
    Ok("value")
}

async fn interrupted() -> Result<()> {
    raise_signal(SIGINT)?;
    asyncio::sleep(10).await
}

pub fn main() -> Result<()> {
    let runner = Runner::new();
    runner
        .get_loop()?
        .add_signal_handler(SIGINT, || println!("the handler gets it"))?;
    println!("{}", runner.run(program())?);
    println!("{}", runner.run(program())?);
    runner.close()?;
    match asyncio::run(interrupted()) {
        Err(e) if e.is::<KeyboardInterrupt>() => println!("caught KeyboardInterrupt"),
        other => other?,
    }
    Ok(())
}
