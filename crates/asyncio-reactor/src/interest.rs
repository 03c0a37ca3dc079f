//! Directions of readiness, as `EVENT_READ` and `EVENT_WRITE` in Python's `selectors`.

use std::fmt;

/// A set of directions, mirrors the `events` mask of Python's `selectors`.
///
/// It says both what a descriptor is watched for and what it is ready for.
///
/// # Examples
///
/// ```
/// use asyncio_reactor::Interest;
///
/// let interest = Interest::READABLE.with(Interest::WRITABLE);
/// assert_eq!(interest, Interest::BOTH);
/// assert!(interest.contains(Interest::WRITABLE));
/// assert!(interest.without(Interest::BOTH).is_empty());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interest(u8);

impl Interest {
    /// No direction.
    pub const NONE: Self = Self(0b00);
    /// A read would not block: mirrors `selectors.EVENT_READ`.
    pub const READABLE: Self = Self(0b01);
    /// A write would not block: mirrors `selectors.EVENT_WRITE`.
    pub const WRITABLE: Self = Self(0b10);
    /// Both directions.
    pub const BOTH: Self = Self(0b11);

    /// The directions in `self`, in `other`, or in both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The directions in `self` that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every direction in `other` is in `self`; always true of [`NONE`](Self::NONE).
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is no direction in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The directions in `self` that are also in `other`.
    pub(crate) const fn masked_by(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// As error messages say it: "reading and writing".
    pub(crate) const fn purpose(self) -> &'static str {
        match self {
            Self::READABLE => "reading",
            Self::WRITABLE => "writing",
            Self::BOTH => "reading and writing",
            _ => "nothing",
        }
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::READABLE => "READABLE",
            Self::WRITABLE => "WRITABLE",
            Self::BOTH => "BOTH",
            _ => "NONE",
        })
    }
}
