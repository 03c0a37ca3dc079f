//! `Error`: causes, and panics as errors.

use std::io;

use asyncio_executor::{
    CancelledError, Error, PanicError, RuntimeError, SystemExit, TimeoutError, ValueError, caught,
    raise,
};

fn value_error(text: &'static str) -> Error {
    ValueError::with_message(text).into()
}

#[test]
fn a_chain_of_causes_may_be_longer_than_the_stack() {
    let mut error = value_error("first");
    for _ in 0..200_000 {
        error = Error::from(TimeoutError::new()).caused_by(error);
    }
    let written = format!("{error:?}");
    assert!(written.starts_with("TimeoutError: timed out\ncaused by TimeoutError: timed out\n"));
    assert!(written.ends_with("\ncaused by ValueError: first"));
    // Somebody else has the lower half.
    let mut half = &error;
    for _ in 0..100_000 {
        half = half.cause().unwrap();
    }
    let half = half.clone();
    drop(error);
    assert_eq!(format!("{half:?}").lines().count(), 100_001);
}

#[test]
fn a_cause_comes_to_the_end_of_the_chain_and_never_twice() {
    let (first, second) = (value_error("first"), value_error("second"));
    let error = Error::from(TimeoutError::new())
        .caused_by(first.clone())
        .caused_by(second.clone())
        .caused_by(first.clone());
    assert_eq!(
        format!("{error:?}"),
        "TimeoutError: timed out\ncaused by ValueError: first\ncaused by ValueError: second"
    );
    assert!(error.cause().unwrap().same(&first));
    assert!(first.cause().is_none(), "the original is as it was");
    let itself = second.clone().caused_by(second.clone());
    assert!(itself.cause().is_none());
}

#[test]
fn an_exception_that_others_hold_too_stays_the_same_one() {
    let error = value_error("shared");
    let with_cause = error.clone().caused_by(CancelledError::new().into());
    assert!(with_cause.same(&error));
    assert!(with_cause.is::<ValueError>());
    assert_eq!(with_cause.type_name(), "ValueError");
    assert!(with_cause.cause().unwrap().is_cancelled());
    assert!(error.cause().is_none());
    assert!(!error.same(&value_error("shared")));
}

#[test]
fn type_names_are_those_of_python() {
    let os = |kind| Error::from(io::Error::from(kind)).type_name();
    assert_eq!(os(io::ErrorKind::NotFound), "FileNotFoundError");
    assert_eq!(
        os(io::ErrorKind::ConnectionRefused),
        "ConnectionRefusedError"
    );
    assert_eq!(os(io::ErrorKind::OutOfMemory), "OSError");
    assert_eq!(value_error("x").type_name(), "ValueError");
    let parse: Error = "x".parse::<u8>().unwrap_err().into();
    assert_eq!(parse.type_name(), "ParseIntError");
    assert!(Error::from(SystemExit { code: 1 }).is_base_exception());
    assert!(!Error::from(CancelledError::new()).is_base_exception());
}

#[test]
fn panics_and_raised_exceptions_are_caught_as_errors() {
    assert_eq!(caught(|| Ok(1)).unwrap(), 1);
    let failed = caught(|| Err::<(), _>(RuntimeError::with_message("returned").into()));
    assert!(failed.unwrap_err().is::<RuntimeError>());
    let message = |error: Error| {
        error
            .downcast_ref::<PanicError>()
            .unwrap()
            .message()
            .to_owned()
    };
    assert_eq!(
        message(caught::<()>(|| panic!("text")).unwrap_err()),
        "text"
    );
    let number = 5;
    assert_eq!(
        message(caught::<()>(|| panic!("{number}")).unwrap_err()),
        "5"
    );
    let payload = caught::<()>(|| std::panic::panic_any(7)).unwrap_err();
    assert_eq!(message(payload), "(a payload that is not text)");

    let original = value_error("raised");
    let thrown = original.clone();
    let raised = caught::<()>(move || raise(thrown)).unwrap_err();
    assert!(raised.same(&original));
}
