//! LOOP-08: cancelled timers never run and delay nothing, however many there are.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::TimerHandle;

use crate::py;

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let ran = Rc::new(RefCell::new(Vec::new()));
    let survivor = |number: i32| {
        let ran = ran.clone();
        move || ran.borrow_mut().push(number)
    };
    let start = event_loop.time();
    let near: Vec<TimerHandle> = (0..300)
        .map(|i| event_loop.call_at(start + f64::from(i) / 1e6, survivor(i)))
        .collect();
    for (i, handle) in near.iter().enumerate() {
        if i % 50 != 0 {
            handle.cancel();
        }
    }
    let far: Vec<TimerHandle> = (0..300)
        .map(|i| event_loop.call_at(start + 3600.0 + f64::from(i), survivor(-1)))
        .collect();
    for handle in far {
        handle.cancel();
    }
    event_loop.call_at(start + 0.02, py::stop(&event_loop));
    event_loop.run_forever()?;
    let numbers: Vec<String> = ran.borrow().iter().map(i32::to_string).collect();
    println!("ran {}", numbers.join(" "));

    println!("the head is cancelled");
    let head = event_loop.call_later(0.001, || println!("never"));
    event_loop.call_later(0.02, py::stop(&event_loop));
    head.cancel();
    event_loop.run_forever()?;
    println!("stopped by the second timer");
    event_loop.close()?;
    Ok(())
}
