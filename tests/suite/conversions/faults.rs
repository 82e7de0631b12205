//! Conversions that the engine gets wrong or does not have, by name.

use kuzu_ddl::error::RowFailureKind;
use kuzu_ddl::{ChangePolicy, Error, Migrator};
use kuzu_ddl_core::describe::OnFailDesc;
use kuzu_ddl_core::schema::{NameKey, TableKind, Type};

use crate::fixture::TestDatabase;

use super::shapes::{Shape, check, converts, converts_by, database, migrate, migrator, refused};
#[test]
fn b30_text_becomes_json_row_by_row() {
    let null = "CAST(NULL AS STRING)";
    let values = ["'{\"a\": 1}'", "'[2]'", null, "'x'", "' 3 '", null];
    let mut db = database(&Shape::of("INT64", "STRING"), &values);
    migrate(&db, &Shape::of("INT64", "json").cast("p").or_null());
    let expected = "{\"a\": 1}; [2]; NULL; NULL;  3 ; NULL";
    check(&mut db, "CAST(x.p AS STRING)", expected);
}

#[test]
fn b30_text_becomes_a_list_row_by_row() {
    let values = ["'[1,2]'", "'[]'", "CAST(NULL AS STRING)", "'x'", "'[3]'"];
    let text = "CAST(x.p AS STRING)";
    converts(
        "STRING",
        "INT64[]",
        &values,
        text,
        "[1,2]; []; NULL; NULL; [3]",
    );
}

#[test]
fn b30_text_becomes_a_struct_row_by_row() {
    let values = [
        "'{a: 1, b: x}'",
        "'{a: 2, b: y}'",
        "CAST(NULL AS STRING)",
        "'{a: 3, b: z}'",
    ];
    let text = "CAST(x.p AS STRING)";
    let expected = "{a: 1, b: x}; {a: 2, b: y}; NULL; {a: 3, b: z}";
    converts(
        "STRING",
        "STRUCT(a INT64, b STRING)",
        &values,
        text,
        expected,
    );
}

#[test]
fn b30_values_become_a_union_row_by_row() {
    let tag = "union_tag(x.p), CAST(x.p AS STRING)";
    let values = ["'5'", "' x '", "CAST(NULL AS STRING)", "'7'"];
    let expected = "a|5; b| x ; NULL|NULL; a|7";
    converts("STRING", "UNION(a INT64, b STRING)", &values, tag, expected);
    let values = ["5", "-6", "CAST(NULL AS INT64)", "7"];
    let expected = "b|5; b|-6; NULL|NULL; b|7";
    converts("INT64", "UNION(a INT8, b INT64)", &values, tag, expected);
    let values = ["date('2020-01-01')", "date('2021-01-01')"];
    let expected = "d|2020-01-01; d|2021-01-01";
    converts("DATE", "UNION(a INT64, d DATE)", &values, tag, expected);
}

#[test]
fn b32_numbers_never_wrap_around() {
    let values = ["-1.00", "1.50", "300.00", "CAST(NULL AS DECIMAL(10, 2))"];
    converts(
        "DECIMAL(10, 2)",
        "UINT8",
        &values,
        "x.p",
        "NULL; 2; NULL; NULL",
    );
    let values = ["1", "99999", "100000", "-9223372036854775807"];
    let text = "CAST(x.p AS STRING)";
    converts(
        "INT64",
        "DECIMAL(7, 2)",
        &values,
        text,
        "1.00; 99999.00; NULL; NULL",
    );
    let values = ["999.99", "9.994", "9.995", "-1.00"];
    converts(
        "DECIMAL(10, 3)",
        "DECIMAL(3, 2)",
        &values,
        text,
        "NULL; 9.99; NULL; -1.00",
    );
    let values = ["18446744073709551615", "1", "CAST(NULL AS UINT64)"];
    converts("UINT64", "DECIMAL(19, 0)", &values, text, "NULL; 1; NULL");
    let values = ["2147483647.6", "2147483647.0", "-0.5", "1.5"];
    converts("DOUBLE", "INT32", &values, "x.p", "NULL; 2147483647; 0; 2");
}

#[test]
fn b32_times_never_wrap_around() {
    let text = "CAST(x.p AS STRING)";
    let values = [
        "date('9999-12-31')",
        "date('2020-01-31')",
        "date('1600-01-01')",
    ];
    let expected = "NULL; 2020-01-31 00:00:00; NULL";
    converts("DATE", "TIMESTAMP_NS", &values, text, expected);
    let values = ["'9999-12-31 00:00:00'", "'2020-01-31 01:02:03'", "''"];
    converts(
        "STRING",
        "TIMESTAMP_NS",
        &values,
        text,
        "NULL; 2020-01-31 01:02:03; NULL",
    );
}

