//! What all plots have in common: logarithmic axes, colours, letters.

use super::svg::{Font, Weight};

/// A logarithmic axis: values on pixels.
pub(super) struct Axis {
    values: (f64, f64),
    pixels: (f64, f64),
}

impl Axis {
    pub(super) fn new(values: (f64, f64), pixels: (f64, f64)) -> Self {
        Axis { values, pixels }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let (from, to) = self.values;
        let share = (value / from).ln() / (to / from).ln();
        self.pixels.0 + (self.pixels.1 - self.pixels.0) * share
    }

    /// Round values on the axis; few enough to be read.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let (from, to) = self.values;
        let factors: &[f64] = match (to / from).log10() {
            ..1.1 => &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
            ..2.5 => &[1.0, 2.0, 5.0],
            _ => &[1.0],
        };
        let decades = from.log10().floor() as i32..=to.log10().ceil() as i32;
        // A division, so that a tick of 0.7 is the nearest number to that.
        let ticks = decades.flat_map(|decade| {
            let scaled = move |factor| match decade {
                ..0 => factor / 10f64.powi(-decade),
                _ => factor * 10f64.powi(decade),
            };
            factors.iter().copied().map(scaled)
        });
        ticks
            .filter(|tick| (from * 0.999..=to * 1.001).contains(tick))
            .collect()
    }
}

/// A value on an axis, without needless digits.
pub(super) fn tick_text(value: f64) -> String {
    match value {
        ..1_000.0 => format!("{value}"),
        ..1_000_000.0 => format!("{:.0}k", value / 1e3),
        _ => format!("{:.0}M", value / 1e6),
    }
}

/// The colour of a contestant's entrant: told apart also by those who see fewer colours.
pub(super) fn color(entrant: &str) -> &'static str {
    let known = COLORS.iter().find(|(name, _)| *name == entrant);
    known.map_or("#777777", |(_, color)| color)
}

const COLORS: &[(&str, &str)] = &[
    ("asyncio", ACCENT),
    ("asyncio-protocol", ACCENT),
    ("asyncio-streams", "#e8836b"),
    ("tokio", "#0072b2"),
    ("tokio-local", "#6db3e0"),
    ("smol", "#009e73"),
    ("monoio", "#d99000"),
    ("monoio-epoll", "#e9c46a"),
    ("glommio", "#b565a7"),
    ("epoll", "#222222"),
    ("cpython", "#80614b"),
    ("cpython-protocol", "#80614b"),
    ("cpython-streams", "#b59a86"),
    ("uvloop", "#8c8c8c"),
    ("uvloop-protocol", "#8c8c8c"),
    ("uvloop-streams", "#c2c2c2"),
];

/// asyncio's own colour.
pub(super) const ACCENT: &str = "#d1352b";

pub(super) const TITLE: Font = Font {
    size: 16.0,
    color: "#1a1a1a",
    weight: Weight::Bold,
};
pub(super) const SUBTITLE: Font = Font {
    size: 12.0,
    color: "#666666",
    weight: Weight::Normal,
};
pub(super) const SMALL: Font = Font {
    size: 11.0,
    color: "#666666",
    weight: Weight::Normal,
};

/// What has a sibling of nearly the same figures, and would only hide others.
pub(super) fn is_left_out(entrant: &str) -> bool {
    ["tokio-local", "monoio-epoll"].contains(&entrant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_logarithmic() {
        let axis = Axis::new((1.0, 100.0), (0.0, 200.0));
        assert_eq!(
            [1.0, 10.0, 100.0].map(|value| axis.at(value)),
            [0.0, 100.0, 200.0]
        );
        assert_eq!(axis.ticks(), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(Axis::new((0.6, 1.2), (0.0, 1.0)).ticks(), [0.7, 1.0]);
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!([0.5, 20.0, 1_000.0].map(tick_text), ["0.5", "20", "1k"]);
    }
}
