//! LOOP-20: each handle gets its own copy of the context, unless one is given to share.

use asyncio::ContextVar;

use crate::py;

static VAR: ContextVar<&str> = ContextVar::new("var");

fn change(name: &'static str) -> impl FnOnce() {
    move || {
        println!("{name} sees {}", VAR.get().unwrap_or("nothing"));
        VAR.set(name);
    }
}

pub fn main() -> asyncio::Result<()> {
    let event_loop = asyncio::new_event_loop()?;
    VAR.set("at scheduling");
    event_loop.call_soon(change("first"));
    event_loop.call_soon(change("second"));
    event_loop.call_later(0, change("timer"));
    VAR.set("after scheduling");

    let shared = asyncio::copy_context();
    event_loop.call_soon_in(&shared, change("third"));
    event_loop.call_soon_in(&shared, change("fourth"));
    event_loop.call_later_in(&shared, 0.02, change("late timer"));
    event_loop.call_later(0.04, py::stop(&event_loop));
    event_loop.run_forever()?;
    println!("outside sees {}", VAR.get().unwrap_or("nothing"));
    println!("shared holds {}", shared.get(&VAR).unwrap_or("nothing"));
    event_loop.close()?;
    Ok(())
}
