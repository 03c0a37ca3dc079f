//! What the command line of `cargo xtask bench` asks for.

use lexopt::prelude::*;

use crate::workspace::Result;

/// See the help text of `cargo xtask`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(super) extent: Extent,
    /// The values of `--only`.
    only: Option<String>,
    /// The values of `--contestants`.
    contestants: Option<String>,
}

/// How much is measured, which decides what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing: the documents are made of the samples of the last run.
    Nothing,
    /// A little of everything: a test of the benchmark, whose figures are not kept.
    Quick,
    /// Some contestants: their figures are printed.
    Contestants,
    /// Some workloads: their samples replace those of the last run.
    Workloads,
    /// All that there is.
    Everything,
}

impl Options {
    /// What CI runs.
    pub(crate) fn quick() -> Self {
        Options {
            extent: Extent::Quick,
            only: None,
            contestants: None,
        }
    }

    /// `None` when help is asked for.
    pub(crate) fn parse(arguments: &mut lexopt::Parser) -> Result<Option<Self>> {
        let (mut only, mut contestants) = (None, None);
        let (mut quick, mut render) = (false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("only") => only = Some(arguments.value()?.string()?),
                Long("contestants") => contestants = Some(arguments.value()?.string()?),
                Long("quick") => quick = true,
                Long("render") => render = true,
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        if render && (quick || only.is_some() || contestants.is_some()) {
            return Err("--render measures nothing: it goes with no other option".into());
        }
        let extent = match (&only, &contestants) {
            _ if render => Extent::Nothing,
            _ if quick => Extent::Quick,
            (_, Some(_)) => Extent::Contestants,
            (Some(_), None) => Extent::Workloads,
            (None, None) => Extent::Everything,
        };
        Ok(Some(Options {
            extent,
            only,
            contestants,
        }))
    }

    /// Whether the documents are written when everything has been measured.
    pub(super) fn writes(&self) -> bool {
        matches!(self.extent, Extent::Workloads | Extent::Everything)
    }

    /// For the benchmark itself.
    pub(super) fn arguments(&self) -> Vec<&str> {
        let mut arguments = Vec::new();
        if let Some(only) = &self.only {
            arguments.extend(["--only", only]);
        }
        if let Some(contestants) = &self.contestants {
            arguments.extend(["--contestants", contestants]);
        }
        if self.extent == Extent::Quick {
            arguments.push("--quick");
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(arguments: &[&str]) -> Extent {
        let options = Options::parse(&mut lexopt::Parser::from_args(arguments));
        options.unwrap().unwrap().extent
    }

    #[test]
    fn what_is_measured_decides_what_is_written() {
        assert_eq!(extent(&[]), Extent::Everything);
        assert_eq!(extent(&["--only", "echo"]), Extent::Workloads);
        assert_eq!(
            extent(&["--only", "echo", "--contestants", "smol"]),
            Extent::Contestants
        );
        assert_eq!(extent(&["--only", "echo", "--quick"]), Extent::Quick);
        assert_eq!(extent(&["--render"]), Extent::Nothing);
    }

    #[test]
    fn to_render_is_not_to_measure() {
        let mut arguments = lexopt::Parser::from_args(["--render", "--quick"]);
        assert!(Options::parse(&mut arguments).is_err());
    }

    #[test]
    fn the_benchmark_gets_what_it_understands() {
        let mut arguments = lexopt::Parser::from_args(["--only=echo,lock", "--quick"]);
        let options = Options::parse(&mut arguments).unwrap().unwrap();
        assert_eq!(options.arguments(), ["--only", "echo,lock", "--quick"]);
    }
}
