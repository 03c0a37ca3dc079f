//! What a run of the suite prints at its end.

use std::collections::BTreeMap;
use std::fmt;

use super::python::{Finding, Python};
use super::suite::Scenario;
use crate::workspace::Outcome;

/// How a scenario ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The twin printed what CPython prints.
    Passed,
    /// The twin printed what its entry in `differences.toml` says.
    KnownDifference,
    /// Anything else, and why.
    Failed(String),
}

/// Counts of one module or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    known: usize,
}

/// The verdicts of a run, what else is wrong with the suite, and what its Python side said.
#[derive(Debug, Default)]
pub(super) struct Report {
    modules: BTreeMap<String, Counts>,
    failures: Vec<String>,
    problems: Vec<String>,
    python: Option<String>,
}

impl Report {
    pub(super) fn add(&mut self, scenario: &Scenario, verdict: Verdict) {
        let counts = self
            .modules
            .entry(scenario.module().to_owned())
            .or_default();
        match verdict {
            Verdict::Passed => counts.passed += 1,
            Verdict::KnownDifference => counts.known += 1,
            Verdict::Failed(why) => {
                counts.failed += 1;
                self.failures
                    .push(format!("failed: {}: {}", scenario.name, why.trim_end()));
            }
        }
    }

    /// Adds what is wrong with the suite itself. Each counts as a failure.
    pub(super) fn add_problems(&mut self, problems: &[String]) {
        self.problems
            .extend(problems.iter().map(|problem| format!("failed: {problem}")));
    }

    /// Adds what the Python side printed other than recorded.
    pub(super) fn add_python(
        &mut self,
        python: &Python,
        scenarios: &[&Scenario],
        findings: &[Finding],
    ) {
        let (mut equal, mut skipped) = (0, 0);
        for (scenario, finding) in scenarios.iter().zip(findings) {
            match finding {
                Finding::Equal => equal += 1,
                Finding::Skipped => skipped += 1,
                Finding::Different(why) => {
                    self.problems.push(format!(
                        "python differs: {}: {}",
                        scenario.name,
                        why.trim_end()
                    ));
                }
            }
        }
        let differ = findings.len() - equal - skipped;
        self.python = Some(format!(
            "python {}: {equal} as recorded, {differ} other, {skipped} need a newer one",
            python.version()
        ));
    }

    pub(super) fn outcome(&self) -> Outcome {
        if self.total().failed == 0 {
            Outcome::Passed
        } else {
            Outcome::Failed
        }
    }

    /// The last line of the suite, of which there is exactly one.
    pub(super) fn closing_line(&self) -> String {
        let Counts {
            passed,
            failed,
            known,
        } = self.total();
        format!("conformance: {passed} passed, {failed} failed, {known} known differences")
    }

    fn total(&self) -> Counts {
        let mut total = Counts {
            failed: self.problems.len(),
            ..Counts::default()
        };
        for counts in self.modules.values() {
            total.passed += counts.passed;
            total.failed += counts.failed;
            total.known += counts.known;
        }
        total
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in self.failures.iter().chain(&self.problems) {
            writeln!(f, "{failure}\n")?;
        }
        let width = self
            .modules
            .keys()
            .map(String::len)
            .max()
            .unwrap_or_default()
            .max("module".len());
        writeln!(
            f,
            "{:width$}  {:>6}  {:>6}  {:>17}",
            "module", "passed", "failed", "known differences"
        )?;
        for (
            module,
            Counts {
                passed,
                failed,
                known,
            },
        ) in &self.modules
        {
            writeln!(f, "{module:width$}  {passed:>6}  {failed:>6}  {known:>17}")?;
        }
        self.python
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdicts: &[(&str, Verdict)]) -> Report {
        let mut report = Report::default();
        for (name, verdict) in verdicts {
            report.add(
                &Scenario {
                    name: (*name).to_owned(),
                    ..Scenario::default()
                },
                verdict.clone(),
            );
        }
        report
    }

    #[test]
    fn modules_are_counted_apart() {
        let report = report(&[
            ("tasks/a", Verdict::Passed),
            ("tasks/b", Verdict::KnownDifference),
            ("base_events/a", Verdict::Passed),
            ("tasks/c", Verdict::Failed("why\n".to_owned())),
        ]);
        assert_eq!(
            report.to_string(),
            "failed: tasks/c: why\n\n\
             module       passed  failed  known differences\n\
             base_events       1       0                  0\n\
             tasks             1       1                  1\n"
        );
        assert_eq!(
            report.closing_line(),
            "conformance: 2 passed, 1 failed, 1 known differences"
        );
        assert_eq!(report.outcome(), Outcome::Failed);
    }

    #[test]
    fn all_passed_is_a_pass() {
        let report = report(&[
            ("tasks/a", Verdict::Passed),
            ("tasks/b", Verdict::KnownDifference),
        ]);
        assert_eq!(report.outcome(), Outcome::Passed);
    }

    #[test]
    fn a_problem_of_the_suite_is_a_failure() {
        let mut report = report(&[("tasks/a", Verdict::Passed)]);
        report.add_problems(&["differences.toml: tasks/x is no scenario".to_owned()]);
        assert_eq!(
            report.closing_line(),
            "conformance: 1 passed, 1 failed, 0 known differences"
        );
        assert_eq!(report.outcome(), Outcome::Failed);
    }
}
