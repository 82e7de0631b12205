//! The live schema, complete, whatever it holds.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::engine::Transaction;
use kuzu_ddl_runtime::inspect::{Inspection, Scope, inspect, multiplicities, tables};
use kuzu_ddl_runtime::schema::{
    Expr, IndexKind, Key, Multiplicity, StorageDirection, TableKind, Type,
};

use super::*;

fn all(session: &dyn Session) -> Inspection {
    inspect(session, Scope::All).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn everything_is_seen() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id SERIAL PRIMARY KEY, Txt STRING DEFAULT CAST('it\\'s' AS STRING), \
             n INT64 DEFAULT -5, v FLOAT[3], st STRUCT(a INT64, b STRING[]))",
            "CREATE NODE TABLE `Order`(`my id` STRING PRIMARY KEY)",
            "CREATE REL TABLE R(FROM A TO `Order`, FROM `Order` TO A, w DOUBLE, MANY_ONE) WITH (storage_direction='fwd')",
            "CREATE REL TABLE S(FROM A TO A)",
            "COMMENT ON TABLE A IS 'first'",
            "COMMENT ON TABLE R IS 'rel'",
            "CREATE SEQUENCE sq START 5 INCREMENT 2 MINVALUE 1 MAXVALUE 99 CYCLE",
            "CALL CREATE_FTS_INDEX('A', 'ix', ['Txt'], stemmer := 'porter')",
            "CALL CREATE_VECTOR_INDEX('A', 'vx', 'v', metric := 'l2')",
            "CREATE NODE TABLE _kuzu_ddl_x(id INT64 PRIMARY KEY)",
        ],
    );
    let found = all(&*s);
    let names: Vec<_> = found
        .schema
        .tables
        .values()
        .map(|t| t.name.as_str())
        .collect();
    assert_eq!(names, ["A", "Order", "R", "S"]);
    let a = found.schema.table("a").unwrap();
    assert_eq!(a.comment.as_deref(), Some("first"));
    assert_eq!(
        a.kind,
        TableKind::Node {
            primary_key: "id".into()
        }
    );
    let property = |name: &str| a.property(name).unwrap();
    assert_eq!(property("id").ty, Type::Serial);
    assert_eq!(property("id").default, None);
    assert_eq!(property("txt").name, "Txt");
    assert_eq!(property("txt").default, Some(Expr::Text("it's".into())));
    assert_eq!(
        property("n").default,
        Some(Expr::Opaque("5".into())),
        "the engine drops the sign"
    );
    assert_eq!(
        property("st").ty,
        "STRUCT(a INT64, b STRING[])".parse().unwrap()
    );
    let index = |name: &str| &a.indexes[&Key::new(name)];
    assert_eq!(index("ix").kind, IndexKind::FullText);
    assert_eq!(index("ix").properties, ["txt".into()]);
    assert_eq!(index("ix").options["stemmer"], "porter");
    assert_eq!(index("vx").kind, IndexKind::Vector);
    assert_eq!(index("vx").options["metric"], "l2");
    let r = found.schema.table("R").unwrap();
    let TableKind::Edge {
        pairs,
        multiplicity,
        storage,
    } = &r.kind
    else {
        panic!("{r:?}")
    };
    let pairs: Vec<_> = pairs
        .iter()
        .map(|p| (p.from.as_str(), p.to.as_str()))
        .collect();
    assert_eq!(pairs, [("a", "order"), ("order", "a")]);
    assert_eq!((*multiplicity, *storage), (None, StorageDirection::Fwd));
    assert_eq!(found.storage_unseen, BTreeSet::from(["s".into()]));
    let sequences: Vec<_> = found.schema.sequences.values().collect();
    assert_eq!(sequences.len(), 1, "not that of the SERIAL: {sequences:?}");
    let sq = sequences[0];
    assert_eq!(
        (sq.start, sq.increment, sq.min, sq.max, sq.cycle),
        (5, 2, 1, 99, true)
    );
    assert_eq!(
        found.internal.keys().collect::<Vec<_>>(),
        [&Key::new("_kuzu_ddl_x")]
    );
    assert_eq!(found.notes, []);
    assert_eq!(found.ids.len(), 4);
}

