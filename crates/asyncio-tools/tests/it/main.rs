//! INTRO-03: the command `asyncio` looks into a program that runs.

use std::cell::RefCell;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use asyncio::{Result, Runner, Task, TaskGroup};

/// The path of a socket in a folder of its own.
fn socket() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("asyncio-tools-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir(&folder).unwrap();
    folder.join("app.sock")
}

fn asyncio(arguments: &[&str], path: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asyncio"));
    command.args(arguments).arg(path).output().unwrap()
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", err(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs `look` on another thread while the loop of this one is inspected, with the tasks that `prepare` made.
fn inspect<T: Send + 'static>(
    prepare: impl AsyncFnOnce() -> Result<Vec<Task<()>>> + 'static,
    look: impl FnOnce(PathBuf) -> T + Send + 'static,
) -> T {
    let path = socket();
    let runner = Runner::builder().inspect(&path).build();
    let looked = runner.run({
        let path = path.clone();
        async move {
            let tasks = prepare().await?;
            asyncio::sleep(0.01).await?;
            let thread = thread::spawn(move || look(path));
            while !thread.is_finished() {
                asyncio::sleep(0.001).await?;
            }
            for task in &tasks {
                task.cancel();
            }
            if !tasks.is_empty() {
                asyncio::wait(&tasks).await?;
            }
            Ok(thread.join().unwrap())
        }
    });
    runner.close().unwrap();
    fs::remove_dir(path.parent().unwrap()).unwrap();
    looked.unwrap()
}

fn named(name: &str, coro: impl Future<Output = Result<()>> + 'static) -> Task<()> {
    Task::<()>::builder().name(name).create(coro)
}

#[test]
fn intro_03_ten_thousand_tasks_in_a_tree() {
    let prepare = async || {
        let branch = async |number: usize| {
            TaskGroup::run(async |tg| {
                for leaf in 0..99 {
                    let name = format!("leaf {number}.{leaf}");
                    tg.task_builder().name(name).create(asyncio::sleep(3600));
                }
                Ok(())
            })
            .await
        };
        let tree = TaskGroup::run(async move |tg| {
            for number in 0..100 {
                let name = format!("branch {number}");
                tg.task_builder().name(name).create(branch(number));
            }
            Ok(())
        });
        Ok(vec![named("tree", tree)])
    };
    let text = inspect(prepare, |path| out(&asyncio(&["pstree"], &path)));
    let lines: Vec<_> = text.lines().collect();
    let tasks = lines.iter().filter(|line| line.contains("── (T) "));
    assert_eq!(tasks.count(), 10_002);
    let tree = lines
        .iter()
        .position(|line| *line == "└── (T) tree")
        .unwrap();
    assert_eq!(lines[tree + 2], "        ├── (T) branch 0");
    assert_eq!(lines[tree + 4], "        │       ├── (T) leaf 0.0");
    assert_eq!(text.matches("    └── (T) leaf ").count(), 100);
    assert!(
        text.contains("\n                ├── (T) leaf 99.0\n"),
        "{text}"
    );
}

#[test]
fn intro_03_the_table_and_what_programs_read() {
    let prepare = async || Ok(vec![named("evil \x1b]0;title\x07", asyncio::sleep(3600))]);
    let shown = inspect(prepare, |path| {
        let once = ["top", "--once"];
        let shown = [
            &["ps"][..],
            &["pstree"],
            &once,
            &["ps", "--json"],
            &["top", "--once", "--json"],
        ];
        shown.map(|arguments| out(&asyncio(arguments, &path)))
    });
    for text in &shown {
        assert!(text.contains("evil "), "{text}");
        assert!(!text.contains(['\x1b', '\x07']), "{text}");
    }
    assert!(
        shown[0].contains("evil \\u{1b}]0;title\\u{7}"),
        "{}",
        shown[0]
    );
    assert!(shown[0].starts_with("ID "));
    assert!(
        shown[2]
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with("LONGEST"))
    );
    assert!(shown[3].contains("\"name\": \"evil \\u001b]0;title\\u0007\""));
}

