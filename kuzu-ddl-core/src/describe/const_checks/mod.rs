//! Checks of descriptions in constants.
//!
//! They let the compiler detect what a derive cannot see: the type behind an alias. The same rules
//! are checked again at run time (where structs are assembled, and by
//! [`crate::schema::Expr::check`]), for handwritten descriptions.

pub(in crate::describe) mod function;
pub(in crate::describe) mod index;
pub(in crate::describe) mod literal_text;
pub(in crate::describe) mod schema_set;
pub(in crate::describe) mod table;

pub use function::function;
pub use index::{fts_index, vector_index};
pub use schema_set::schema;
pub use table::table;

use super::const_string::ConstString;
use super::table::{ExprDesc, PropertyDesc};
use super::types::TypeDesc;
use crate::schema::name::{INTERNAL_PREFIX, MAX_NAME_BYTES};

/// Rejects a type that cannot be a primary key.
#[track_caller]
pub const fn key(property: &PropertyDesc) {
    assert!(
        !property.nullable,
        "a primary key cannot be NULL\nhelp: remove the `Option`"
    );
    let what = match property.ty {
        TypeDesc::Bool => "a BOOL",
        TypeDesc::Interval => "an INTERVAL",
        TypeDesc::Json => "a json",
        TypeDesc::InternalId => "an INTERNAL_ID",
        TypeDesc::List(_) | TypeDesc::Array(..) => "a list",
        TypeDesc::Struct(_) => "a STRUCT",
        TypeDesc::Map(..) => "a MAP",
        TypeDesc::Union(_) => "a UNION",
        _ => return,
    };
    ConstString::new(what)
        .add(" cannot be a primary key\nexpected one of: integers, FLOAT, DOUBLE, DECIMAL, SERIAL, STRING, BLOB, UUID, DATE, timestamps")
        .panic()
}

/// Rejects NULL as the fallback of a failed cast if the property is not nullable.
#[track_caller]
pub const fn on_fail_null(property: &PropertyDesc) {
    assert!(
        property.nullable || property.fill.is_some() || matches!(property.ty, TypeDesc::Invalid),
        "`on_fail = \"null\"` requires a nullable property\nhelp: make the field an `Option`\n\
         help: or backfill rows without a value with `#[kuzu(fill = \"…\")]`"
    );
}

/// Rejects a default that does not have the property's type.
#[track_caller]
pub const fn default(ty: &TypeDesc, value: &ExprDesc) {
    if matches!(ty, TypeDesc::Serial) {
        panic!("a SERIAL property cannot have a default, because the engine numbers its rows");
    }
    match value {
        ExprDesc::Engine(_) => {}
        ExprDesc::Int(n) => int(ty, *n),
        ExprDesc::Float(x) => float(ty, *x),
        ExprDesc::List(items) => list(ty, items),
        ExprDesc::Bool(_) => {
            if !matches!(
                ty,
                TypeDesc::Bool | TypeDesc::Json | TypeDesc::Union(_) | TypeDesc::Invalid
            ) {
                mismatch(ty);
            }
        }
        ExprDesc::Text(value) => text(ty, value),
        ExprDesc::Bytes(_) => {
            if !matches!(ty, TypeDesc::Blob | TypeDesc::Invalid) {
                mismatch(ty);
            }
        }
    }
}

#[track_caller]
const fn int(ty: &TypeDesc, n: i128) {
    assert!(
        !(matches!(ty, TypeDesc::Int128) && n == i128::MIN),
        "Kùzu 0.11.3 cannot checkpoint a table that holds both the least INT128 and others\nhelp: use a larger number"
    );
    let (low, high) = match ty {
        TypeDesc::Int8 => (i8::MIN as i128, i8::MAX as i128),
        TypeDesc::Int16 => (i16::MIN as i128, i16::MAX as i128),
        TypeDesc::Int32 => (i32::MIN as i128, i32::MAX as i128),
        TypeDesc::Int64 => (i64::MIN as i128, i64::MAX as i128),
        TypeDesc::UInt8 => (0, u8::MAX as i128),
        TypeDesc::UInt16 => (0, u16::MAX as i128),
        TypeDesc::UInt32 => (0, u32::MAX as i128),
        TypeDesc::UInt64 => (0, u64::MAX as i128),
        TypeDesc::Decimal(precision, scale) => return decimal(*precision, *scale, n),
        TypeDesc::Int128
        | TypeDesc::Float
        | TypeDesc::Double
        | TypeDesc::Json
        | TypeDesc::Union(_)
        | TypeDesc::Invalid => return,
        _ => mismatch(ty),
    };
    if n < low || n > high {
        out_of_range(ty);
    }
}

