//! Values as parameters and in results.

use super::*;

pub(crate) fn values_round_trip(subject: &Subject) {
    let db = subject.memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &["CREATE NODE TABLE T(k STRING PRIMARY KEY, b BLOB, n INT64, t STRING)"],
    );
    let row = |k: &str, b: Value, n: Value| {
        Value::Struct(vec![
            ("k".into(), k.into()),
            ("b".into(), b),
            ("n".into(), n),
            ("t".into(), Value::Null),
        ])
    };
    let list = Value::List(vec![
        row("a", Value::Null, Value::Int(1)),
        row("b", vec![0_u8, 255, 39, 92].into(), Value::Null),
    ]);
    let cypher = "UNWIND $rows AS r CREATE (:T {k: r.k, b: r.b, n: r.n, t: r.t})";
    s.query_with(cypher, &[("rows", list)]).unwrap();
    let got = s
        .query("MATCH (t:T) RETURN t.k, t.b, t.n, t.t ORDER BY t.k")
        .unwrap();
    assert_eq!(
        got,
        vec![
            vec!["a".into(), Value::Null, Value::Int(1), Value::Null],
            vec![
                "b".into(),
                vec![0_u8, 255, 39, 92].into(),
                Value::Null,
                Value::Null
            ],
        ]
    );
    // The engine would interpret the string's bytes as a number.
    let mixed = Value::List(vec![Value::Int(1), "x".into()]);
    let e = s
        .query_with("UNWIND $rows AS r RETURN r", &[("rows", mixed)])
        .unwrap_err();
    assert_eq!(e.kind, EngineErrorKind::Unsupported);
    let empty = s.query_with(
        "UNWIND $rows AS r RETURN r",
        &[("rows", Value::List(vec![]))],
    );
    assert_eq!(empty.unwrap(), Vec::<Vec<Value>>::new());
}

pub(crate) fn values_that_cannot_be_read_are_refused(subject: &Subject) {
    let db = subject.memory();
    let s = db.session().unwrap();
    for cypher in [
        "RETURN CAST('290000-01-01' AS DATE)",
        "RETURN CAST('12345678901234567890123456789012345678' AS DECIMAL(38, 0))",
        "RETURN [CAST('290000-01-01' AS DATE)]",
    ] {
        assert_eq!(
            kind(&*s, cypher),
            EngineErrorKind::UnsupportedValue,
            "{cypher}"
        );
    }
    assert_eq!(
        rows(
            &*s,
            "RETURN CAST(CAST('2900-01-01' AS DATE) AS STRING), NULL"
        ),
        "2900-01-01|NULL"
    );
}
