//! The casts between types that the engine implements.

use super::types::Type;

impl Type {
    /// Returns whether the engine implements a cast from `self` to `to`; single values may still
    /// fail to convert.
    ///
    /// Every type casts to and from `STRING`. That no casts exist beyond the ones listed here is
    /// verified against the engine by a test.
    #[must_use]
    pub fn can_cast_to(&self, to: &Self) -> bool {
        match (self, to) {
            (Self::List(a) | Self::Array(a, _), Self::List(b) | Self::Array(b, _)) => {
                a.can_cast_to(b)
            }
            (a, b) if a == b => true,
            (Self::String, _) | (_, Self::String) => true,
            (Self::Date, b) => b.is_time(),
            (a, Self::Date) => a.is_time(),
            (a, b) => (a.is_number() && b.is_number()) || (a.is_time() && b.is_time()),
        }
    }

    fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Int8
                | Self::Int16
                | Self::Int32
                | Self::Int64
                | Self::Int128
                | Self::UInt8
                | Self::UInt16
                | Self::UInt32
                | Self::UInt64
                | Self::Float
                | Self::Double
                | Self::Decimal { .. }
        )
    }

    fn is_time(&self) -> bool {
        matches!(
            self,
            Self::Timestamp
                | Self::TimestampNs
                | Self::TimestampMs
                | Self::TimestampSec
                | Self::TimestampTz
        )
    }
}
