//! Every type that a function can take and return, passed through the engine.

use kuzu_ddl::schema;

use crate::fixture::TestDatabase;

macro_rules! types {
    ($($name:ident $copy:ident: $ty:ty = $cypher:literal;)*) => {
        mod v1 {
            use kuzu_ddl::KuzuNode;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            pub(super) struct A {
                #[kuzu(primary_key)]
                id: i64,
                $($name: Option<$ty>,)*
            }
        }

        mod v2 {
            use kuzu_ddl::KuzuNode;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            pub(super) struct A {
                #[kuzu(primary_key)]
                id: i64,
                $($name: Option<$ty>,
                #[kuzu(fill_with = $name($name))]
                $copy: Option<$ty>,)*
            }

            $(fn $name(value: Option<$ty>) -> Option<$ty> {
                value
            })*
        }

        const ROWS: &[(&str, &str)] = &[$((stringify!($name), $cypher)),*];
    };
}

types! {
    int8 int8_2: i8 = "-128";
    int64 int64_2: i64 = "-9223372036854775807";
    int128 int128_2: i128 = "CAST('170141183460469231731687303715884105727' AS INT128)";
    uint8 uint8_2: u8 = "255";
    uint64 uint64_2: u64 = "CAST('18446744073709551615' AS UINT64)";
    float float_2: f32 = "0.1";
    double double_2: f64 = "-1.5e-300";
    yes yes_2: bool = "true";
    text text_2: String = "'it\\'s é'";
    bytes bytes_2: kuzu_ddl::types::Blob = "BLOB('ab\\\\x00')";
    uuid uuid_2: uuid::Uuid = "UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')";
    decimal decimal_2: rust_decimal::Decimal = "CAST('-12.345' AS DECIMAL(18, 3))";
    money money_2: kuzu_ddl::types::Decimal<10, 2> = "CAST('12.30' AS DECIMAL(10, 2))";
    day day_2: time::Date = "DATE('2024-02-29')";
    moment moment_2: time::PrimitiveDateTime = "TIMESTAMP('2024-02-29 23:04:05.123456')";
    instant instant_2: time::OffsetDateTime = "CAST('2024-02-29 23:04:05.123456+02:00' AS TIMESTAMP_TZ)";
    millis millis_2: kuzu_ddl::types::TimestampMs = "CAST('2024-02-29 23:04:05.123' AS TIMESTAMP_MS)";
    seconds seconds_2: kuzu_ddl::types::TimestampSec = "CAST('2024-02-29 23:04:05' AS TIMESTAMP_SEC)";
    span span_2: kuzu_ddl::types::Interval = "INTERVAL('1 year 2 months 3 days 25 hours 7 microseconds')";
    json json_2: serde_json::Value = "to_json({a: 1})";
    list list_2: Vec<i64> = "[1, 2]";
    empty empty_2: Vec<String> = "CAST([] AS STRING[])";
    days days_2: Vec<time::Date> = "[DATE('2024-02-29')]";
    nested nested_2: Vec<Vec<String>> = "[['a'], ['b', 'c']]";
    array array_2: [f32; 3] = "CAST([1.0, 2.5, -3.0] AS FLOAT[3])";
}

#[test]
fn every_type_passes_through_a_function_unchanged() {
    let mut db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&[
        "CREATE (:A {id: 1})",
        "CREATE (:A {id: 2})",
        "CREATE (:A {id: 3})",
    ]);
    for (name, cypher) in ROWS {
        db.execute(&[&format!("MATCH (a:A {{id: 2}}) SET a.`{name}` = {cypher}")]);
    }
    db.migrate_cleanly(schema![v2::A]);
    for _ in 0..2 {
        for (name, _) in ROWS {
            let texts = format!("CAST(a.`{name}` AS STRING), CAST(a.`{name}_2` AS STRING)");
            let actual = db.rows(&format!("MATCH (a:A) RETURN a.id, {texts} ORDER BY a.id"));
            let rows: Vec<&str> = actual.split("; ").collect();
            assert_eq!(rows[0], "1|NULL|NULL", "{name}");
            assert_eq!(rows[2], "3|NULL|NULL", "{name}");
            let (old, new) = rows[1].strip_prefix("2|").unwrap().split_once('|').unwrap();
            assert_eq!(old, new, "{name}");
            assert_ne!(old, "NULL", "{name}");
        }
        db.reopen();
    }
}
