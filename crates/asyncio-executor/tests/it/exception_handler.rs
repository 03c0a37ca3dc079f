//! What becomes of errors that nobody awaits.

use std::cell::{Cell, RefCell};
use std::io::pipe;
use std::process::Stdio;
use std::rc::Rc;

use asyncio_executor::{
    Context, ContextVar, EventLoop, ExceptionContext, Handle, KeyboardInterrupt, Result,
    RuntimeError, SystemExit,
};

use crate::support::{
    Log, OnDrop, capture_log, child_command, in_child, log_reports, run_once, take_logged,
    virtual_loop,
};

#[test]
fn a_handler_that_panics_is_reported_by_the_default_one() {
    capture_log();
    let (event_loop, _sim) = virtual_loop();
    event_loop.set_exception_handler(|_: &EventLoop, _: &ExceptionContext| {
        panic!("the handler is broken")
    });
    event_loop.call_soon(|| Err::<(), _>(RuntimeError::with_message("the cause")));
    run_once(&event_loop);
    let [line] = <[String; 1]>::try_from(take_logged()).unwrap();
    assert!(line.starts_with("ERROR: Unhandled error in exception handler"));
    assert!(line.contains("the handler is broken"), "{line}");
    assert!(line.contains("the cause"), "{line}");
    event_loop.close().unwrap();
}

#[test]
fn a_handler_that_fails_is_reported_by_the_default_one() {
    capture_log();
    let (event_loop, _sim) = virtual_loop();
    event_loop.set_exception_handler(|_, _| Err::<(), _>(RuntimeError::with_message("failed")));
    event_loop.call_exception_handler(&ExceptionContext::new("a report"));
    let [line] = <[String; 1]>::try_from(take_logged()).unwrap();
    assert!(
        line.contains("failed") && line.contains("a report"),
        "{line}"
    );
    event_loop.close().unwrap();
}

#[test]
fn a_handler_may_end_the_run() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    event_loop.set_exception_handler(|_, _| -> Result<()> { Err(SystemExit { code: 3 }.into()) });
    event_loop.call_soon(|| panic!("calls the handler"));
    event_loop.call_soon(log.note("next run"));
    let error = event_loop.run_forever().unwrap_err();
    assert_eq!(error.downcast_ref::<SystemExit>().unwrap().code, 3);
    assert!(log.take().is_empty());
    run_once(&event_loop);
    assert_eq!(log.take(), ["next run"]);
    event_loop.close().unwrap();
}

#[test]
fn a_handler_that_interrupts_outside_of_a_run_does_not_end_a_later_one() {
    let (event_loop, _sim) = virtual_loop();
    event_loop.set_exception_handler(|_, _| -> Result<()> { Err(KeyboardInterrupt::new().into()) });
    event_loop.call_exception_handler(&ExceptionContext::new("nothing runs"));
    let log = Log::new();
    event_loop.call_soon(log.note("ran"));
    event_loop.stop();
    event_loop.run_forever().unwrap();
    assert_eq!(log.take(), ["ran"]);
    event_loop.close().unwrap();
}

#[test]
fn a_handler_may_call_the_handler_replace_itself_and_use_the_loop() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    let noted = log.clone();
    let dropped = OnDrop(log.note("first handler dropped"));
    event_loop.set_exception_handler(move |event_loop: &EventLoop, report: &ExceptionContext| {
        let _captured = &dropped;
        noted.add(format!("first: {}", report.message()));
        log_reports(event_loop, &noted);
        event_loop.call_exception_handler(&ExceptionContext::new("nested"));
        event_loop.call_soon(noted.note("scheduled"));
    });
    event_loop.call_soon(|| {
        let event_loop = asyncio_executor::get_running_loop().unwrap();
        event_loop.call_exception_handler(&ExceptionContext::new("outer"));
    });
    run_once(&event_loop);
    run_once(&event_loop);
    assert_eq!(
        log.take(),
        [
            "first: outer",
            "nested: ",
            "first handler dropped",
            "scheduled"
        ]
    );
    event_loop.close().unwrap();
}

