//! LOOP-02: in one iteration ready handles run first, then I/O callbacks, then due timers.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use crate::py;

pub fn main() -> asyncio::Result<()> {
    let event_loop = py::exact_loop()?;
    let (ours, mut theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let ours = Rc::new(ours);
    theirs.write_all(b"x")?;

    let readable = {
        let ours = ours.clone();
        move || -> io::Result<()> {
            println!("readable {}", py::recv(&ours)?);
            Ok(())
        }
    };
    let writable = {
        let (event_loop, ours) = (event_loop.clone(), ours.clone());
        move || {
            println!("writable");
            event_loop.remove_writer(&ours)
        }
    };
    let ready = {
        let event_loop = event_loop.clone();
        move || {
            println!("ready");
            event_loop.call_soon(|| println!("next iteration"));
            event_loop.call_soon(py::stop(&event_loop));
        }
    };
    event_loop.call_later(0, || println!("timer"));
    event_loop.add_writer(&ours, writable)?;
    event_loop.add_reader(&ours, readable)?;
    event_loop.call_soon(ready);
    event_loop.run_forever()?;
    event_loop.remove_reader(&ours)?;
    event_loop.close()?;
    Ok(())
}
