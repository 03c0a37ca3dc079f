//! INTRO-02: the graph of a task, of a future, of the current task, and of nothing.

use asyncio::prelude::*;
use asyncio::{CallGraph, Result, Task, Waitable, capture_call_graph};

fn anonymous(text: &str) -> String {
    let mut parts = text.split("id=0x");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        shown += &format!("id=ID{rest}");
    }
    shown
}

fn stack(future: &dyn Waitable, limit: Option<isize>) -> Result<usize> {
    let graph = CallGraph::of(Some(future)).limit(limit).capture()?;
    Ok(graph.map_or(0, |graph| graph.call_stack().len()))
}

async fn program() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    if let Some(current) = asyncio::current_task()? {
        current.set_name("main");
    }
    let future = event_loop.create_future();
    let waited = future.clone();
    let inner = Task::<()>::builder()
        .name("inner")
        .create(async move { (&waited).await });
    let both = [1, 2].map(|n| {
        let inner = inner.clone();
        let outer = async move { (&inner).await };
        Task::<()>::builder()
            .name(format!("outer {n}"))
            .create(outer)
    });
    asyncio::sleep(0).await?;
    asyncio::sleep(0).await?;
    let text = CallGraph::of(Some(&future)).limit(0).format()?;
    println!("{}", anonymous(&text));
    println!("{}", anonymous(&CallGraph::of(None).limit(0).format()?));
    if let Some(graph) = capture_call_graph(Some(&inner))? {
        let same = if *graph.future() == inner {
            "True"
        } else {
            "False"
        };
        let stack = if graph.call_stack().is_empty() {
            "False"
        } else {
            "True"
        };
        println!("{same} {stack} {}", graph.awaited_by().len());
    }
    println!("{}", stack(&inner, Some(1))?);
    println!("{}", stack(&inner, Some(-1))?);
    println!("{}", stack(&inner, Some(0))?);
    println!("{}", stack(&future, None)?);
    let mut file = Vec::new();
    CallGraph::of(Some(&both[0])).limit(0).print(&mut file)?;
    print!("{}", anonymous(&String::from_utf8_lossy(&file)));
    let told = event_loop.create_future();
    event_loop.call_soon({
        let told = told.clone();
        move || told.set_result(capture_call_graph(None).is_ok_and(|graph| graph.is_none()))
    });
    let none = if told.await? { "True" } else { "False" };
    println!("in a callback {none}");
    future.set_result(())?;
    asyncio::wait(&both).await?;
    let text = asyncio::format_call_graph(Some(&inner))?;
    println!("{}", anonymous(&text));
    Ok(())
}

pub fn main() -> Result<()> {
    asyncio::run(program())?;
    if let Err(e) = capture_call_graph(None) {
        println!("{e}");
    }
    Ok(())
}