#[test]
fn a_handler_that_calls_itself_for_its_own_failure_ends() {
    capture_log();
    let (event_loop, _sim) = virtual_loop();
    let calls = Rc::new(Cell::new(0));
    let counted = calls.clone();
    event_loop.set_exception_handler(move |event_loop: &EventLoop, report: &ExceptionContext| {
        counted.set(counted.get() + 1);
        if counted.get() < 5 {
            event_loop.call_exception_handler(report);
        }
        Err::<(), _>(RuntimeError::with_message("failed"))
    });
    event_loop.call_exception_handler(&ExceptionContext::new("report"));
    assert_eq!(calls.get(), 5);
    assert_eq!(take_logged().len(), 5);
    event_loop.close().unwrap();
}

#[test]
fn the_handler_runs_in_the_context_of_the_callback() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    let (event_loop, _sim) = virtual_loop();
    let seen = Rc::new(RefCell::new(Vec::new()));
    event_loop.set_exception_handler({
        let seen = seen.clone();
        move |_: &EventLoop, report: &ExceptionContext| {
            let handle = report.get::<Handle>("handle").unwrap();
            seen.borrow_mut().push(VAR.get());
            assert_eq!(handle.get_context().get(&VAR), VAR.get());
            VAR.set(3);
        }
    });
    let context = Context::new();
    event_loop.call_soon_in(&context, || {
        VAR.set(1);
        panic!("after a change")
    });
    event_loop.call_soon(|| panic!("without a value"));
    run_once(&event_loop);
    assert_eq!(*seen.borrow(), [Some(1), None]);
    assert_eq!(context.get(&VAR), Some(3));
    event_loop.close().unwrap();
}

#[test]
fn the_handler_runs_even_if_the_context_is_entered() {
    let (event_loop, _sim) = virtual_loop();
    let log = Log::new();
    log_reports(&event_loop, &log);
    let context = Context::new();
    let handle = event_loop.call_soon_in(&context, || ());
    let report = ExceptionContext::new("inside").with("handle", handle);
    context
        .run(|| event_loop.call_exception_handler(&report))
        .unwrap();
    assert_eq!(log.take(), ["inside: "]);
    event_loop.close().unwrap();
}

#[test]
fn the_default_handler_logs_what_it_is_told() {
    capture_log();
    let (event_loop, _sim) = virtual_loop();
    let report = ExceptionContext::new("a report")
        .with_exception(RuntimeError::with_message("an error").into())
        .with("context", ExceptionContext::new("inner"));
    event_loop.call_exception_handler(&report);
    event_loop.default_exception_handler(&report);
    let lines = take_logged();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], lines[1]);
    assert!(lines[0].contains("RuntimeError: an error"), "{lines:?}");
    assert!(lines[0].contains("inner"), "{lines:?}");
    event_loop.close().unwrap();
}

#[test]
fn the_handler_can_be_had_and_put_back() {
    let (event_loop, _sim) = virtual_loop();
    assert!(event_loop.get_exception_handler().is_none());
    let log = Log::new();
    log_reports(&event_loop, &log);
    let mine = event_loop.get_exception_handler();
    event_loop.restore_exception_handler(None);
    assert!(event_loop.get_exception_handler().is_none());
    event_loop.restore_exception_handler(mine);
    event_loop.call_exception_handler(&ExceptionContext::new("again"));
    assert_eq!(log.take(), ["again: "]);
    event_loop.close().unwrap();
}

#[test]
fn a_report_that_cannot_be_written_does_no_harm() {
    if in_child() {
        let (event_loop, _sim) = virtual_loop();
        event_loop.call_soon(|| panic!("reported to a closed standard error"));
        run_once(&event_loop);
        event_loop.close().unwrap();
        return;
    }
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut child =
        child_command("exception_handler::a_report_that_cannot_be_written_does_no_harm");
    child.stderr(writer).stdout(Stdio::null());
    assert!(child.status().unwrap().success());
}
