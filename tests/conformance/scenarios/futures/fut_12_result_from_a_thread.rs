//! FUT-12: wrap_future brings the outcome of a concurrent future over from another thread.

use asyncio::{ValueError, concurrent, wrap_future};

use crate::py::err;

type Source = concurrent::Future<&'static str>;

async fn from_thread(name: &str, action: impl FnOnce(Source) + Send + 'static) -> asyncio::Result<()> {
    let source = Source::new();
    let wrapped = wrap_future(&source)?;
    let thread = std::thread::spawn({
        let source = source.clone();
        move || action(source)
    });
    thread.join().expect("the thread does not panic");
    println!("{name} source done {} wrapped done {}", source.done(), wrapped.done());
    match wrapped.await {
        Ok(value) => println!("{name} {value}"),
        Err(e) => println!("{name} raises {}", err(&e)),
    }
    Ok(())
}

pub fn main() -> asyncio::Result<()> {
    asyncio::run(async {
        from_thread("result", |source| source.set_result("value").unwrap()).await?;
        from_thread("exception", |source| {
            source.set_exception(ValueError::with_message("boom")).unwrap();
        })
        .await?;
        from_thread("cancel", |source| {
            source.cancel();
        })
        .await
    })
}
