//! The Pythons that take part: CPython with its own loop, and one that has uvloop.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::options::Extent;
use crate::process;
use crate::workspace::{Result, target_directory};

/// Interpreters with what they have.
#[derive(Default)]
pub(super) struct Pythons {
    asyncio: Option<Python>,
    uvloop: Option<Python>,
}

struct Python {
    interpreter: OsString,
    version: String,
}

impl Pythons {
    /// Those that can be found: `PYTHON` or `python3` for asyncio; for uvloop the first of `UVLOOP_PYTHON`, `PYTHON`,
    /// `python3` and `target/bench-venv` that can import it. That environment is made by the first one that can, from
    /// PyPI, unless the run is a quick one.
    pub(super) fn find(extent: Extent) -> Result<Self> {
        let python = env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
        let candidates: Vec<_> = env::var_os("UVLOOP_PYTHON")
            .into_iter()
            .chain([python.clone(), "python3".into()])
            .collect();
        let environment = target_directory()?.join("bench-venv");
        let own = OsString::from(environment.join("bin/python"));
        let mut uvloop = candidates
            .iter()
            .chain([&own])
            .find_map(Python::with_uvloop);
        if uvloop.is_none() && extent != Extent::Quick {
            uvloop = candidates
                .iter()
                .any(|base| install_uvloop(base, &environment))
                .then(|| Python::with_uvloop(&own))
                .flatten();
        }
        let pythons = Pythons {
            asyncio: Python::with_asyncio(&python),
            uvloop,
        };
        pythons.report();
        Ok(pythons)
    }

    fn report(&self) {
        if self.asyncio.is_none() {
            println!(
                "without CPython: `PYTHON` must name one of 3.11 or newer, or there must be such a python3"
            );
        }
        if self.uvloop.is_none() {
            println!(
                "without uvloop: neither `UVLOOP_PYTHON`, `PYTHON`, python3 nor target/bench-venv has it"
            );
        }
    }

    /// Lets the benchmark find them.
    pub(super) fn tell(&self, command: &mut Command) {
        let absent = OsString::from("/nonexistent/python");
        let path = |python: &Option<Python>| match python {
            Some(python) => python.interpreter.clone(),
            None => absent.clone(),
        };
        command
            .env("PYTHON", path(&self.asyncio))
            .env("UVLOOP_PYTHON", path(&self.uvloop));
    }

    /// What is said about them among the facts.
    pub(super) fn versions(&self) -> impl Iterator<Item = (String, String)> {
        let named = [("cpython", &self.asyncio), ("uvloop", &self.uvloop)];
        named
            .into_iter()
            .filter_map(|(name, python)| Some((name.to_owned(), python.as_ref()?.version.clone())))
    }
}

impl Python {
    fn with_asyncio(interpreter: &OsString) -> Option<Self> {
        Self::answering(
            interpreter,
            "import platform\nfrom asyncio import Runner\nprint(platform.python_version())",
        )
    }

    fn with_uvloop(interpreter: &OsString) -> Option<Self> {
        Self::answering(
            interpreter,
            "import platform, uvloop\nfrom asyncio import Runner\nprint(uvloop.__version__, 'on CPython', platform.python_version())",
        )
    }

    /// The interpreter, if it can run a program that prints what it has.
    fn answering(interpreter: &OsString, program: &str) -> Option<Self> {
        let finished = process::run(Command::new(interpreter).args(["-c", program]), LIMIT).ok()?;
        finished.failure(LIMIT).is_none().then(|| Python {
            interpreter: interpreter.clone(),
            version: String::from_utf8_lossy(&finished.stdout)
                .trim_end()
                .to_owned(),
        })
    }
}

/// Makes a virtual environment with uvloop; false if that fails, as it does without a network, or where no compiled
/// uvloop is published for this version of Python.
fn install_uvloop(base: &OsString, environment: &PathBuf) -> bool {
    println!(
        "making {} with uvloop, by {}",
        environment.display(),
        base.display()
    );
    let mut make = Command::new(base);
    make.args(["-m", "venv", "--clear"]).arg(environment);
    let mut install = Command::new(environment.join("bin/python"));
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--only-binary",
        ":all:",
        "uvloop",
    ]);
    [make, install].iter_mut().all(|command| {
        process::run(command, LIMIT).is_ok_and(|finished| finished.failure(LIMIT).is_none())
    })
}

/// For a download by a slow network.
const LIMIT: Duration = Duration::from_secs(120);
