//! Type names and suggested values, available in constants.

use super::const_string::ConstString;
use super::types::{MemberDesc, TypeDesc};

/// Returns the canonical text of a type without inner types; empty for others.
pub(crate) const fn word(ty: &TypeDesc) -> &'static str {
    match ty {
        TypeDesc::Bool => "BOOL",
        TypeDesc::Int8 => "INT8",
        TypeDesc::Int16 => "INT16",
        TypeDesc::Int32 => "INT32",
        TypeDesc::Int64 => "INT64",
        TypeDesc::Int128 => "INT128",
        TypeDesc::UInt8 => "UINT8",
        TypeDesc::UInt16 => "UINT16",
        TypeDesc::UInt32 => "UINT32",
        TypeDesc::UInt64 => "UINT64",
        TypeDesc::Float => "FLOAT",
        TypeDesc::Double => "DOUBLE",
        TypeDesc::String => "STRING",
        TypeDesc::Blob => "BLOB",
        TypeDesc::Uuid => "UUID",
        TypeDesc::Date => "DATE",
        TypeDesc::Timestamp => "TIMESTAMP",
        TypeDesc::TimestampNs => "TIMESTAMP_NS",
        TypeDesc::TimestampMs => "TIMESTAMP_MS",
        TypeDesc::TimestampSec => "TIMESTAMP_SEC",
        TypeDesc::TimestampTz => "TIMESTAMP_TZ",
        TypeDesc::Interval => "INTERVAL",
        TypeDesc::Serial => "SERIAL",
        TypeDesc::Json => "json",
        TypeDesc::InternalId => "INTERNAL_ID",
        TypeDesc::Decimal(..)
        | TypeDesc::List(_)
        | TypeDesc::Array(..)
        | TypeDesc::Struct(_)
        | TypeDesc::Map(..)
        | TypeDesc::Union(_)
        | TypeDesc::Invalid => "",
    }
}

/// Appends the canonical text of the type to `message`.
pub(crate) const fn with_type(message: ConstString, ty: &TypeDesc) -> ConstString {
    match ty {
        TypeDesc::Decimal(precision, scale) => {
            let message = message.add("DECIMAL(").add_number(*precision as u64);
            message.add(", ").add_number(*scale as u64).add(")")
        }
        TypeDesc::List(t) => with_type(message, t).add("[]"),
        TypeDesc::Array(t, n) => with_type(message, t).add("[").add_number(*n).add("]"),
        TypeDesc::Map(k, v) => {
            let message = with_type(message.add("MAP("), k).add(", ");
            with_type(message, v).add(")")
        }
        TypeDesc::Struct(members) => with_members(message.add("STRUCT("), members),
        TypeDesc::Union(members) => with_members(message.add("UNION("), members),
        plain => message.add(word(plain)),
    }
}

const fn with_members(mut message: ConstString, members: &[MemberDesc]) -> ConstString {
    let mut i = 0;
    while i < members.len() {
        if i > 0 {
            message = message.add(", ");
        }
        message = with_type(message.add(members[i].name).add(" "), &members[i].ty);
        i += 1;
    }
    message.add(")")
}

/// Suggests an expression that could backfill a property of this type.
pub(crate) const fn fill(ty: &TypeDesc) -> &'static str {
    match ty {
        TypeDesc::String => "''",
        TypeDesc::Uuid => "gen_random_uuid()",
        TypeDesc::Date => "current_date()",
        TypeDesc::Timestamp
        | TypeDesc::TimestampNs
        | TypeDesc::TimestampMs
        | TypeDesc::TimestampSec
        | TypeDesc::TimestampTz => "current_timestamp()",
        TypeDesc::Interval => "to_days(0)",
        TypeDesc::List(_) => "[]",
        ty => match literal(ty) {
            Some(literal) => literal,
            None => "…",
        },
    }
}

/// Suggests a Rust literal that could be the default of a property of this type.
pub(crate) const fn literal(ty: &TypeDesc) -> Option<&'static str> {
    Some(match ty {
        TypeDesc::Bool => "false",
        TypeDesc::Int8
        | TypeDesc::Int16
        | TypeDesc::Int32
        | TypeDesc::Int64
        | TypeDesc::Int128
        | TypeDesc::UInt8
        | TypeDesc::UInt16
        | TypeDesc::UInt32
        | TypeDesc::UInt64
        | TypeDesc::Decimal(..) => "0",
        TypeDesc::Float | TypeDesc::Double => "0.0",
        TypeDesc::String => "\"\"",
        TypeDesc::List(_) => "[]",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::describe::const_string::ConstString;
    use crate::describe::type_text::with_type;
    use crate::describe::types::{MemberDesc, TypeDesc};
    use crate::schema::Type;

    #[test]
    fn the_text_is_the_canonical_one() {
        const MEMBERS: &[MemberDesc] = &[
            MemberDesc {
                name: "a",
                ty: TypeDesc::Json,
            },
            MemberDesc {
                name: "B",
                ty: TypeDesc::Array(&TypeDesc::Decimal(38, 10), 1024),
            },
        ];
        for ty in [
            TypeDesc::Map(&TypeDesc::String, &TypeDesc::List(&TypeDesc::TimestampTz)),
            TypeDesc::Struct(MEMBERS),
            TypeDesc::Union(MEMBERS),
        ] {
            assert_eq!(
                with_type(ConstString::new(""), &ty).text(),
                Type::from(&ty).to_string()
            );
        }
    }
}
