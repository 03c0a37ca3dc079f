//! Drawings: lines, dots and words.

use std::fmt::{self, Display, Write};

/// A drawing on a light ground, which looks the same on a dark page.
pub(super) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

/// Where words stand relative to their point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How words look.
#[derive(Clone, Copy)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) color: &'static str,
    pub(super) weight: Weight,
}

#[derive(Clone, Copy)]
pub(super) enum Weight {
    Normal,
    Bold,
}

/// How a line looks.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub(super) width: f64,
    pub(super) color: &'static str,
    pub(super) dashes: Dashes,
}

#[derive(Clone, Copy)]
pub(super) enum Dashes {
    None,
    Short,
}

impl Svg {
    pub(super) fn new(width: f64, height: f64) -> Self {
        let mut svg = Svg {
            width,
            height,
            body: String::new(),
        };
        svg.rectangle(0.0, 0.0, width, height, "#fdfdfc");
        svg
    }

    pub(super) fn rectangle(&mut self, x: f64, y: f64, width: f64, height: f64, color: &str) {
        self.element(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="3" fill="{color}"/>"#
        ));
    }

    pub(super) fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        let places: Vec<_> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let dashes = match stroke.dashes {
            Dashes::None => "",
            Dashes::Short => r#" stroke-dasharray="5 4""#,
        };
        self.element(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round" stroke-linecap="round"{dashes}/>"#,
            places.join(" "),
            stroke.color,
            stroke.width
        ));
    }

    /// A dot with an edge, so that dots which overlap can be told apart.
    pub(super) fn dot(&mut self, x: f64, y: f64, radius: f64, color: &str) {
        self.element(format_args!(
            r##"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" fill="{color}" stroke="#fdfdfc" stroke-width="1.2"/>"##
        ));
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, font: Font, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = match font.weight {
            Weight::Normal => 400,
            Weight::Bold => 600,
        };
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        self.element(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-size="{}" font-weight="{weight}" fill="{}">{text}</text>"#,
            font.size, font.color
        ));
    }

    fn element(&mut self, element: fmt::Arguments<'_>) {
        // A string takes everything.
        let _ = writeln!(self.body, "{element}");
    }
}

impl Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Svg {
            width,
            height,
            body,
        } = self;
        write!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n{body}</svg>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_break_the_drawing() {
        let mut svg = Svg::new(10.0, 10.0);
        let font = Font {
            size: 9.0,
            color: "#000",
            weight: Weight::Normal,
        };
        svg.text(1.0, 2.0, Anchor::Start, font, "a < b & c");
        assert!(svg.to_string().contains(">a &lt; b &amp; c</text>"));
    }
}
