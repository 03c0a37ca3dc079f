//! LOOP-05: timers of one deadline all run in one iteration (their order is left open).

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::EventLoop;

type Ran = Rc<RefCell<Vec<u32>>>;

fn fired(event_loop: &EventLoop, ran: &Ran, number: u32) {
    if ran.borrow().is_empty() {
        let (next_loop, ran) = (event_loop.clone(), ran.clone());
        event_loop.call_soon(move || next_iteration(&next_loop, &ran));
    }
    ran.borrow_mut().push(number);
}

fn next_iteration(event_loop: &EventLoop, ran: &Ran) {
    ran.borrow_mut().sort();
    println!("next iteration after {:?}", ran.borrow());
    event_loop.stop();
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let ran = Ran::default();
    let when = event_loop.time() + 0.01;
    for number in 0..5 {
        let (timer_loop, ran) = (event_loop.clone(), ran.clone());
        event_loop.call_at(when, move || fired(&timer_loop, &ran, number));
    }
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
