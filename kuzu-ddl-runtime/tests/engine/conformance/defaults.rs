//! `DEFAULT CAST(<expr> AS <TYPE>)` is returned to the letter and has the value it states: in
//! CREATE and ALTER, on node and rel tables, and after the file was closed and opened.

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::schema::{
    Expr, FUNCTIONS, Float, MAX_EXPR_BYTES, MAX_EXPR_DEPTH, Operator, Type,
};
use kuzu_ddl_runtime::inspect::{InspectScope, inspect};

use super::*;

fn text(s: &str) -> Expr {
    Expr::Text(s.into())
}

fn call(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Call(name.into(), args)
}

fn float(x: f64) -> Expr {
    Expr::Float(Float(x))
}

/// Every type, with every form of literal that it takes.
fn literals() -> Vec<(&'static str, Expr)> {
    let int = Expr::Int;
    let list = |items: Vec<Expr>| Expr::List(items);
    let mut all = vec![
        ("BOOL", Expr::Bool(true)),
        ("BOOL", Expr::Bool(false)),
        ("INT8", int(-128)),
        ("INT16", int(-5)),
        ("INT32", int(i32::MIN.into())),
        ("INT64", int(0)),
        ("INT64", int(i64::MIN.into())),
        ("INT64", int(i64::MAX.into())),
        ("INT128", int(i128::MAX)),
        ("INT128", int(i128::MIN + 1)),
        ("INT128", int(i128::MIN)),
        ("INT128", int(-5)),
        ("UINT8", int(255)),
        ("UINT16", int(65535)),
        ("UINT32", int(u32::MAX.into())),
        ("UINT64", int(u64::MAX.into())),
        ("FLOAT", int(-3)),
        ("FLOAT", float(1.5)),
        (
            "STRING",
            text("it's \"a\" `b` \\ \n \t 🦀 é \\n \\x41 $p {}"),
        ),
        ("STRING", text("a\r\nb\u{1}\u{7f}\u{200b}")),
        ("STRING", text(&"🦀'\\".repeat(5_000))),
        ("STRING", text(&"'".repeat(MAX_EXPR_BYTES))),
        ("BLOB", Expr::Bytes(vec![0; MAX_EXPR_BYTES / 4])),
        ("STRING", text("")),
        ("STRING", text("CAST('x' AS STRING)")),
        ("BLOB", Expr::Bytes(vec![0, 39, 92, 65, 255])),
        ("BLOB", Expr::Bytes(vec![])),
        ("UUID", text("123e4567-e89b-12d3-a456-426614174000")),
        ("DATE", text("2020-02-29")),
        ("TIMESTAMP", text("2020-01-01 12:00:00.123456")),
        ("TIMESTAMP", text("2020-01-01T12:00:00Z")),
        ("TIMESTAMP_NS", text("2020-01-01 12:00:00.123456")),
        ("TIMESTAMP_MS", text("2020-01-01 12:00:00")),
        ("TIMESTAMP_SEC", text("2020-01-01 12:00:00")),
        ("TIMESTAMP_TZ", text("2020-01-01 12:00:00+02:00")),
        ("INTERVAL", text("3 days 4 hours")),
        (
            "INTERVAL",
            text("1 year 2 months 3 days 4 hours 5 minutes 6 seconds 7 us"),
        ),
        ("DECIMAL(10, 2)", text("-123.45")),
        ("DECIMAL(10, 2)", int(-5)),
        ("DECIMAL(10, 2)", float(-1.25)),
        (
            "DECIMAL(38, 0)",
            text("12345678901234567890123456789012345678"),
        ),
        ("json", text("{\"a\": [1, null, \"x\"]}")),
        ("json", int(5)),
        ("json", Expr::Bool(true)),
        ("json", text("[]")),
        ("INT64[]", list(vec![])),
        ("INT64[]", list(vec![int(1), int(-2)])),
        ("INT8[]", list(vec![int(1), int(-2)])),
        ("UINT8[]", list(vec![int(1), int(200)])),
        ("STRING[]", list(vec![text("a'b"), text("c,d]")])),
        (
            "STRING[][]",
            list(vec![list(vec![text("a")]), list(vec![])]),
        ),
        ("DOUBLE[]", list(vec![float(1.5), float(-2.5)])),
        ("DATE[]", list(vec![text("2020-01-01")])),
        ("BLOB[]", list(vec![Expr::Bytes(vec![1, 2])])),
        ("BOOL[]", list(vec![Expr::Bool(true)])),
        ("FLOAT[3]", list(vec![float(1.0), float(-2.0), float(0.5)])),
        ("INT64[2]", list(vec![int(1), int(2)])),
        ("INT64[2][]", list(vec![list(vec![int(1), int(2)])])),
        (
            "STRUCT(a INT64, b STRING)",
            Expr::Struct(vec![("a".into(), int(-1)), ("b".into(), text("x'y"))]),
        ),
        (
            "STRUCT(a STRUCT(b DATE), c INT8[])",
            Expr::Struct(vec![
                (
                    "a".into(),
                    Expr::Struct(vec![("b".into(), text("2020-01-01"))]),
                ),
                ("c".into(), list(vec![int(1)])),
            ]),
        ),
        (
            "STRUCT(a INT64)[]",
            list(vec![Expr::Struct(vec![("a".into(), int(1))])]),
        ),
        (
            "MAP(STRING, INT64)",
            call("map", vec![list(vec![text("a")]), list(vec![int(-1)])]),
        ),
        (
            "MAP(STRING, INT8[])",
            call(
                "map",
                vec![list(vec![text("a")]), list(vec![list(vec![int(1)])])],
            ),
        ),
        (
            "MAP(STRING, INT64)",
            call("map", vec![list(vec![]), list(vec![])]),
        ),
        (
            "MAP(BLOB, BLOB[])",
            call(
                "map",
                vec![
                    list(vec![Expr::Bytes(vec![1])]),
                    list(vec![list(vec![Expr::Bytes(vec![])])]),
                ],
            ),
        ),
        (
            "STRUCT(a BLOB)",
            Expr::Struct(vec![("a".into(), Expr::Bytes(vec![0]))]),
        ),
        ("UNION(a INT64, b STRING)", int(1)),
        ("UNION(a INT64, b STRING)", text("x")),
        ("UNION(a DOUBLE, b BOOL)", Expr::Bool(true)),
    ];
    for x in [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        1e15,
        1e16,
        1e300,
        -1e300,
        1e-7,
        5e-324,
        f64::MAX,
        f64::MIN_POSITIVE,
        0.1 + 0.2,
    ] {
        all.push(("DOUBLE", float(x)));
    }
    all
}

