//! The documents whose programs are compiled and run as doctests.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/porting.md")]
mod porting {}