/// As documented: the engine reads and writes six digits of a text, so no text gives nanoseconds.
#[test]
fn nanoseconds_of_a_text_are_cut_to_six_digits() {
    let values = [
        "'2020-01-31 01:02:03.123456789'",
        "'1969-12-31 23:59:59.999999999'",
    ];
    converts(
        "STRING",
        "TIMESTAMP_NS",
        &values,
        "CAST(x.p AS STRING)",
        "2020-01-31 01:02:03.123456; 1969-12-31 23:59:59.999999",
    );
    let db = TestDatabase::new();
    let text = "CAST('2020-01-31 01:02:03.123456789' AS TIMESTAMP_NS)";
    let same = format!("RETURN {text} = CAST('2020-01-31 01:02:03.123456' AS TIMESTAMP_NS)");
    assert_eq!(db.rows(&same), "true");
}

#[test]
fn b34_the_least_value_does_not_fit() {
    converts(
        "INT64",
        "INT8",
        &["-128", "-127", "5"],
        "x.p",
        "NULL; -127; 5",
    );
    converts(
        "STRING",
        "INT16",
        &["'-32768'", "' -032768'", "'5'"],
        "x.p",
        "NULL; NULL; 5",
    );
}

#[test]
fn keys_are_converted_row_by_row() {
    let values = ["'a'", "'b'", "'c'"];
    let mut db = database(&Shape::of("INT64", "STRING"), &values);
    migrate(&db, &Shape::of("DECIMAL(5, 1)", "STRING").cast("id"));
    for _ in 0..2 {
        assert_eq!(
            db.rows(
                "MATCH (a:N)-[x:R]->(b:N) RETURN CAST(b.id AS STRING), b.p, x.p ORDER BY x.`at`"
            ),
            "0.0|a|a; 1.0|b|b; 2.0|c|c"
        );
        db.reopen();
    }
    let text = refused(&db, &Shape::of("DECIMAL(1, 1)", "STRING").cast("id"));
    let message = "N.id: 2 of 3 values cannot be cast to DECIMAL(1, 1)";
    assert!(text.contains(message), "{text}");
}

#[test]
fn a_key_that_would_be_nan_is_refused() {
    let shape = Shape::of("INT64", "DOUBLE");
    let db = database(&shape, &["CAST('nan' AS DOUBLE)", "1.5"]);
    let mut declared = shape.declared();
    let table = declared.schema.tables.get_mut(&NameKey::new("N")).unwrap();
    table.kind = TableKind::Node {
        primary_key: NameKey::new("p"),
    };
    for property in table.properties.values_mut() {
        property.nullable = property.name != "p";
    }
    let migrator = Migrator::new(db.kuzu()).declared(declared);
    let result = migrator.change_policy(ChangePolicy::Destructive).migrate();
    let failures = match result {
        Err(Error::PreflightFailed(failures)) => failures,
        other => panic!("{other:?}"),
    };
    assert_eq!(failures[0].kind, RowFailureKind::NotANumberKey);
    let text = failures[0].to_string();
    let message = "N.p: 1 of 2 rows has NaN as the new primary key";
    assert!(text.starts_with(message), "{text}");
}

#[test]
fn bool_becomes_an_integer_and_back() {
    let values = ["true", "false", "CAST(NULL AS BOOL)"];
    converts("BOOL", "INT64", &values, "x.p", "1; 0; NULL");
    converts(
        "UINT8",
        "BOOL",
        &["0", "1", "2"],
        "x.p",
        "false; true; NULL",
    );
}

#[test]
fn nan_and_large_decimals_are_counted() {
    let text = "CAST(x.p AS STRING)";
    let values = ["0.1", "CAST('inf' AS DOUBLE)"];
    converts("DOUBLE", "DECIMAL(10, 2)", &values, text, "0.10; NULL");
    let db = database(
        &Shape::of("INT64", "DOUBLE"),
        &["CAST('nan' AS DOUBLE)", "0.1"],
    );
    let refusal = refused(&db, &Shape::of("INT64", "DECIMAL(10, 2)").cast("p"));
    let message = "N.p: 1 of 2 values cannot be cast to DECIMAL(10, 2)";
    assert!(refusal.contains(message), "{refusal}");
    let values = ["5.50", "-0.49", "CAST(NULL AS DECIMAL(10, 2))"];
    converts("DECIMAL(10, 2)", "INT128", &values, "x.p", "6; 0; NULL");
}

