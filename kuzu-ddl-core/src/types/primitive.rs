//! Types without inner types.

use crate::describe::{KuzuType, TypeDesc};
use crate::schema::DEFAULT_DECIMAL;

macro_rules! plain {
    ($($rust:ty => $ty:expr;)*) => {
        $(#[diagnostic::do_not_recommend]
        impl KuzuType for $rust {
            const TYPE: TypeDesc = $ty;
        })*
    };
}

plain! {
    bool => TypeDesc::Bool;
    i8 => TypeDesc::Int8;
    i16 => TypeDesc::Int16;
    i32 => TypeDesc::Int32;
    i64 => TypeDesc::Int64;
    i128 => TypeDesc::Int128;
    u8 => TypeDesc::UInt8;
    u16 => TypeDesc::UInt16;
    u32 => TypeDesc::UInt32;
    u64 => TypeDesc::UInt64;
    f32 => TypeDesc::Float;
    f64 => TypeDesc::Double;
    char => TypeDesc::String;
    str => TypeDesc::String;
    String => TypeDesc::String;
    uuid::Uuid => TypeDesc::Uuid;
    time::Date => TypeDesc::Date;
    time::PrimitiveDateTime => TypeDesc::Timestamp;
    time::OffsetDateTime => TypeDesc::TimestampTz;
    time::UtcDateTime => TypeDesc::TimestampTz;
    time::Duration => TypeDesc::Interval;
    std::time::Duration => TypeDesc::Interval;
    rust_decimal::Decimal => TypeDesc::Decimal(DEFAULT_DECIMAL.0, DEFAULT_DECIMAL.1);
}

#[cfg(feature = "json")]
plain! {
    serde_json::Value => TypeDesc::Json;
}

#[cfg(feature = "chrono")]
plain! {
    chrono::NaiveDate => TypeDesc::Date;
    chrono::NaiveDateTime => TypeDesc::Timestamp;
    chrono::TimeDelta => TypeDesc::Interval;
}

#[cfg(feature = "chrono")]
#[diagnostic::do_not_recommend]
impl<Tz: chrono::TimeZone> KuzuType for chrono::DateTime<Tz> {
    const TYPE: TypeDesc = TypeDesc::TimestampTz;
}
