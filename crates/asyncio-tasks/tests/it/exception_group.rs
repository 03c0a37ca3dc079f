//! `ExceptionGroup`.

use asyncio_tasks::{Error, ExceptionGroup, RuntimeError, TimeoutError, TypeError, ValueError};

use crate::support::{text, value_error};

fn runtime_error(text: &'static str) -> Error {
    RuntimeError::with_message(text).into()
}

/// `m: [ValueError: 1, n: [RuntimeError: 2, ValueError: 3]]`
fn nested() -> ExceptionGroup {
    let inner = ExceptionGroup::new("n", [runtime_error("2"), value_error("3")]).unwrap();
    let inner = Error::from(inner).caused_by(TimeoutError::new().into());
    ExceptionGroup::new("m", [value_error("1"), inner]).unwrap()
}

fn tree(group: &ExceptionGroup) -> String {
    let members = group.exceptions().iter();
    let members = members.map(|error| error.downcast_ref().map_or_else(|| text(error), tree));
    format!(
        "{}: [{}]",
        group.message(),
        members.collect::<Vec<_>>().join(", ")
    )
}

fn trees(parts: (Option<ExceptionGroup>, Option<ExceptionGroup>)) -> (String, String) {
    let show = |part: Option<ExceptionGroup>| part.as_ref().map_or("none".into(), tree);
    (show(parts.0), show(parts.1))
}

#[test]
fn texts() {
    let group = nested();
    assert_eq!(group.to_string(), "m (2 sub-exceptions)");
    let one = ExceptionGroup::new("m", [value_error("1")]).unwrap();
    assert_eq!(one.to_string(), "m (1 sub-exception)");
    assert_eq!(Error::from(one).type_name(), "ExceptionGroup");
    assert!(ExceptionGroup::new("m", [] as [Error; 0]).is_err());
    // whoever reports the group names every exception in it
    let report = format!("{:?}", Error::from(group));
    for part in [
        "1. ValueError: 1",
        "2. ExceptionGroup: n",
        "RuntimeError: 2",
        "2. ValueError: 3",
    ] {
        assert!(report.contains(part), "{report}");
    }
}

#[test]
fn split_by_type() {
    let group = nested();
    let (matched, rest) = trees(group.split::<ValueError>());
    assert_eq!(
        (&*matched, &*rest),
        (
            "m: [ValueError: 1, n: [ValueError: 3]]",
            "m: [n: [RuntimeError: 2]]"
        )
    );
    let (matched, rest) = trees(group.split::<RuntimeError>());
    assert_eq!(
        (&*matched, &*rest),
        (
            "m: [n: [RuntimeError: 2]]",
            "m: [ValueError: 1, n: [ValueError: 3]]"
        )
    );
    let (matched, rest) = trees(group.split::<TypeError>());
    assert_eq!((&*matched, &*rest), ("none", &*tree(&group)));
    let (matched, rest) = trees(group.split::<ExceptionGroup>());
    assert_eq!((&*matched, &*rest), (&*tree(&group), "none"));
    assert!(group.subgroup::<TypeError>().is_none());
    assert_eq!(
        tree(&group.subgroup::<RuntimeError>().unwrap()),
        "m: [n: [RuntimeError: 2]]"
    );
}

#[test]
fn split_by_condition() {
    let group = nested();
    let mut asked = Vec::new();
    assert!(
        group
            .subgroup_by(|error| {
                asked.push(text(error));
                false
            })
            .is_none()
    );
    let names = ["m (2 sub-exceptions)", "n (2 sub-exceptions)"]
        .map(|text| format!("ExceptionGroup: {text}"));
    assert_eq!(
        asked,
        [
            &names[0],
            "ValueError: 1",
            &names[1],
            "RuntimeError: 2",
            "ValueError: 3"
        ]
    );
    let whole = group
        .subgroup_by(|error| error.to_string().starts_with('n'))
        .unwrap();
    assert_eq!(tree(&whole), "m: [n: [RuntimeError: 2, ValueError: 3]]");
}

#[test]
fn parts_keep_the_cause() {
    let (matched, rest) = nested().split::<RuntimeError>();
    for part in [
        &matched.unwrap().exceptions()[0],
        &rest.unwrap().exceptions()[1],
    ] {
        assert!(part.cause().unwrap().is::<TimeoutError>());
    }
}

#[test]
fn contains() {
    let group = nested();
    assert!(group.contains::<ValueError>() && group.contains::<RuntimeError>());
    assert!(group.contains::<ExceptionGroup>());
    assert!(!group.contains::<TypeError>());
}
