//! The set of directions.

use asyncio_reactor::Interest;

const ALL: [Interest; 4] = [
    Interest::NONE,
    Interest::READABLE,
    Interest::WRITABLE,
    Interest::BOTH,
];

#[test]
fn behaves_as_a_set() {
    for left in ALL {
        for right in ALL {
            for one in [Interest::READABLE, Interest::WRITABLE] {
                let (in_left, in_right) = (left.contains(one), right.contains(one));
                assert_eq!(left.with(right).contains(one), in_left || in_right);
                assert_eq!(left.without(right).contains(one), in_left && !in_right);
            }
            assert_eq!(left.contains(right), right.without(left).is_empty());
            assert_eq!(left == right, left.contains(right) && right.contains(left));
        }
    }
}

#[test]
fn both_is_the_two_directions() {
    assert_eq!(Interest::READABLE.with(Interest::WRITABLE), Interest::BOTH);
    assert_eq!(Interest::READABLE.without(Interest::BOTH), Interest::NONE);
    assert!(Interest::NONE.is_empty());
    assert!(!Interest::READABLE.is_empty());
}

#[test]
fn debug_names_the_constant() {
    let names = ALL.map(|interest| format!("{interest:?}"));
    assert_eq!(names, ["NONE", "READABLE", "WRITABLE", "BOTH"]);
}
