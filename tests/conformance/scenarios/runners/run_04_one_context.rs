//! RUN-04: a Runner keeps one context across its runs, apart from the caller's.

use asyncio::{ContextVar, Result, Runner};

static VAR: ContextVar<&str> = ContextVar::new("var");

async fn program(name: &'static str) -> Result<()> {
    println!("{name} sees {}", VAR.get().unwrap_or("nothing"));
    VAR.set(name);
    Ok(())
}

pub fn main() -> Result<()> {
    VAR.set("caller");
    let runner = Runner::new();
    VAR.set("caller, later");
    runner.get_loop()?;
    VAR.set("caller, after get_loop");
    runner.run(program("first"))?;
    println!("caller sees {}", VAR.get().unwrap_or("nothing"));
    runner.run(program("second"))?;

    let context = asyncio::copy_context();
    runner.run_in(&context, program("third"))?;
    println!(
        "the given context holds {}",
        context.get(&VAR).unwrap_or("nothing")
    );
    runner.run(program("fourth"))?;
    runner.close()?;
    println!("caller sees {}", VAR.get().unwrap_or("nothing"));
    Ok(())
}
