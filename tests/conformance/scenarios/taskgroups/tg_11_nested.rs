//! TG-11: nested groups give nested exception groups.

use asyncio::{Error, ExceptionGroup, Result, TaskGroup, ValueError};

use crate::py;

fn show_group(exc: &Error, indent: &str) {
    println!("{indent}{}", py::error(exc));
    for sub in py::members(exc) {
        show_group(sub, &format!("{indent}  "));
    }
}

fn show_part(part: Option<ExceptionGroup>) -> String {
    py::error(part.map(Error::from).as_ref())
}

async fn fail(text: &'static str) -> Result<()> {
    Err(ValueError::with_message(text).into())
}

async fn inner() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(fail("inner child 1"));
        group.create_task(fail("inner child 2"));
        Ok(())
    });
    ended.await
}

async fn program() -> Result<()> {
    let ended = TaskGroup::run(async |group| {
        group.create_task(inner());
        let ended = TaskGroup::run(async |second| {
            second.create_task(fail("second child"));
            Ok(())
        });
        ended.await
    });
    if let Err(e) = ended.await {
        show_group(&e, "");
        if let Some(group) = e.downcast_ref::<ExceptionGroup>() {
            let (matched, rest) = group.split::<ValueError>();
            println!("matched {} rest {}", show_part(matched), show_part(rest));
        }
    }
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
