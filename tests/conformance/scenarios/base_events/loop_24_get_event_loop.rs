//! LOOP-24: get_event_loop() gives the running loop, else the one that was set; it creates none.

use asyncio::{Error, EventLoop};

use crate::py;

fn ask(place: &str, first: &EventLoop) {
    match asyncio::get_event_loop().map_err(Error::from) {
        Err(e) => {
            let text = py::text(&e);
            let start = text.split(" '").next().unwrap_or_default();
            println!("{place} {} {start}", e.type_name());
        }
        Ok(found) if found == *first => println!("{place} finds the first"),
        Ok(_) => println!("{place} finds the second"),
    }
}

pub fn main() -> asyncio::Result<()> {
    let first = asyncio::new_event_loop()?;
    let second = asyncio::new_event_loop()?;
    ask("nothing set", &first);
    asyncio::set_event_loop(Some(first.clone()));
    ask("first set", &first);
    second.call_soon({
        let (first, second) = (first.clone(), second.clone());
        move || {
            ask("in the second loop", &first);
            second.stop();
        }
    });
    second.run_forever()?;
    ask("after the run", &first);
    asyncio::set_event_loop(None);
    ask("unset", &first);
    first.close()?;
    second.close()?;
    Ok(())
}
