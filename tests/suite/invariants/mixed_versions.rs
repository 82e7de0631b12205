//! Rule 2: startup is a three-way diff. Old and new binaries never undo each other.

use kuzu_ddl::{Error, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// The first text.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        /// First.
        name: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows;
}

/// Everything that v1 declares still exists.
mod wider {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// The second text.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        /// Second.
        name: Option<String>,
        #[kuzu(default = 5)]
        points: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Shop {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person, pair(from = Person, to = Shop))]
    pub(super) struct Knows {
        since: Option<i64>,
    }
}

/// `Person.name` is called `full_name`.
mod renamed {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name")]
        full_name: Option<String>,
    }
}

/// `Person` is called `Human`.
mod moved {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Person")]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        id: i64,
        name: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Human, to = Human)]
    pub(super) struct Knows;
}

/// `Person.name` is dropped.
mod dropped {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("name"))]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name")]
        full_name: Option<String>,
        age: Option<i64>,
    }
}

fn old() -> Declaration {
    schema![v1::Person, v1::Knows]
}

fn new() -> Declaration {
    schema![wider::Person, wider::Shop, wider::Knows]
}

const ROWS: &[&str] = &["CREATE (:Person {id: 1, name: 'Ada'}), (:Person {id: 2, name: 'Bo'})"];

/// What must not change.
fn ledger_marks(db: &TestDatabase) -> (String, String) {
    let state = db.ledger().state.unwrap();
    let marks = format!(
        "{} {:?} {} {}",
        state.schema, state.frontier, state.catalog_hash, state.revision
    );
    (db.ledger_counts(), marks)
}

#[test]
fn compatible_versions_restarting_in_turn_change_nothing() {
    let mut db = TestDatabase::migrated(old());
    db.execute(ROWS);
    db.migrate_cleanly(new());
    db.migrate(old()).unwrap();
    let before = ledger_marks(&db);
    for turn in 0..50 {
        for declaration in [old(), new()] {
            let report = db.migrate(declaration).unwrap();
            assert!(report.is_up_to_date(), "in turn {turn}: {report}");
        }
        assert_eq!(ledger_marks(&db), before, "in turn {turn}");
        if turn % 10 == 5 {
            db.reopen();
        }
    }
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN p.id, p.name, p.points ORDER BY p.id"),
        "1|Ada|5; 2|Bo|5"
    );
    assert_eq!(
        db.rows("CALL show_tables() WHERE name = 'Person' RETURN comment"),
        "The second text."
    );
}

#[test]
fn incompatible_old_version_restarting_in_turn_changes_nothing() {
    let db = TestDatabase::migrated(old());
    db.execute(ROWS);
    db.migrate_cleanly(schema![renamed::Person]);
    let before = ledger_marks(&db);
    for _ in 0..50 {
        let e = db.assert_refused(old());
        assert!(matches!(e, Error::Incompatible(_)), "{e}");
        let report = db.migrate(schema![renamed::Person]).unwrap();
        assert!(report.is_up_to_date(), "{report}");
    }
    assert_eq!(ledger_marks(&db), before);
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN p.full_name ORDER BY p.id"),
        "Ada; Bo"
    );
}

#[test]
fn unknown_older_binary_that_is_compatible_is_accepted() {
    let mut db = TestDatabase::migrated(new());
    let events = db.ledger().events.len();
    let report = db.migrate_cleanly(schema![v1::Knows, uncommented::Person]);
    assert!(report.is_up_to_date(), "{report}");
    assert_eq!(db.ledger().events.len(), events);
    let before = ledger_marks(&db);
    for _ in 0..5 {
        assert!(db.migrate(new()).unwrap().is_up_to_date());
        assert!(
            db.migrate(schema![v1::Knows, uncommented::Person])
                .unwrap()
                .is_up_to_date()
        );
    }
    db.reopen();
    assert_eq!(ledger_marks(&db), before);
}

/// v1 without comments.
mod uncommented {
    use kuzu_ddl::KuzuNode;

    /// The second text.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        /// Second.
        name: Option<String>,
    }
}

#[test]
fn unknown_older_binary_with_a_former_property_name_is_refused() {
    let db = TestDatabase::migrated(schema![renamed::Person]);
    db.execute(&["CREATE (:Person {id: 1, full_name: 'Ada'})"]);
    let e = db.assert_refused(schema![v1::Person]);
    assert!(matches!(e, Error::Incompatible(_)), "{e}");
    assert!(e.to_string().contains("was renamed to `full_name`"), "{e}");
    assert_eq!(db.rows("MATCH (p:Person) RETURN p.*"), "1|Ada");
}

