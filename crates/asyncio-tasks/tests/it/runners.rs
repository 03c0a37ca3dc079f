//! `run` and `Runner`: how a program begins and ends, Ctrl-C included.

use std::cell::{Cell, RefCell};
use std::fs::read_dir;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::rc::Rc;
use std::sync::Once;

use asyncio_tasks::{
    Context, ContextVar, EventLoop, KeyboardInterrupt, LoopTasks, Result, Runner, RuntimeError,
    SystemExit, create_task, current_task, get_event_loop, get_running_loop, new_event_loop, run,
    sleep,
};
use rustix::process::Signal;

use crate::support::{Log, pass, text, value_error};

#[test]
fn the_outcome_of_main_is_the_outcome_of_the_run() {
    assert_eq!(run(async { Ok(5) }).unwrap(), 5);
    let failed = run(async { Err::<(), _>(value_error("x")) });
    assert_eq!(text(&failed.unwrap_err()), "ValueError: x");
    let cancelled = run(async {
        current_task()?.unwrap().cancel_with("by itself");
        sleep(1.0).await
    });
    assert_eq!(text(&cancelled.unwrap_err()), "CancelledError: by itself");
    let panicked = run(async {
        if true {
            panic!("on purpose");
        }
        Ok(())
    });
    assert_eq!(
        text(&panicked.unwrap_err()),
        "PanicError: panicked: on purpose"
    );
}

#[test]
fn what_may_be_run_is_anything_that_becomes_a_future() {
    assert_eq!(run(std::future::ready(Ok(1))).unwrap(), 1);
    let boxed: std::pin::Pin<Box<dyn std::future::Future<Output = Result<u32>>>> =
        Box::pin(async { Ok(2) });
    assert_eq!(run(boxed).unwrap(), 2);
}

#[test]
fn a_run_inside_of_a_run_is_refused() {
    run(async {
        let error = run(async { Ok(()) }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "asyncio.run() cannot be called from a running event loop"
        );
        let error = Runner::new().run(async { Ok(()) }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Runner.run() cannot be called from a running event loop"
        );
        let event_loop = get_running_loop()?;
        let error = event_loop.run_until_complete(async { Ok(()) });
        assert_eq!(
            error.unwrap_err().to_string(),
            "This event loop is already running"
        );
        Ok(())
    })
    .unwrap();
}

#[test]
fn tasks_that_main_leaves_are_cancelled_and_awaited() {
    let log = Log::default();
    run({
        let log = log.clone();
        async move {
            for n in 0..3 {
                let log = log.clone();
                create_task(async move {
                    let cancelled = sleep(3600.0).await.unwrap_err();
                    pass(n).await?;
                    log.add(format!("{n} ends"));
                    Err::<(), _>(cancelled)
                });
            }
            pass(1).await
        }
    })
    .unwrap();
    assert_eq!(log.take(), ["0 ends", "1 ends", "2 ends"]);
}

#[test]
fn what_goes_wrong_at_the_end_is_reported() {
    let log = Log::default();
    run({
        let log = log.clone();
        async move {
            get_running_loop()?.set_exception_handler(move |_, report| {
                let error = report.exception().map(text).unwrap_or_default();
                log.add(format!("{}: {error}", report.message()));
            });
            create_task(async {
                sleep(3600.0).await.unwrap_err();
                Err::<(), _>(value_error("while cleaning up"))
            });
            create_task(async {
                sleep(3600.0).await.unwrap_err();
                Ok(())
            });
            pass(1).await
        }
    })
    .unwrap();
    assert_eq!(
        log.take(),
        ["unhandled exception during asyncio.run() shutdown: ValueError: while cleaning up"]
    );
}

#[test]
fn a_base_exception_ends_the_run_at_once_from_anywhere() {
    let exits = [
        run(async { Err::<(), _>(SystemExit { code: 1 }.into()) }),
        run(async {
            create_task(async { Err::<(), _>(SystemExit { code: 2 }.into()) });
            sleep(3600.0).await
        }),
        run(async {
            get_running_loop()?
                .call_soon(|| Err::<(), _>(asyncio_tasks::Error::from(SystemExit { code: 3 })));
            sleep(3600.0).await
        }),
        run(async {
            let task = create_task(async { Err::<(), _>(SystemExit { code: 4 }.into()) });
            // The awaiting task would get it as well, but the run is over before.
            task.await
        }),
    ];
    for (exit, code) in exits.into_iter().zip(1..) {
        let error = exit.unwrap_err();
        assert_eq!(error.downcast_ref::<SystemExit>().unwrap().code, code);
    }
}