/// Rejects a string literal that is not a value of a type other than `STRING`.
#[track_caller]
const fn text(ty: &TypeDesc, value: &str) {
    assert!(
        !(matches!(ty, TypeDesc::Uuid) && literal_text::is_nil_uuid(value)),
        "Kùzu 0.11.3 cannot checkpoint a table that holds both the nil UUID and other UUIDs\nhelp: allow NULL in place of the nil UUID: use an `Option`\nhelp: or use `default = \"ffffffff-ffff-ffff-ffff-ffffffffffff\"`"
    );
    let good = match ty {
        TypeDesc::Uuid => literal_text::is_uuid(value),
        TypeDesc::Date => literal_text::is_date(value),
        TypeDesc::Timestamp
        | TypeDesc::TimestampNs
        | TypeDesc::TimestampMs
        | TypeDesc::TimestampSec
        | TypeDesc::TimestampTz => literal_text::is_timestamp(value),
        TypeDesc::Decimal(precision, scale) => {
            if !literal_text::is_decimal(value, precision.saturating_sub(*scale)) {
                too_wide(*precision, *scale);
            }
            true
        }
        TypeDesc::String
        | TypeDesc::Interval
        | TypeDesc::Json
        | TypeDesc::Union(_)
        | TypeDesc::Invalid => true,
        _ => false,
    };
    if !good {
        mismatch(ty);
    }
}

#[track_caller]
const fn decimal(precision: u8, scale: u8, n: i128) {
    let mut rest = n.unsigned_abs();
    let mut digits = 0;
    while rest > 0 {
        rest /= 10;
        digits += 1;
    }
    if digits > precision.saturating_sub(scale) {
        too_wide(precision, scale);
    }
}

#[track_caller]
const fn too_wide(precision: u8, scale: u8) -> ! {
    ConstString::new("the default is out of range: a DECIMAL(")
        .add_number(precision as u64)
        .add(", ")
        .add_number(scale as u64)
        .add(") is a number with at most ")
        .add_number(precision.saturating_sub(scale) as u64)
        .add(" digits before the decimal point")
        .panic()
}

#[track_caller]
const fn float(ty: &TypeDesc, x: f64) {
    match ty {
        TypeDesc::Float => {
            assert!(
                x.abs() <= f32::MAX as f64,
                "the default is out of range: a FLOAT is at most 3.4e38"
            );
        }
        TypeDesc::Double
        | TypeDesc::Decimal(..)
        | TypeDesc::Json
        | TypeDesc::Union(_)
        | TypeDesc::Invalid => {}
        _ => mismatch(ty),
    }
}

#[track_caller]
const fn list(ty: &TypeDesc, items: &[ExprDesc]) {
    let element = match ty {
        TypeDesc::List(t) => *t,
        TypeDesc::Array(t, n) => {
            if items.len() as u64 != *n {
                ConstString::new("the default has ")
                    .add_number(items.len() as u64)
                    .add(" elements, but the array has ")
                    .add_number(*n)
                    .panic();
            }
            *t
        }
        TypeDesc::Invalid => return,
        _ => mismatch(ty),
    };
    let mut i = 0;
    while i < items.len() {
        default(element, &items[i]);
        i += 1;
    }
}

#[track_caller]
const fn out_of_range(ty: &TypeDesc) -> ! {
    match ty {
        TypeDesc::Int8 => panic!("the default is out of range: an INT8 is -128 to 127"),
        TypeDesc::Int16 => panic!("the default is out of range: an INT16 is -32768 to 32767"),
        TypeDesc::Int32 => {
            panic!("the default is out of range: an INT32 is -2147483648 to 2147483647")
        }
        TypeDesc::Int64 => {
            panic!(
                "the default is out of range: an INT64 is -9223372036854775808 to 9223372036854775807"
            )
        }
        TypeDesc::UInt8 => panic!("the default is out of range: a UINT8 is 0 to 255"),
        TypeDesc::UInt16 => panic!("the default is out of range: a UINT16 is 0 to 65535"),
        TypeDesc::UInt32 => panic!("the default is out of range: a UINT32 is 0 to 4294967295"),
        _ => panic!("the default is out of range: a UINT64 is 0 to 18446744073709551615"),
    }
}

