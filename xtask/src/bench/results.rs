//! What was measured, and the file in which it is kept.
//!
//! The file begins with facts about the machine, `# name<tab>value`; then follows what `asyncio-bench --samples` writes.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;

use super::facts::Facts;
use super::numbers::{max, median, min, quantile};
use crate::workspace::Result;

/// All that was measured on one machine.
pub(super) struct Results {
    pub(super) facts: Facts,
    pub(super) rows: Vec<Row>,
}

/// One measure of one workload.
pub(super) struct Row {
    /// The name of the section that it stands in.
    pub(super) group: String,
    pub(super) workload: String,
    /// What one operation is.
    pub(super) operation: String,
    /// The plot that it belongs to, with its place there.
    pub(super) point: Option<(String, u64)>,
    pub(super) measure: String,
    pub(super) better: Better,
    pub(super) series: Vec<Series>,
}

/// Which of two numbers is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Better {
    Less,
    More,
    /// They are only to be looked at.
    Neither,
}

/// What one entrant measured.
pub(super) struct Series {
    pub(super) contestant: String,
    /// The contestant, or one of several things that it has.
    pub(super) entrant: String,
    pub(super) role: Role,
    /// How many of the samples were disturbed by something else.
    pub(super) disturbed: usize,
    /// A number for each round.
    pub(super) samples: Vec<f64>,
}

/// Whether an entrant can be the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Compared,
    Shown,
}

impl Results {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}; run `cargo xtask bench`", path.display()))?;
        Self::parse(&text)
    }

    /// Nothing yet.
    pub(super) fn new(facts: Facts) -> Self {
        Results {
            facts,
            rows: Vec::new(),
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut results = Results::new(Facts::default());
        for (line, number) in text.lines().zip(1..) {
            match line.strip_prefix("# ") {
                Some(fact) => results.facts.parse(fact),
                None => results.parse_series(line),
            }
            .ok_or_else(|| format!("line {number} of the samples is none: {line}"))?;
        }
        Ok(results)
    }

    fn parse_series(&mut self, line: &str) -> Option<()> {
        let fields: Vec<_> = line.split('\t').collect();
        let [
            group,
            workload,
            operation,
            plot,
            at,
            measure,
            better,
            contestant,
            entrant,
            role,
            disturbed,
            samples,
        ] = fields.try_into().ok()?;
        let series = Series {
            contestant: contestant.to_owned(),
            entrant: entrant.to_owned(),
            role: Role::parse(role)?,
            disturbed: disturbed.parse().ok()?,
            samples: samples
                .split(' ')
                .map(|sample| sample.parse().ok())
                .collect::<Option<_>>()?,
        };
        let known = self
            .rows
            .iter_mut()
            .find(|row| row.workload == workload && row.measure == measure);
        if let Some(row) = known {
            row.series.push(series);
            return Some(());
        }
        self.rows.push(Row {
            group: group.to_owned(),
            workload: workload.to_owned(),
            operation: operation.to_owned(),
            point: match plot {
                "" => None,
                plot => Some((plot.to_owned(), at.parse().ok()?)),
            },
            measure: measure.to_owned(),
            better: Better::parse(better)?,
            series: vec![series],
        });
        Some(())
    }

    /// Puts rows in the place of those of the same workloads.
    pub(super) fn replace(&mut self, newer: Results) {
        for row in newer.rows {
            let known = self
                .rows
                .iter_mut()
                .find(|old| old.workload == row.workload && old.measure == row.measure);
            match known {
                Some(old) => *old = row,
                None => self.rows.push(row),
            }
        }
    }

    /// The groups, in the order in which they were measured.
    pub(super) fn groups(&self) -> Vec<&str> {
        distinct(self.rows.iter().map(|row| row.group.as_str()))
    }
}

/// Each value once, in the order of the first ones.
pub(super) fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for value in values {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

impl Row {
    pub(super) fn of(&self, entrant: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.entrant == entrant)
    }
}

