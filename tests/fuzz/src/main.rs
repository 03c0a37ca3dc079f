//! The Rust side of the fuzzer, and its generator.
//!
//! - `asyncio-fuzz generate SEED COUNT` prints the programs of the seeds from SEED on, one a line.
//! - `asyncio-fuzz run [FILE]` runs the programs of a file, or of standard input, and prints their transcripts.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use asyncio::{Result, ValueError};
use asyncio_fuzz::{Program, generate, run};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["generate", seed, count] => print_programs(seed, count),
        ["run"] => print_transcripts(io::read_to_string(io::stdin())),
        ["run", file] => print_transcripts(fs::read_to_string(file)),
        _ => Err(ValueError::with_message(USAGE).into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

const USAGE: &str = "usage: asyncio-fuzz generate SEED COUNT | asyncio-fuzz run [FILE]";

fn print_programs(seed: &str, count: &str) -> Result<()> {
    let (seed, count): (u64, u64) = (seed.parse()?, count.parse()?);
    let mut output = io::stdout().lock();
    for offset in 0..count {
        writeln!(output, "{}", generate(seed.wrapping_add(offset)))?;
    }
    Ok(())
}

fn print_transcripts(programs: io::Result<String>) -> Result<()> {
    for line in programs?.lines() {
        let program: Program = line
            .parse()
            .map_err(|error| ValueError::with_message(format!("{error} in {line}")))?;
        // Each is written when it is known, so that a crash leaves those before it.
        println!("{line}\n{}", run(&program)?);
    }
    Ok(())
}
