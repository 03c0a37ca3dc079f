//! What asyncio is meant to reach, and whether it does.

use super::comparison::{Comparison, Standing};
use super::results::{Results, Row, Series};

/// Something that is wanted in every row that it concerns.
struct Goal {
    text: &'static str,
    concerns: fn(&Row) -> bool,
    rivals: Rivals,
    demand: Demand,
}

/// Who is compared.
enum Rivals {
    /// All that asyncio has with an entrant of this name.
    Named(&'static str),
    /// All that asyncio has with the best of these.
    Best(fn(&Row) -> Option<&Series>),
    /// Entrants with entrants.
    Pairs(&'static [(&'static str, &'static str)]),
}

/// What a comparison must be like.
#[derive(Clone, Copy)]
enum Demand {
    Ahead,
    NotBehind,
    /// Not behind in this share of the rows.
    NotBehindIn(f64),
    /// A ratio of this at most.
    AtMost(f64),
}

const GOALS: &[Goal] = &[
    Goal {
        text: "not behind tokio's current_thread",
        concerns: |_| true,
        rivals: Rivals::Named("tokio"),
        demand: Demand::NotBehind,
    },
    Goal {
        text: "not behind smol",
        concerns: |_| true,
        rivals: Rivals::Named("smol"),
        demand: Demand::NotBehind,
    },
    Goal {
        text: "not behind the best other in two rows of three",
        concerns: |_| true,
        rivals: Rivals::Best(Row::best_other),
        demand: Demand::NotBehindIn(2.0 / 3.0),
    },
    Goal {
        text: "not behind the best other runtime, without raw epoll, in two rows of three",
        concerns: |_| true,
        rivals: Rivals::Best(Row::best_other_runtime),
        demand: Demand::NotBehindIn(2.0 / 3.0),
    },
    Goal {
        text: "with a protocol, server CPU of an echo at most 1.05 of raw epoll's, 50 and 500 connections",
        concerns: is_busy_echo,
        rivals: Rivals::Pairs(&[("asyncio-protocol", "epoll")]),
        demand: Demand::AtMost(1.05),
    },
    Goal {
        text: "with streams, at most 1.15",
        concerns: is_busy_echo,
        rivals: Rivals::Pairs(&[("asyncio-streams", "epoll")]),
        demand: Demand::AtMost(1.15),
    },
    Goal {
        text: "4 times the echoes of CPython's asyncio for the same server CPU",
        concerns: |row| is_echo(row) && row.measure.contains("CPU"),
        rivals: Rivals::Pairs(&[
            ("asyncio-protocol", "cpython-protocol"),
            ("asyncio-streams", "cpython-streams"),
        ]),
        demand: Demand::AtMost(1.0 / 4.0),
    },
    Goal {
        text: "20 times as fast with tasks as CPython's asyncio",
        concerns: |row| row.group == "tasks",
        rivals: Rivals::Named("cpython"),
        demand: Demand::AtMost(1.0 / 20.0),
    },
    Goal {
        text: "ahead of uvloop with every server",
        concerns: |row| row.better != super::results::Better::Neither,
        rivals: Rivals::Pairs(&[
            ("asyncio-protocol", "uvloop-protocol"),
            ("asyncio-streams", "uvloop-streams"),
        ]),
        demand: Demand::Ahead,
    },
];

fn is_echo(row: &Row) -> bool {
    row.group == "echo"
}

fn is_busy_echo(row: &Row) -> bool {
    is_echo(row)
        && row.measure.contains("CPU")
        && ["-50", "-500"]
            .iter()
            .any(|end| row.workload.ends_with(end))
}

pub(super) fn markdown(results: &Results) -> String {
    let lines = GOALS.iter().map(|goal| goal.line(results));
    format!(
        "| goal | | comparisons | met | worst |\n|---|---|--:|--:|---|\n{}",
        lines.collect::<String>()
    )
}

impl Goal {
    fn line(&self, results: &Results) -> String {
        let rows = results
            .rows
            .iter()
            .filter(|row| row.is_contest() && (self.concerns)(row));
        let compared: Vec<_> = rows.flat_map(|row| self.compare(row)).collect();
        let met = compared
            .iter()
            .filter(|(_, comparison)| self.demand.is_met_by(comparison))
            .count();
        let worst = compared
            .iter()
            .max_by(|one, other| one.1.ratio.total_cmp(&other.1.ratio));
        let is_reached = met as f64 >= self.demand.share() * compared.len() as f64;
        let (sign, worst) = match worst {
            Some((name, comparison)) => (
                if is_reached { "✓" } else { "✗" },
                format!("{} in {name}", comparison.text()),
            ),
            None => ("", String::new()),
        };
        format!(
            "| {} | {sign} | {} | {met} | {worst} |\n",
            self.text,
            compared.len()
        )
    }

    /// Each comparison that the goal is about, with a name.
    fn compare(&self, row: &Row) -> Vec<(String, Comparison)> {
        let pairs: Vec<_> = match self.rivals {
            Rivals::Named(other) => row
                .ours()
                .filter_map(|ours| Some((ours, row.of(other)?)))
                .collect(),
            Rivals::Best(best) => row
                .ours()
                .filter_map(|ours| Some((ours, best(row)?)))
                .collect(),
            Rivals::Pairs(pairs) => pairs
                .iter()
                .filter_map(|(ours, other)| Some((row.of(ours)?, row.of(other)?)))
                .collect(),
        };
        pairs
            .into_iter()
            .map(|(ours, other)| {
                (
                    format!("{}, {}", row.workload, ours.entrant),
                    row.compare(ours, other),
                )
            })
            .collect()
    }
}

impl Demand {
    fn is_met_by(self, comparison: &Comparison) -> bool {
        match self {
            Demand::Ahead => comparison.standing == Standing::Ahead,
            Demand::NotBehind | Demand::NotBehindIn(_) => comparison.standing != Standing::Behind,
            Demand::AtMost(limit) => comparison.ratio <= limit,
        }
    }

    fn share(self) -> f64 {
        match self {
            Demand::NotBehindIn(share) => share,
            Demand::Ahead | Demand::NotBehind | Demand::AtMost(_) => 1.0,
        }
    }
}
