//! Ledger rows that are damaged, missing, or written by another program.

use kuzu_ddl::peers::{DdlEvent, EventId, ObjectId};
use kuzu_ddl::{DriftPolicy, Error};
use kuzu_ddl_core::event::{Change, Dependencies, PropertySpec};
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_core::value::Value;
use kuzu_ddl_runtime::ledger;

use super::{declared, node, property};
use crate::fixture::{Declaration, TestDatabase};

fn old() -> Declaration {
    declared([node("A", vec![property("s", Type::String, None)])])
}

/// Pending changes decide how much of the ledger is read.
fn new() -> Declaration {
    declared([
        node("A", vec![property("s", Type::String, None)]),
        node("B", vec![]),
    ])
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.execute(&["CREATE (:A {id: 1, s: 'one'})"]);
    db
}

fn write(db: &TestDatabase, key: &str, body: Option<&[u8]>) {
    let session = db.session();
    let query = "MERGE (l:_kuzu_ddl_ledger {key: $k}) SET l.body = $b";
    match body {
        Some(body) => session.query_with(query, &[("k", key.into()), ("b", body.to_vec().into())]),
        None => session.query_with(
            "MERGE (l:_kuzu_ddl_ledger {key: $k}) SET l.body = NULL",
            &[("k", key.into())],
        ),
    }
    .unwrap();
}

fn read(db: &TestDatabase) -> Vec<(String, Vec<u8>)> {
    let rows = db
        .session()
        .query("MATCH (l:_kuzu_ddl_ledger) RETURN l.key, l.body ORDER BY l.key");
    let pair = |row: Vec<Value>| match <[Value; 2]>::try_from(row).unwrap() {
        [Value::Text(key), Value::Bytes(body)] => (key, body),
        other => panic!("{other:?}"),
    };
    rows.unwrap().into_iter().map(pair).collect()
}

/// The damage is reported, nothing is changed, and the rows are intact.
fn check(db: &mut TestDatabase, damage: &str) {
    let e = db.assert_refused(new());
    assert!(matches!(e, Error::CorruptLedger(_)), "{damage}: {e}");
    assert!(e.to_string().len() < 5_000, "{damage}: {e}");
    assert!(
        matches!(db.migrator(new()).plan(), Err(Error::CorruptLedger(_))),
        "{damage}"
    );
    assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1|one", "{damage}");
}

#[test]
fn damaged_ledger_rows_are_reported() {
    let mut db = populated();
    let rows = read(&db);
    assert_eq!(rows.len(), 7);
    for (key, body) in &rows {
        let mut damaged: Vec<(String, Option<Vec<u8>>)> = vec![("NULL".into(), None)];
        let is_event = key.starts_with("event/");
        if !body.is_empty() {
            damaged.push(("empty".into(), Some(vec![])));
            damaged.push(("cut off".into(), Some(body[..body.len() / 2].to_vec())));
            damaged.push(("garbage".into(), Some(vec![0xff; 100])));
            damaged.push(("other JSON".into(), Some(b"[1, {\"format\": -1}]".to_vec())));
            damaged.push(("deep".into(), Some([b'['; 100_000].to_vec())));
        }
        if is_event {
            for at in (0..body.len()).step_by(5) {
                let mut flipped = body.clone();
                flipped[at] ^= 1 << (at % 8);
                damaged.push((format!("flipped at {at}"), Some(flipped)));
            }
            let other = rows
                .iter()
                .find(|(k, _)| k.starts_with("event/") && k != key);
            damaged.push(("another event".into(), other.map(|(_, body)| body.clone())));
        }
        for (what, damage) in damaged {
            write(&db, key, damage.as_deref());
            check(&mut db, &format!("{key} {what}"));
            write(&db, key, Some(body));
        }
    }
    db.migrate_cleanly(new());
}

#[test]
fn missing_ledger_rows_are_reported() {
    let mut db = populated();
    for (key, body) in read(&db) {
        // No other row refers to these.
        let kinds = ["declared", "ancestor", "revision", "catalog-ids"];
        if kinds.contains(&key.split('/').next().unwrap_or_default()) {
            continue;
        }
        db.execute(&[&format!(
            "MATCH (l:_kuzu_ddl_ledger {{key: '{key}'}}) DELETE l"
        )]);
        check(&mut db, &format!("without {key}"));
        write(&db, &key, Some(&body));
    }
    db.migrate_cleanly(new());
}