#[test]
fn some_tables_only() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
            "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
            "CREATE NODE TABLE _kuzu_ddl_x(id INT64 PRIMARY KEY)",
            "CREATE SEQUENCE sq",
        ],
    );
    let wanted = BTreeSet::from(["b".into(), "gone".into()]);
    let found = inspect(&*s, Scope::Only(&wanted)).unwrap();
    assert_eq!(
        found.schema.tables.keys().collect::<Vec<_>>(),
        [&Key::new("b")]
    );
    assert_eq!(found.internal.len(), 1);
    assert_eq!(found.schema.sequences.len(), 1);
}

#[test]
fn an_empty_database_is_empty() {
    let db = memory();
    let s = db.session().unwrap();
    let empty = Inspection {
        version: Some(engine::KUZU.version.to_owned()),
        ..Inspection::default()
    };
    assert_eq!(all(&*s), empty);
    assert_eq!(multiplicities(&*s, &all(&*s)).unwrap().unknown, None);
}

#[test]
fn a_transaction_sees_its_own_changes() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(&*s, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY, x INT64)"]);
    let tx = Transaction::begin(&*s).unwrap();
    run(
        &tx,
        &[
            "ALTER TABLE A RENAME x TO y",
            "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
        ],
    );
    let inside = all(&tx);
    assert!(inside.schema.table("A").unwrap().property("y").is_some());
    assert_eq!(inside.schema.tables.len(), 2);
    let other = db.session().unwrap();
    assert_eq!(all(&*other).schema.tables.len(), 1);
    run(&tx, &["CREATE (:A {id: 1, y: 2})"]);
    tx.commit().unwrap();
    assert_eq!(all(&*other).schema, inside.schema);
}

/// Names that anybody can give to his tables.
#[test]
fn hostile_names_are_noted() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    let long = "x".repeat(100_000);
    for name in ["a.b", "a``b", "local.x", &long] {
        run(
            &*s,
            &[&format!("CREATE NODE TABLE `{name}`(id INT64 PRIMARY KEY)")],
        );
    }
    let legal = [
        "it's",
        "a\nb",
        "🦀",
        "a\\b",
        "\"q\"",
        "order",
        "x;DROP TABLE y",
        "É",
        "é",
        "$p",
        " ",
    ];
    for name in legal {
        run(
            &*s,
            &[&format!(
                "CREATE NODE TABLE `{name}`(`{name}` INT64 PRIMARY KEY, `p.q` STRING, `r``s` STRING)"
            )],
        );
    }
    let rels: Vec<_> = legal
        .iter()
        .map(|n| format!("FROM `{n}` TO `{n}`"))
        .collect();
    run(
        &*s,
        &[&format!(
            "CREATE REL TABLE `r'\n`({}, `w'` STRING)",
            rels.join(", ")
        )],
    );
    let found = all(&*s);
    let mut wanted: Vec<_> = legal.iter().map(|n| n.to_string()).collect();
    wanted.push("r'\n".into());
    wanted.sort();
    let mut names: Vec<_> = found
        .schema
        .tables
        .values()
        .map(|t| t.name.clone())
        .collect();
    names.sort();
    assert_eq!(names, wanted);
    for t in found.schema.tables.values().filter(|t| t.kind.is_node()) {
        assert_eq!(t.properties.len(), 3);
    }
    let TableKind::Edge { pairs, .. } = &found.schema.table("r'\n").unwrap().kind else {
        panic!()
    };
    assert_eq!(pairs.len(), legal.len());
    assert_eq!(found.notes.len(), 4, "{:?}", found.notes);
    assert!(found.notes.iter().all(|n| n.object.chars().count() <= 81));
    // What cannot be quoted makes the export ambiguous, so nothing is claimed.
    assert!(multiplicities(&*s, &found).unwrap().unknown.is_some());
}

