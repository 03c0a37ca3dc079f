//! The table of results.

use crate::options::Format;
use crate::workloads::{Entrant, Workload};

/// The contestant that ratios refer to.
const BASELINE: &str = "tokio";

/// Prints rows as they come.
pub(crate) struct Table {
    format: Format,
}

/// What one entrant measured.
pub(crate) struct Series<'a> {
    pub(crate) entrant: &'a Entrant,
    /// Its sample of each round.
    pub(crate) rounds: Vec<Vec<f64>>,
}

impl<'a> Series<'a> {
    pub(crate) fn new(entrant: &'a Entrant) -> Self {
        let rounds = Vec::new();
        Series { entrant, rounds }
    }

    /// The numbers for one measure, round by round.
    fn of(&self, measure: usize) -> Vec<f64> {
        self.rounds.iter().map(|round| round[measure]).collect()
    }
}

/// One number of one contestant in one workload.
struct Row<'a> {
    workload: &'a str,
    measure: &'a str,
    contestant: &'a str,
    median: f64,
    min: f64,
    max: f64,
    ratio: Option<f64>,
}

impl Table {
    /// Prints the head.
    pub(crate) fn begin(format: Format) -> Self {
        match format {
            Format::Plain => println!(
                "{:<16} {:<26} {:<18} {:>10}  {:>21}  {:>8}",
                "workload", "measure", "contestant", "median", "min - max", "/ tokio"
            ),
            Format::Markdown => {
                println!(
                    "| workload | measure | contestant | median | min – max | ratio to tokio |"
                );
                println!("|---|---|---|--:|--:|--:|");
            }
        }
        Table { format }
    }

    /// Prints what the entrants of `workload` measured.
    pub(crate) fn rows(&self, workload: &Workload, samples: &[Series<'_>]) {
        for (index, measure) in workload.measures.iter().enumerate() {
            let baseline = samples
                .iter()
                .find(|series| series.entrant.name == BASELINE)
                .map(|series| series.of(index));
            for series in samples {
                let values = series.of(index);
                self.row(&Row {
                    workload: workload.name,
                    measure,
                    contestant: series.entrant.name,
                    median: median(values.clone()),
                    min: values.iter().copied().fold(f64::INFINITY, f64::min),
                    max: values.iter().copied().fold(0.0, f64::max),
                    ratio: baseline.as_ref().map(|baseline| ratio(&values, baseline)),
                });
            }
        }
    }

    /// Prints how to read the table.
    pub(crate) fn end(&self) {
        if let Format::Markdown = self.format {
            println!("\nLess is better, except for requests/s.");
        }
    }

    fn row(&self, row: &Row<'_>) {
        let median = number(row.median);
        let (min, max) = (number(row.min), number(row.max));
        let ratio = row
            .ratio
            .map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        let Row {
            workload,
            measure,
            contestant,
            ..
        } = row;
        match self.format {
            Format::Plain => println!(
                "{workload:<16} {measure:<26} {contestant:<18} {median:>10}  {:>21}  {ratio:>8}",
                format!("{min} - {max}")
            ),
            Format::Markdown => println!(
                "| {workload} | {measure} | {contestant} | {median} | {min} – {max} | {ratio} |"
            ),
        }
    }
}

/// The median of the rounds' ratios: what slows down a whole round cancels out.
fn ratio(values: &[f64], baseline: &[f64]) -> f64 {
    median(
        values
            .iter()
            .zip(baseline)
            .map(|(value, base)| value / base)
            .collect(),
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

/// About three digits.
fn number(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median(vec![5.0, 1.0, 3.0]), 3.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), 3.0);
    }

    #[test]
    fn a_slow_round_does_not_change_the_ratio() {
        assert_eq!(ratio(&[1.0, 10.0, 1.0], &[2.0, 20.0, 2.0]), 0.5);
    }
}
