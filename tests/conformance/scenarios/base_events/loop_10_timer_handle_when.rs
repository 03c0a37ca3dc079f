//! LOOP-10: a timer handle tells its deadline, cancelled or not.

fn noop() {}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let early = event_loop.call_at(1000.5, noop);
    let late = event_loop.call_at(2000.25, noop);
    let again = event_loop.call_at(1000.5, noop);
    println!("when {} {}", early.when(), late.when());
    println!("the same deadline {}", again.when() == early.when());
    late.cancel();
    println!("when of a cancelled timer {}", late.when());
    event_loop.close()?;
    Ok(())
}
