//! INTRO-03: a loop tells other processes what its tasks do, and nobody can keep it from its work.

use std::cell::Cell;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use asyncio_tasks::{
    Error, LoopTasks, Result, Runner, Task, create_task, get_running_loop, new_event_loop, sleep,
    wait,
};

/// A folder of its own for each test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("asyncio-inspect-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("app.sock")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Runs `main` on a loop that is inspected at the given path.
fn inspected<C>(main: impl FnOnce(PathBuf) -> C)
where
    C: Future<Output = Result<()>> + 'static,
{
    let folder = Folder::new();
    let runner = Runner::builder().inspect(folder.socket()).build();
    runner.run(main(folder.socket())).unwrap();
    assert!(folder.socket().exists());
    runner.close().unwrap();
    assert!(!folder.socket().exists());
}

/// Does something that blocks, on a thread, while the loop goes on.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let thread = thread::spawn(work);
    while !thread.is_finished() {
        sleep(0.001).await?;
    }
    Ok(thread.join().unwrap())
}

fn ask(path: &Path, question: &[u8]) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.write_all(question).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

async fn tasks(path: &Path) -> Result<String> {
    let path = path.to_owned();
    aside(move || ask(&path, b"asyncio-inspect 1 tasks\n")).await
}

/// The fields of the task of that name.
fn line<'a>(answer: &'a str, name: &str) -> &'a str {
    let field = format!("\tname={name}\t");
    answer.lines().find(|line| line.contains(&field)).unwrap()
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = line.split('\t').filter_map(|field| field.split_once('='));
    fields.find_map(|(other, value)| (other == name).then_some(value))
}

fn named(name: &str, coro: impl Future<Output = Result<()>> + 'static) -> Task<()> {
    Task::<()>::builder().name(name).create(coro)
}

#[test]
fn intro_03_every_task_is_told_of() {
    inspected(async |path| {
        let child = named("a child", sleep(3600));
        let line_of_await = Rc::new(Cell::new(0));
        let parent = named("parent", {
            let (child, line_of_await) = (child.clone(), line_of_await.clone());
            async move {
                line_of_await.set(line!() + 1);
                (&child).await
            }
        });
        sleep(0.01).await?;
        let new = named("new", sleep(3600));
        let answer = tasks(&path).await?;
        assert!(answer.starts_with("asyncio-inspect 1\nprocess\tpid="));
        assert!(answer.ends_with("\nend\ttasks=4\n"), "{answer}");
        let (child_line, parent_line) = (line(&answer, "a child"), line(&answer, "parent"));
        assert_eq!(field(child_line, "awaited_by"), field(parent_line, "id"));
        assert_eq!(field(child_line, "awaits"), Some("sleep"));
        assert_eq!(field(child_line, "state"), Some("waiting"));
        assert_eq!(field(parent_line, "awaits"), Some("task"));
        let at = field(parent_line, "at").unwrap();
        assert!(
            at.contains(&format!("inspect.rs:{}:", line_of_await.get())),
            "{at}"
        );
        assert!(
            field(parent_line, "created")
                .unwrap()
                .contains("inspect.rs:")
        );
        assert_eq!(field(child_line, "steps"), Some("1"));
        let seconds = |name| field(child_line, name).unwrap().parse::<f64>().unwrap();
        assert!(seconds("longest") > 0.0 && seconds("since") > 0.0);
        for task in [&child, &parent, &new] {
            task.cancel();
        }
        wait([child, parent, new]).await?;
        assert!(tasks(&path).await?.ends_with("\nend\ttasks=1\n"));
        Ok(())
    });
}

#[test]
fn intro_03_names_do_not_break_lines() {
    inspected(async |path| {
        let evil = named("a\tname=b\nend\\\r\x1b[2J", sleep(3600));
        let huge = named(&"x".repeat(10_000_000), sleep(3600));
        let answer = tasks(&path).await?;
        assert_eq!(answer.lines().count(), 6);
        assert!(
            answer.contains("\tname=a\\tname=b\\nend\\\\\\r\x1b[2J\t"),
            "{answer}"
        );
        assert!(answer.contains(&format!("\tname={}…\t", "x".repeat(1000))));
        evil.cancel();
        huge.cancel();
        wait([evil, huge]).await?;
        Ok(())
    });
}

#[test]
fn intro_03_a_chain_may_be_longer_than_the_stack() {
    const MANY: usize = 20_000;
    inspected(async |path| {
        let mut chain = vec![create_task(sleep(3600))];
        for _ in 0..MANY {
            let last = chain[chain.len() - 1].clone();
            chain.push(create_task(last));
        }
        sleep(0.0).await?;
        let answer = tasks(&path).await?;
        assert!(answer.ends_with(&format!("\nend\ttasks={}\n", MANY + 2)));
        assert_eq!(answer.matches("\tawaited_by=").count(), MANY);
        chain[0].cancel();
        wait(chain).await?;
        Ok(())
    });
}

#[test]
fn intro_03_a_client_that_does_not_read_delays_nobody() {
    inspected(async |path| {
        let many: Vec<_> = (0..5_000).map(|_| create_task(sleep(3600))).collect();
        let stuck: Vec<_> = (0..10)
            .map(|_| {
                let mut client = UnixStream::connect(&path).unwrap();
                client.write_all(b"asyncio-inspect 1 tasks\n").unwrap();
                client
            })
            .collect();
        let silent = UnixStream::connect(&path).unwrap();
        for _ in 0..3 {
            assert!(tasks(&path).await?.ends_with("\nend\ttasks=5001\n"));
        }
        // What they have not read is not kept for tasks that have ended.
        for task in &many {
            task.cancel();
        }
        wait(many).await?;
        drop((stuck, silent));
        assert!(tasks(&path).await?.ends_with("\nend\ttasks=1\n"));
        Ok(())
    });
}