#[track_caller]
const fn mismatch(ty: &TypeDesc) -> ! {
    match ty {
        TypeDesc::Bool => panic!(
            "the default of a BOOL must be a boolean\nhelp: write `default = true` or `default = false`"
        ),
        TypeDesc::Int8
        | TypeDesc::Int16
        | TypeDesc::Int32
        | TypeDesc::Int64
        | TypeDesc::Int128
        | TypeDesc::UInt8
        | TypeDesc::UInt16
        | TypeDesc::UInt32
        | TypeDesc::UInt64 => {
            panic!(
                "the default of an integer property must be an integer\nhelp: for example `default = 0`"
            )
        }
        TypeDesc::Float | TypeDesc::Double => {
            panic!(
                "the default of a FLOAT or DOUBLE must be a number\nhelp: for example `default = 0.5`"
            )
        }
        TypeDesc::Decimal(..) => {
            panic!(
                "the default of a DECIMAL must be a number, or its digits as a string\nhelp: for example `default = \"1.50\"`"
            )
        }
        TypeDesc::String => {
            panic!("the default of a STRING must be a string\nhelp: for example `default = \"\"`")
        }
        TypeDesc::Blob => panic!(
            "the default of a BLOB must be a byte string\nhelp: for example `default = b\"…\"`"
        ),
        TypeDesc::Uuid => {
            panic!(
                "the default of a UUID must be a UUID as a string\nhelp: for example `default = \"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"`\nhelp: or generate it with `default_expr = \"gen_random_uuid()\"`"
            )
        }
        TypeDesc::Date => panic!(
            "the default of a DATE must be a date as a string\nhelp: for example `default = \"2024-12-31\"`\nhelp: or use `default_expr = \"current_date()\"`"
        ),
        TypeDesc::Timestamp
        | TypeDesc::TimestampNs
        | TypeDesc::TimestampMs
        | TypeDesc::TimestampSec
        | TypeDesc::TimestampTz => {
            panic!(
                "the default of a timestamp must be a timestamp as a string\nhelp: for example `default = \"2024-12-31 23:59:59\"`\nhelp: or use `default_expr = \"current_timestamp()\"`"
            )
        }
        TypeDesc::Interval => {
            panic!(
                "the default of an INTERVAL must be an interval as a string\nhelp: for example `default = \"3 days\"`"
            )
        }
        TypeDesc::List(_) | TypeDesc::Array(..) => {
            panic!("the default of a list must be a list\nhelp: for example `default = [1, 2]`")
        }
        TypeDesc::Struct(_) => {
            panic!(
                "the default of a STRUCT must be a Cypher expression\nhelp: for example `default_expr = \"{{a: 1}}\"`"
            )
        }
        TypeDesc::Map(..) => {
            panic!(
                "the default of a MAP must be a Cypher expression\nhelp: for example `default_expr = \"map(['a'], [1])\"`"
            )
        }
        TypeDesc::InternalId => panic!("an INTERNAL_ID property cannot have a default"),
        _ => panic!("the default does not have the property's type"),
    }
}

/// Rejects names that are illegal for a table, in `dropped_table!`.
#[track_caller]
pub const fn table_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(!bytes.is_empty(), "the name is empty");
    assert!(
        bytes.len() <= MAX_NAME_BYTES,
        "the name is too long: at most 1024 bytes"
    );
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            !matches!(bytes[i], b'`' | b'.' | 0),
            "invalid name: Kùzu cannot quote a backtick, a dot or a NUL"
        );
        i += 1;
    }
    let prefix = INTERNAL_PREFIX.as_bytes();
    let mut prefix_len = 0;
    while prefix_len < prefix.len()
        && prefix_len < bytes.len()
        && bytes[prefix_len].eq_ignore_ascii_case(&prefix[prefix_len])
    {
        prefix_len += 1;
    }
    assert!(
        prefix_len < prefix.len(),
        "the name is reserved: the prefix `_kuzu_ddl` is for the tables of kuzu-ddl"
    );
}
