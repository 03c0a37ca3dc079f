//! The smallest program, without a runtime.

fn main() {}