#[test]
fn ledger_rows_of_unknown_kind_are_reported() {
    let mut db = populated();
    for key in [
        "",
        "event",
        "event/",
        "event/xyz",
        "declared/12",
        "what/ever",
        "STATE",
        "🦀",
        &"k".repeat(100_000),
    ] {
        write(&db, key, Some(b"x"));
        check(&mut db, key);
        let delete = "MATCH (l:_kuzu_ddl_ledger {key: $k}) DELETE l";
        db.session()
            .query_with(delete, &[("k", key.into())])
            .unwrap();
    }
    db.migrate_cleanly(new());
}

#[test]
fn newer_ledger_format_is_refused() {
    let mut db = populated();
    let (key, body) = read(&db)
        .into_iter()
        .find(|(key, _)| key == "state")
        .unwrap();
    let text = String::from_utf8(body).unwrap();
    for format in ["2", "4294967295", "99999999999999"] {
        write(
            &db,
            &key,
            Some(
                text.replace("\"format\":1", &format!("\"format\":{format}"))
                    .as_bytes(),
            ),
        );
        check(&mut db, format);
        // A no-op start reads this row, too.
        assert!(matches!(db.assert_refused(old()), Error::CorruptLedger(_)));
    }
    let e = db.assert_refused(old());
    assert!(e.to_string().contains("state: "), "{e}");
    // Fields that a newer version adds are ignored.
    write(
        &db,
        &key,
        Some(text.replacen('{', "{\"newer\":[1],", 1).as_bytes()),
    );
    db.migrate_cleanly(old());
}

#[test]
fn false_state_row_never_loses_rows() {
    for (from, to) in [
        (
            "\"verified_declarations\":[\"",
            "\"verified_declarations\":[\"00",
        ),
        ("\"table_count\":1", "\"table_count\":77"),
    ] {
        let db = populated();
        let (key, body) = read(&db)
            .into_iter()
            .find(|(key, _)| key == "state")
            .unwrap();
        let text = String::from_utf8(body).unwrap();
        let lie = text.replace(from, to);
        assert_ne!(lie, text);
        write(&db, &key, Some(lie.as_bytes()));
        match db.migrate(new()) {
            Ok(_) => db.assert_up_to_date(new()),
            Err(e) => assert!(matches!(e, Error::CorruptLedger(_)), "{e}"),
        }
        assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1|one");
    }
}

fn table_a(db: &TestDatabase) -> ObjectId {
    let events = db.ledger().events;
    let mut created = events
        .values()
        .filter(|e| matches!(e.change(), Change::CreateNodeTable { .. }));
    created.next().unwrap().object()
}

fn put(db: &TestDatabase, event: &DdlEvent) {
    let rows = [(format!("event/{}", event.id()), event.encode())].into();
    ledger::insert_rows(&*db.session(), rows).unwrap();
}

#[test]
fn events_of_unknown_kind_are_held() {
    let mut db = populated();
    let known: Dependencies = db.ledger().events.into_keys().collect();
    let table = table_a(&db);
    let newer = DdlEvent::new(
        table,
        known,
        Change::Unknown {
            kind: 999,
            body: vec![1, 2, 3],
        },
    );
    let dependent = DdlEvent::new(table, [newer.id()].into(), Change::DropTable);
    let missing = DdlEvent::new(
        table,
        [EventId::hash_of(b"elsewhere")].into(),
        Change::DropTable,
    );
    for event in [&newer, &dependent, &missing] {
        put(&db, event);
    }
    let report = db.migrate(new()).unwrap();
    assert_eq!(
        (report.steps.len(), report.held_events.len()),
        (1, 3),
        "{report}"
    );
    db.assert_up_to_date(new());
    db.reopen();
    let contents = db.ledger();
    for event in [newer, dependent, missing] {
        assert_eq!(
            contents.events.get(&event.id()),
            Some(&event),
            "stored unchanged"
        );
    }
    assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1|one");
}