#[test]
fn intro_03_circles_have_no_tree() {
    let prepare = async || {
        let other = Rc::new(RefCell::new(None::<Task<()>>));
        let first = named("first", {
            let other = other.clone();
            async move {
                let second = other.take().unwrap();
                second.await
            }
        });
        let second = named("second", first.clone());
        other.replace(Some(second.clone()));
        Ok(vec![first, second])
    };
    let output = inspect(prepare, |path| asyncio(&["pstree"], &path));
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let text = err(&output);
    assert!(
        text.contains("await-graph contains cycles - cannot print a tree!"),
        "{text}"
    );
    let ways = [
        "cycle: first → second → first",
        "cycle: second → first → second",
    ];
    assert!(ways.iter().any(|way| text.contains(way)), "{text}");
}

#[test]
fn intro_03_a_loop_that_is_blocked_does_not_answer() {
    let path = socket();
    let (asked, done) = mpsc::channel();
    let blocked = thread::spawn({
        let path = path.clone();
        move || {
            let runner = Runner::builder().inspect(path).build();
            runner.run(async move {
                // No coroutine should do this.
                done.recv().map_err(Into::into)
            })
        }
    });
    // The file is there a moment before somebody listens.
    while UnixStream::connect(&path).is_err() {
        thread::yield_now();
    }
    let output = asyncio(&["ps", "--timeout", "0.05"], &path);
    assert!(
        err(&output).contains("no answer in 0.05 seconds"),
        "{}",
        err(&output)
    );
    asked.send(()).unwrap();
    blocked.join().unwrap().unwrap();
    let output = asyncio(&["ps"], &path);
    assert!(
        err(&output).contains("there is no such socket"),
        "{}",
        err(&output)
    );
    fs::remove_dir(path.parent().unwrap()).unwrap();
}

#[test]
fn intro_03_what_is_no_program_is_named() {
    let path = socket();
    fs::write(&path, "").unwrap();
    assert!(err(&asyncio(&["ps"], &path)).contains("it is not a socket"));
    fs::remove_file(&path).unwrap();
    let listener = UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || {
        for answer in [
            "HTTP/1.1 400 no\r\n\r\n",
            "asyncio-inspect 2\nend\n",
            "",
            "asyncio-inspect 1\ntask\tid=1\n",
        ] {
            let mut stream = listener.accept().unwrap().0;
            let mut question = [0; 24];
            stream.read_exact(&mut question).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let why = || err(&asyncio(&["ps", "--retries", "0"], &path));
    assert!(why().contains("who answers there is no asyncio loop"));
    assert!(why().contains("speaks version \"2\" of the protocol"));
    assert!(why().contains("hung up before the end"));
    assert!(why().contains("hung up before the end"));
    server.join().unwrap();
    assert!(why().contains("nobody listens there"));
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[test]
fn intro_03_the_command_line_is_checked() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_asyncio"));
        command
            .args(arguments)
            .env_remove("ASYNCIO_INSPECT")
            .output()
            .unwrap()
    };
    assert!(out(&run(&["help"])).contains("usage: asyncio COMMAND"));
    assert!(out(&run(&["--version"])).starts_with("asyncio 0."));
    for (arguments, why) in [
        (&[][..], "there is no command"),
        (&["pss"], "there is no command \"pss\""),
        (&["ps"], "there is no PATH"),
        (&["ps", "a", "b"], "unexpected argument \"b\""),
        (
            &["top", "--interval", "-1", "a"],
            "\"-1\" is no number of seconds",
        ),
        (
            &["ps", "--timeout", "0", "a"],
            "\"0\" is no number of seconds",
        ),
        (&["ps", "--what"], "invalid option '--what'"),
    ] {
        let output = run(arguments);
        assert!(!output.status.success());
        assert!(err(&output).contains(why), "{}", err(&output));
    }
}
