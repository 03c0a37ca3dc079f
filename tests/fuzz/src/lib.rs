#![doc = include_str!("../README.md")]

mod deadlines;
mod generate;
mod interpret;
mod parse;
mod program;
mod random;
mod run;
mod transcript;

pub use generate::generate;
pub use program::{Node, Program, Start};
pub use run::run;
