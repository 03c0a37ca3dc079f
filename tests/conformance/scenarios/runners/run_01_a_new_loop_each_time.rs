//! RUN-01: run() makes a new loop each time, from loop_factory if given, and closes it.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{EventLoop, Result, Runner};

type Loops = Rc<RefCell<Vec<EventLoop>>>;

async fn program(loops: Loops, name: &'static str) -> Result<&'static str> {
    loops.borrow_mut().push(asyncio::get_running_loop()?);
    Ok(name)
}

fn factory() -> Result<EventLoop> {
    println!("factory called");
    asyncio::new_event_loop()
}

pub fn main() -> Result<()> {
    let loops = Loops::default();
    println!("{}", asyncio::run(program(loops.clone(), "first"))?);
    println!("{}", asyncio::run(program(loops.clone(), "second"))?);
    let runner = Runner::builder().loop_factory(factory).build();
    println!("{}", runner.run(program(loops.clone(), "third"))?);
    runner.close()?;
    let loops = loops.take();
    let different = loops[0] != loops[1] && loops[1] != loops[2];
    println!("different loops {different}");
    let closed: Vec<String> = loops
        .iter()
        .map(|each| each.is_closed().to_string())
        .collect();
    println!("closed {}", closed.join(" "));
    Ok(())
}
