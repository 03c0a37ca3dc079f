//! FUT-02: a done callback runs in the context of its registration, or in the one given.

use asyncio::prelude::*;
use asyncio::{ContextVar, Future};

static VAR: ContextVar<String> = ContextVar::new("var");

fn var() -> String {
    VAR.get().unwrap_or_else(|| "nothing".into())
}

fn report(name: &'static str) -> impl FnMut(&Future<()>) {
    move |_| {
        println!("{name} sees {}", var());
        VAR.set(format!("changed by {name}"));
    }
}

async fn program() -> asyncio::Result<()> {
    let future = asyncio::get_running_loop()?.create_future();
    VAR.set("one".into());
    future.add_done_callback(report("first"));
    VAR.set("two".into());
    future.add_done_callback(report("second"));

    let shared = asyncio::copy_context();
    shared.run(|| VAR.set("shared".into()))?;
    future.add_done_callback_in(&shared, report("third"));
    future.add_done_callback_in(&shared, report("fourth"));

    VAR.set("three".into());
    future.set_result(())?;
    asyncio::sleep(0).await?;
    println!("main sees {}", var());
    println!("shared holds {}", shared.get(&VAR).unwrap_or_default());

    future.add_done_callback(report("added late"));
    asyncio::sleep(0).await
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(program())
}
