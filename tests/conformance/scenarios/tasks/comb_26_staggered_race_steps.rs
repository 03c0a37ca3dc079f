//! COMB-26: in which pass of the loop each attempt of a staggered race starts and ends.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::staggered::staggered_race;
use asyncio::{Handle, IntoTimeout, Result, ValueError};

struct Passes {
    count: Cell<usize>,
    handle: RefCell<Option<Handle>>,
}

impl Passes {
    fn new() -> Result<Rc<Self>> {
        let (count, handle) = (Cell::new(0), RefCell::default());
        let passes = Rc::new(Self { count, handle });
        passes.call_tick()?;
        Ok(passes)
    }

    fn call_tick(self: &Rc<Self>) -> Result<()> {
        let passes = self.clone();
        let handle = asyncio::get_running_loop()?.call_soon(move || passes.tick());
        self.handle.replace(Some(handle));
        Ok(())
    }

    fn tick(self: Rc<Self>) -> Result<()> {
        self.count.set(self.count.get() + 1);
        self.call_tick()
    }

    fn show(&self, what: &str) {
        println!("{what} in pass {}", self.count.get());
    }
}

async fn attempt(name: &'static str, steps: usize, passes: Rc<Passes>) -> Result<&'static str> {
    passes.show(&format!("start {name}"));
    for _ in 0..steps {
        let slept = asyncio::sleep(0).await;
        slept.inspect_err(|_| passes.show(&format!("cancel {name}")))?;
    }
    passes.show(&format!("end {name}"));
    if name.starts_with("bad") {
        return Err(ValueError::with_message(name).into());
    }
    Ok(name)
}

async fn race(attempts: &'static [(&'static str, usize)], delay: impl IntoTimeout) -> Result<()> {
    let passes = Passes::new()?;
    let shared = passes.clone();
    let coro_fns = attempts.iter().map(move |(name, steps)| {
        let passes = shared.clone();
        || attempt(name, *steps, passes)
    });
    let (winner, index, _exceptions) = staggered_race(coro_fns, delay).await?;
    let winner = winner.unwrap_or("none");
    let index = index.map_or_else(|| "none".into(), |index| index.to_string());
    passes.show(&format!("won by {winner} {index}"));
    if let Some(handle) = passes.handle.take() {
        handle.cancel();
    }
    Ok(())
}

async fn program() -> Result<()> {
    race(&[("a", 0), ("b", 0)], None).await?;
    race(&[("bad", 0), ("bad too", 2), ("c", 1), ("d", 0)], None).await?;
    race(&[("bad", 1), ("b", 0)], 10).await?;
    race(&[("a", 20), ("b", 10), ("bad", 0), ("d", 20)], 0).await?;
    race(&[("bad", 0), ("bad too", 0)], 0).await?;
    race(&[], 0).await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
