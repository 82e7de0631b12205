//! The names of types.

use crate::suggest;

/// Types without arguments, and their variants of `TypeDesc`.
const PLAIN: &[(&str, &str)] = &[
    ("BOOL", "Bool"),
    ("BOOLEAN", "Bool"),
    ("INT8", "Int8"),
    ("INT16", "Int16"),
    ("INT32", "Int32"),
    ("INT", "Int32"),
    ("INT64", "Int64"),
    ("INT128", "Int128"),
    ("UINT8", "UInt8"),
    ("UINT16", "UInt16"),
    ("UINT32", "UInt32"),
    ("UINT64", "UInt64"),
    ("FLOAT", "Float"),
    ("REAL", "Float"),
    ("FLOAT4", "Float"),
    ("DOUBLE", "Double"),
    ("FLOAT8", "Double"),
    ("STRING", "String"),
    ("BLOB", "Blob"),
    ("BYTEA", "Blob"),
    ("UUID", "Uuid"),
    ("DATE", "Date"),
    ("TIMESTAMP", "Timestamp"),
    ("TIMESTAMP_NS", "TimestampNs"),
    ("TIMESTAMP_MS", "TimestampMs"),
    ("TIMESTAMP_SEC", "TimestampSec"),
    ("TIMESTAMP_S", "TimestampSec"),
    ("TIMESTAMP_TZ", "TimestampTz"),
    ("INTERVAL", "Interval"),
    ("DURATION", "Interval"),
    ("SERIAL", "Serial"),
    ("JSON", "Json"),
    ("INTERNAL_ID", "InternalId"),
];

/// Types of other databases and of Rust, and the Kùzu type for each.
const FOREIGN: &[(&str, &str)] = &[
    ("INTEGER", "INT32"),
    ("BIGINT", "INT64"),
    ("SMALLINT", "INT16"),
    ("TINYINT", "INT8"),
    ("VARCHAR", "STRING"),
    ("TEXT", "STRING"),
    ("CHAR", "STRING"),
    ("NUMERIC", "DECIMAL"),
    ("DATETIME", "TIMESTAMP"),
    ("TIMESTAMPTZ", "TIMESTAMP_TZ"),
    ("BYTES", "BLOB"),
    ("LIST", "T[]"),
    ("ARRAY", "T[n]"),
    ("TIME", "INTERVAL` or `STRING"),
    ("HUGEINT", "INT128"),
    ("MONEY", "DECIMAL(18, 2)"),
    ("JSONB", "JSON"),
    ("VARBINARY", "BLOB"),
    ("BINARY", "BLOB"),
    ("I8", "INT8"),
    ("I16", "INT16"),
    ("I32", "INT32"),
    ("I64", "INT64"),
    ("I128", "INT128"),
    ("U8", "UINT8"),
    ("U16", "UINT16"),
    ("U32", "UINT32"),
    ("U64", "UINT64"),
    ("F32", "FLOAT"),
    ("F64", "DOUBLE"),
    ("STR", "STRING"),
    ("VEC", "T[]"),
    ("HASHMAP", "MAP(K, V)"),
    ("BTREEMAP", "MAP(K, V)"),
];

/// Types that take arguments.
const PARAMETERIZED: &[&str] = &["DECIMAL", "STRUCT", "MAP", "UNION"];

/// Returns the variant of `TypeDesc` for a type name in upper case.
pub(super) fn variant(upper: &str) -> Option<&'static str> {
    let found = PLAIN.iter().find(|(text, _)| *text == upper);
    found.map(|(_, variant)| *variant)
}

/// Returns the error for the unknown type name `name`.
pub(super) fn unknown_type_error(name: &str) -> String {
    let upper = name.to_ascii_uppercase();
    if upper == "OPTION" {
        return format!(
            "unknown type `{name}`: a type does not determine whether a property may be NULL\n\
             help: add `nullable` to the field"
        );
    }
    if let Some((_, kuzu)) = FOREIGN.iter().find(|(foreign, _)| *foreign == upper) {
        return format!("unknown type `{name}`; did you mean `{kuzu}`?");
    }
    let all = || {
        PLAIN
            .iter()
            .map(|(text, _)| *text)
            .chain(PARAMETERIZED.iter().copied())
    };
    match suggest::nearest(name, all()) {
        Some(similar) => format!("unknown type `{name}`; did you mean `{similar}`?"),
        None => format!(
            "unknown type `{name}`\nexpected one of: {}, `T[]`, `T[n]`",
            suggest::list(all())
        ),
    }
}

/// Returns the error for `rest`, which follows the type in `text`.
pub(super) fn trailing_text_error(text: &str, rest: &str) -> String {
    let ty = text.strip_suffix(rest).unwrap_or(text).trim();
    let upper = rest.to_ascii_uppercase();
    let help = if rest.starts_with('(') {
        "\nhelp: remove the arguments: the type has none"
    } else if upper.starts_with("NOT NULL") {
        "\nhelp: remove it: a property is never NULL unless the field is an `Option`"
    } else if upper.starts_with("NULL") {
        "\nhelp: add `nullable` to the field"
    } else if upper.starts_with("DEFAULT") {
        "\nhelp: add `default = …` to the field"
    } else if upper.starts_with("PRIMARY") {
        "\nhelp: add `primary_key` to the field"
    } else {
        ""
    };
    format!("unexpected `{rest}` after the type `{ty}`{help}")
}