#[test]
fn a_base_exception_while_the_rest_is_cancelled_closes_the_loop_all_the_same() {
    let seen: Rc<RefCell<Option<EventLoop>>> = Rc::default();
    let outcome = run({
        let seen = seen.clone();
        async move {
            seen.replace(Some(get_running_loop()?));
            get_running_loop()?.set_exception_handler(|_, _| ());
            create_task(async {
                sleep(3600.0).await.unwrap_err();
                Err::<(), _>(KeyboardInterrupt::new().into())
            });
            pass(1).await
        }
    });
    assert!(outcome.unwrap_err().is::<KeyboardInterrupt>());
    assert!(seen.take().unwrap().is_closed());
}

#[test]
fn a_runner_runs_again_and_again_in_one_context() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    let runner = Runner::new();
    let event_loop = runner.get_loop().unwrap();
    assert_eq!(get_event_loop().unwrap(), event_loop);
    runner
        .run(async {
            VAR.set(1);
            Ok(())
        })
        .unwrap();
    let seen = runner.run(async { Ok((VAR.get(), get_running_loop()?)) });
    assert_eq!(seen.unwrap(), (Some(1), event_loop.clone()));
    let other = Context::new();
    let seen = runner.run_in(&other, async {
        let before = VAR.get();
        VAR.set(2);
        Ok(before)
    });
    assert_eq!((seen.unwrap(), other.get(&VAR)), (None, Some(2)));
    assert_eq!(VAR.get(), None);
    runner.close().unwrap();
    assert!(event_loop.is_closed());
    assert!(get_event_loop().is_err());
}

#[test]
fn tasks_live_on_between_two_runs_of_a_runner() {
    let runner = Runner::new();
    let log = Log::default();
    let task = runner
        .run({
            let log = log.clone();
            async move {
                let task = create_task(async move {
                    log.add("begins");
                    pass(3).await?;
                    log.add("ends");
                    Ok(7)
                });
                pass(1).await?;
                Ok(task)
            }
        })
        .unwrap();
    assert!(!task.done());
    assert_eq!(log.take(), ["begins"]);
    assert_eq!(runner.run(task).unwrap(), 7);
    assert_eq!(log.take(), ["ends"]);
    runner.close().unwrap();
}

#[test]
fn a_closed_runner_runs_no_more() {
    let runner = Runner::new();
    runner.close().unwrap();
    assert_eq!(
        runner.run(async { Ok(1) }).unwrap(),
        1,
        "it had no loop to close"
    );
    runner.close().unwrap();
    runner.close().unwrap();
    let error = runner.run(async { Ok(()) }).unwrap_err();
    assert_eq!(error.to_string(), "Runner is closed");
    assert!(runner.get_loop().unwrap_err().is::<RuntimeError>());
    assert_eq!(format!("{runner:?}"), "<Runner closed>");
}

