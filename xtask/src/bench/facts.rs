//! The machine and the versions that figures belong to.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::process::Command;
use std::thread;

use super::python::Pythons;
use crate::process::display;
use crate::workspace::{Result, resolved, root};

/// Names with values, in the order in which they are shown.
#[derive(Clone, Default)]
pub(super) struct Facts(Vec<(String, String)>);

impl Facts {
    /// Those of this machine.
    pub(super) fn collect(pythons: &Pythons) -> Result<Self> {
        let mut facts = Facts::default();
        facts.add("processor", processor()?);
        facts.add("memory", memory()?);
        facts.add("system", output(Command::new("uname").args(["-srm"]))?);
        facts.add(
            "rustc",
            output(Command::new("rustc").arg("--version"))?.replace("rustc ", ""),
        );
        for (name, version) in contestants()? {
            facts.add(&name, version);
        }
        facts.add("commit", commit()?);
        facts.0.extend(pythons.versions());
        Ok(facts)
    }

    fn add(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }

    pub(super) fn parse(&mut self, line: &str) -> Option<()> {
        let (name, value) = line.split_once('\t')?;
        self.add(name, value.to_owned());
        Some(())
    }

    /// The version of a contestant.
    pub(super) fn version(&self, contestant: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == contestant);
        found.map(|(_, value)| value.as_str())
    }

    /// Figures from different machines or versions do not belong into one table.
    pub(super) fn must_equal(&self, newer: &Facts) -> Result {
        if self.0 == newer.0 {
            return Ok(());
        }
        Err(format!(
            "the last run was made with\n{self}and here is\n{newer}so all of it must run again, by `cargo xtask bench`"
        )
        .into())
    }

    pub(super) fn to_markdown(&self) -> String {
        let rows = self
            .0
            .iter()
            .map(|(name, value)| format!("| {name} | {value} |\n"));
        format!("| | |\n|---|---|\n{}", rows.collect::<String>())
    }
}

impl Display for Facts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            writeln!(f, "# {name}\t{value}")?;
        }
        Ok(())
    }
}

fn processor() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown", |(_, model)| model);
    let is_virtual = text
        .lines()
        .any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
    Ok(format!(
        "{}{model}, {} cores",
        if is_virtual { "virtual machine, " } else { "" },
        thread::available_parallelism()?
    ))
}

fn memory() -> Result<String> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let kib = text
        .split_whitespace()
        .nth(1)
        .ok_or("/proc/meminfo is empty")?;
    Ok(format!(
        "{:.0} GiB",
        kib.parse::<f64>()? / f64::from(1 << 20)
    ))
}

/// The runtimes in Rust, as far as the benchmark depends on them itself.
fn contestants() -> Result<Vec<(String, String)>> {
    let packages = resolved()?.packages;
    let versions = CONTESTANTS.iter().filter_map(|(contestant, package)| {
        let found = packages
            .iter()
            .filter(|candidate| candidate.name.as_str() == *package);
        let newest = found.max_by_key(|candidate| candidate.version.clone())?;
        Some(((*contestant).to_owned(), newest.version.to_string()))
    });
    Ok(versions.collect())
}

const CONTESTANTS: &[(&str, &str)] = &[
    ("asyncio", "asyncio-tasks"),
    ("tokio", "tokio"),
    ("smol", "smol"),
    ("monoio", "monoio"),
    ("glommio", "glommio"),
];

/// The last one that changed what is measured, so that figures of different code are not mixed.
fn commit() -> Result<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        output(
            command
                .args(arguments)
                .arg("--")
                .args(MEASURED)
                .current_dir(root()),
        )
    };
    let commit = git(&["log", "-1", "--format=%h of %cs"])?;
    let changes = git(&["status", "--porcelain"])?;
    Ok(match (commit.is_empty(), changes.is_empty()) {
        (true, _) => "unknown".to_owned(),
        (false, true) => commit,
        (false, false) => commit + ", with changes",
    })
}

/// What the figures depend on.
const MEASURED: &[&str] = &["crates", "tests/bench", "Cargo.toml", "Cargo.lock"];

fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .map_err(|error| format!("start `{}`: {error}", display(command)))?;
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}
