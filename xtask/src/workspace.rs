//! What every command needs: the root of the repository, cargo, its metadata, and how a command ends.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{Metadata, MetadataCommand, TargetKind};

use crate::process::display;

/// Fails with whatever kept a command from doing its work.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything is as it should be.
    Passed,
    /// Something is not, and the command has printed what.
    Failed,
}

impl Outcome {
    /// Prints each problem; none at all is a pass.
    pub(crate) fn report(problems: &[String]) -> Self {
        for problem in problems {
            println!("{problem}");
        }
        if problems.is_empty() {
            Self::Passed
        } else {
            Self::Failed
        }
    }
}

/// The top folder of the repository that cargo was called in. Checkouts may share a target folder, and
/// with it this program; so the folder it was built in says nothing.
pub(crate) fn root() -> PathBuf {
    let folder =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&folder)
        .parent()
        .expect("xtask lies in the root")
        .to_owned()
}

/// `cargo` in the root of the repository.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// The options that every cargo command takes which resolves dependencies: CI must not touch Cargo.lock.
pub(crate) fn lock_options() -> &'static [&'static str] {
    if env::var("CI").is_ok_and(|ci| ci == "true") {
        &["--locked"]
    } else {
        &[]
    }
}

/// Runs a command on this terminal.
pub(crate) fn run_to_success(command: &mut Command) -> Result {
    let status = command
        .status()
        .map_err(|error| format!("start `{}`: {error}", display(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}`: {status}", display(command)).into())
    }
}

/// The members of the workspace with the dependencies that their manifests name.
pub(crate) fn members() -> Result<Metadata> {
    Ok(metadata_command().no_deps().exec()?)
}

/// The members with every package they resolve to on this machine.
pub(crate) fn resolved() -> Result<Metadata> {
    let mut command = metadata_command();
    let mut options: Vec<String> = lock_options().iter().map(ToString::to_string).collect();
    options.extend(["--filter-platform".to_owned(), host()?]);
    command.other_options(options);
    Ok(command.exec()?)
}

/// Where cargo puts what it builds.
pub(crate) fn target_directory() -> Result<PathBuf> {
    Ok(members()?.target_directory.into_std_path_buf())
}

fn metadata_command() -> MetadataCommand {
    let mut command = MetadataCommand::new();
    command.current_dir(root());
    command
}

/// Builds targets of one package and returns their executables with their names, sorted.
pub(crate) fn build_executables(
    kind: &TargetKind,
    command: &mut Command,
) -> Result<Vec<(String, PathBuf)>> {
    let output = command
        .arg("--message-format=json-render-diagnostics")
        .args(lock_options())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("`{}`: {}", display(command), output.status).into());
    }
    let mut executables = Vec::new();
    for message in cargo_metadata::Message::parse_stream(output.stdout.as_slice()) {
        if let cargo_metadata::Message::CompilerArtifact(artifact) = message?
            && artifact.target.kind.contains(kind)
            && let Some(executable) = artifact.executable
        {
            executables.push((artifact.target.name, executable.into_std_path_buf()));
        }
    }
    executables.sort();
    Ok(executables)
}

/// The target that this machine's compiler builds for by default.
fn host() -> Result<String> {
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .arg("-vV")
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}
