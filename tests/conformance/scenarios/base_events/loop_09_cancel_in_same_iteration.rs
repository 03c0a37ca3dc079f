//! LOOP-09: a callback may cancel a handle that stands behind it in the ready queue.

use std::cell::OnceCell;
use std::rc::Rc;

use asyncio::Handle;

use crate::py;

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let second: Rc<OnceCell<Handle>> = Rc::default();
    event_loop.call_soon({
        let second = second.clone();
        move || {
            println!("first");
            second.get().expect("set below").cancel();
        }
    });
    let handle = event_loop.call_soon(|| println!("second"));
    second.set(handle).expect("set once");
    event_loop.call_soon(|| println!("third"));
    event_loop.call_soon(py::stop(&event_loop));
    event_loop.run_forever()?;
    event_loop.close()?;
    Ok(())
}
