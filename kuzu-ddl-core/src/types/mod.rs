//! The mapping from Rust types to Kùzu types.
//!
//! | Rust | Kùzu |
//! |---|---|
//! | `bool` | `BOOL` |
//! | `i8`, `i16`, `i32`, `i64`, `i128` | `INT8`, `INT16`, `INT32`, `INT64`, `INT128` |
//! | `u8`, `u16`, `u32`, `u64` | `UINT8`, `UINT16`, `UINT32`, `UINT64` |
//! | `f32`, `f64` | `FLOAT`, `DOUBLE` |
//! | `String`, `str`, `char` | `STRING` |
//! | [`Blob`] | `BLOB` |
//! | `uuid::Uuid` | `UUID` |
//! | `time::Date`, `chrono::NaiveDate` | `DATE` |
//! | `time::PrimitiveDateTime`, `chrono::NaiveDateTime` | `TIMESTAMP` |
//! | [`TimestampNs`], [`TimestampMs`], [`TimestampSec`] | `TIMESTAMP_NS`, `TIMESTAMP_MS`, `TIMESTAMP_SEC` |
//! | `time::OffsetDateTime`, `time::UtcDateTime`, `chrono::DateTime<Tz>` | `TIMESTAMP_TZ` |
//! | `time::Duration`, `std::time::Duration`, `chrono::TimeDelta`, [`Interval`] | `INTERVAL` |
//! | `rust_decimal::Decimal` | `DECIMAL(18, 3)`, like the engine's bare `DECIMAL` |
//! | [`Decimal<P, S>`](Decimal) | `DECIMAL(P, S)` |
//! | [`Serial`] | `SERIAL` |
//! | `serde_json::Value` | `json` |
//! | [`InternalId`] | `INTERNAL_ID` |
//! | `Vec<T>`, `[T]` | `T[]` |
//! | `[T; N]` | `T[N]` |
//! | `HashMap<K, V>`, `BTreeMap<K, V>` | `MAP(K, V)` |
//! | `Option<T>` | the type of `T`, nullable |
//! | `&T`, `Box<T>`, `Rc<T>`, `Arc<T>`, `Cow<T>` | the type of `T` |
//! | `#[derive(KuzuType)]`: struct with one unnamed field | the type of the field |
//! | … struct with named fields | `STRUCT(…)` |
//! | … enum without data | `STRING` |
//! | … enum with data | `UNION(…)`; a variant without data is a `BOOL` |
//!
//! The `chrono` types need the feature `chrono`, `serde_json::Value` the feature `json`, which the
//! façade enables. A field of any other type needs `#[kuzu(type = "…")]`.

mod decimal;
mod nested;
mod newtype;
mod primitive;
mod timestamp;

pub use decimal::{Decimal, DecimalError};
pub use newtype::{Blob, InternalId, Interval, Serial};
pub use timestamp::{TimestampMs, TimestampNs, TimestampSec};
