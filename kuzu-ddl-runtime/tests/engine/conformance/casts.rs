//! The types between which the engine casts.

use kuzu_ddl_core::schema::{ConversionMethod, Type};

use super::*;

const TYPES: &[&str] = &[
    "BOOL",
    "INT8",
    "INT64",
    "INT128",
    "UINT16",
    "UINT64",
    "FLOAT",
    "DOUBLE",
    "DECIMAL(10, 2)",
    "STRING",
    "BLOB",
    "UUID",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_NS",
    "TIMESTAMP_MS",
    "TIMESTAMP_SEC",
    "TIMESTAMP_TZ",
    "INTERVAL",
    "INT64[]",
    "STRING[]",
    "DATE[]",
    "FLOAT[2]",
    "DOUBLE[2]",
    "STRUCT(a INT64)",
    "MAP(STRING, INT64)",
];

/// The engine has every cast by which the table of conversions computes values.
pub(crate) fn casts_are_those_of_the_schema_model(subject: &Subject) {
    let db = subject.memory();
    let session = db.session().unwrap();
    let mut wrong = Vec::new();
    for from in TYPES {
        let table = format!("CREATE NODE TABLE `{from}`(id INT64 PRIMARY KEY, v {from})");
        session.query(&table).unwrap();
        for to in TYPES {
            let query = format!("MATCH (x:`{from}`) RETURN CAST(x.v AS {to}) IS NULL");
            let has = session.query(&query).is_ok();
            let (a, b): (Type, Type) = (from.parse().unwrap(), to.parse().unwrap());
            let by_cast = match a.conversion_to(&b).method() {
                Some(ConversionMethod::Rust | ConversionMethod::Members) | None => false,
                Some(_) => true,
            };
            if by_cast && !has {
                wrong.push(format!("{from} to {to}: {has}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
