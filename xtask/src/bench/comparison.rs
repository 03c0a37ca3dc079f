//! Who is ahead of whom.

use super::numbers::{median, quantile};
use super::results::{Better, Role, Row, Series};

/// One of asyncio's entrants beside another one.
pub(super) struct Comparison {
    /// What an operation costs here as a multiple of what it costs there, as the median of all rounds.
    pub(super) ratio: f64,
    pub(super) standing: Standing,
}

/// What is left of a ratio when it is taken for noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ahead,
    /// The ratio is within [`NOISE`], or more than a quarter of the rounds say the opposite of the median.
    OnPar,
    Behind,
}

impl Comparison {
    pub(super) fn new(better: Better, ours: &Series, other: &Series) -> Self {
        let ratios = ratios(better, ours, other);
        let ratio = median(&ratios);
        let rounds_differ = quantile(&ratios, 0.25) <= 1.0 && quantile(&ratios, 0.75) >= 1.0;
        let standing = if rounds_differ || (1.0 / NOISE..=NOISE).contains(&ratio) {
            Standing::OnPar
        } else if ratio < 1.0 {
            Standing::Ahead
        } else {
            Standing::Behind
        };
        Comparison { ratio, standing }
    }

    pub(super) fn text(&self) -> String {
        ratio_text(self.ratio)
    }
}

pub(super) fn ratio_text(ratio: f64) -> String {
    match ratio {
        ..0.095 => format!("{ratio:.3}"),
        _ => format!("{ratio:.2}"),
    }
}

/// The costs' ratio of each round: what slows down a whole round cancels out.
fn ratios(better: Better, ours: &Series, other: &Series) -> Vec<f64> {
    let cost = |sample: &f64| match better {
        Better::Less | Better::Neither => *sample,
        Better::More => 1.0 / sample,
    };
    let rounds = ours.samples.iter().zip(&other.samples);
    rounds
        .map(|(ours, other)| cost(ours) / cost(other))
        .collect()
}

impl Row {
    /// Whether there is something to compare.
    pub(super) fn is_contest(&self) -> bool {
        self.better != Better::Neither && self.best_other().is_some()
    }

    pub(super) fn ours(&self) -> impl Iterator<Item = &Series> {
        self.series
            .iter()
            .filter(|series| series.contestant == OURS && series.role == Role::Compared)
    }

    /// The best of those that are not asyncio's.
    pub(super) fn best_other(&self) -> Option<&Series> {
        self.best_of(|series| series.contestant != OURS)
    }

    /// The same without the floor, which is no runtime.
    pub(super) fn best_other_runtime(&self) -> Option<&Series> {
        self.best_of(|series| ![OURS, FLOOR].contains(&series.contestant.as_str()))
    }

    /// What `ours` is compared with when it is about one contestant: what this has with the same API, or else all it has.
    pub(super) fn counterparts(&self, ours: &Series, contestant: &str) -> Vec<&Series> {
        let all: Vec<_> = self
            .series
            .iter()
            .filter(|series| series.contestant == contestant && series.role == Role::Compared)
            .collect();
        let api = ours.entrant.strip_prefix(OURS).unwrap_or_default();
        let twin = all
            .iter()
            .find(|series| !api.is_empty() && series.entrant.ends_with(api));
        twin.map_or(all.clone(), |twin| vec![twin])
    }

    /// The best of all.
    pub(super) fn best(&self) -> Option<&Series> {
        self.best_of(|_| true)
    }

    fn best_of(&self, is_meant: impl Fn(&Series) -> bool) -> Option<&Series> {
        let compared = self
            .series
            .iter()
            .filter(|series| series.role == Role::Compared && is_meant(series));
        compared.reduce(|best, other| {
            if self.is_better(other, best) {
                other
            } else {
                best
            }
        })
    }

    fn is_better(&self, one: &Series, other: &Series) -> bool {
        match self.better {
            Better::Less => one.median() < other.median(),
            Better::More => one.median() > other.median(),
            Better::Neither => false,
        }
    }

    pub(super) fn compare(&self, ours: &Series, other: &Series) -> Comparison {
        Comparison::new(self.better, ours, other)
    }
}

/// The contestant that this is all about.
pub(super) const OURS: &str = "asyncio";

/// The server without a runtime: what the kernel alone costs.
pub(super) const FLOOR: &str = "epoll";

/// Ratios between this and its inverse are noise: as much as two runs of the same program differ.
pub(super) const NOISE: f64 = 1.03;

#[cfg(test)]
mod tests {
    use super::*;

    fn series(samples: &[f64]) -> Series {
        named("", "", samples)
    }

    fn named(contestant: &str, entrant: &str, samples: &[f64]) -> Series {
        Series {
            contestant: contestant.to_owned(),
            entrant: entrant.to_owned(),
            role: Role::Compared,
            disturbed: 0,
            samples: samples.to_vec(),
        }
    }

    fn compare(better: Better, ours: &[f64], other: &[f64]) -> (String, Standing) {
        let comparison = Comparison::new(better, &series(ours), &series(other));
        (comparison.text(), comparison.standing)
    }

    #[test]
    fn a_slow_round_does_not_change_the_ratio() {
        let compared = compare(Better::Less, &[1.0, 10.0, 1.0], &[2.0, 20.0, 2.0]);
        assert_eq!(compared, ("0.50".to_owned(), Standing::Ahead));
    }

    #[test]
    fn more_requests_are_less_cost() {
        let compared = compare(Better::More, &[1.0, 1.0], &[2.0, 2.0]);
        assert_eq!(compared, ("2.00".to_owned(), Standing::Behind));
    }

    #[test]
    fn small_and_undecided_differences_are_noise() {
        assert_eq!(compare(Better::Less, &[1.02], &[1.0]).1, Standing::OnPar);
        assert_eq!(compare(Better::Less, &[1.0], &[1.02]).1, Standing::OnPar);
        let undecided = compare(Better::Less, &[0.9, 1.2, 0.9, 1.2, 1.3], &[1.0; 5]);
        assert_eq!(undecided, ("1.20".to_owned(), Standing::OnPar));
    }

    #[test]
    fn a_protocol_is_compared_with_a_protocol() {
        let row = Row {
            group: String::new(),
            workload: String::new(),
            operation: String::new(),
            point: None,
            measure: String::new(),
            better: Better::Less,
            series: vec![
                named("asyncio", "asyncio-protocol", &[1.0]),
                named("uvloop", "uvloop-protocol", &[2.0]),
                named("uvloop", "uvloop-streams", &[3.0]),
                named("tokio", "tokio", &[4.0]),
            ],
        };
        let counterparts = |contestant| {
            let found = row.counterparts(&row.series[0], contestant);
            found
                .iter()
                .map(|series| series.entrant.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(counterparts("uvloop"), ["uvloop-protocol"]);
        assert_eq!(counterparts("tokio"), ["tokio"]);
    }
}