#[test]
fn unknown_older_binary_with_a_former_table_name_is_refused() {
    let db = TestDatabase::migrated(schema![moved::Human, moved::Knows]);
    db.execute(&["CREATE (:Human {id: 1, name: 'Ada'})"]);
    let e = db.assert_refused(old());
    assert!(matches!(e, Error::Incompatible(_)), "{e}");
    assert!(e.to_string().contains("was renamed to `Human`"), "{e}");
}

#[test]
fn unknown_older_binary_with_a_dropped_property_is_refused() {
    let db = TestDatabase::migrated(schema![dropped::Person]);
    db.execute(&["CREATE (:Person {id: 1})"]);
    let e = db.assert_refused(schema![v1::Person]);
    assert!(matches!(e, Error::Incompatible(_)), "{e}");
    assert!(e.to_string().contains("but was dropped"), "{e}");
}

#[test]
fn unknown_older_binary_with_a_dropped_table_is_refused() {
    let db = TestDatabase::migrated(schema![v1::Person; dropped "Knows"]);
    let e = db.assert_refused(old());
    assert!(matches!(e, Error::Incompatible(_)), "{e}");
    assert!(
        e.to_string()
            .contains("Knows: is declared, but was dropped"),
        "{e}"
    );
}

#[test]
fn rename_hint_may_stay_permanently() {
    let db = TestDatabase::migrated(schema![v1::Person]);
    db.execute(ROWS);
    db.migrate_cleanly(schema![renamed::Person]);
    db.migrate_cleanly(schema![v3::Person]);
    // A database that starts with v3 has the same table.
    let other = TestDatabase::migrated(schema![v3::Person]);
    other.execute(&[
        "CREATE (:Person {id: 1, full_name: 'Ada'}), (:Person {id: 2, full_name: 'Bo'})",
    ]);
    let query = "MATCH (p:Person) RETURN p.id, p.full_name, p.age ORDER BY p.id";
    assert_eq!(db.rows(query), other.rows(query));
}

#[test]
fn rows_written_by_a_rolled_back_deployment_are_migrated() {
    let mut db = TestDatabase::migrated(old());
    db.execute(ROWS);
    db.migrate_cleanly(new());
    // Back to the first version, which writes rows with the properties it knows.
    assert!(db.migrate_cleanly(old()).is_up_to_date());
    db.execute(&["CREATE (:Person {id: 3, name: 'Cy'})"]);
    let report = db.migrate_cleanly(schema![v3::Person, v1::Knows]);
    assert!(
        report
            .to_string()
            .contains("rename property Person.name to full_name"),
        "{report}"
    );
    assert!(
        report
            .notes
            .iter()
            .any(|n| n.starts_with("Person.points is not declared")),
        "{report}"
    );
    db.reopen();
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN p.id, p.full_name, p.points, p.age ORDER BY p.id"),
        "1|Ada|5|NULL; 2|Bo|5|NULL; 3|Cy|5|NULL"
    );
    // Now neither of the two is compatible.
    assert!(matches!(db.assert_refused(old()), Error::Incompatible(_)));
    assert!(matches!(db.assert_refused(new()), Error::Incompatible(_)));
}

#[test]
fn two_paths_to_one_schema_record_the_same_events() {
    let stepwise = TestDatabase::migrated(schema![v1::Person]);
    stepwise.migrate_cleanly(schema![v1::Person, v1::Knows]);
    let direct = TestDatabase::migrated(old());
    let events = |db: &TestDatabase| db.ledger().events.into_keys().collect::<Vec<_>>();
    assert_eq!(events(&stepwise), events(&direct));
    let state = |db: &TestDatabase| db.ledger().state.unwrap().frontier;
    assert_eq!(state(&stepwise), state(&direct));
}

#[test]
fn partial_declarations_do_not_hide_an_older_binary() {
    let db = TestDatabase::migrated(schema![renamed::Person, wider::Shop; dropped "Retired"]);
    db.execute(&["CREATE (:Person {id: 1, full_name: 'Ada'})"]);
    // One version does not declare the table, the other does not declare the property.
    db.migrate_cleanly(schema![wider::Shop]);
    db.migrate_cleanly(schema![partial::Person]);
    let e = db.assert_refused(schema![v1::Person]);
    assert!(e.to_string().contains("was renamed to `full_name`"), "{e}");
    let e = db.assert_refused(schema![partial::Retired]);
    assert!(
        e.to_string()
            .contains("Retired: is declared, but was dropped"),
        "{e}"
    );
    assert_eq!(db.rows("MATCH (p:Person) RETURN p.*"), "1|Ada");
}

mod partial {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Retired {
        #[kuzu(primary_key)]
        id: i64,
    }
}
