//! Types as constants.

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
    /// The type of a struct whose derive reported an error. It is compatible with everything, so
    /// that no further errors follow; a program that compiles never holds it.
    #[doc(hidden)]
    Invalid,
}

/// A member of a `STRUCT` or `UNION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberDesc {
    /// The name of the member.
    pub name: &'static str,
    /// The type of the member.
    pub ty: TypeDesc,
}
