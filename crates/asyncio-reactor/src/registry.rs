//! Which descriptors are registered, the `_fd_to_key` of Python's selectors.

use std::io;
use std::os::fd::RawFd;

use rustix::io::Errno;

use crate::error::Request;
use crate::interest::Interest;

/// What is registered, indexed by descriptor number.
///
/// The operating system hands out the lowest free number, so the table stays dense and looking a
/// number up costs no hashing. Every number in it came from an open descriptor.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    slots: Vec<Slot>,
    len: usize,
    /// Of the latest registration.
    generation: u32,
}

/// One registration of a number, told apart from earlier ones of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) fd: RawFd,
    generation: u32,
}

/// What is registered under one number.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Empty while the number is not registered.
    interest: Interest,
    generation: u32,
}

impl Registry {
    /// The token for `fd`, or why `fd` cannot be registered.
    pub(crate) fn admit(&self, fd: RawFd, interest: Interest) -> io::Result<Token> {
        let request = Request::Register(fd, interest);
        if interest.is_empty() {
            Err(request.no_interest())
        } else if fd < 0 {
            Err(request.failed(Errno::BADF))
        } else if self.interest(fd).is_some() {
            Err(request.already_registered())
        } else {
            let generation = self.generation.wrapping_add(1);
            Ok(Token { fd, generation })
        }
    }

    /// Enters a descriptor that was admitted and that the kernel has accepted.
    pub(crate) fn insert(&mut self, token: Token, interest: Interest) {
        let index = token.fd as usize;
        if index >= self.slots.len() {
            self.slots.resize(index + 1, Slot::VACANT);
        }
        self.slots[index] = Slot {
            interest,
            generation: token.generation,
        };
        self.len += 1;
        self.generation = token.generation;
    }

    /// Replaces the interest in `fd`. `None` means that it was the same before.
    pub(crate) fn change(&mut self, fd: RawFd, interest: Interest) -> io::Result<Option<Token>> {
        let request = Request::Modify(fd, interest);
        let slot = self.slot_mut(fd).ok_or_else(|| request.not_registered())?;
        if interest.is_empty() {
            return Err(request.no_interest());
        }
        if slot.interest == interest {
            return Ok(None);
        }
        slot.interest = interest;
        let generation = slot.generation;
        Ok(Some(Token { fd, generation }))
    }

    /// Frees the number.
    pub(crate) fn remove(&mut self, fd: RawFd) -> io::Result<()> {
        let slot = self
            .slot_mut(fd)
            .ok_or_else(|| Request::Unregister(fd).not_registered())?;
        *slot = Slot::VACANT;
        self.len -= 1;
        Ok(())
    }

    /// What `fd` is registered for.
    #[inline]
    pub(crate) fn interest(&self, fd: RawFd) -> Option<Interest> {
        self.slot(fd).map(|slot| slot.interest)
    }

    /// How many descriptors are registered.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn slot(&self, fd: RawFd) -> Option<&Slot> {
        let slot = self.slots.get(usize::try_from(fd).ok()?)?;
        (!slot.interest.is_empty()).then_some(slot)
    }

    fn slot_mut(&mut self, fd: RawFd) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(usize::try_from(fd).ok()?)?;
        (!slot.interest.is_empty()).then_some(slot)
    }
}

impl Slot {
    const VACANT: Self = Self {
        interest: Interest::NONE,
        generation: 0,
    };
}

/// What epoll needs beyond that: it keeps 64 bits with each descriptor, enough for a token.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod tokens {
    use super::{Interest, RawFd, Registry, Slot, Token};

    impl Registry {
        /// What a registration is for, unless it has ended.
        #[inline]
        pub(crate) fn interest_of(&self, token: Token) -> Option<Interest> {
            self.slot(token.fd)
                .filter(|slot| slot.generation == token.generation)
                .map(|slot| slot.interest)
        }

        /// Every registration, by ascending number.
        pub(crate) fn iter(&self) -> impl Iterator<Item = (Token, Interest)> {
            let registered = |(fd, slot): (RawFd, &Slot)| {
                let generation = slot.generation;
                (!slot.interest.is_empty()).then_some((Token { fd, generation }, slot.interest))
            };
            (0..).zip(&self.slots).filter_map(registered)
        }
    }

    impl Token {
        /// A token that no descriptor gets, for the selector's own use.
        pub(crate) const RESERVED: Self = Self {
            fd: -1,
            generation: 0,
        };
    }

    impl From<Token> for u64 {
        fn from(token: Token) -> Self {
            u64::from(token.generation) << 32 | u64::from(token.fd.cast_unsigned())
        }
    }

    impl From<u64> for Token {
        fn from(bits: u64) -> Self {
            Self {
                fd: (bits as u32).cast_signed(),
                generation: (bits >> 32) as u32,
            }
        }
    }
}
