//! Medians, quartiles, and how numbers are written.

/// The value that a `share` of all is below, between two of them where that falls between them.
pub(super) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let place = (values.len() - 1) as f64 * share;
    let (below, above) = (
        values[place.floor() as usize],
        values[place.ceil() as usize],
    );
    below + (above - below) * place.fract()
}

pub(super) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

pub(super) fn min(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

pub(super) fn max(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// About three digits.
pub(super) fn short(value: f64) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        ..9_999.5 => with_commas(value),
        ..99_950.0 => format!("{:.1}k", value / 1e3),
        ..999_500.0 => format!("{:.0}k", value / 1e3),
        _ => format!("{:.2}M", value / 1e6),
    }
}

fn with_commas(value: f64) -> String {
    let digits = format!("{value:.0}");
    match digits.len() {
        4 => format!("{},{}", &digits[..1], &digits[1..]),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_may_lie_between_two_values() {
        assert_eq!(median(&[5.0, 1.0, 3.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), 3.0);
        assert_eq!(quantile(&[10.0, 20.0], 0.25), 12.5);
        assert_eq!(quantile(&[7.0], 0.75), 7.0);
    }

    #[test]
    fn numbers_have_three_digits() {
        let texts = [
            1.0,
            9.996,
            45.67,
            345.6,
            1_492.3,
            62_124.0,
            257_739.0,
            1_234_567.0,
        ];
        assert_eq!(
            texts.map(short),
            [
                "1.00", "10.0", "45.7", "346", "1,492", "62.1k", "258k", "1.23M"
            ]
        );
    }
}
