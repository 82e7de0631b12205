//! TODO-DOC describe::types

use serde::{Deserialize, Serialize};

/// [`crate::schema::Type`] as a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is the variant of the same name in `schema::Type`"
)]
pub enum TypeDesc {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Int128,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float,
    Double,
    String,
    Blob,
    Uuid,
    Date,
    Timestamp,
    TimestampNs,
    TimestampMs,
    TimestampSec,
    TimestampTz,
    Interval,
    Decimal(u8, u8),
    Serial,
    Json,
    InternalId,
    List(&'static TypeDesc),
    Array(&'static TypeDesc, u64),
    Struct(&'static [MemberDesc]),
    Map(&'static TypeDesc, &'static TypeDesc),
    Union(&'static [MemberDesc]),
    /// The type of a struct whose derive reported a mistake. It fits everything, so that no other
    /// error follows; no program that compiles holds it.
    #[doc(hidden)]
    Broken,
}

/// A member of a `STRUCT` or `UNION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberDesc {
    /// The member's name.
    pub name: &'static str,
    /// The member's type.
    pub ty: TypeDesc,
}
