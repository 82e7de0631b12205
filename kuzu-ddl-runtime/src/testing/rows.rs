//! Test values for a schema of which only the types are known.

use kuzu_ddl_core::schema::name::string_literal;
use kuzu_ddl_core::schema::{StructField, Type};

/// Returns Cypher of a value that differs for each small `n` from 1 (except that `BOOL` has only
/// two values), or `None` if no value can be written.
pub(crate) fn value(ty: &Type, n: usize) -> Option<String> {
    let literal = match ty {
        Type::Bool => n.is_multiple_of(2).to_string(),
        Type::Int8
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Int128
        | Type::UInt8
        | Type::UInt16
        | Type::UInt32
        | Type::UInt64 => n.to_string(),
        Type::Float | Type::Double => format!("{n}.25"),
        Type::Decimal { scale: 0, .. } => n.to_string(),
        Type::Decimal { .. } => format!("0.{n}"),
        Type::String => string_literal(&format!("text {n}")),
        Type::Blob => format!("'\\\\x{n:02X}'"),
        Type::Uuid => format!("'00000000-0000-0000-0000-{n:012}'"),
        Type::Date => format!("'2024-02-{n:02}'"),
        Type::Timestamp
        | Type::TimestampNs
        | Type::TimestampMs
        | Type::TimestampSec
        | Type::TimestampTz => format!("'2024-02-{n:02} 12:00:00'"),
        Type::Interval => format!("'{n} days'"),
        Type::Json => return Some(format!("to_json({{n: {n}}})")),
        Type::List(item) => format!("[{}]", value(item, n)?),
        Type::Array(item, length) => {
            let length = usize::try_from(*length)
                .ok()
                .filter(|length| *length <= MOST)?;
            format!("[{}]", vec![value(item, n)?; length].join(", "))
        }
        Type::Struct(fields) => members(fields, n)?,
        Type::Map(key, item) => format!("map([{}], [{}])", value(key, n)?, value(item, n)?),
        Type::Union(fields) => value(&fields.first()?.ty, n)?,
        // A SERIAL is numbered by the engine; an INTERNAL_ID cannot be written.
        _ => return None,
    };
    Some(format!("CAST({literal} AS {ty})"))
}

/// The maximum length of an array that is written out.
const MOST: usize = 4096;

fn members(fields: &[StructField], n: usize) -> Option<String> {
    let all: Option<Vec<String>> = fields
        .iter()
        .map(|field| Some(format!("{}: {}", field.name, value(&field.ty, n)?)))
        .collect();
    Some(format!("{{{}}}", all?.join(", ")))
}
