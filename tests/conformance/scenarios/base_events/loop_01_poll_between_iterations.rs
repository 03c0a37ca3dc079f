//! LOOP-01: the loop polls for I/O once between a callback and what it added.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use asyncio::EventLoop;

use crate::py;

fn first(event_loop: &EventLoop, mut theirs: &UnixStream) -> io::Result<()> {
    println!("first");
    theirs.write_all(b"x")?;
    let added = event_loop.clone();
    event_loop.call_soon(move || second(&added));
    Ok(())
}

fn second(event_loop: &EventLoop) {
    println!("second");
    let added = event_loop.clone();
    event_loop.call_soon(move || third(&added));
}

fn third(event_loop: &EventLoop) {
    println!("third");
    event_loop.stop();
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = py::exact_loop()?;
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let ours = Rc::new(ours);
    let readable = {
        let ours = ours.clone();
        move || -> io::Result<()> {
            println!("readable {}", py::recv(&ours)?);
            Ok(())
        }
    };
    event_loop.add_reader(&ours, readable)?;
    let theirs = Rc::new(theirs);
    event_loop.call_soon({
        let (event_loop, theirs) = (event_loop.clone(), theirs.clone());
        move || first(&event_loop, &theirs)
    });
    event_loop.run_forever()?;
    event_loop.remove_reader(&ours)?;
    event_loop.close()?;
    Ok(())
}
