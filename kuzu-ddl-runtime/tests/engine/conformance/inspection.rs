//! The live schema, complete.

use std::collections::BTreeSet;

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_core::schema::{Expr, IndexKind, StorageDirection, TableKind, Type};
use kuzu_ddl_runtime::engine::Transaction;
use kuzu_ddl_runtime::inspect::{InspectScope, inspect, multiplicities, tables};

use super::*;

pub(crate) fn every_kind_of_object_is_found(subject: &Subject) {
    let db = subject.memory();
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
    let found = inspect_all(&*s);
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
    let index = |name: &str| &a.indexes[&NameKey::new(name)];
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
    assert_eq!((*multiplicity, *storage), (None, StorageDirection::Forward));
    assert_eq!(found.unknown_storage, BTreeSet::from(["s".into()]));
    let sequences: Vec<_> = found.schema.sequences.values().collect();
    assert_eq!(
        sequences.len(),
        1,
        "without that of the SERIAL: {sequences:?}"
    );
    let sq = sequences[0];
    assert_eq!(
        (sq.start, sq.increment, sq.min, sq.max, sq.cycle),
        (5, 2, 1, 99, true)
    );
    assert_eq!(
        found.internal_tables.keys().collect::<Vec<_>>(),
        [&NameKey::new("_kuzu_ddl_x")]
    );
    assert_eq!(found.skipped, []);
    assert_eq!(found.table_ids.len(), 4);
}

pub(crate) fn only_the_requested_tables_are_read(subject: &Subject) {
    let db = subject.memory();
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
    let wanted = BTreeSet::from(["b".into(), "absent".into()]);
    let found = inspect(&*s, InspectScope::Only(&wanted)).unwrap();
    assert_eq!(
        found.schema.tables.keys().collect::<Vec<_>>(),
        [&NameKey::new("b")]
    );
    assert_eq!(found.internal_tables.len(), 1);
    assert_eq!(found.schema.sequences.len(), 1);
}

pub(crate) fn an_empty_database_is_empty(subject: &Subject) {
    let db = subject.memory();
    let s = db.session().unwrap();
    let empty = CatalogSnapshot {
        version: Some(subject.capabilities().version.to_owned()),
        ..CatalogSnapshot::default()
    };
    assert_eq!(inspect_all(&*s), empty);
    assert_eq!(
        multiplicities(&*s, &inspect_all(&*s))
            .unwrap()
            .unavailable_because,
        None
    );
}

pub(crate) fn a_transaction_sees_its_own_changes(subject: &Subject) {
    let (_dir, db) = subject.fresh();
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
    let inside = inspect_all(&tx);
    assert!(inside.schema.table("A").unwrap().property("y").is_some());
    assert_eq!(inside.schema.tables.len(), 2);
    let other = db.session().unwrap();
    assert_eq!(inspect_all(&*other).schema.tables.len(), 1);
    run(&tx, &["CREATE (:A {id: 1, y: 2})"]);
    tx.commit().unwrap();
    assert_eq!(inspect_all(&*other).schema, inside.schema);
}

pub(crate) fn a_stray_serial_sequence_is_noted(subject: &Subject) {
    if subject.capabilities().rename_serial {
        return;
    }
    let (_dir, db) = subject.fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id SERIAL PRIMARY KEY)",
            "ALTER TABLE A RENAME TO B",
        ],
    );
    let found = inspect_all(&*s);
    assert_eq!(found.schema.sequences.len(), 0);
    assert_eq!(found.skipped.len(), 1);
    assert_eq!(found.skipped[0].object, "A_id_serial");
}

pub(crate) fn many_tables_are_read_at_once(subject: &Subject) {
    let db = subject.memory();
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
    let found = inspect_all(&*s);
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