#[test]
fn a_runner_that_is_dropped_closes_its_loop() {
    let held = Rc::new(());
    let runner = Runner::new();
    let event_loop = runner.get_loop().unwrap();
    runner
        .run({
            let held = held.clone();
            async move {
                create_task(async move {
                    let _held = held;
                    sleep(3600.0).await
                });
                pass(1).await
            }
        })
        .unwrap();
    drop(runner);
    assert!(event_loop.is_closed());
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn a_runner_takes_the_loop_that_its_factory_makes() {
    let made = Rc::new(Cell::new(0));
    let counted = made.clone();
    let runner = Runner::builder()
        .loop_factory(move || {
            counted.set(counted.get() + 1);
            new_event_loop()
        })
        .debug(true)
        .build();
    assert_eq!(made.get(), 0);
    assert!(
        runner
            .run(async { Ok(get_running_loop()?.get_debug()) })
            .unwrap()
    );
    assert_eq!(made.get(), 1);
    assert!(get_event_loop().is_err(), "a loop of one's own is not set");
    runner.close().unwrap();

    let broken = Runner::builder()
        .loop_factory(|| Err(value_error("no loop today")))
        .build();
    let error = broken.run(async { Ok(()) }).unwrap_err();
    assert_eq!(text(&error), "ValueError: no loop today");
    broken.close().unwrap();
}

#[test]
fn a_run_leaves_neither_descriptors_nor_threads_nor_values() {
    const NAME: &str = "runners::a_run_leaves_neither_descriptors_nor_threads_nor_values";
    if std::env::var_os("ASYNCIO_TEST_CHILD").is_none() {
        // Alone in its process, so that no other test opens something meanwhile.
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", NAME, "--test-threads=1"]);
        let output = child.env("ASYNCIO_TEST_CHILD", "1").output().unwrap();
        assert!(output.status.success(), "{}", lines(&output.stdout));
        return;
    }
    let count = |folder| read_dir(folder).unwrap().count();
    let before = ["/proc/self/fd", "/proc/self/task"].map(count);
    let held = Rc::new(());
    for _ in 0..10 {
        let held = held.clone();
        run(async move {
            let future = get_running_loop()?.create_future::<Rc<()>>();
            let (value, waits) = (held.clone(), future.clone());
            create_task(waits);
            create_task(async move {
                let _held = held;
                sleep(3600.0).await
            });
            pass(1).await?;
            future.set_result(value)?;
            Ok(())
        })
        .unwrap();
    }
    assert_eq!(Rc::strong_count(&held), 1);
    assert_eq!(["/proc/self/fd", "/proc/self/task"].map(count), before);
}

#[test]
fn ctrl_c_cancels_main_and_the_run_says_so() {
    let lines = survives("waits");
    assert_eq!(
        lines,
        ["cleaned up after CancelledError", "Err KeyboardInterrupt"]
    );
}

#[test]
fn ctrl_c_that_is_swallowed_is_forgotten_and_the_next_one_ends_the_run() {
    let lines = survives("swallows");
    // The second one ends the run; what is left is cancelled when the loop is closed.
    let swallowed = "swallowed CancelledError";
    assert_eq!(lines, [swallowed, swallowed, "Err KeyboardInterrupt"]);
}

#[test]
fn ctrl_c_that_became_another_error_is_that_error() {
    assert_eq!(survives("fails"), ["Err ValueError"]);
    assert_eq!(survives("returns an error"), ["Err ValueError"]);
}

#[test]
fn ctrl_c_in_the_last_moment_is_not_lost() {
    assert_eq!(survives("returns"), ["Err KeyboardInterrupt"]);
}

#[test]
fn a_second_ctrl_c_ends_the_run_at_once() {
    let lines = survives("twice");
    assert_eq!(
        lines,
        [
            "does not want to end",
            // Not awaited by the run any more, but cancelled when the loop is closed.
            "gives up",
            "another task got CancelledError",
            "Err KeyboardInterrupt",
        ]
    );
}

#[test]
fn a_second_ctrl_c_ends_a_program_that_blocks_its_loop() {
    let output = interrupts("blocks");
    assert_eq!(output.status.signal(), Some(Signal::INT.as_raw()));
    assert_eq!(lines(&output.stdout), "still here\n");
    let lines = survives("blocks and goes on");
    assert_eq!(lines, ["still here", "Err KeyboardInterrupt"]);
}

#[test]
fn ctrl_c_ends_the_process_where_nobody_watches() {
    let printed = [
        ("nobody watches", ""),
        ("before the run", ""),
        ("after the run", "Ok 1\n"),
        ("other thread", ""),
        ("plain loop", ""),
    ];
    for (way, printed) in printed {
        let output = interrupts(way);
        assert_eq!(output.status.signal(), Some(Signal::INT.as_raw()), "{way}");
        assert_eq!(lines(&output.stdout), printed, "{way}");
    }
}

#[test]
fn a_program_that_ignores_ctrl_c_goes_on_to_do_so() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' INT; exec \"$0\" ignores"]);
    let output = shell.arg(built("interrupts")).output().unwrap();
    assert_eq!(lines(&output.stdout), "Ok ()\n", "{output:?}");
}

#[test]
fn every_run_of_a_runner_is_interrupted_for_itself() {
    let lines = survives("two runs");
    let interrupted = ["cleaned up after CancelledError", "Err KeyboardInterrupt"];
    assert_eq!(lines[..2], interrupted);
    assert_eq!(
        lines[2..],
        ["Ok 2", interrupted[0], interrupted[1], "Ok ()"]
    );
}

#[test]
fn watching_for_ctrl_c_leaves_nothing_behind() {
    let output = interrupts("leaves nothing");
    let printed = lines(&output.stdout);
    let rest = "0 more descriptors\n0 more threads\nends by KeyboardInterrupt\n";
    assert!(printed.ends_with(rest), "{printed}");
    assert_eq!(output.status.signal(), Some(Signal::INT.as_raw()));
}

/// What the example `interrupts` prints. It must end by itself.
fn survives(way: &str) -> Vec<String> {
    let output = interrupts(way);
    assert_eq!(output.status.code(), Some(0), "{way}: {output:?}");
    let printed = lines(&output.stdout);
    printed.lines().map(str::to_owned).collect()
}

fn interrupts(way: &str) -> Output {
    Command::new(built("interrupts")).arg(way).output().unwrap()
}

/// An example. Cargo puts them beside the folder of the tests; `cargo test --test it` alone does not build them.
fn built(example: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    BUILT.call_once(|| {
        let name = match profile.file_name().unwrap() {
            name if name == "debug" => "dev".as_ref(),
            name => name,
        };
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--examples", "--quiet", "--profile"]);
        cargo.arg(name).arg("--target-dir");
        cargo.arg(profile.parent().unwrap());
        let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(built.unwrap().success());
    });
    profile.join("examples").join(example)
}

fn lines(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}
