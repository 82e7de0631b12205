//! Declared sequences: descriptions, macros and their assembly.

use super::Declared;
use super::check;
use super::mistake::{Mistake, MistakeKind, Place};
use super::registry::Tombstone;
use crate::schema::{Key, Sequence};

/// The description of a sequence, from [`sequence!`](crate::sequence). Each option is given at most
/// once; missing options have the engine's defaults.
#[derive(Clone, Copy, Debug)]
pub struct SequenceDesc {
    name: &'static str,
    place: Place,
    start: Option<i64>,
    increment: Option<i64>,
    min: Option<i64>,
    max: Option<i64>,
    cycle: bool,
}

impl SequenceDesc {
    /// Creates a description with the engine's defaults.
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

    fn of(&self) -> Sequence {
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
pub(super) const fn bounds(start: Option<i64>, increment: i64) -> (i64, i64) {
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

/// Adds the declared sequences and their tombstones.
pub(super) fn add(
    declared: &mut Declared,
    descs: &[SequenceDesc],
    tombstones: &[Tombstone],
    mistakes: &mut Vec<Mistake>,
) {
    // Registration order is arbitrary; source order decides which of two declarations is "the
    // other".
    let mut descs = descs.to_vec();
    descs.sort_by_key(|desc| desc.place);
    let mut places: Vec<(Key, Place)> = Vec::new();
    let mistake = |name: &str, place, kind| Mistake {
        place,
        table: name.to_owned(),
        kind,
    };
    for desc in &descs {
        let key = Key::of_static(desc.name);
        match places.iter().find(|(known, _)| *known == key) {
            Some((_, other)) => {
                let kind = MistakeKind::SequenceTwice { other: *other };
                mistakes.push(mistake(desc.name, desc.place, kind));
            }
            None => {
                places.push((key.clone(), desc.place));
                declared.schema.sequences.insert(key, desc.of());
            }
        }
    }
    for gone in tombstones {
        let (key, place) = (
            Key::of_static(gone.name),
            Place {
                file: gone.file,
                line: gone.line,
            },
        );
        match places.iter().find(|(known, _)| *known == key) {
            Some((_, other)) => {
                let kind = MistakeKind::SequenceDroppedYetDeclared { other: *other };
                mistakes.push(mistake(gone.name, place, kind));
            }
            None => {
                declared.dropped_sequences.insert(key, gone.name.to_owned());
            }
        }
    }
}

/// Declares a sequence, which properties use with `#[kuzu(default_expr = "nextval('name')")]`. Use
/// it where items are allowed.
///
/// # Examples
///
/// ```standalone_crate
/// # use kuzu_ddl_runtime as kuzu_ddl;
/// kuzu_ddl::sequence!("order_no");                                  // 1, 2, 3, …
/// kuzu_ddl::sequence!("invoice_no", start = 1000, increment = 10);
/// kuzu_ddl::sequence!("shelf", min = 0, max = 9, cycle);            // 0, 1, …, 9, 0, …
/// kuzu_ddl::sequence!("countdown", increment = -1, start = 100);
/// kuzu_ddl::dropped_sequence!("ticket");
///
/// let declared = kuzu_ddl::schema::Schema::compiled()?;
/// assert_eq!(declared.schema.sequences.len(), 4);
/// assert_eq!(declared.dropped_sequences.len(), 1);
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
///
/// The sequence is created before the tables that use it. `start` only matters at that time, and a
/// sequence that is no longer declared is kept: to remove it, use
/// [`dropped_sequence!`](crate::dropped_sequence). The increment, the bounds and `cycle` cannot
/// change, because Kùzu has no `ALTER SEQUENCE`.
///
/// Without `min` and `max` the sequence counts up from 1 to the largest `INT64`, or down from -1 to
/// the smallest; a `start` beyond these moves the bound.
#[macro_export]
macro_rules! sequence {
    ($name:literal $($options:tt)*) => {
        const _: () = {
            const DESC: $crate::__private::SequenceDesc =
                $crate::__sequence!($name $($options)*);
            $crate::__private::inventory::submit! {
                $crate::__private::Registered::Sequence(DESC)
            }
        };
    };
}

/// Declares that sequences were removed, together with their current values. Use it where items are
/// allowed.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_runtime as kuzu_ddl;
/// kuzu_ddl::dropped_sequence!("order_no");
/// ```
#[macro_export]
macro_rules! dropped_sequence {
    ($($name:literal),+ $(,)?) => {
        $(const _: () = {
            $crate::__private::check::table_name($name);
            $crate::__private::inventory::submit! {
                $crate::__private::Registered::DroppedSequence($crate::__private::Tombstone {
                    name: $name,
                    file: $crate::__private::file!(),
                    line: $crate::__private::line!(),
                })
            }
        };)+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __sequence {
    ($name:literal $(, $($options:tt)*)?) => {
        $crate::__sequence!(
            @$crate::__private::SequenceDesc::new(
                $name,
                $crate::__private::file!(),
                $crate::__private::line!(),
            ); $($($options)*)?
        )
    };
    (@$desc:expr;) => { $desc.checked() };
    (@$desc:expr; start = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.start($value); $($($more)*)?)
    };
    (@$desc:expr; increment = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.increment($value); $($($more)*)?)
    };
    (@$desc:expr; min = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.min($value); $($($more)*)?)
    };
    (@$desc:expr; max = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.max($value); $($($more)*)?)
    };
    (@$desc:expr; cycle $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.cycle(); $($($more)*)?)
    };
    (@$desc:expr; $other:tt $($more:tt)*) => {
        $crate::__private::compile_error!($crate::__private::concat!(
            "invalid option `",
            $crate::__private::stringify!($other),
            "` of a sequence\nexpected one of: `start = …`, `increment = …`, `min = …`, `max = …`, `cycle`"
        ))
    };
}
