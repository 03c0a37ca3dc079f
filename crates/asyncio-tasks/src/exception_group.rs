//! [`ExceptionGroup`]: several exceptions that were raised together. Mirrors the builtins `ExceptionGroup` and
//! `BaseExceptionGroup`, which need no two types here.

use std::borrow::Cow;
use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;

use asyncio_executor::{Error, Result, ValueError};

/// Several exceptions that were raised together: Python's builtin `ExceptionGroup`.
///
/// [`split`](ExceptionGroup::split) does the work of `except*`:
///
/// ```
/// use asyncio_tasks::{ExceptionGroup, RuntimeError, ValueError};
///
/// let group = ExceptionGroup::new("two failed", [
///     asyncio_tasks::Error::from(ValueError::with_message("bad")),
///     RuntimeError::with_message("worse").into(),
/// ])?;
/// assert_eq!(group.to_string(), "two failed (2 sub-exceptions)");
///
/// let (matched, rest) = group.split::<ValueError>();
/// assert_eq!(matched.unwrap().exceptions()[0].to_string(), "bad");
/// assert!(rest.unwrap().contains::<RuntimeError>());
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Clone)]
pub struct ExceptionGroup {
    message: Cow<'static, str>,
    /// Never empty.
    members: Members,
}

impl ExceptionGroup {
    /// A group of `exceptions`, in that order.
    ///
    /// # Errors
    ///
    /// `ValueError` if there are none.
    pub fn new(
        message: impl Into<Cow<'static, str>>,
        exceptions: impl IntoIterator<Item = impl Into<Error>>,
    ) -> Result<Self, ValueError> {
        let exceptions = exceptions.into_iter().map(Into::into).collect();
        Self::of(message.into(), exceptions).ok_or_else(|| {
            ValueError::with_message("second argument (exceptions) must be a non-empty sequence")
        })
    }

    pub(crate) fn of(message: Cow<'static, str>, exceptions: Vec<Error>) -> Option<Self> {
        let members = Members(exceptions);
        (!members.0.is_empty()).then_some(ExceptionGroup { message, members })
    }

    /// What the exceptions have to do with each other.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The exceptions, which may be groups themselves.
    pub fn exceptions(&self) -> &[Error] {
        &self.members.0
    }

    /// Whether there is an `E` in the group, at whatever depth.
    pub fn contains<E: StdError + 'static>(&self) -> bool {
        let mut left: Vec<_> = self.exceptions().iter().collect();
        while let Some(error) = left.pop() {
            if error.is::<E>() {
                return true;
            }
            let nested = error.downcast_ref::<Self>();
            left.extend(nested.into_iter().flat_map(Self::exceptions));
        }
        false
    }

    /// The part of the group that is of type `E`, with the nesting kept: `subgroup(E)`.
    pub fn subgroup<E: StdError + 'static>(&self) -> Option<Self> {
        self.subgroup_by(|error| error.is::<E>())
    }

    /// The part of the group for which `condition` holds, with the nesting kept: `subgroup(condition)`.
    ///
    /// The condition is asked about every group first, this one included, and then about its members.
    pub fn subgroup_by(&self, condition: impl FnMut(&Error) -> bool) -> Option<Self> {
        self.split_by(condition).0
    }

    /// The part of the group that is of type `E`, and the rest: `split(E)`.
    pub fn split<E: StdError + 'static>(&self) -> (Option<Self>, Option<Self>) {
        self.split_by(|error| error.is::<E>())
    }

    /// The part of the group for which `condition` holds, and the rest: `split(condition)`. See
    /// [`subgroup_by`](ExceptionGroup::subgroup_by).
    pub fn split_by(
        &self,
        mut condition: impl FnMut(&Error) -> bool,
    ) -> (Option<Self>, Option<Self>) {
        if condition(&Error::new(self.clone())) {
            return (Some(self.clone()), None);
        }
        self.split_members(&mut condition)
    }

    fn split_members(
        &self,
        condition: &mut dyn FnMut(&Error) -> bool,
    ) -> (Option<Self>, Option<Self>) {
        let (mut matched, mut rest) = (Vec::new(), Vec::new());
        for error in self.exceptions() {
            if condition(error) {
                matched.push(error.clone());
            } else if let Some(group) = error.downcast_ref::<Self>() {
                let (inside, outside) = group.split_members(condition);
                matched.extend(inside.map(|part| part.in_place_of(error)));
                rest.extend(outside.map(|part| part.in_place_of(error)));
            } else {
                rest.push(error.clone());
            }
        }
        let part = |exceptions| Self::of(self.message.clone(), exceptions);
        (part(matched), part(rest))
    }

    /// The group with some of its exceptions replaced, or `None` if there is nothing to replace.
    pub(crate) fn replaced(&self, replace: impl Fn(&Error) -> Option<Error>) -> Option<Self> {
        let new: Vec<_> = self.exceptions().iter().map(replace).collect();
        if new.iter().all(Option::is_none) {
            return None;
        }
        let old = self.exceptions().iter().cloned();
        let exceptions = old.zip(new).map(|(old, new)| new.unwrap_or(old));
        Self::of(self.message.clone(), exceptions.collect())
    }

    /// This variant of the group `whole` as an exception with the same cause.
    pub(crate) fn in_place_of(self, whole: &Error) -> Error {
        let error = Error::new(self);
        match whole.cause() {
            Some(cause) => error.caused_by(cause.clone()),
            None => error,
        }
    }
}

/// `message (2 sub-exceptions)`
impl fmt::Display for ExceptionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.exceptions().len();
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{} ({count} sub-exception{plural})", self.message)
    }
}

impl fmt::Debug for ExceptionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = format_args!("[...]");
        let mut group = f.debug_tuple("ExceptionGroup");
        group.field(&self.message);
        match Deeper::enter() {
            Some(_deeper) => group.field(&self.exceptions()).finish(),
            None => group.field(&members).finish(),
        }
    }
}

impl StdError for ExceptionGroup {
    /// All the exceptions, as a list, so that whoever reports the group and its sources names each.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.members)
    }
}

/// The exceptions of a group.
#[derive(Clone, Debug)]
struct Members(Vec<Error>);

impl fmt::Display for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(_deeper) = Deeper::enter() else {
            return write!(f, "\n    ... (deeper than {MAX_DEPTH} groups)");
        };
        for (index, error) in self.0.iter().enumerate() {
            let report = format!("{error:?}").replace('\n', "\n       ");
            write!(f, "\n    {}. {report}", index + 1)?;
        }
        Ok(())
    }
}

impl Drop for Members {
    /// One group after the other: they may be nested more deeply than the stack.
    fn drop(&mut self) {
        let mut left = std::mem::take(&mut self.0);
        while let Some(mut error) = left.pop() {
            if let Some(group) = error.downcast_mut::<ExceptionGroup>() {
                left.append(&mut group.members.0);
            }
            left.extend(std::iter::from_fn(|| error.take_cause()));
        }
    }
}

/// A group that is being printed inside of others.
struct Deeper;

impl Deeper {
    /// `None` if there are enough of them.
    fn enter() -> Option<Self> {
        let depth = DEPTH.get();
        (depth < MAX_DEPTH).then(|| {
            DEPTH.set(depth + 1);
            Deeper
        })
    }
}

impl Drop for Deeper {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

thread_local! {
    /// How many groups are being printed, one inside of the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Groups below this depth are not printed; CPython's number.
const MAX_DEPTH: usize = 10;

impl StdError for Members {}
