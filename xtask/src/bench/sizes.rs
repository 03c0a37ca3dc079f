//! Cost of an operation against size: flat lines are costs that grow linearly as a whole.

use super::comparison::FLOOR;
use super::numbers::{max, min, short};
use super::plot::{ACCENT, Axis, SMALL, SUBTITLE, TITLE, color, is_left_out, tick_text};
use super::results::{Better, Results, Role, Row, distinct};
use super::svg::{Anchor, Dashes, Font, Stroke, Svg, Weight};

/// The plots of results, with the names of their files.
pub(super) fn plots(results: &Results) -> Vec<(String, String)> {
    let drawn = curves(results)
        .into_iter()
        .map(|curve| (curve.file(), curve.draw().to_string()));
    drawn.collect()
}

/// All plots, and how much more an operation costs at the largest size than at the smallest.
pub(super) fn markdown(results: &Results) -> String {
    let curves = curves(results);
    let texts = curves.iter().map(|curve| {
        format!(
            "![{}](performance/{})\n\n{}",
            curve.title(),
            curve.file(),
            curve.table()
        )
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// What one plot shows.
struct Curve<'a> {
    plot: &'a str,
    measure: &'a str,
    /// The sizes, from small to large, with their rows.
    rows: Vec<(u64, &'a Row)>,
}

fn curves(results: &Results) -> Vec<Curve<'_>> {
    let points = || {
        results
            .rows
            .iter()
            .filter_map(|row| Some((row.point.as_ref()?, row)))
    };
    let names = distinct(points().map(|((plot, _), row)| (plot.as_str(), row.measure.as_str())));
    let curves = names.into_iter().map(|(plot, measure)| {
        let own = points().filter(|((name, _), row)| name == plot && row.measure == measure);
        let mut rows: Vec<_> = own.map(|((_, at), row)| (*at, row)).collect();
        rows.sort_by_key(|(at, _)| *at);
        Curve {
            plot,
            measure,
            rows,
        }
    });
    curves
        .filter(|curve| curve.rows.len() > 1 && curve.rows[0].1.better == Better::Less)
        .collect()
}

impl Curve<'_> {
    fn title(&self) -> String {
        match self.measure {
            "ns" => format!("{}: ns per operation", self.plot),
            measure => format!("{}: {measure}", self.plot),
        }
    }

    fn file(&self) -> String {
        let words = self.plot.split(' ').chain(self.measure.split([' ', '/']));
        let ascii =
            words.map(|word| word.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', ""));
        format!("{}.svg", ascii.collect::<Vec<_>>().join("-"))
    }

    fn entrants(&self) -> Vec<&str> {
        let all = self
            .rows
            .iter()
            .flat_map(|(_, row)| &row.series)
            .filter(|series| series.role == Role::Compared);
        distinct(all.map(|series| series.entrant.as_str()))
    }

    /// The medians of an entrant, by size. What is nothing has no place on a logarithmic axis.
    fn medians(&self, entrant: &str) -> Vec<(f64, f64)> {
        let medians = self
            .rows
            .iter()
            .filter_map(|(at, row)| Some((*at as f64, row.of(entrant)?.median())));
        medians.filter(|(_, median)| *median > 0.0).collect()
    }

    fn table(&self) -> String {
        let sizes: Vec<_> = self
            .rows
            .iter()
            .map(|(at, _)| tick_text(*at as f64))
            .collect();
        let lines = self.entrants().into_iter().map(|entrant| {
            let cell = |row: &Row| {
                row.of(entrant)
                    .map_or(String::new(), |series| short(series.median()))
            };
            let cells: Vec<_> = self.rows.iter().map(|(_, row)| cell(row)).collect();
            format!(
                "| {entrant} | {} | {} |\n",
                cells.join(" | "),
                growth(&self.medians(entrant))
            )
        });
        format!(
            "| {} | {} | largest / smallest |\n|---|{}--:|\n{}",
            self.measure,
            sizes.join(" | "),
            "--:|".repeat(sizes.len()),
            lines.collect::<String>()
        )
    }

    fn draw(&self) -> Svg {
        let mut svg = Svg::new(WIDTH, HEIGHT);
        svg.text(LEFT - 34.0, 30.0, Anchor::Start, TITLE, &self.title());
        svg.text(
            LEFT - 34.0,
            48.0,
            Anchor::Start,
            SUBTITLE,
            "by their number; lower is better, flat is linear",
        );
        let (x, y) = self.axes();
        self.draw_grid(&mut svg, &x, &y);
        let mut labels = Vec::new();
        // asyncio's line lies on top.
        for entrant in self
            .entrants()
            .into_iter()
            .rev()
            .filter(|entrant| !is_left_out(entrant))
        {
            let line: Vec<_> = self
                .medians(entrant)
                .iter()
                .map(|(at, median)| (x.at(*at), y.at(*median)))
                .collect();
            let width = if color(entrant) == ACCENT { 3.5 } else { 2.0 };
            let dashes = if entrant == FLOOR {
                Dashes::Short
            } else {
                Dashes::None
            };
            svg.line(
                &line,
                Stroke {
                    width,
                    color: color(entrant),
                    dashes,
                },
            );
            for (x, y) in &line {
                svg.dot(*x, *y, width + 1.5, color(entrant));
            }
            labels.extend(line.last().map(|(_, y)| (entrant, *y)));
        }
        draw_labels(&mut svg, labels);
        svg
    }

    fn axes(&self) -> (Axis, Axis) {
        let entrants = self
            .entrants()
            .into_iter()
            .filter(|entrant| !is_left_out(entrant));
        let values: Vec<_> = entrants.flat_map(|entrant| self.medians(entrant)).collect();
        let sizes: Vec<_> = values.iter().map(|(at, _)| *at).collect();
        let costs: Vec<_> = values.iter().map(|(_, cost)| *cost).collect();
        (
            Axis::new((min(&sizes), max(&sizes)), (LEFT + 14.0, WIDTH - RIGHT)),
            Axis::new(
                (min(&costs) / 1.3, max(&costs) * 1.3),
                (HEIGHT - BOTTOM, TOP),
            ),
        )
    }

    fn draw_grid(&self, svg: &mut Svg, x: &Axis, y: &Axis) {
        for tick in y.ticks() {
            let line = [(LEFT, y.at(tick)), (WIDTH - RIGHT + 8.0, y.at(tick))];
            svg.line(&line, GRID);
            svg.text(
                LEFT - 8.0,
                y.at(tick) + 4.0,
                Anchor::End,
                SMALL,
                &tick_text(tick),
            );
        }
        for (at, _) in &self.rows {
            let at = *at as f64;
            svg.text(
                x.at(at),
                HEIGHT - BOTTOM + 20.0,
                Anchor::Middle,
                SMALL,
                &tick_text(at),
            );
        }
    }
}

fn growth(medians: &[(f64, f64)]) -> String {
    match medians {
        [(_, smallest), .., (_, largest)] => format!("{:.2}", largest / smallest),
        _ => String::new(),
    }
}

/// Names at the ends of lines, moved apart where these are close together.
fn draw_labels(svg: &mut Svg, mut labels: Vec<(&str, f64)>) {
    labels.sort_by(|one, other| one.1.total_cmp(&other.1));
    let wanted: Vec<_> = labels.iter().map(|(_, y)| *y).collect();
    for ((entrant, _), y) in labels.iter().zip(apart(&wanted)) {
        let weight = if color(entrant) == ACCENT {
            Weight::Bold
        } else {
            Weight::Normal
        };
        let font = Font {
            size: 12.0,
            color: color(entrant),
            weight,
        };
        svg.text(WIDTH - RIGHT + 14.0, y + 4.0, Anchor::Start, font, entrant);
    }
}

/// Places [`LABEL`] apart from each other for names that are wanted in these, which ascend. Those that would overlap
/// stand around their middle.
fn apart(wanted: &[f64]) -> Vec<f64> {
    let mut heaps: Vec<Vec<f64>> = Vec::new();
    for place in wanted {
        let mut heap = vec![*place];
        while let Some(above) = heaps.pop_if(|above| bottom(above) + LABEL > top(&heap)) {
            heap.splice(0..0, above);
        }
        heaps.push(heap);
    }
    let places = heaps
        .iter()
        .flat_map(|heap| (0..heap.len()).map(|index| top(heap) + LABEL * index as f64));
    places.collect()
}

/// Where the first name of a heap stands.
fn top(heap: &[f64]) -> f64 {
    let middle = heap.iter().sum::<f64>() / heap.len() as f64;
    middle - LABEL * (heap.len() - 1) as f64 / 2.0
}

fn bottom(heap: &[f64]) -> f64 {
    top(heap) + LABEL * (heap.len() - 1) as f64
}

const GRID: Stroke = Stroke {
    width: 1.0,
    color: "#e8e8e6",
    dashes: Dashes::None,
};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 140.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 40.0;

/// The height of a name.
const LABEL: f64 = 15.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_overlap_stand_around_their_middle() {
        assert_eq!(apart(&[10.0, 100.0]), [10.0, 100.0]);
        assert_eq!(apart(&[50.0, 51.0, 52.0]), [36.0, 51.0, 66.0]);
        // The third one pushes the other two up.
        assert_eq!(apart(&[50.0, 65.0, 68.0]), [46.0, 61.0, 76.0]);
    }
}