#[test]
fn intro_03_a_hundred_clients_are_answered_or_sent_away() {
    inspected(async |path| {
        let answers = aside(move || {
            let clients = (0..100).map(|_| {
                let path = path.clone();
                thread::spawn(move || ask(&path, b"asyncio-inspect 1 tasks\n"))
            });
            let clients: Vec<_> = clients.collect();
            let answers = clients
                .into_iter()
                .map(|client| client.join().unwrap_or_default());
            answers.collect::<Vec<_>>()
        })
        .await?;
        let whole = answers
            .iter()
            .filter(|answer| answer.ends_with("\nend\ttasks=1\n"));
        assert!(whole.count() >= 64);
        Ok(())
    });
}

#[test]
fn intro_03_what_is_no_question_is_refused() {
    inspected(async |path| {
        let endless = [b'x'; 300];
        let nonsense: [&[u8]; 5] = [
            b"GET / HTTP/1.1\r\n\r\n",
            b"\n",
            b"asyncio-inspect 2 tasks\n",
            b"\xff\xfe\n",
            &endless,
        ];
        for question in nonsense.map(<[u8]>::to_vec) {
            let path = path.clone();
            let answer = aside(move || ask(&path, &question)).await?;
            assert!(
                answer.starts_with("asyncio-inspect 1\nerror\ttext="),
                "{answer}"
            );
            assert_eq!(answer.lines().count(), 2);
        }
        // Those who leave early, at any time, leave nothing behind.
        for question in [&b""[..], b"asyncio", b"asyncio-inspect 1 tasks\n"] {
            let mut client = UnixStream::connect(&path)?;
            client.write_all(question)?;
            sleep(0.0).await?;
            drop(client);
        }
        // A question may come in pieces.
        let mut client = UnixStream::connect(&path)?;
        for byte in b"asyncio-inspect 1 tasks\n" {
            client.write_all(&[*byte])?;
            sleep(0.0).await?;
        }
        let answer = aside(move || {
            let mut answer = String::new();
            client.read_to_string(&mut answer).map(|_| answer)
        });
        assert!(answer.await??.ends_with("\nend\ttasks=1\n"));
        Ok(())
    });
}

#[test]
fn intro_03_only_its_user_can_open_the_socket() {
    let folder = Folder::new();
    let event_loop = new_event_loop().unwrap();
    event_loop.inspect(folder.socket()).unwrap();
    let file = fs::symlink_metadata(folder.socket()).unwrap();
    assert_eq!(file.permissions().mode() & 0o7777, 0o600);
    // It can be moved and ended.
    let other = folder.0.join("other.sock");
    event_loop.inspect(&other).unwrap();
    assert!(!folder.socket().exists() && other.exists());
    event_loop.stop_inspecting();
    assert!(!other.exists());
    event_loop.stop_inspecting();
    event_loop.close().unwrap();
    let error = event_loop.inspect(&other).unwrap_err();
    assert_eq!(error.to_string(), "Event loop is closed");
    assert!(!other.exists());
}

#[test]
fn intro_03_nothing_but_an_abandoned_socket_is_replaced() {
    let folder = Folder::new();
    let event_loop = new_event_loop().unwrap();
    let path = folder.socket();
    let why = || {
        let error: Error = event_loop.inspect(&path).unwrap_err();
        error.to_string()
    };
    fs::write(&path, "precious").unwrap();
    assert!(why().ends_with("there is something else"), "{}", why());
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fs::remove_file(&path).unwrap();
    // Links are not followed, wherever they lead.
    let target = folder.0.join("target");
    symlink(&target, &path).unwrap();
    assert!(why().ends_with("there is something else"));
    assert!(!target.exists());
    drop(UnixListener::bind(&target).unwrap());
    assert!(why().ends_with("there is something else"));
    fs::remove_file(&path).unwrap();
    let alive = UnixListener::bind(&path).unwrap();
    assert!(why().ends_with("another loop is inspected there"));
    drop(alive);
    let abandoned = fs::symlink_metadata(&path).unwrap().ino();
    event_loop.inspect(&path).unwrap();
    assert!(UnixStream::connect(&path).is_ok());
    // What is put in its place is left alone at the end.
    fs::rename(&path, folder.0.join("away")).unwrap();
    fs::write(&path, "precious").unwrap();
    assert_ne!(fs::symlink_metadata(&path).unwrap().ino(), abandoned);
    event_loop.close().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn intro_03_a_path_that_cannot_be_fails_and_closes_the_loop() {
    let runner = Runner::builder().inspect("/nonexistent/app.sock").build();
    let error = runner.run(async { Ok(()) }).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("inspect at /nonexistent/app.sock: "),
        "{error}"
    );
    let long = format!("/tmp/{}", "x".repeat(200));
    let runner = Runner::builder().inspect(long).build();
    assert!(runner.run(async { Ok(()) }).is_err());
}

#[test]
fn intro_03_nothing_is_left_when_it_ends() {
    let open = || fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let folder = Folder::new();
    let once = || {
        let runner = Runner::builder().inspect(folder.socket()).build();
        let path = folder.socket();
        let client = runner.run(async move {
            let mut client = UnixStream::connect(&path)?;
            client.write_all(b"asyncio-inspect 1 ")?;
            sleep(0.0).await?;
            get_running_loop()?;
            Ok(client)
        });
        runner.close().unwrap();
        let mut rest = Vec::new();
        // The loop has hung up.
        assert!(
            !client
                .unwrap()
                .read_to_end(&mut rest)
                .is_ok_and(|count| count > 0)
        );
    };
    once();
    let before = open();
    for _ in 0..200 {
        once();
    }
    // Other tests open some at the same time.
    assert!(open() < before + 100);
}
