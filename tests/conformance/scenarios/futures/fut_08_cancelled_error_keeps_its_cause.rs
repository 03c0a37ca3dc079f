//! FUT-08: the CancelledError that ended a task reaches its awaiter with its causes, every time.

use asyncio::{CancelledError, Error, Result, ValueError};

use crate::py;

fn cause(e: &Error) -> String {
    e.cause().map_or_else(|| "none".into(), py::err)
}

async fn cancelled_for_a_reason() -> Result<()> {
    let error = Error::from(CancelledError::with_msg(Some("gave up".into())));
    Err(error.caused_by(ValueError::with_message("the reason").into()))
}

async fn program() -> Result<()> {
    let task = asyncio::create_task(cancelled_for_a_reason());
    for attempt in ["first", "second"] {
        if let Err(e) = (&task).await {
            println!("{attempt} {} cause {}", py::err(&e), cause(&e));
        }
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