#[test]
fn an_element_that_does_not_fit_fails_its_list() {
    let values = [
        "[1, 300]",
        "[1, NULL]",
        "CAST([] AS INT64[])",
        "CAST(NULL AS INT64[])",
    ];
    let text = "CAST(x.p AS STRING), x.p IS NULL";
    converts(
        "INT64[]",
        "INT8[]",
        &values,
        text,
        "NULL|true; [1,]|false; []|false; NULL|true",
    );
}

#[test]
fn a_struct_gains_loses_and_reorders_members() {
    let from = "STRUCT(a INT64, b STRING)";
    let values = [
        "{a: 1, b: ' x '}",
        "{a: 2, b: ''}",
        "CAST(NULL AS STRUCT(a INT64, b STRING))",
        "{a: 4, b: CAST(NULL AS STRING)}",
    ];
    let all = "CASE WHEN x.p IS NULL THEN NULL ELSE x.p.a END, \
               CASE WHEN x.p IS NULL THEN NULL ELSE x.p.b END";
    let expected = "1| x ; 2|; NULL|NULL; 4|NULL";
    let one = "CASE WHEN x.p IS NULL THEN NULL ELSE x.p.a END";
    for (to, text, expected) in [
        ("STRUCT(a INT64, b STRING, c DATE)", all, expected),
        ("STRUCT(b STRING, a INT64)", all, expected),
        ("STRUCT(b STRING, a INT8)", all, expected),
        ("STRUCT(a INT64)", one, "1; 2; NULL; 4"),
    ] {
        let mut db = database(&Shape::of("INT64", from), &values);
        migrate(&db, &Shape::of("INT64", to).cast("p").or_null());
        check(&mut db, text, expected);
    }
}

#[test]
fn a_struct_renames_its_members() {
    let from = "STRUCT(a INT64, b STRING, c STRUCT(d INT8, e STRING[]))";
    let null = format!("CAST(NULL AS {from})");
    let values = [
        "{a: 1, b: ' x ', c: {d: CAST(5 AS INT8), e: ['', NULL]}}",
        null.as_str(),
        "{a: -9223372036854775807, b: '', c: {d: CAST(NULL AS INT8), e: CAST([] AS STRING[])}}",
        "{a: CAST(NULL AS INT64), b: CAST(NULL AS STRING), \
          c: CAST(NULL AS STRUCT(d INT8, e STRING[]))}",
    ];
    // Names are swapped, a member of a member is raised, and a number is widened.
    let to = "STRUCT(b INT64, a STRING, d INT64, e STRING[])";
    let cast = "{b: old.a, a: old.b, d: old.c.d, e: old.c.e}";
    let all = "x.p IS NULL, CASE WHEN x.p IS NULL THEN NULL ELSE x.p.b END, \
               CASE WHEN x.p IS NULL THEN NULL ELSE x.p.a END, \
               CASE WHEN x.p IS NULL THEN NULL ELSE x.p.d END, \
               CASE WHEN x.p IS NULL THEN NULL ELSE CAST(x.p.e AS STRING) END";
    let expected = "false|1| x |5|[,]; true|NULL|NULL|NULL|NULL; \
                    false|-9223372036854775807||NULL|[]; false|NULL|NULL|NULL|NULL";
    let shape = Shape::of("INT64", to).by(cast);
    converts_by(from, &shape, &values, all, expected);
    converts_by(from, &shape.or_null(), &values, all, expected);
}

#[test]
fn a_struct_whose_renamed_member_does_not_fit_is_counted() {
    let db = database(
        &Shape::of("INT64", "STRUCT(a INT64, b STRING)"),
        &["{a: 1, b: 'x'}", "{a: 2, b: '7'}", "{a: 300, b: '8'}"],
    );
    let cast = "{c: CAST(old.a AS INT8), b: CAST(old.b AS INT64)}";
    let to = Shape::of("INT64", "STRUCT(c INT8, b INT64)").by(cast);
    let text = refused(&db, &to);
    assert!(text.contains("2 of 3"), "{text}");
    let missing = Shape::of("INT64", "STRUCT(c INT64)").by("{c: old.no}");
    let text = refused(&db, &missing);
    assert!(text.contains("has no member `no`"), "{text}");
    assert!(
        text.contains("help: use one of its members: a, b"),
        "{text}"
    );
    migrate(&db, &to.or_null());
    assert_eq!(
        db.rows("MATCH (x:N) RETURN CASE WHEN x.p IS NULL THEN NULL ELSE x.p.b END ORDER BY x.id"),
        "NULL; 7; NULL"
    );
}

