//! All rows at a glance: what an operation costs elsewhere, as a multiple of what it costs in asyncio.

use super::numbers::{max, min};
use super::plot::{ACCENT, Axis, SMALL, SUBTITLE, TITLE, color, is_left_out, tick_text};
use super::results::{Results, Role, Row, distinct};
use super::svg::{Anchor, Dashes, Font, Stroke, Svg, Weight};

/// A plot for what has no server, and one for servers.
pub(super) fn plots(results: &Results) -> Vec<(String, String)> {
    let overviews = [
        Overview {
            file: "overview.svg",
            title: "Tasks, timers, locks and threads",
            ours: "asyncio",
            rows: rows(results, |row| row.measure == "ns"),
        },
        Overview {
            file: "overview-servers.svg",
            title: "Servers: processor time of a request",
            ours: "asyncio-protocol",
            rows: rows(results, |row| row.measure.contains("CPU")),
        },
    ];
    let drawn = overviews
        .into_iter()
        .filter(|overview| !overview.rows.is_empty());
    drawn
        .map(|overview| (overview.file.to_owned(), overview.draw().to_string()))
        .collect()
}

fn rows(results: &Results, wanted: fn(&Row) -> bool) -> Vec<&Row> {
    results
        .rows
        .iter()
        .filter(|row| row.is_contest() && wanted(row))
        .collect()
}

struct Overview<'a> {
    file: &'static str,
    title: &'static str,
    /// The entrant that has the value 1 in each row, if it is there.
    ours: &'static str,
    rows: Vec<&'a Row>,
}

impl Overview<'_> {
    /// Who is in the picture besides asyncio, with what it costs there.
    fn dots<'a>(&self, row: &'a Row) -> Vec<(&'a str, f64)> {
        let Some(ours) = row.of(self.ours).or_else(|| row.ours().next()) else {
            return Vec::new();
        };
        let others = row.series.iter().filter(|other| {
            let is_ours = other.entrant == ours.entrant;
            other.role == Role::Compared && !is_ours && !is_left_out(&other.entrant)
        });
        others
            .map(|other| (other.entrant.as_str(), row.compare(other, ours).ratio))
            .collect()
    }

    fn draw(&self) -> Svg {
        let groups = distinct(self.rows.iter().map(|row| row.group.as_str()));
        let legend = self.legend();
        let top = TOP + legend.last().map_or(0.0, |(_, y, _)| *y);
        let lines = self.rows.len() as f64 + 0.6 * groups.len() as f64;
        let bottom = top + LINE * lines;
        let mut svg = Svg::new(WIDTH, bottom + BOTTOM);
        self.draw_head(&mut svg, &legend);
        let axis = self.axis();
        draw_grid(&mut svg, &axis, top, bottom);
        let mut y = top;
        for group in groups {
            y += 0.6 * LINE;
            for row in self.rows.iter().filter(|row| row.group == group) {
                self.draw_row(&mut svg, &axis, y, row);
                y += LINE;
            }
        }
        svg
    }

    fn draw_head(&self, svg: &mut Svg, legend: &[(f64, f64, &str)]) {
        svg.text(MARGIN, 30.0, Anchor::Start, TITLE, self.title);
        let subtitle = format!(
            "cost as a multiple of {}'s; left of the red line is cheaper",
            self.ours
        );
        svg.text(MARGIN, 48.0, Anchor::Start, SUBTITLE, &subtitle);
        for (x, y, entrant) in legend {
            svg.dot(x + 5.0, TOP - 25.0 + y, 5.0, color(entrant));
            svg.text(x + 14.0, TOP - 21.0 + y, Anchor::Start, LABEL, entrant);
        }
    }

    /// Where the names of the colours stand, line by line.
    fn legend(&self) -> Vec<(f64, f64, &str)> {
        let others = self.rows.iter().flat_map(|row| self.dots(row));
        let others = others.map(|(entrant, _)| entrant);
        let (mut x, mut y) = (MARGIN, 0.0);
        let entrants = distinct([self.ours].into_iter().chain(others));
        let places = entrants.into_iter().map(|entrant| {
            let width = 32.0 + 7.0 * entrant.len() as f64;
            if x + width > WIDTH {
                (x, y) = (MARGIN, y + LINE);
            }
            let place = (x, y, entrant);
            x += width;
            place
        });
        places.collect()
    }

    /// From the cheapest to the dearest, with asyncio between them.
    fn axis(&self) -> Axis {
        let ratios = self.rows.iter().flat_map(|row| self.dots(row));
        let mut ratios: Vec<_> = ratios.map(|(_, ratio)| ratio).collect();
        ratios.extend([0.8, 1.25]);
        let ends = (min(&ratios) / 1.2, max(&ratios) * 1.2);
        Axis::new(ends, (LEFT, WIDTH - RIGHT))
    }

    fn draw_row(&self, svg: &mut Svg, axis: &Axis, y: f64, row: &Row) {
        svg.text(LEFT - 12.0, y + 4.0, Anchor::End, LABEL, &row.workload);
        svg.line(&[(LEFT, y), (WIDTH - RIGHT, y)], GRID);
        for (entrant, ratio) in self.dots(row).into_iter().rev() {
            svg.dot(axis.at(ratio), y, 5.0, color(entrant));
        }
        svg.dot(axis.at(1.0), y, 6.0, ACCENT);
    }
}

fn draw_grid(svg: &mut Svg, axis: &Axis, top: f64, bottom: f64) {
    for tick in axis.ticks() {
        let (color, width) = if tick == 1.0 {
            (ACCENT, 1.5)
        } else {
            ("#e8e8e6", 1.0)
        };
        let line = [(axis.at(tick), top), (axis.at(tick), bottom)];
        let dashes = Dashes::None;
        svg.line(
            &line,
            Stroke {
                width,
                color,
                dashes,
            },
        );
        let text = format!("×{}", tick_text(tick));
        svg.text(axis.at(tick), bottom + 18.0, Anchor::Middle, SMALL, &text);
    }
}

const GRID: Stroke = Stroke {
    width: 1.0,
    color: "#f0f0ee",
    dashes: Dashes::None,
};
const LABEL: Font = Font {
    size: 12.0,
    color: "#333333",
    weight: Weight::Normal,
};

const WIDTH: f64 = 820.0;
const LEFT: f64 = 160.0;
const RIGHT: f64 = 30.0;
const MARGIN: f64 = 20.0;
const TOP: f64 = 94.0;
const BOTTOM: f64 = 34.0;
const LINE: f64 = 22.0;
