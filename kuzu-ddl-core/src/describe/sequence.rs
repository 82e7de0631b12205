//! Descriptions of sequences.

use super::const_checks;
use super::location::SourceLocation;
use crate::schema::Sequence;

/// The description of a sequence, from [`sequence!`](crate::sequence). Each option is given at most
/// once; missing options have the engine's defaults.
#[derive(Clone, Copy, Debug)]
pub struct SequenceDesc {
    pub(crate) name: &'static str,
    pub(crate) location: SourceLocation,
    pub(crate) start: Option<i64>,
    pub(crate) increment: Option<i64>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) cycle: bool,
}

impl SequenceDesc {
    /// Creates a description with the engine's defaults.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, file: &'static str, line: u32) -> Self {
        const_checks::table_name(name);
        Self {
            name,
            location: SourceLocation { file, line },
            start: None,
            increment: None,
            min: None,
            max: None,
            cycle: false,
        }
    }

    /// Sets the first value.
    #[must_use]
    #[track_caller]
    pub const fn start(mut self, start: i64) -> Self {
        assert!(self.start.is_none(), "duplicate option `start`");
        self.start = Some(start);
        self
    }

    /// Sets the difference between consecutive values.
    #[must_use]
    #[track_caller]
    pub const fn increment(mut self, increment: i64) -> Self {
        assert!(self.increment.is_none(), "duplicate option `increment`");
        self.increment = Some(increment);
        self
    }

    /// Sets the smallest value.
    #[must_use]
    #[track_caller]
    pub const fn min(mut self, min: i64) -> Self {
        assert!(self.min.is_none(), "duplicate option `min`");
        self.min = Some(min);
        self
    }

    /// Sets the largest value.
    #[must_use]
    #[track_caller]
    pub const fn max(mut self, max: i64) -> Self {
        assert!(self.max.is_none(), "duplicate option `max`");
        self.max = Some(max);
        self
    }

    /// Makes the sequence restart after its last value.
    #[must_use]
    #[track_caller]
    pub const fn cycle(mut self) -> Self {
        assert!(!self.cycle, "duplicate option `cycle`");
        self.cycle = true;
        self
    }

    /// Rejects a definition that no engine can execute.
    #[must_use]
    #[track_caller]
    pub const fn checked(self) -> Self {
        let (start, increment, min, max) = self.values();
        assert!(increment != 0, "the increment of a sequence cannot be 0");
        assert!(
            min <= max,
            "the smallest value of a sequence exceeds its largest"
        );
        assert!(
            min <= start && start <= max,
            "the start of a sequence is outside its bounds"
        );
        self
    }

    /// Returns the start, the increment, the smallest and the largest value.
    const fn values(&self) -> (i64, i64, i64, i64) {
        let increment = or(self.increment, 1);
        let (low, high) = bounds(self.start, increment);
        let (min, max) = (or(self.min, low), or(self.max, high));
        let first = if increment >= 0 { min } else { max };
        (or(self.start, first), increment, min, max)
    }

    pub(crate) fn of(&self) -> Sequence {
        let (start, increment, min, max) = self.values();
        Sequence {
            name: self.name.to_owned(),
            start,
            increment,
            min,
            max,
            cycle: self.cycle,
        }
    }
}

/// Returns the default bounds of a sequence. It counts up from 1 or down from -1; a start beyond
/// that moves the bound.
pub(crate) const fn bounds(start: Option<i64>, increment: i64) -> (i64, i64) {
    match (start, increment >= 0) {
        (Some(start), true) if start < 1 => (start, i64::MAX),
        (_, true) => (1, i64::MAX),
        (Some(start), false) if start > -1 => (i64::MIN, start),
        (_, false) => (i64::MIN, -1),
    }
}

const fn or(value: Option<i64>, otherwise: i64) -> i64 {
    match value {
        Some(value) => value,
        None => otherwise,
    }
}
