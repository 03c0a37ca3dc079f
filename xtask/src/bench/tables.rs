//! The tables of a group: the medians of all contestants side by side, and below them how far the rounds lie apart.

use super::comparison::OURS;
use super::numbers::short;
use super::results::{Better, Results, Role, Row, Series, distinct};

/// One table for each measure that is judged, then the rest, folded away.
pub(super) fn markdown(results: &Results, group: &str) -> String {
    let rows: Vec<_> = results
        .rows
        .iter()
        .filter(|row| row.group == group)
        .collect();
    let measures = distinct(rows.iter().map(|row| row.measure.as_str()));
    let tables = measures.iter().map(|measure| {
        let rows = rows
            .iter()
            .copied()
            .filter(|row| row.measure == *measure)
            .collect();
        Table::new(results, measure, rows)
    });
    let (judged, looked_at): (Vec<_>, Vec<_>) = tables.partition(Table::is_judged);
    let medians: Vec<_> = judged.iter().map(Table::medians).collect();
    let details = looked_at
        .iter()
        .map(Table::medians)
        .chain(judged.iter().map(Table::ranges));
    format!(
        "{}\n<details><summary>What the rows are; smallest and largest round</summary>\n\n{}\n{}\n</details>\n",
        medians.join("\n"),
        operations(&rows),
        details.collect::<Vec<_>>().join("\n")
    )
}

fn operations(rows: &[&Row]) -> String {
    let operations = distinct(rows.iter().map(|row| (&row.workload, &row.operation)));
    let lines = operations
        .iter()
        .map(|(workload, operation)| format!("| {workload} | {operation} |\n"));
    format!(
        "| row | one operation |\n|---|---|\n{}",
        lines.collect::<String>()
    )
}

/// One measure of a group.
struct Table<'a> {
    measure: &'a str,
    rows: Vec<&'a Row>,
    /// The entrants, with the text above them.
    columns: Vec<(&'a str, String)>,
    /// Those of the columns that are asyncio's, and are compared.
    ours: Vec<&'a str>,
}

impl<'a> Table<'a> {
    fn new(results: &'a Results, measure: &'a str, rows: Vec<&'a Row>) -> Self {
        let all = || rows.iter().flat_map(|row| &row.series);
        let compared = all().filter(|series| series.role == Role::Compared);
        let shown = all().filter(|series| series.role == Role::Shown);
        let columns = distinct(
            compared
                .chain(shown)
                .map(|series| (series.entrant.as_str(), series.contestant.as_str())),
        );
        let is_contest = rows.iter().any(|row| row.is_contest());
        let ours = distinct(
            rows.iter()
                .flat_map(|row| row.ours())
                .map(|series| series.entrant.as_str()),
        );
        Table {
            measure,
            columns: columns
                .into_iter()
                .map(|(entrant, contestant)| (entrant, heading(results, entrant, contestant)))
                .collect(),
            ours: if is_contest { ours } else { Vec::new() },
            rows,
        }
    }

    /// Whether its numbers are better or worse ones.
    fn is_judged(&self) -> bool {
        self.rows.iter().any(|row| row.better != Better::Neither)
    }

    fn medians(&self) -> String {
        let mut heads: Vec<_> = self
            .columns
            .iter()
            .map(|(_, heading)| heading.clone())
            .collect();
        for ours in &self.ours {
            let ours = ours.strip_prefix("asyncio-").unwrap_or(ours);
            heads.extend([format!("{ours} / {BASE}"), format!("{ours} / best other")]);
        }
        self.markdown(&heads, |row| {
            let mut cells = self.cells(row, |series| median(row, series));
            for ours in &self.ours {
                cells.extend(ratios(row, ours));
            }
            cells
        })
    }

    fn ranges(&self) -> String {
        let heads: Vec<_> = self
            .columns
            .iter()
            .map(|(entrant, _)| (*entrant).to_owned())
            .collect();
        self.markdown(&heads, |row| {
            self.cells(row, |series| {
                format!("{} – {}", short(series.min()), short(series.max()))
            })
        })
    }

    fn cells(&self, row: &Row, cell: impl Fn(&Series) -> String) -> Vec<String> {
        let entrants = self.columns.iter().map(|(entrant, _)| *entrant);
        entrants
            .map(|entrant| row.of(entrant).map_or(String::new(), &cell))
            .collect()
    }

    fn markdown(&self, heads: &[String], cells: impl Fn(&Row) -> Vec<String>) -> String {
        let lines = self
            .rows
            .iter()
            .map(|row| format!("| {} | {} |\n", row.workload, cells(row).join(" | ")));
        format!(
            "| **{}** | {} |\n|---|{}\n{}",
            self.measure,
            heads.join(" | "),
            "--:|".repeat(heads.len()),
            lines.collect::<String>()
        )
    }
}

/// An entrant's name above its contestant's version.
fn heading(results: &Results, entrant: &str, contestant: &str) -> String {
    match results.facts.version(contestant) {
        Some(version) if contestant != OURS => format!("{entrant}<br><sub>{version}</sub>"),
        _ => entrant.to_owned(),
    }
}

/// A median; the best one is bold, and a doubtful one has a mark.
fn median(row: &Row, series: &Series) -> String {
    let mut text = short(series.median());
    if row.better != Better::Neither && row.best().is_some_and(|best| std::ptr::eq(best, series)) {
        text = format!("**{text}**");
    }
    if series.is_doubtful() {
        text.insert(0, '~');
    }
    text
}

/// What one of asyncio's entrants costs as a multiple of the base, and of the best that is not asyncio's.
fn ratios(row: &Row, ours: &str) -> [String; 2] {
    let Some(ours) = row.of(ours) else {
        return Default::default();
    };
    [row.of(BASE), row.best_other()]
        .map(|other| other.map_or(String::new(), |other| row.compare(ours, other).text()))
}

/// The runtime that most would take.
const BASE: &str = "tokio";
