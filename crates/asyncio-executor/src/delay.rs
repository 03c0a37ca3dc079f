//! [`IntoDelay`]: what may be given as a delay or a timeout.

use std::time::Duration;

/// A delay: seconds as a number, as in Python, or a [`Duration`].
pub trait IntoDelay {
    /// The delay in seconds. May be negative, infinite or NaN, which each function treats as its Python
    /// counterpart does.
    fn into_delay(self) -> f64;
}

impl IntoDelay for f64 {
    fn into_delay(self) -> f64 {
        self
    }
}

impl IntoDelay for f32 {
    fn into_delay(self) -> f64 {
        f64::from(self)
    }
}

impl IntoDelay for i32 {
    fn into_delay(self) -> f64 {
        f64::from(self)
    }
}

impl IntoDelay for Duration {
    fn into_delay(self) -> f64 {
        self.as_secs_f64()
    }
}
