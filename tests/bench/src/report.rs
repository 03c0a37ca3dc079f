//! The table of results, for a terminal.

use crate::rounds::Series;
use crate::workloads::Workload;

/// The contestant that ratios refer to.
const BASELINE: &str = "tokio";

/// Prints rows as they come.
pub(crate) struct Table;

/// One number of one contestant in one workload.
struct Row<'a> {
    workload: &'a str,
    measure: &'a str,
    contestant: &'a str,
    median: f64,
    min: f64,
    max: f64,
    ratio: Option<f64>,
    /// Whether something else ran during most of the rounds.
    is_disturbed: bool,
}

impl Table {
    /// Prints the head.
    pub(crate) fn begin() -> Self {
        println!(
            "{:<18} {:<22} {:<18} {:>10}  {:>21}  {:>8}",
            "workload", "measure", "contestant", "median", "min - max", "/ tokio"
        );
        Table
    }

    /// Prints what the entrants of `workload` measured.
    pub(crate) fn rows(&self, workload: &Workload, measured: &[Series<'_>]) {
        for (index, measure) in workload.measures.iter().enumerate() {
            let baseline = measured
                .iter()
                .find(|series| series.entrant.name == BASELINE)
                .filter(|_| measure.better.is_judged())
                .map(|series| series.of(index));
            for series in measured {
                let values = series.of(index);
                Row {
                    workload: &workload.name,
                    measure: measure.name,
                    contestant: series.entrant.name,
                    median: median(values.clone()),
                    min: values.iter().copied().fold(f64::INFINITY, f64::min),
                    max: values.iter().copied().fold(0.0, f64::max),
                    ratio: baseline.as_ref().map(|baseline| ratio(&values, baseline)),
                    is_disturbed: 2 * series.disturbed > values.len(),
                }
                .print();
            }
        }
    }
}

impl Row<'_> {
    fn print(&self) {
        let ratio = self
            .ratio
            .map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        println!(
            "{:<18} {:<22} {:<18} {:>10}  {:>21}  {ratio:>8}{}",
            self.workload,
            self.measure,
            self.contestant,
            number(self.median),
            format!("{} - {}", number(self.min), number(self.max)),
            if self.is_disturbed { "  disturbed" } else { "" },
        );
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