impl Series {
    pub(super) fn median(&self) -> f64 {
        median(&self.samples)
    }

    pub(super) fn min(&self) -> f64 {
        min(&self.samples)
    }

    pub(super) fn max(&self) -> f64 {
        max(&self.samples)
    }

    /// Whether the median says little: most samples were disturbed, or half of them lie far apart.
    pub(super) fn is_doubtful(&self) -> bool {
        let spread = quantile(&self.samples, 0.75) - quantile(&self.samples, 0.25);
        2 * self.disturbed > self.samples.len() || spread > SPREAD * self.median()
    }
}

/// Several times what the steady ones have.
const SPREAD: f64 = 0.15;

impl Display for Results {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.facts)?;
        for row in &self.rows {
            for series in &row.series {
                writeln!(f, "{}", row.line(series))?;
            }
        }
        Ok(())
    }
}

impl Row {
    fn line(&self, series: &Series) -> String {
        let (plot, at) = match &self.point {
            Some((plot, at)) => (plot.as_str(), at.to_string()),
            None => ("", String::new()),
        };
        let samples: Vec<_> = series
            .samples
            .iter()
            .map(|sample| significant(*sample))
            .collect();
        [
            &self.group,
            &self.workload,
            &self.operation,
            plot,
            &at,
            &self.measure,
            self.better.name(),
            &series.contestant,
            &series.entrant,
            series.role.name(),
            &series.disturbed.to_string(),
            &samples.join(" "),
        ]
        .join("\t")
    }
}

/// Five digits are more than any measurement gives.
fn significant(value: f64) -> String {
    let digits = if value == 0.0 {
        0
    } else {
        value.abs().log10().floor() as i32
    };
    let unit = 10f64.powi(digits - 4);
    let rounded = (value / unit).round() * unit;
    let decimals = usize::try_from(4 - digits).unwrap_or(0);
    format!("{rounded:.decimals$}")
}

impl Better {
    const ALL: [Self; 3] = [Self::Less, Self::More, Self::Neither];

    fn name(self) -> &'static str {
        match self {
            Self::Less => "less",
            Self::More => "more",
            Self::Neither => "neither",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|better| better.name() == name)
    }
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Compared => "compared",
            Self::Shown => "shown",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Compared, Self::Shown]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# processor\tXeon\n\
        tasks\tyield-2\ta turn\t\t\tns\tless\tasyncio\tasyncio\tcompared\t0\t12.346 13.000 12.500\n\
        tasks\tyield-2\ta turn\t\t\tns\tless\ttokio\ttokio\tcompared\t3\t60.001 90.000 65.000\n\
        echo\techo-1\tthere and back\tconnections\t1\trequests/s\tmore\tasyncio\tasyncio-protocol\tshown\t0\t62124\n";

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Results::parse(TEXT).unwrap().to_string(), TEXT);
        assert_eq!(significant(123_456.7), "123460");
        assert_eq!(significant(0.012_345_67), "0.012346");
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = Results::parse("# a\tb\nx\ty\n").err().unwrap();
        assert!(error.to_string().contains("line 2"));
    }

    #[test]
    fn newer_samples_replace_those_of_the_same_workload() {
        let mut results = Results::parse(TEXT).unwrap();
        let newer = "\
            tasks\tyield-2\ta turn\t\t\tns\tless\tasyncio\tasyncio\tcompared\t0\t1.0000\n";
        results.replace(Results::parse(newer).unwrap());
        assert_eq!(results.rows[0].series.len(), 1);
        assert_eq!(results.rows.len(), 2);
    }

    #[test]
    fn what_scatters_or_was_disturbed_is_doubtful() {
        let results = Results::parse(TEXT).unwrap();
        let doubtful: Vec<_> = results.rows[0]
            .series
            .iter()
            .map(Series::is_doubtful)
            .collect();
        assert_eq!(doubtful, [false, true]);
    }
}
