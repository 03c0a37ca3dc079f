//! What the fuzzer's Rust side does without Python: the recorded transcripts, and the programs' text.

use asyncio_fuzz::{Program, Start, generate, run};

/// What `reference.py` printed; a block is a program, its transcript, and an empty line.
const GOLDEN: &str = include_str!("../../golden.txt");

#[test]
fn the_recorded_programs_do_what_cpython_did() {
    let mut count = 0;
    for block in GOLDEN.split_terminator("\n\n") {
        let (text, transcript) = block.split_once('\n').expect("a program does something");
        let got = run(&text.parse().unwrap()).unwrap();
        assert_eq!(got.trim_end(), transcript, "{text}");
        count += 1;
    }
    assert!(count >= 50, "{count} transcripts are left");
}

#[test]
fn a_program_runs_the_same_again() {
    for seed in 1_000..1_050 {
        let program = generate(seed);
        assert_eq!(run(&program).unwrap(), run(&program).unwrap(), "{program}");
    }
}

#[test]
fn the_text_of_a_program_is_read_as_the_program() {
    for seed in 0..1_000 {
        let program = generate(seed);
        assert_eq!(program.to_string().parse(), Ok(program));
    }
}

#[test]
fn a_seed_means_the_same_program_for_ever() {
    // The shortest of the first thousands.
    let program = "(program (sequence (raise 49) (pass 0)) (sequence (pass 2) (pass 0)))";
    assert_eq!(generate(1304).to_string(), program);
}

#[test]
fn no_coroutine_is_without_time_in_an_eager_program() {
    for seed in 0..1_000 {
        let program = generate(seed);
        let text = program.to_string();
        let has_one = text.contains("(wait_for 0 ") || text.contains("(wait_for -1 ");
        assert!(program.start == Start::Scheduled || !has_one, "{text}");
    }
}

#[test]
fn what_is_no_program_is_refused() {
    for (text, error) in [
        ("", "it ends too early"),
        ("(program (pass 1)", "it ends too early"),
        ("(pass 1)", "`pass` instead of `program`"),
        ("(eager (pass 1))", "`eager` instead of `program`"),
        ("(program (pass x))", "`x` is no number"),
        ("(program (pass 1 2))", "`2` instead of `)`"),
        ("(program (jump 1))", "`jump` is no node"),
        (
            "(program (wait NEVER none))",
            "`NEVER` is nothing to wait for",
        ),
        ("(program) (pass 1)", "`(` follows the program"),
    ] {
        assert_eq!(text.parse::<Program>(), Err(error.to_owned()), "{text}");
    }
}
