//! Ten thousand tasks in a tree, and a look at them from outside.
//!
//! ```sh
//! cargo run --release --example inspect -- wait &    # prints the path of the socket
//! cargo run --release -p asyncio-tools -- pstree /tmp/asyncio-inspect-example-PID.sock
//! ```
//!
//! Without `wait` the program asks itself, in a thread, as the command `asyncio` would do, and ends.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use asyncio::{Result, Runner, TaskGroup};

const BRANCHES: usize = 100;
const LEAVES: usize = 99;

/// One branch of the tree: a group of tasks that sleep, and whatever else there is to do.
async fn branch(number: usize) -> Result<()> {
    TaskGroup::run(async |tg| {
        for leaf in 0..LEAVES {
            let name = format!("leaf {number}.{leaf}");
            tg.task_builder().name(name).create(asyncio::sleep(3600));
        }
        Ok(())
    })
    .await
}

async fn tree() -> Result<()> {
    TaskGroup::run(async |tg| {
        for number in 0..BRANCHES {
            let name = format!("branch {number}");
            tg.task_builder().name(name).create(branch(number));
        }
        Ok(())
    })
    .await
}

/// What the loop does besides: it shows that nobody stops it. Gives the longest time in which it did not.
async fn heartbeat(path: &Path, wait: bool) -> Result<()> {
    let client = (!wait).then(|| {
        let path = path.to_owned();
        thread::spawn(move || look(&path))
    });
    let mut longest = Duration::ZERO;
    while client.as_ref().is_none_or(|client| !client.is_finished()) {
        let before = Instant::now();
        asyncio::sleep(0.001).await?;
        longest = longest.max(before.elapsed());
    }
    if let Some(client) = client {
        let (tasks, took) = client.join().expect("it does not panic")?;
        println!("{tasks} tasks shown, {} of them in the tree", tasks - 1);
        eprintln!("in {took:?}; the longest the loop did not get to its own work was {longest:?}");
    }
    Ok(())
}

/// Asks for all tasks, as `docs/inspection.md` describes it.
fn look(path: &Path) -> io::Result<(usize, Duration)> {
    let began = Instant::now();
    let mut stream = UnixStream::connect(path)?;
    stream.write_all(b"asyncio-inspect 1 tasks\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let tasks = answer.lines().filter(|line| line.starts_with("task\t"));
    Ok((tasks.count(), began.elapsed()))
}

fn main() -> Result<()> {
    let wait = std::env::args()
        .nth(1)
        .is_some_and(|argument| argument == "wait");
    let path: PathBuf = std::env::temp_dir().join(format!(
        "asyncio-inspect-example-{}.sock",
        std::process::id()
    ));
    let runner = Runner::builder().inspect(&path).build();
    let outcome = runner.run(async move {
        let tree = asyncio::Task::<()>::builder().name("tree").create(tree());
        asyncio::sleep(0.01).await?;
        if wait {
            println!("asyncio pstree {}", path.display());
        }
        heartbeat(&path, wait).await?;
        tree.cancel();
        asyncio::wait([&tree]).await?;
        Ok(())
    });
    runner.close()?;
    // Ctrl-C ends it by the signal, as a shell expects.
    asyncio::exit_if_asked(outcome)
}
