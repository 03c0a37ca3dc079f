//! How often asyncio is ahead, and where it is behind.

use super::comparison::{Comparison, OURS, Standing, ratio_text};
use super::numbers::median;
use super::results::{Results, Role, Row, Series, distinct};

pub(super) fn markdown(results: &Results) -> String {
    let contests: Vec<_> = results.rows.iter().filter(|row| row.is_contest()).collect();
    let best = Tally::new("**the best other**", &contests, |row, _| {
        row.best_other().into_iter().collect()
    });
    let best_runtime = Tally::new("the best other runtime", &contests, |row, _| {
        row.best_other_runtime().into_iter().collect()
    });
    let tallies = rivals(&contests)
        .into_iter()
        .map(|rival| Tally::new(rival, &contests, |row, ours| row.counterparts(ours, rival)));
    let lines = [best, best_runtime]
        .into_iter()
        .chain(tallies)
        .map(|tally| tally.line());
    format!(
        "| asyncio beside | comparisons | ahead | on par | behind | typical ratio |\n|---|--:|--:|--:|--:|--:|\n{}\n{}",
        lines.collect::<String>(),
        behind(&contests)
    )
}

/// All contestants but asyncio.
fn rivals<'a>(contests: &[&'a Row]) -> Vec<&'a str> {
    let all = contests.iter().flat_map(|row| &row.series);
    let compared = all.filter(|series| series.role == Role::Compared);
    let names = compared.map(|series| series.contestant.as_str());
    distinct(names.filter(|name| *name != OURS))
}

/// How asyncio's entrants stand to one contestant in all rows.
struct Tally<'a> {
    other: &'a str,
    comparisons: Vec<Comparison>,
}

impl<'a> Tally<'a> {
    fn new(
        other: &'a str,
        contests: &[&'a Row],
        others: impl Fn(&'a Row, &'a Series) -> Vec<&'a Series>,
    ) -> Self {
        let mut comparisons = Vec::new();
        for row in contests {
            for ours in row.ours() {
                let others = others(row, ours).into_iter();
                comparisons.extend(others.map(|other| row.compare(ours, other)));
            }
        }
        Tally { other, comparisons }
    }

    fn line(&self) -> String {
        let count = |standing| {
            self.comparisons
                .iter()
                .filter(|one| one.standing == standing)
                .count()
        };
        let ratios: Vec<_> = self.comparisons.iter().map(|one| one.ratio).collect();
        format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            self.other,
            ratios.len(),
            count(Standing::Ahead),
            count(Standing::OnPar),
            count(Standing::Behind),
            if ratios.is_empty() {
                String::new()
            } else {
                ratio_text(median(&ratios))
            }
        )
    }
}

/// The rows in which another one is ahead, the worst ones first.
fn behind(contests: &[&Row]) -> String {
    let mut found: Vec<_> = contests
        .iter()
        .flat_map(|row| {
            row.ours().filter_map(|ours| {
                let best = row.best_other()?;
                let comparison = row.compare(ours, best);
                (comparison.standing == Standing::Behind).then_some((*row, ours, best, comparison))
            })
        })
        .collect();
    if found.is_empty() {
        return "Nobody is ahead of asyncio in any row.\n".to_owned();
    }
    found.sort_by(|one, other| other.3.ratio.total_cmp(&one.3.ratio));
    let lines = found.iter().map(|(row, ours, best, comparison)| {
        format!(
            "| {} | {} | {} | {} | {} |\n",
            row.workload,
            row.measure,
            ours.entrant,
            best.entrant,
            comparison.text()
        )
    });
    format!(
        "Behind the best other:\n\n| row | measure | of asyncio | the best | ratio |\n|---|---|---|---|--:|\n{}",
        lines.collect::<String>()
    )
}