#[test]
fn an_attached_database_is_not_entered() {
    let (dir, other) = fresh();
    let s = other.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE Theirs(id INT64 PRIMARY KEY)",
            "CHECKPOINT",
        ],
    );
    drop(s);
    drop(other);
    let db = memory();
    let s = db.session().unwrap();
    run(&*s, &["CREATE NODE TABLE Ours(id INT64 PRIMARY KEY)"]);
    let path = dir.path().join("db");
    for alias in ["x", "local"] {
        let before = db.session().unwrap();
        run(
            &*before,
            &[&format!(
                "ATTACH '{}' AS {alias} (dbtype kuzu)",
                path.display()
            )],
        );
        let found = all(&*s);
        assert_eq!(
            found.schema.tables.keys().collect::<Vec<_>>(),
            [&Key::new("ours")]
        );
        assert_eq!(found.attached[0].name, alias);
        let e = kind(&*s, "CREATE NODE TABLE B(id INT64 PRIMARY KEY)");
        assert_eq!(
            e,
            EngineErrorKind::ReadOnly,
            "an attached database makes all read-only"
        );
        run(&*before, &[&format!("DETACH {alias}")]);
    }
}

#[test]
fn a_renamed_serial_leaves_a_note() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id SERIAL PRIMARY KEY)",
            "ALTER TABLE A RENAME TO B",
        ],
    );
    let found = all(&*s);
    assert_eq!(found.schema.sequences.len(), 0);
    assert_eq!(found.notes.len(), 1);
    assert_eq!(found.notes[0].object, "A_id_serial");
}

#[test]
fn multiplicities_are_told() {
    let (dir, db) = fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE `A b`(id INT64 PRIMARY KEY)",
            "CREATE SEQUENCE sq",
        ],
    );
    for m in Multiplicity::ALL {
        run(
            &*s,
            &[&format!(
                "CREATE REL TABLE `R;'{m}`(FROM `A b` TO `A b`, `w,` INT64, {m})"
            )],
        );
    }
    let check = |s: &dyn Session| {
        let told = multiplicities(s, &all(s)).unwrap();
        assert_eq!(told.unknown, None);
        assert_eq!(told.known.len(), 4);
        for m in Multiplicity::ALL {
            assert_eq!(told.known[&Key::new(&format!("R;'{m}"))], m);
        }
    };
    check(&*s);
    let tx = Transaction::begin(&*s).unwrap();
    check(&tx);
    tx.commit().unwrap();
    drop(s);
    drop(db);
    let db = engine::open(dir.path().join("db"), config().read_only(true)).unwrap();
    check(&*db.session().unwrap());
}

#[test]
fn multiplicities_are_unknown_where_the_engine_cannot_export() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(`my id` INT64 PRIMARY KEY)",
            "CREATE REL TABLE R(FROM A TO A, MANY_ONE)",
        ],
    );
    let told = multiplicities(&*s, &all(&*s)).unwrap();
    assert!(told.known.is_empty() && told.unknown.is_some(), "{told:?}");
    // An export of a rel table without pairs would crash (see `bugs`).
    run(&*s, &["ALTER TABLE R DROP FROM A TO A"]);
    let told = multiplicities(&*s, &all(&*s)).unwrap();
    assert!(told.unknown.unwrap().contains("connects no tables"));
}

#[test]
fn many_tables_are_told_apart() {
    let db = kuzu::Database::in_memory(config()).unwrap();
    let s = db.session().unwrap();
    run(&*s, &["BEGIN TRANSACTION"]);
    for i in 0..60 {
        run(
            &*s,
            &[&format!(
                "CREATE NODE TABLE N{i}(id INT64 PRIMARY KEY, p{i} STRING)"
            )],
        );
        run(
            &*s,
            &[&format!(
                "CREATE REL TABLE R{i}(FROM N{i} TO N{}, w{i} INT64)",
                i / 2
            )],
        );
    }
    run(&*s, &["COMMIT"]);
    let found = all(&*s);
    assert_eq!(found.schema.tables.len(), 120);
    assert_eq!(tables(&*s).unwrap().len(), 120);
    for i in 0..60 {
        assert!(
            found
                .schema
                .table(&format!("n{i}"))
                .unwrap()
                .property(&format!("p{i}"))
                .is_some()
        );
        let rel = found.schema.table(&format!("r{i}")).unwrap();
        assert!(rel.property(&format!("w{i}")).is_some());
    }
}