#[test]
fn foreign_events_in_the_ledger_never_change_tables() {
    let table = |name: &str| {
        let key = PropertySpec {
            ty: Type::Int64,
            nullable: false,
            default: None,
        };
        let nothing = Dependencies::default();
        let change = Change::CreateNodeTable {
            name: name.into(),
            key_name: "id".into(),
            key,
            predecessors: nothing.clone(),
        };
        let object = change.created_object().expect("a creation");
        DdlEvent::new(object, nothing, change)
    };
    let db = populated();
    put(&db, &table("Evil'; DROP TABLE A; --"));
    let e = db.assert_refused(new());
    assert!(matches!(e, Error::DriftDetected(_)), "{e}");

    // Events about unknown or unsuitable objects are rejected by every fold.
    let db = populated();
    let known: Dependencies = db.ledger().events.into_keys().collect();
    let a = table_a(&db);
    for (object, change) in [
        (ObjectId::hash_of(b"nothing"), Change::DropTable),
        (a, Change::DropPair),
        (a, Change::DropProperty),
        (a, Change::RenameProperty { to: "x".into() }),
    ] {
        put(&db, &DdlEvent::new(object, known.clone(), change));
    }
    db.migrate_cleanly(new());
    assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1|one");

    // This drop event claims that the table is archived, which it is not: the table is treated as
    // one that was created later, with its rows.
    let db = populated();
    put(&db, &DdlEvent::new(a, known, Change::DropTable));
    for policy in [
        DriftPolicy::Error,
        DriftPolicy::Warn,
        DriftPolicy::Adopt,
        DriftPolicy::Repair,
        DriftPolicy::Recreate,
    ] {
        db.migrator(new()).drift_policy(policy).migrate().unwrap();
        db.assert_up_to_date(new());
        assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1|one");
    }
}

/// Each row in turn is damaged or deleted, and repaired: unreadable rows are moved to `quarantine/`, the
/// tables are recorded as they are, and the next start works as before.
#[test]
fn damaged_ledger_rows_are_repaired() {
    let rows = read(&populated());
    for (key, body) in &rows {
        let halved = body[..body.len() / 2].to_vec();
        for damage in [None, Some(b"\x01garbage".to_vec()), Some(halved)] {
            let mut db = populated();
            match &damage {
                None => db.execute(&[&format!(
                    "MATCH (l:_kuzu_ddl_ledger {{key: '{key}'}}) DELETE l"
                )]),
                Some(bytes) => write(&db, key, Some(bytes)),
            }
            if db.ledger().corrupt.is_empty() {
                continue;
            }
            let what = format!("{key} {damage:?}");
            for policy in [DriftPolicy::Warn, DriftPolicy::Adopt, DriftPolicy::Recreate] {
                let e = db.assert_fails(db.migrator(new()).drift_policy(policy));
                assert!(matches!(e, Error::CorruptLedger(_)), "{what}: {e}");
                assert!(
                    e.to_string()
                        .contains("`.drift_policy(DriftPolicy::Repair)`"),
                    "{e}"
                );
            }
            let before = db.catalog_and_rows();
            let report = db
                .migrator(old())
                .drift_policy(DriftPolicy::Repair)
                .migrate();
            let report = report.unwrap_or_else(|e| panic!("{what}: {e}"));
            assert!(report.steps.is_empty(), "{what}: {report}");
            assert!(report.to_string().contains("of the ledger: "), "{report}");
            assert_eq!(db.catalog_and_rows(), before, "{what}");
            assert_eq!(
                (db.ledger().corrupt, db.drift()),
                (vec![], String::new()),
                "{what}"
            );
            if let Some(bytes) = damage.filter(|bytes| !bytes.is_empty()) {
                let quarantined = (format!("quarantine/{key}"), bytes);
                assert!(read(&db).contains(&quarantined), "{what}");
            }
            db.reopen();
            db.migrate_cleanly(old());
            db.migrate_cleanly(new());
            assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "1|one", "{what}");
        }
    }
}

/// A row written by a newer version is not damage.
#[test]
fn newer_ledger_format_is_not_repaired() {
    let db = populated();
    let (key, body) = read(&db)
        .into_iter()
        .find(|(key, _)| key == "state")
        .unwrap();
    let text = String::from_utf8(body)
        .unwrap()
        .replace("\"format\":1", "\"format\":2");
    write(&db, &key, Some(text.as_bytes()));
    let e = db.assert_fails(db.migrator(old()).drift_policy(DriftPolicy::Repair));
    assert!(matches!(e, Error::CorruptLedger(_)), "{e}");
    assert!(e.to_string().contains("a newer version of kuzu-ddl"), "{e}");
}
