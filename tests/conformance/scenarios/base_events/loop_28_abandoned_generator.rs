//! LOOP-28: a generator that is dropped at a yield is closed by a task of the loop.

use asyncio::{
    AnyTask, AsyncGenerator, ContextVar, Error, EventLoop, ExceptionContext, Result, ValueError,
};

use crate::py;

static VAR: ContextVar<&str> = ContextVar::new("var");

fn handler(_: &EventLoop, context: &ExceptionContext) {
    let error = context.exception().unwrap();
    println!(
        "reported: {} {}('{error}')",
        context.message(),
        error.type_name()
    );
}

fn generator(name: &'static str, main: &AnyTask, error: Option<Error>) -> AsyncGenerator<u32> {
    let main = main.clone();
    AsyncGenerator::new(async move |y| {
        let emitted = async {
            for number in 0..10 {
                y.emit(number).await?;
            }
            Ok(())
        };
        let emitted = emitted.await;
        let place = match py::current_task()? == main {
            true => "in main",
            false => "in a task of its own",
        };
        println!(
            "cleaning up {name} {place} {}",
            VAR.get().unwrap_or("unset")
        );
        asyncio::sleep(0).await?;
        println!("cleaned up {name}");
        error.map_or(emitted, Err)
    })
}

async fn consume(name: &'static str, main: &AnyTask, error: Option<Error>) -> Result<()> {
    let numbers = generator(name, main, error);
    while let Some(number) = numbers.next().await {
        if number? == 2 {
            break;
        }
    }
    Ok(())
}

async fn program() -> Result<()> {
    let main = &py::current_task()?;
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    VAR.set("main's");
    consume("broken off", main, None).await?;
    println!("back in main");
    for turn in 0..5 {
        println!("turn {turn}");
        asyncio::sleep(0).await?;
    }
    let error = ValueError::with_message("at the end").into();
    consume("failing", main, Some(error)).await?;
    for _ in 0..5 {
        asyncio::sleep(0).await?;
    }
    let g = generator("exhausted", main, None);
    let mut numbers = Vec::new();
    while let Some(number) = g.next().await {
        numbers.push(number?);
    }
    println!("exhausted {numbers:?}");
    drop(generator("not begun", main, None));
    asyncio::sleep(0).await?;
    consume("at the very end", main, None).await?;
    println!("main ends");
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