#[test]
fn a_renamed_member_and_another_array_length_are_refused_with_the_remedy() {
    let db = database(
        &Shape::of("INT64", "STRUCT(a INT64, z STRING)"),
        &["{a: 1, z: 'z'}"],
    );
    let to = || Shape::of("INT64", "STRUCT(z STRING, b INT64)");
    let text = refused(&db, &to().cast("p"));
    let cast = "{z: old.z, b: old.a}";
    assert!(
        text.contains(&format!("`#[kuzu(cast = \"{cast}\")]`")),
        "{text}"
    );
    migrate(&db, &to().by(cast));
    assert_eq!(db.rows("MATCH (x:N) RETURN x.p.b, x.p.z"), "1|z");
    let db = database(
        &Shape::of("INT64", "FLOAT[2]"),
        &["CAST([1.5, 2.5] AS FLOAT[2])"],
    );
    for shape in [
        Shape::of("INT64", "FLOAT[3]").cast("p"),
        Shape::of("INT64", "FLOAT[3]"),
    ] {
        let text = refused(&db, &shape);
        assert!(
            text.contains("no value of FLOAT[2] has 3 elements"),
            "{text}"
        );
    }
    converts(
        "INT64[]",
        "INT64[2]",
        &["[1, 2]", "[1]"],
        "CAST(x.p AS STRING)",
        "[1,2]; NULL",
    );
}

#[test]
fn integers_become_text_without_a_hazard() {
    let db = database(&Shape::of("INT64", "INT64"), &["1", "-5"]);
    let text = refused(&db, &Shape::of("INT64", "STRING"));
    assert!(
        text.contains("needs a declared cast") && !text.contains("lose"),
        "{text}"
    );
    let report = migrator(&db, &Shape::of("INT64", "STRING").cast("p"))
        .migrate()
        .unwrap();
    assert!(!report.to_string().contains("may fail"), "{report}");
    assert_eq!(db.rows("MATCH (x:N) RETURN x.p ORDER BY x.`at`"), "1; -5");
}

#[test]
fn a_cast_on_an_unchanged_type_is_refused() {
    let db = database(&Shape::of("INT64", "STRING"), &["'A'"]);
    let text = refused(&db, &Shape::of("INT64", "STRING").by("lower(old)"));
    assert!(text.contains("the type is STRING already"), "{text}");
    // The cast of an earlier change may stay.
    let db = database(&Shape::of("INT64", "INT64"), &["1"]);
    let shape = Shape::of("INT64", "STRING").cast("p");
    migrate(&db, &shape);
    migrate(&db, &shape);
    migrate(
        &db,
        &Shape {
            on_fail: Some(OnFailDesc::Null),
            ..shape
        },
    );
}

#[test]
fn b40_decimals_in_lists_are_converted_and_text_defaults_refused() {
    let values = ["['12.5', NULL]", "['x']", "CAST([] AS STRING[])"];
    let text = "CAST(x.p AS STRING), x.p IS NULL";
    let expected = "[13,]|false; NULL|true; []|false";
    converts("STRING[]", "DECIMAL(18, 0)[]", &values, text, expected);
    for (default, ty) in [
        ("['12.5']", "DECIMAL(18, 0)[]"),
        ("map(['a'], ['12.5'])", "MAP(STRING, DECIMAL(18, 0))"),
        ("CAST(['12.5'] AS DECIMAL(18, 0)[])", "DECIMAL(18, 0)[]"),
    ] {
        let expr = default.parse::<kuzu_ddl_core::schema::Expr>();
        let checked = expr.and_then(|expr| expr.check(&ty.parse().unwrap()));
        assert!(
            checked
                .unwrap_err()
                .to_string()
                .contains("help: write the decimals as numbers")
        );
    }
}

#[test]
fn b41_the_length_of_arrays_is_bounded() {
    for ty in [
        "INT64[4294967296]",
        "INT8[1001][1000]",
        "STRUCT(a INT8[1000001])",
    ] {
        let e = ty.parse::<Type>().unwrap_err();
        assert!(
            e.to_string()
                .contains("an array may have at most 1000000 elements"),
            "{e}"
        );
    }
    assert!("INT8[1000][1000]".parse::<Type>().is_ok());
}
