//! LOOP-27: what the calls of an asynchronous generator do in each of its states.

use std::cell::OnceCell;
use std::fmt::Display;
use std::rc::Rc;

use asyncio::{AsyncGenerator, GeneratorExit, Result, ValueError};

use crate::py;

type Numbers = AsyncGenerator<u32, u32>;

async fn show(call: impl Future<Output = Option<Result<u32>>>) -> Result<()> {
    say(match call.await {
        None => Ok("end".to_owned()),
        Some(outcome) => outcome.map(|value| value.to_string()),
    });
    Ok(())
}

fn say(outcome: Result<impl Display>) {
    match outcome {
        Ok(value) => println!("-> {value}"),
        Err(e) => println!("raises {}", py::err(&e)),
    }
}

async fn close(generator: &Numbers) -> Result<()> {
    say(generator.aclose().await.map(|()| "None"));
    Ok(())
}

fn sends() -> Numbers {
    AsyncGenerator::with_asend(async |y| {
        let body = async {
            if let Some(x) = y.emit(1).await? {
                println!("got {x}");
            }
            y.emit(2).await
        };
        match body.await {
            Err(e) if e.is::<GeneratorExit>() => {
                println!("closing");
                asyncio::sleep(0).await?;
                println!("closed");
                Err(e)
            }
            Err(e) if e.is::<ValueError>() => {
                println!("caught {e}");
                y.emit(3).await.map(drop)
            }
            other => other.map(drop),
        }
    })
}

fn plain() -> Numbers {
    AsyncGenerator::with_asend(async |y| {
        println!("never printed");
        y.emit(1).await.map(drop)
    })
}

fn ignores() -> Numbers {
    AsyncGenerator::with_asend(async |y| {
        let _ = y.emit(1).await;
        y.emit(2).await.map(drop)
    })
}

fn fails_at_the_end() -> Numbers {
    AsyncGenerator::with_asend(async |y| {
        let _ = y.emit(1).await;
        Err(ValueError::with_message("cleaning up").into())
    })
}

fn raises() -> Numbers {
    AsyncGenerator::with_asend(async |y| {
        y.emit(1).await?;
        Err(ValueError::with_message("of the body").into())
    })
}

fn slow() -> Numbers {
    AsyncGenerator::with_asend(async |y| {
        asyncio::sleep(0.01).await?;
        y.emit(1).await.map(drop)
    })
}

fn thrown() -> ValueError {
    ValueError::with_message("thrown")
}

async fn one_by_one() -> Result<()> {
    println!("asend and anext");
    let g = sends();
    show(g.asend(5)).await?;
    show(g.next()).await?;
    show(g.asend(7)).await?;
    show(g.next()).await?;
    show(g.next()).await?;
    show(g.asend(3)).await?;
    close(&g).await?;
    println!("athrow at the start");
    let g = plain();
    show(g.athrow(thrown())).await?;
    show(g.next()).await?;
    println!("athrow");
    let g = sends();
    show(g.next()).await?;
    show(g.athrow(thrown())).await?;
    show(g.next()).await?;
    println!("aclose at the start");
    let g = plain();
    close(&g).await?;
    show(g.next()).await?;
    println!("aclose");
    let g = sends();
    show(g.next()).await?;
    close(&g).await?;
    close(&g).await?;
    show(g.next()).await?;
    println!("aclose is ignored");
    let g = ignores();
    show(g.next()).await?;
    close(&g).await?;
    show(g.next()).await?;
    close(&g).await?;
    println!("aclose fails");
    let g = fails_at_the_end();
    show(g.next()).await?;
    close(&g).await?;
    close(&g).await?;
    println!("the body raises");
    let g = raises();
    show(g.next()).await?;
    show(g.next()).await?;
    show(g.next()).await
}

async fn at_the_same_time() -> Result<()> {
    println!("already running");
    let g = Rc::new(slow());
    let next = |g: &Rc<Numbers>| {
        let g = g.clone();
        asyncio::create_task(async move { show(g.next()).await })
    };
    let task = next(&g);
    asyncio::sleep(0).await?;
    show(g.next()).await?;
    show(g.athrow(thrown())).await?;
    close(&g).await?;
    task.await?;
    show(g.next()).await?;
    println!("already closing");
    let g = Rc::new(sends());
    show(g.next()).await?;
    let closing = g.clone();
    let task = asyncio::create_task(async move { close(&closing).await });
    asyncio::sleep(0).await?;
    show(g.next()).await?;
    close(&g).await?;
    task.await?;
    println!("cancelled");
    let g = Rc::new(slow());
    let task = next(&g);
    asyncio::sleep(0).await?;
    task.cancel_with("by main");
    task.await?;
    show(g.next()).await?;
    println!("by itself");
    let own = Rc::new(OnceCell::<Numbers>::new());
    let inside = Rc::downgrade(&own);
    let g = own.get_or_init(|| {
        AsyncGenerator::with_asend(async move |y| {
            let own = inside.upgrade().unwrap();
            show(own.get().unwrap().next()).await?;
            drop(own);
            y.emit(1).await.map(drop)
        })
    });
    show(g.next()).await?;
    g.aclose().await
}

async fn program() -> Result<()> {
    one_by_one().await?;
    at_the_same_time().await
}

pub fn main() -> Result<()> {
    asyncio::run(program())
}
