//! LOOP-21: one callback per descriptor and direction; adding replaces, removing tells.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use asyncio::EventLoop;

use crate::py;

fn readable(
    event_loop: &EventLoop,
    ours: &Rc<UnixStream>,
    name: &'static str,
) -> impl FnMut() -> io::Result<()> + 'static {
    let (event_loop, ours) = (event_loop.clone(), ours.clone());
    move || {
        println!("{name} got {}", py::recv(&ours)?);
        event_loop.stop();
        Ok(())
    }
}

fn writable(event_loop: &EventLoop, name: &'static str) -> impl FnMut() + 'static {
    let event_loop = event_loop.clone();
    move || {
        println!("{name} can write");
        event_loop.stop();
    }
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    let (ours, mut theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let fd = Rc::new(ours);

    let (reader, writer) = (
        event_loop.remove_reader(&fd)?,
        event_loop.remove_writer(&fd)?,
    );
    println!("remove before add {reader} {writer}");
    event_loop.add_reader(&fd, readable(&event_loop, &fd, "first reader"))?;
    event_loop.add_reader(&fd, readable(&event_loop, &fd, "second reader"))?;
    theirs.write_all(b"one")?;
    event_loop.run_forever()?;

    event_loop.add_writer(&fd, writable(&event_loop, "first writer"))?;
    event_loop.add_writer(&fd, writable(&event_loop, "second writer"))?;
    event_loop.run_forever()?;

    let (first, again) = (
        event_loop.remove_writer(&fd)?,
        event_loop.remove_writer(&fd)?,
    );
    println!("remove writer {first} {again}");
    theirs.write_all(b"two")?;
    event_loop.run_forever()?;
    let (first, again) = (
        event_loop.remove_reader(&fd)?,
        event_loop.remove_reader(&fd)?,
    );
    println!("remove reader {first} {again}");

    theirs.write_all(b"three")?;
    event_loop.call_later(0.01, py::stop(&event_loop));
    event_loop.run_forever()?;
    println!("nobody reads {}", py::recv(&fd)?);
    event_loop.close()?;
    Ok(())
}
