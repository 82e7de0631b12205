//! Newtypes for Kùzu types without an equivalent Rust type.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

use crate::describe::{KuzuType, TypeDesc};

/// Bytes: `BLOB`. A plain `Vec<u8>` is a list, `UINT8[]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blob(pub Vec<u8>);

/// A number that the engine assigns in sequence, starting at 0, to rows without one: `SERIAL`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Serial(pub i64);

/// A span of calendar time: `INTERVAL`. The usual `Duration` types cannot hold a month, whose
/// length depends on its start.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Interval {
    /// The number of months.
    pub months: i32,
    /// The number of days.
    pub days: i32,
    /// The number of microseconds.
    pub micros: i64,
}

/// The engine's internal identifier of a node or rel: `INTERNAL_ID`. It differs between databases.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct InternalId {
    /// The id of the table.
    pub table: u64,
    /// The offset of the row in the table.
    pub offset: u64,
}

#[diagnostic::do_not_recommend]
impl KuzuType for Blob {
    const TYPE: TypeDesc = TypeDesc::Blob;
}

#[diagnostic::do_not_recommend]
impl KuzuType for Serial {
    const TYPE: TypeDesc = TypeDesc::Serial;
}

#[diagnostic::do_not_recommend]
impl KuzuType for Interval {
    const TYPE: TypeDesc = TypeDesc::Interval;
}

#[diagnostic::do_not_recommend]
impl KuzuType for InternalId {
    const TYPE: TypeDesc = TypeDesc::InternalId;
}

macro_rules! wraps {
    ($($outer:ident($inner:ty);)*) => {
        $(impl Deref for $outer {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl DerefMut for $outer {
            fn deref_mut(&mut self) -> &mut $inner {
                &mut self.0
            }
        }

        impl From<$inner> for $outer {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl From<$outer> for $inner {
            fn from(outer: $outer) -> Self {
                outer.0
            }
        })*
    };
}

pub(super) use wraps;

wraps! {
    Blob(Vec<u8>);
    Serial(i64);
}
