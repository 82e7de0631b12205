//! Timestamps with a resolution other than microseconds.

use std::ops::{Deref, DerefMut};

use time::PrimitiveDateTime;

use super::newtype::wraps;
use crate::describe::{KuzuType, TypeDesc};

/// A point in time without a zone, in nanoseconds: `TIMESTAMP_NS`.
///
/// A function of the application exchanges it with the engine as text, of which Kùzu 0.11.3 reads and
/// writes microseconds only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimestampNs(pub PrimitiveDateTime);

/// A point in time without a zone, in milliseconds: `TIMESTAMP_MS`. The engine truncates finer
/// values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimestampMs(pub PrimitiveDateTime);

/// A point in time without a zone, in seconds: `TIMESTAMP_SEC`. The engine truncates finer values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimestampSec(pub PrimitiveDateTime);

#[diagnostic::do_not_recommend]
impl KuzuType for TimestampNs {
    const TYPE: TypeDesc = TypeDesc::TimestampNs;
}

#[diagnostic::do_not_recommend]
impl KuzuType for TimestampMs {
    const TYPE: TypeDesc = TypeDesc::TimestampMs;
}

#[diagnostic::do_not_recommend]
impl KuzuType for TimestampSec {
    const TYPE: TypeDesc = TypeDesc::TimestampSec;
}

wraps! {
    TimestampNs(PrimitiveDateTime);
    TimestampMs(PrimitiveDateTime);
    TimestampSec(PrimitiveDateTime);
}
