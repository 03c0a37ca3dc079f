//! LOOP-22: a reader removed while its callback is already queued does not run.

use std::cell::RefCell;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use asyncio::EventLoop;

use crate::py;

struct Scene {
    event_loop: EventLoop,
    ran: RefCell<Vec<usize>>,
    pairs: [(UnixStream, UnixStream); 2],
}

impl Scene {
    fn readable(&self, number: usize) -> asyncio::Result<()> {
        self.ran.borrow_mut().push(number);
        self.event_loop.remove_reader(&self.pairs[1 - number].0)?;
        let event_loop = self.event_loop.clone();
        self.event_loop.call_soon(move || {
            event_loop.call_soon(py::stop(&event_loop));
        });
        py::recv(&self.pairs[number].0)?;
        Ok(())
    }
}

pub fn main() -> asyncio::Result<()> {
    let scene = Rc::new(Scene {
        event_loop: py::exact_loop()?,
        ran: RefCell::default(),
        pairs: [UnixStream::pair()?, UnixStream::pair()?],
    });
    for (number, (ours, theirs)) in scene.pairs.iter().enumerate() {
        ours.set_nonblocking(true)?;
        (&*theirs).write_all(b"x")?;
        let callback = scene.clone();
        scene
            .event_loop
            .add_reader(ours, move || callback.readable(number))?;
    }
    scene.event_loop.run_forever()?;
    println!("both were readable, ran {}", scene.ran.borrow().len());
    let first = scene.ran.borrow()[0];
    scene.event_loop.remove_reader(&scene.pairs[first].0)?;
    scene.event_loop.close()?;
    Ok(())
}