fn expressions() -> Vec<(&'static str, Expr)> {
    let int = |n| Box::new(Expr::Int(n));
    let sum = Expr::Binary(Operator::Add, int(3), int(-4));
    let deep = (1..MAX_EXPR_DEPTH).fold(Expr::Int(1), |e, _| Expr::Negate(Box::new(e)));
    vec![
        ("INT64", deep),
        (
            "INT64",
            Expr::Binary(Operator::Multiply, int(2), Box::new(sum.clone())),
        ),
        ("INT64", Expr::Binary(Operator::Subtract, int(2), int(-3))),
        ("INT64", Expr::Negate(Box::new(sum.clone()))),
        ("INT64", Expr::Negate(int(-1))),
        ("INT64", Expr::Binary(Operator::Divide, int(7), int(2))),
        ("INT64", Expr::Binary(Operator::Modulo, int(7), int(2))),
        ("DOUBLE", Expr::Cast(Box::new(text("1.5")), Type::Double)),
    ]
}

fn property(found: &CatalogSnapshot, table: &str, name: &str) -> (String, Option<Expr>) {
    let p = found.schema.table(table).unwrap().property(name).unwrap();
    (p.default_cypher().unwrap_or_default(), p.default.clone())
}

pub(crate) fn defaults_round_trip(subject: &Subject) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let open = || {
        let options = Options {
            buffer_pool: 512 << 20,
            ..Options::default()
        };
        subject.try_open(&path, options).unwrap()
    };
    let cases: Vec<_> = literals().into_iter().chain(expressions()).collect();
    let mut wrong = Vec::new();
    let mut good = Vec::new();
    let mut db = open();
    {
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "CREATE NODE TABLE N(id INT64 PRIMARY KEY)",
                "CREATE (:N {id: 1})",
            ],
        );
        for (i, (ty, expr)) in cases.iter().enumerate() {
            let ty: Type = ty.parse().unwrap();
            let canonical = expr.canonical(&ty);
            if let Err(e) = expr.check(&ty) {
                wrong.push(format!("{e}"));
                continue;
            }
            let statements = [
                format!("CREATE NODE TABLE A{i}(id INT64 PRIMARY KEY, d {ty} DEFAULT {canonical})"),
                format!("CREATE REL TABLE R{i}(FROM N TO N, d {ty} DEFAULT {canonical})"),
                format!("CREATE (:A{i} {{id: 1}})"),
                format!("MATCH (n:N) CREATE (n)-[:R{i}]->(n)"),
                format!("ALTER TABLE A{i} ADD e {ty} DEFAULT {canonical}"),
                format!("ALTER TABLE R{i} ADD e {ty} DEFAULT {canonical}"),
                format!("CREATE (:A{i} {{id: 2}})"),
                format!("MATCH (n:N) CREATE (n)-[:R{i}]->(n)"),
            ];
            match statements.iter().find_map(|q| s.query(q).err()) {
                Some(e) => wrong.push(format!("{e}")),
                None => good.push((i, ty, expr, canonical)),
            }
        }
    }
    for round in ["immediately", "opened again"] {
        if round == "opened again" {
            drop(db);
            db = open();
        }
        let s = db.session().unwrap();
        let found = inspect(&*s, InspectScope::All).unwrap();
        for (i, ty, expr, canonical) in &good {
            for table in [format!("A{i}"), format!("R{i}")] {
                for name in ["d", "e"] {
                    let got = property(&found, &table, name);
                    if got != (canonical.clone(), Some((*expr).clone())) {
                        wrong.push(format!(
                            "{round} {table}.{name} {ty}: {canonical} became {got:?}"
                        ));
                    }
                }
            }
            let value = rows(&*s, &format!("RETURN CAST({canonical} AS STRING)"));
            for q in [
                format!("MATCH (a:A{i}) RETURN CAST(a.d AS STRING)"),
                format!("MATCH (a:A{i}) RETURN CAST(a.e AS STRING)"),
                format!("MATCH (:N)-[a:R{i}]->(:N) RETURN CAST(a.d AS STRING)"),
                format!("MATCH (:N)-[a:R{i}]->(:N) RETURN CAST(a.e AS STRING)"),
            ] {
                let got = rows(&*s, &q);
                if got != format!("{value}; {value}") {
                    wrong.push(format!("{round} {q} {ty}: {value:?} became {got:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(crate) fn functions_are_accepted(subject: &Subject) {
    let db = subject.memory();
    let s = db.session().unwrap();
    run(&*s, &["CREATE SEQUENCE sq"]);
    let t = |s: &str| text(s);
    let n = Expr::Int;
    let args = |name: &str| -> Vec<Expr> {
        match name {
            "abs" | "ceil" | "floor" | "ln" | "log10" | "sqrt" => vec![float(1.5)],
            "round" => vec![float(1.5), n(1)],
            "pow" => vec![float(1.5), n(2)],
            "pi" | "current_date" | "current_timestamp" | "gen_random_uuid" => vec![],
            "nextval" => vec![t("sq")],
            "map" => vec![Expr::List(vec![t("a")]), Expr::List(vec![n(1)])],
            "array_value" | "list_creation" => vec![n(1), n(2)],
            "coalesce" | "concat" => vec![t("a"), t("b")],
            "date" => vec![t("2020-01-01")],
            "timestamp" => vec![t("2020-01-01 00:00:00")],
            "interval" => vec![t("3 days")],
            "uuid" => vec![t("123e4567-e89b-12d3-a456-426614174000")],
            "make_date" => vec![n(2020), n(1), n(1)],
            "epoch_ms" | "to_timestamp" => vec![n(1000)],
            "to_json" => vec![n(1)],
            "repeat" => vec![t("a"), n(2)],
            "substring" => vec![t("abc"), n(1), n(2)],
            "size" => vec![t("abc")],
            name if name.starts_with("to_") => vec![n(1)],
            _ => vec![t("Ab")],
        }
    };
    let mut wrong = Vec::new();
    for (i, name) in FUNCTIONS.iter().enumerate() {
        let canonical = call(name, args(name)).canonical(&Type::String);
        for q in [
            format!("CREATE NODE TABLE F{i}(id INT64 PRIMARY KEY, d STRING DEFAULT {canonical})"),
            format!("CREATE (:F{i} {{id: 1}})"),
        ] {
            if let Err(e) = s.query(&q) {
                wrong.push(format!("{name}: {e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
