//! [`RemoteError`], and how errors travel between processes. Mirrors the pickling of exceptions.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use crate::exceptions::{
    CancelledError, Error, InvalidStateError, KeyboardInterrupt, PanicError, RuntimeError,
    SystemExit, TimeoutError, TypeError, ValueError,
};

/// An exception of another process whose type is not known here: its type's name and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteError {
    type_name: String,
    text: String,
}

impl RemoteError {
    /// The name of the exception's type in the other process.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// What the exception said there.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.type_name, self.text)
    }
}

impl StdError for RemoteError {}

/// The error with its causes. asyncio's own exceptions, panics and errors of the operating system arrive as what they
/// are, others as a [`RemoteError`].
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let chain = std::iter::successors(Some(self), |error| error.cause());
        serializer.collect_seq(chain.map(Record::of))
    }
}

impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let chain = Vec::<Record>::deserialize(deserializer)?;
        let mut causes = chain.into_iter().rev().map(Record::revive);
        let innermost = causes.next().ok_or_else(|| {
            serde_core::de::Error::custom("an error is a sequence of one exception at least")
        })?;
        Ok(causes.fold(innermost, |cause, error| error.caused_by(cause)))
    }
}

/// One exception on its way: whose it is, its type's name, its text, and its number if it has one.
struct Record(Origin, String, Option<String>, Option<i32>);

enum Origin {
    /// A type that the other side knows.
    Shared,
    /// Any other type.
    Foreign,
}

impl Record {
    fn of(error: &Error) -> Self {
        if let Some(error) = error.downcast_ref::<RemoteError>() {
            return Self::foreign(&error.type_name, error.text.clone());
        }
        let (text, number) = if let Some(error) = error.downcast_ref::<CancelledError>() {
            (error.msg().map(String::from), None)
        } else if let Some(error) = error.downcast_ref::<PanicError>() {
            (Some(error.message().to_owned()), None)
        } else if let Some(error) = error.downcast_ref::<SystemExit>() {
            (None, Some(error.code))
        } else if let Some(code) = os_error(error) {
            return Record(Origin::Shared, OS_ERROR.to_owned(), None, Some(code));
        } else if let Some(text) = message(error) {
            (Some(text), None)
        } else {
            return Self::foreign(error.type_name(), error.to_string());
        };
        Record(Origin::Shared, error.type_name().to_owned(), text, number)
    }

    fn foreign(type_name: &str, text: String) -> Self {
        Record(Origin::Foreign, type_name.to_owned(), Some(text), None)
    }

    fn revive(self) -> Error {
        let Record(origin, type_name, text, number) = self;
        let known = match origin {
            Origin::Shared => shared(&type_name, text.as_deref(), number),
            Origin::Foreign => None,
        };
        let text = text.unwrap_or_default();
        known.unwrap_or_else(|| RemoteError { type_name, text }.into())
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_shared = matches!(self.0, Origin::Shared);
        (is_shared, &self.1, &self.2, self.3).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (is_shared, type_name, text, number) = Deserialize::deserialize(deserializer)?;
        let origin = match is_shared {
            true => Origin::Shared,
            false => Origin::Foreign,
        };
        Ok(Record(origin, type_name, text, number))
    }
}

fn os_error(error: &Error) -> Option<i32> {
    error.downcast_ref::<io::Error>()?.raw_os_error()
}

macro_rules! messages {
    ($($exception:ident)*) => {
        /// The text of an exception that has nothing else.
        fn message(error: &Error) -> Option<String> {
            $(if let Some(error) = error.downcast_ref::<$exception>() {
                return Some(error.message().to_owned());
            })*
            None
        }

        fn with_message(type_name: &str, text: String) -> Option<Error> {
            match type_name {
                $(stringify!($exception) => Some($exception::with_message(text).into()),)*
                _ => None,
            }
        }
    };
}

messages! { InvalidStateError KeyboardInterrupt RuntimeError TimeoutError TypeError ValueError }

fn shared(type_name: &str, text: Option<&str>, number: Option<i32>) -> Option<Error> {
    Some(match (type_name, text, number) {
        ("CancelledError", msg, _) => CancelledError::with_msg(msg.map(Into::into)).into(),
        ("PanicError", Some(text), _) => PanicError::from_payload(&text.to_owned()).into(),
        ("SystemExit", _, Some(code)) => SystemExit { code }.into(),
        (OS_ERROR, _, Some(code)) => io::Error::from_raw_os_error(code).into(),
        (_, Some(text), _) => with_message(type_name, text.to_owned())?,
        _ => return None,
    })
}

const OS_ERROR: &str = "OSError";

#[cfg(test)]
mod tests {
    use super::*;

    fn travelled(error: &Error) -> Error {
        Record::of(error).revive()
    }

    #[test]
    fn known_exceptions_arrive_as_what_they_are() {
        let value = travelled(&ValueError::with_message("boom").into());
        assert_eq!(
            value.downcast_ref(),
            Some(&ValueError::with_message("boom"))
        );
        assert!(travelled(&TimeoutError::new().into()).is::<TimeoutError>());
        let cancelled = travelled(&CancelledError::with_msg(Some("why".into())).into());
        assert_eq!(
            cancelled.downcast_ref::<CancelledError>().unwrap().msg(),
            Some("why")
        );
        let exit = travelled(&SystemExit { code: 3 }.into());
        assert_eq!(exit.downcast_ref(), Some(&SystemExit { code: 3 }));
        let panic = travelled(&PanicError::from_payload(&"oh").into());
        assert_eq!(panic.downcast_ref::<PanicError>().unwrap().message(), "oh");
        let missing = travelled(&io::Error::from_raw_os_error(2).into());
        let missing = missing.downcast_ref::<io::Error>().unwrap();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn others_keep_their_name_and_text() {
        let foreign = Error::from("x".parse::<i32>().unwrap_err());
        let there = travelled(&travelled(&foreign));
        let there = there.downcast_ref::<RemoteError>().unwrap();
        assert_eq!(there.type_name(), "ParseIntError");
        assert_eq!(there.text(), "invalid digit found in string");
    }
}
