//! LOOP-27: shutdown_asyncgens() closes the generators that have begun, and reports what they raise.

use asyncio::prelude::*;
use asyncio::{
    AsyncGenerator, CancelledError, Error, EventLoop, ExceptionContext, Result, ValueError,
};

fn handler(_: &EventLoop, context: &ExceptionContext) {
    let message = context.message().split(" <").next().unwrap();
    let error = context.exception().unwrap();
    let has = if context.contains("asyncgen") {
        "True"
    } else {
        "False"
    };
    println!("reported: {message} {}('{error}') {has}", error.type_name());
}

type Names = AsyncGenerator<&'static str>;

fn generator(name: &'static str, passes: u32, error: Option<Error>) -> Names {
    AsyncGenerator::new(async move |y| {
        let emitted = async {
            y.emit(name).await?;
            y.emit(name).await
        };
        let emitted = emitted.await;
        println!("cleaning up {name}");
        for _ in 0..passes {
            asyncio::sleep(0).await?;
        }
        println!("cleaned up {name}");
        error.map_or(emitted.map(drop), Err)
    })
}

async fn all(generator: &Names) -> Result<String> {
    let mut names = Vec::new();
    while let Some(name) = generator.next().await {
        names.push(format!("'{}'", name?));
    }
    Ok(format!("[{}]", names.join(", ")))
}

async fn first(generator: &Names) -> Result<&'static str> {
    generator.next().await.unwrap()
}

async fn program(kept: &mut Vec<Names>) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.set_exception_handler(handler);
    event_loop.shutdown_asyncgens().await?;
    println!("nothing to do: None");
    let fails = ValueError::with_message("at the end").into();
    for (passes, error) in [
        (1, None),
        (2, Some(fails)),
        (0, Some(CancelledError::new().into())),
    ] {
        let g = generator("one", passes, error);
        println!("{}", first(&g).await?);
        event_loop.shutdown_asyncgens().await?;
        println!("closed: None");
        println!("at the end {}", all(&g).await?);
    }
    let unstarted = generator("unstarted", 1, None);
    let finished = generator("finished", 0, None);
    println!("{}", all(&finished).await?);
    event_loop.shutdown_asyncgens().await?;
    println!("{}", all(&unstarted).await?);
    let late = generator("late", 0, None);
    println!("{}", first(&late).await?);
    event_loop.shutdown_asyncgens().await?;
    let g = generator("of run", 3, None);
    println!("{}", first(&g).await?);
    kept.push(g);
    println!("main ends");
    Ok(())
}

pub fn main() -> Result<()> {
    let kept = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let keeps = kept.clone();
    asyncio::run(async move {
        let mut generators = Vec::new();
        let ended = program(&mut generators).await;
        keeps.replace(generators);
        ended
    })?;
    drop(kept);
    Ok(())
}
