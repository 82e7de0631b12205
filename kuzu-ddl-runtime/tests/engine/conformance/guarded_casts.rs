//! Conversions that are tried without failing: what `plan/judge.rs` builds on.

use kuzu_ddl_core::schema::name::string_literal;

use super::*;

/// Texts that are values of one type or another, and texts that nearly are.
const TEXTS: &[&str] = &[
    "",
    " ",
    "5",
    " 5 ",
    "+5",
    "-5",
    "--5",
    "5.0",
    "1.5",
    "1e2",
    "1e999",
    "abc",
    "127",
    "128",
    "-128",
    "-129",
    "255",
    "256",
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "170141183460469231731687303715884105727",
    "170141183460469231731687303715884105728",
    "0x10",
    "1_000",
    "1,000",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "infinity",
    "true",
    "TRUE",
    "t",
    "f",
    "yes",
    "1",
    "0",
    "2020-01-01",
    "2020-1-1",
    "2020-13-01",
    "2020-02-30",
    " 2020-01-01 ",
    "2020-01-01 xx",
    "2020-01-01 10:00:00",
    "2020-01-01 10:00:00.123456789",
    "2020-01-01T10:00:00Z",
    "2020-01-01 10:00:00+02:00",
    "10:00:00",
    "99999-01-01",
    "-1-01-01",
    "null",
    "NULL",
    "é",
    "🦀",
    "[1]",
    "{a: 1}",
];

const TYPES: &[&str] = &[
    "BOOL",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "INT128",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "FLOAT",
    "DOUBLE",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_NS",
    "TIMESTAMP_MS",
    "TIMESTAMP_SEC",
    "TIMESTAMP_TZ",
];

pub(crate) fn a_union_accepts_what_a_cast_accepts(subject: &Subject) {
    let db = subject.memory();
    let session = db.session().unwrap();
    for ty in TYPES {
        for text in TEXTS {
            let text = string_literal(text);
            let cast = session.query(&format!("RETURN CAST(CAST({text} AS {ty}) AS STRING)"));
            let tag = rows(
                &*session,
                &format!("RETURN union_tag(CAST({text} AS UNION(v {ty}, s STRING)))"),
            );
            assert_eq!(tag == "v", cast.is_ok(), "{text} as {ty}: {cast:?}");
        }
    }
}

/// Types that are not in the list above are tried row by row.
pub(crate) fn a_union_does_not_try_every_type(subject: &Subject) {
    let db = subject.memory();
    let session = db.session().unwrap();
    for (text, ty) in [
        ("1.23", "DECIMAL(5, 2)"),
        ("1 day", "INTERVAL"),
        ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "UUID"),
        ("[1]", "INT64[]"),
    ] {
        run(
            &*session,
            &[&format!("RETURN CAST(CAST('{text}' AS {ty}) AS STRING)")],
        );
        let tag = format!("RETURN union_tag(CAST('{text}' AS UNION(v {ty}, s STRING)))");
        assert_eq!(rows(&*session, &tag), "s", "{ty}");
    }
}

/// Three invalid values among many: a condition in the WHERE protects a plain CAST from them, on
/// nodes and on rels; CASE does not.
pub(crate) fn a_condition_guards_a_cast_and_case_does_not(subject: &Subject) {
    let db = subject.memory();
    let session = db.session().unwrap();
    run(
        &*session,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING)",
            "CREATE REL TABLE R(FROM A TO A, s STRING)",
            "CREATE REL TABLE Q(FROM A TO A, n INT32)",
            "UNWIND range(1, 5000) AS i CREATE (:A {id: i, s: CAST(i AS STRING)})",
            "MATCH (a:A) WHERE a.id IN [17, 2500, 4999] SET a.s = 'abc'",
            "MATCH (a:A {id: 20}) SET a.s = NULL",
            "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {s: a.s}]->(b)",
            "MATCH (b:A), (a:A {id: 1}) CREATE (a)-[:R {s: b.s}]->(b)",
            "ALTER TABLE A ADD n INT32",
        ],
    );
    let case = "MATCH (x:A) RETURN sum(CASE WHEN x.s = 'abc' THEN 0 ELSE CAST(x.s AS INT32) END)";
    assert!(session.query(case).is_err());
    let guard = "(x.s IS NULL OR union_tag(CAST(x.s AS UNION(v INT32, s STRING))) = 'v')";
    run(
        &*session,
        &[
            &format!("MATCH (x:A) WHERE {guard} SET x.n = CAST(x.s AS INT32)"),
            &format!("MATCH (x:A) WHERE NOT {guard} SET x.n = -1"),
            &format!(
                "MATCH (a:A)-[x:R]->(b:A) WHERE {guard} CREATE (a)-[:Q {{n: CAST(x.s AS INT32)}}]->(b)"
            ),
            &format!("MATCH (a:A)-[x:R]->(b:A) WHERE NOT {guard} CREATE (a)-[:Q {{n: -1}}]->(b)"),
        ],
    );
    let sum = 5000 * 5001 / 2 - 17 - 20 - 2500 - 4999 - 3;
    let nodes = "MATCH (x:A) RETURN count(*), count(x.n), sum(x.n)";
    assert_eq!(rows(&*session, nodes), format!("5000|4999|{sum}"));
    let rels = "MATCH ()-[x:Q]->() RETURN count(*), count(x.n), sum(x.n)";
    assert_eq!(rows(&*session, rels), format!("10000|9998|{}", 2 * sum));
}
