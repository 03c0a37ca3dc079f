//! `#[asyncio::test(seed)]` and `#[asyncio::test(seeds)]` as their users write them.

use std::cell::RefCell;
use std::process::{Command, Output};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use asyncio::{Result, TaskGroup, sleep};

/// Ten tasks that sleep alike, in the order in which they go on.
async fn order() -> Result<String> {
    let order = Rc::new(RefCell::new(String::new()));
    TaskGroup::run(async |tg| {
        for name in 'a'..='j' {
            let order = order.clone();
            tg.create_task(async move {
                sleep(1.0).await?;
                order.borrow_mut().push(name);
                Ok(())
            });
        }
        Ok(())
    })
    .await?;
    Ok(order.take())
}

#[asyncio::test(virtual_time)]
async fn without_a_seed_the_order_is_that_of_asyncio() -> Result<()> {
    assert_eq!(order().await?, "abcdefghij");
    Ok(())
}

#[asyncio::test(virtual_time, seed = 7)]
async fn a_seed_decides_the_order() -> Result<()> {
    if std::env::var_os("ASYNCIO_TEST_SEED").is_none() {
        assert_ne!(order().await?, "abcdefghij");
    }
    Ok(())
}

#[asyncio::test(seed)]
async fn a_random_seed_needs_no_virtual_time() -> Result<()> {
    assert!(asyncio::get_running_loop()?.time() > 0.0);
    sleep(0.0).await
}

#[asyncio::test(seeds = 5, debug)]
async fn several_seeds_are_several_runs() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    assert!(asyncio::get_running_loop().unwrap().get_debug());
    assert!(RUNS.fetch_add(1, Ordering::Relaxed) < 5);
}

/// A test that fails where the parent process asks for it.
mod in_another_process {
    use super::*;

    #[asyncio::test(virtual_time, seeds = 1000)]
    async fn hasty() -> Result<()> {
        let order = order().await?;
        println!("{order}");
        if ends_with_a(&order) {
            return Err(asyncio::ValueError::with_message("a came last").into());
        }
        Ok(())
    }

    #[asyncio::test(virtual_time, seeds = 1000)]
    async fn nervous() {
        assert!(!ends_with_a(&order().await.unwrap()), "a came last");
    }

    fn ends_with_a(order: &str) -> bool {
        std::env::var_os("A_MUST_NOT_BE_LAST").is_some() && order.ends_with('a')
    }
}

fn run_elsewhere(test: &str, seed: Option<&str>) -> Output {
    let name = format!("seeds::in_another_process::{test}");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &name, "--nocapture"]);
    command.env("A_MUST_NOT_BE_LAST", "1");
    command.env_remove("ASYNCIO_TEST_SEED");
    command.envs(seed.map(|seed| ("ASYNCIO_TEST_SEED", seed)));
    command.output().unwrap()
}

/// The seed that failed, according to the last line but those of the test harness.
fn failed_seed(test: &str, output: &Output) -> String {
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = errors.lines().find(|line| line.starts_with("failed with"));
    let line = line.unwrap_or_else(|| panic!("no seed in: {errors}"));
    let seed = line.split([' ', ';']).nth(3).unwrap();
    assert_eq!(
        line,
        format!(
            "failed with seed {seed}; again: ASYNCIO_TEST_SEED={seed} cargo test -p asyncio -- \
             --exact seeds::in_another_process::{test}"
        )
    );
    seed.to_owned()
}

#[test]
fn the_seed_of_a_failure_is_printed_and_fails_again() {
    for test in ["hasty", "nervous"] {
        let seed = failed_seed(test, &run_elsewhere(test, None));
        let again = run_elsewhere(test, Some(&seed));
        assert_eq!(failed_seed(test, &again), seed);
        assert!(run_elsewhere(test, Some("0")).status.success());
    }
}

#[test]
fn the_environment_chooses_the_one_seed() {
    let order = |seed| {
        let said = run_elsewhere("hasty", Some(seed)).stdout;
        let said = String::from_utf8_lossy(&said).into_owned();
        let is_order = |line: &&str| line.len() == 10 && line.contains("a");
        let orders: Vec<_> = said.lines().filter(is_order).map(str::to_owned).collect();
        assert_eq!(orders.len(), 1, "{said}");
        orders
    };
    assert_eq!(order("7"), order("7"));
    assert_ne!(order("7"), order("8"));
}

#[test]
fn a_seed_in_the_environment_is_a_number() {
    let output = run_elsewhere("hasty", Some("red"));
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("ASYNCIO_TEST_SEED is no seed: \"red\""));
}
