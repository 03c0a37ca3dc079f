//! The facade itself: its names, its attributes, its prelude.

mod attributes;
mod names;
mod seeds;
