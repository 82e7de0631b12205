//! TODO-DOC describe::sequence

use super::const_checks as check;
use super::location::Place;
use crate::schema::Sequence;

/// What a [`sequence!`](crate::sequence) says. Each option once; what is left out is as the engine has it.
#[derive(Clone, Copy, Debug)]
pub struct SequenceDesc {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) start: Option<i64>,
    pub(crate) increment: Option<i64>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) cycle: bool,
}

impl SequenceDesc {
    /// A sequence with the engine's options.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, file: &'static str, line: u32) -> Self {
        check::table_name(name);
        Self {
            name,
            place: Place { file, line },
            start: None,
            increment: None,
            min: None,
            max: None,
            cycle: false,
        }
    }

    /// The first value.
    #[must_use]
    #[track_caller]
    pub const fn start(mut self, start: i64) -> Self {
        assert!(self.start.is_none(), "`start` is said twice");
        self.start = Some(start);
        self
    }

    /// The step.
    #[must_use]
    #[track_caller]
    pub const fn increment(mut self, increment: i64) -> Self {
        assert!(self.increment.is_none(), "`increment` is said twice");
        self.increment = Some(increment);
        self
    }

    /// The smallest value.
    #[must_use]
    #[track_caller]
    pub const fn min(mut self, min: i64) -> Self {
        assert!(self.min.is_none(), "`min` is said twice");
        self.min = Some(min);
        self
    }

    /// The largest value.
    #[must_use]
    #[track_caller]
    pub const fn max(mut self, max: i64) -> Self {
        assert!(self.max.is_none(), "`max` is said twice");
        self.max = Some(max);
        self
    }

    /// It starts anew at the end.
    #[must_use]
    #[track_caller]
    pub const fn cycle(mut self) -> Self {
        assert!(!self.cycle, "`cycle` is said twice");
        self.cycle = true;
        self
    }

    /// Refuses what no engine could count by.
    #[must_use]
    #[track_caller]
    pub const fn checked(self) -> Self {
        let (start, increment, min, max) = self.values();
        assert!(increment != 0, "the increment of a sequence cannot be 0");
        assert!(
            min <= max,
            "the smallest value of a sequence is larger than its largest"
        );
        assert!(
            min <= start && start <= max,
            "a sequence starts outside its smallest and largest value"
        );
        self
    }

    /// Start, increment, smallest and largest value.
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

/// The smallest and the largest value of a sequence that does not say them. It counts up from 1 or down
/// from -1; a start beyond that moves the bound.
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
