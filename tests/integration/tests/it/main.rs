//! Programs as users write them, through the facade only.

mod endings;
mod misuse;
mod support;
mod tasks;
