//! The derives depend on no crate of ours, so a few rules are written twice. Here both are asked.

use kuzu_ddl_runtime::schema::{Expr, FUNCTIONS, Type as Known, name as known};

use crate::attr::At;
use crate::{expr, name, types};

#[test]
fn on_names() {
    let long = "x".repeat(1024);
    let longer = "x".repeat(1025);
    for text in [
        "a",
        "",
        "order by",
        "É",
        "🦀",
        "a`b",
        "a.b",
        "a\0b",
        "a\nb",
        "_id",
        "_ID",
        "_Label",
        "_src",
        "_dst",
        "_nodes",
        "_rels",
        "_rel",
        "_foo",
        "_kuzu_ddl",
        "_KUZU_DDLx",
        "_kuzu_dd",
        "kuzu_ddl",
        "order",
        "ORDER",
        "from",
        &long,
        &longer,
    ] {
        assert_eq!(
            name::table(text).is_ok(),
            known::check_table(text).is_ok(),
            "{text:?}"
        );
        assert_eq!(
            name::property(text).is_ok(),
            known::check_property(text).is_ok(),
            "{text:?}"
        );
        let member = format!("STRUCT({text} INT64)").parse::<Known>();
        if text.trim() == text && !text.contains(' ') {
            assert_eq!(name::member(text).is_ok(), member.is_ok(), "{text:?}");
        }
    }
}

#[test]
fn on_types() {
    let deep = |n: usize| format!("INT8{}", "[]".repeat(n));
    let (deep_enough, too_deep) = (deep(63), deep(64));
    for text in [
        "BOOL",
        "boolean",
        "INT",
        "Int64",
        "INT128",
        "UINT128",
        "REAL",
        "FLOAT4",
        "FLOAT8",
        "BYTEA",
        "TIMESTAMP_S",
        "TIMESTAMP_TZ",
        "DURATION",
        "json",
        "JSON",
        "SERIAL",
        "INTERNAL_ID",
        "ANY",
        "VARCHAR",
        "",
        " ",
        "INT64 INT64",
        "DECIMAL",
        "DECIMAL()",
        "DECIMAL(3)",
        "DECIMAL(3, 1)",
        "DECIMAL(38,38)",
        "DECIMAL(39,1)",
        "DECIMAL(0,0)",
        "DECIMAL(3,4)",
        "DECIMAL(300,4)",
        "INT8[]",
        "INT8[3]",
        "INT8[0]",
        "INT8[-1]",
        "INT8[",
        "INT8]",
        "INT8[3][][2]",
        "SERIAL[]",
        "MAP(SERIAL, INT8)",
        "MAP(INT8, INT8)",
        "MAP(INT8)",
        "MAP",
        "STRUCT(a INT8)",
        "STRUCT(a INT8,)",
        "STRUCT()",
        "STRUCT(a INT8, a INT8)",
        "STRUCT(a INT8, A INT8)",
        "STRUCT(1 INT8)",
        "STRUCT(é INT8)",
        "UNION(a INT8, b UNION(c json))[]",
        "UNION",
        "INT64; DROP TABLE a",
        &deep_enough,
        &too_deep,
    ] {
        let here = types::Type::read(&At {
            value: text.into(),
            span: proc_macro2::Span::call_site(),
        });
        assert_eq!(here.is_ok(), text.parse::<Known>().is_ok(), "{text:?}");
    }
}

#[test]
fn on_words() {
    assert_eq!(name::RESERVED_MEMBERS, known::RESERVED_MEMBERS);

    assert_eq!(expr::FUNCTIONS, FUNCTIONS);
}

#[test]
fn on_expressions() {
    for text in [
        "",
        " ",
        "5",
        "-5",
        "--5",
        "1.5e-3",
        "1.",
        "1e999",
        "170141183460469231731687303715884105727",
        "340282366920938463463374607431768211456",
        "TRUE",
        "null",
        "name",
        "a.b",
        "$p",
        "'a\\'b'",
        "'a\\n'",
        "'a",
        "'a\0'",
        "[]",
        "[1, 'a', [2]]",
        "[1",
        "[1,]",
        "{}",
        "{a: 1, b: {c: -2}}",
        "{1: 1}",
        "{a 1}",
        "1 + 2 * (3 - 4) / 5 % 6",
        "1 +",
        "(1",
        "1)",
        "()",
        "upper('a;(')",
        "UPPER ( 'a' , 1 )",
        "upper",
        "load_extension('x')",
        "CAST('1' AS INT64)",
        "cast(1 as decimal(10, 2))",
        "CAST(1 AS VARCHAR)",
        "CAST(1, INT64)",
        "CAST(1 AS INT64",
        "map(['a'], [1])",
        "5; DROP TABLE a",
        "é",
        "1 2",
    ] {
        let known = text.parse::<kuzu_ddl_runtime::schema::Expr>();
        let here = expr::check(text);
        assert_eq!(here.is_ok(), known.is_ok(), "{text:?}: {here:?} {known:?}");
        for cast in [text.to_owned(), text.replace('5', "old")] {
            let (here, known) = (expr::check_cast(&cast), Expr::parse_cast(&cast));
            assert_eq!(here.is_ok(), known.is_ok(), "{cast:?}: {here:?} {known:?}");
        }
    }
}
