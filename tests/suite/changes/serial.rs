//! Properties that become SERIAL, and that cease to be.

use kuzu_ddl::history::Point;
use kuzu_ddl::{HazardKind, KuzuEdge, KuzuNode, Phase, schema};

use crate::fixture::{Declaration, TestDatabase};

/// All integers are SERIAL or none is: keys, properties, rels. An additional property distinguishes
/// two versions of the same kind.
macro_rules! version {
    ($name:ident, $int:ty, $($insert_row:ident)?) => {
        mod $name {
            use super::*;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            pub(super) struct Person {
                #[kuzu(primary_key)]
                id: $int,
                number: $int,
                name: String,
                $($insert_row: Option<bool>,)?
            }

            #[derive(KuzuEdge)]
            #[kuzu(unregistered, from = Person, to = Person)]
            pub(super) struct Knows {
                since: $int,
            }

            pub(super) fn declaration() -> Declaration {
                schema![Person, Knows]
            }
        }
    };
}
version!(plain, i64,);
version!(serial, kuzu_ddl::types::Serial,);
version!(plain_again, i64, first);
version!(serial_again, kuzu_ddl::types::Serial, second);

fn plain() -> TestDatabase {
    let db = TestDatabase::migrated(plain::declaration());
    db.execute(&[
        "CREATE (:Person {id: 7, number: 100, name: 'a'}), (:Person {id: 3, number: -5, name: 'b'})",
        "MATCH (p:Person), (q:Person) WHERE p.id > q.id CREATE (p)-[:Knows {since: 1999}]->(q)",
        "MATCH (p:Person), (q:Person) WHERE p.id < q.id CREATE (p)-[:Knows {since: 2001}]->(q)",
    ]);
    db
}

/// All former rows exist, with all their values.
#[track_caller]
fn assert_rows_kept(db: &TestDatabase) {
    let rows = db.rows(
        "MATCH (p:Person)-[k:Knows]->(q:Person) WHERE p.name IN ['a', 'b'] \
         RETURN p.id, p.number, p.name, k.since, q.id ORDER BY p.id",
    );
    assert_eq!(rows, "3|-5|b|2001|7; 7|100|a|1999|3");
}

/// Inserts a row, and returns its numbers.
fn insert_row(db: &TestDatabase, name: &str) -> String {
    let new = format!("MATCH (p:Person {{name: '{name}'}})");
    db.execute(&[
        &format!("CREATE (:Person {{name: '{name}'}})"),
        &format!("{new} CREATE (p)-[:Knows]->(p)"),
    ]);
    db.rows(&format!(
        "{new}-[k:Knows]->(p) RETURN p.id, p.number, k.since"
    ))
}

#[test]
fn property_becomes_serial_plain_and_serial_again() {
    let mut db = plain();
    db.migrate_cleanly(serial::declaration());
    assert_rows_kept(&db);
    assert_eq!(insert_row(&db, "c"), "8|101|2002");
    db.assert_up_to_date(serial::declaration());
    db.reopen();
    assert_eq!(insert_row(&db, "d"), "9|102|2003");
    db.migrate_cleanly(plain_again::declaration());
    assert_rows_kept(&db);
    let e = db.session().query("CREATE (:Person {name: 'e'})");
    assert!(e.is_err());
    db.execute(&["CREATE (:Person {id: 50, name: 'e'})"]);
    let number = "MATCH (p:Person {id: 50}) RETURN p.number";
    assert_eq!(db.rows(number), "NULL");
    db.migrate_cleanly(serial_again::declaration());
    assert_rows_kept(&db);
    assert_eq!(db.rows(number), "NULL");
    assert_eq!(insert_row(&db, "f"), "51|103|2004");
    db.assert_up_to_date(serial_again::declaration());
    // One sequence per SERIAL property, and one that DROP TABLE requires; none of the former ones.
    assert_eq!(db.rows("CALL show_sequences() RETURN count(*)"), "6");
}

/// Killed directly after the commit: the replay of the log must find everything it needs.
#[test]
fn serial_numbering_survives_a_kill() {
    let db = plain();
    db.migrate_cleanly(serial::declaration());
    let db = db.after_kill();
    assert_rows_kept(&db);
    db.assert_up_to_date(serial::declaration());
    assert_eq!(insert_row(&db, "c"), "8|101|2002");
    db.migrate_cleanly(plain_again::declaration());
    let db = db.after_kill();
    assert_rows_kept(&db);
    db.assert_up_to_date(plain_again::declaration());
    db.migrate_cleanly(serial_again::declaration());
    let db = db.after_kill();
    assert_rows_kept(&db);
    assert_eq!(insert_row(&db, "d"), "9|102|2003");
    // Manual statements, which do not know about the sequences.
    db.execute(&["DROP TABLE Knows", "DROP TABLE Person"]);
    let db = db.after_kill();
    assert_eq!(db.rows("CALL show_tables() RETURN count(*)"), "1");
}

/// A property created as SERIAL continues its numbering: numbers of deleted rows are not reused.
#[test]
fn numbers_of_deleted_rows_are_not_reused() {
    let db = TestDatabase::migrated(serial::declaration());
    db.execute(&["UNWIND range(1, 5) AS i CREATE (:Person {name: CAST(i AS STRING)})"]);
    db.execute(&["MATCH (p:Person) WHERE p.id > 1 DELETE p"]);
    // Rebuilt for another reason.
    db.migrate_cleanly(rekeyed::declaration());
    let db = db.after_kill();
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN p.id, p.number ORDER BY p.id"),
        "0|0; 1|1"
    );
    assert_eq!(insert_row(&db, "new"), "5|5|0");
    db.assert_up_to_date(rekeyed::declaration());
}

mod rekeyed {
    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        id: kuzu_ddl::types::Serial,
        number: kuzu_ddl::types::Serial,
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows {
        since: kuzu_ddl::types::Serial,
    }

    pub(super) fn declaration() -> Declaration {
        schema![Person, Knows]
    }
}

mod added {
    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        number: i64,
        name: String,
        row: kuzu_ddl::types::Serial,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows {
        since: i64,
        row: kuzu_ddl::types::Serial,
    }

    pub(super) fn declaration() -> Declaration {
        schema![Person, Knows]
    }
}

#[test]
fn new_serial_property_numbers_existing_rows() {
    let db = plain();
    db.migrate_cleanly(added::declaration());
    assert_rows_kept(&db);
    db.execute(&[
        "CREATE (:Person {id: 1, name: 'c'})",
        "MATCH (p:Person {id: 1}) CREATE (p)-[:Knows]->(p)",
    ]);
    let db = db.after_kill();
    for rows in ["(x:Person)", "()-[x:Knows]->()"] {
        let query = format!("MATCH {rows} RETURN x.row ORDER BY x.row");
        assert_eq!(db.rows(&query), "0; 1; 2", "{rows}");
    }
    db.assert_up_to_date(added::declaration());
}

mod renamed {
    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered, renamed_from = "Person")]
    pub(super) struct Human {
        #[kuzu(primary_key, renamed_from = "id")]
        key: kuzu_ddl::types::Serial,
        number: kuzu_ddl::types::Serial,
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Human, to = Human)]
    pub(super) struct Knows {
        #[kuzu(renamed_from = "since")]
        from_when: kuzu_ddl::types::Serial,
    }

    pub(super) fn declaration() -> Declaration {
        schema![Human, Knows]
    }
}

mod renamed_plain {
    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        key: i64,
        number: i64,
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Human, to = Human)]
    pub(super) struct Knows {
        from_when: i64,
    }

    pub(super) fn declaration() -> Declaration {
        schema![Human, Knows]
    }
}

/// A rename leaves the sequence behind that DROP TABLE looks for: it is created before.
#[test]
fn renamed_serial_properties_can_become_plain() {
    for created_as_serial in [true, false] {
        let db = if created_as_serial {
            let db = TestDatabase::migrated(serial::declaration());
            db.execute(&["UNWIND range(1, 2) AS i CREATE (:Person {name: CAST(i AS STRING)})"]);
            db
        } else {
            let db = plain();
            db.migrate_cleanly(serial::declaration());
            db
        };
        let before = db.rows("MATCH (p:Person) RETURN p.id, p.number, p.name ORDER BY p.id");
        db.migrate_cleanly(renamed::declaration());
        db.migrate_cleanly(renamed_plain::declaration());
        let db = db.after_kill();
        db.assert_up_to_date(renamed_plain::declaration());
        assert_eq!(
            db.rows("MATCH (p:Human) RETURN p.key, p.number, p.name ORDER BY p.key"),
            before
        );
        db.execute(&["DROP TABLE Knows", "DROP TABLE Human"]);
    }
}

mod unrelated {
    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Other {
        #[kuzu(primary_key)]
        id: i64,
    }
}

/// Archived tables are renamed, too.
#[test]
fn purged_serial_tables_leave_their_sequences() {
    let db = plain();
    db.migrate_cleanly(serial::declaration());
    db.migrate_cleanly(schema![unrelated::Other; dropped "Knows", "Person"]);
    let migrator = db.migrator(schema![unrelated::Other; dropped "Knows", "Person"]);
    ["Knows", "Person"]
        .into_iter()
        .fold(migrator, |migrator, object| {
            migrator
                .purge(object)
                .allow(HazardKind::DeletesData, object)
                .allow(HazardKind::Irreversible, object)
        })
        .migrate()
        .unwrap();
    let db = db.after_kill();
    // The sequences named after the tables before they were archived remain, unmanaged.
    assert_eq!(
        db.rows("CALL show_sequences() RETURN name ORDER BY name"),
        "Knows_since_serial; Person_id_serial; Person_number_serial"
    );
    let recreate_tables = || {
        let migrator = db.migrator(serial_again::declaration());
        migrator.recreate("Person").recreate("Knows")
    };
    let e = db.assert_fails(recreate_tables());
    assert!(
        e.to_string().contains(
            "Person.id: the sequence `Person_id_serial` for its numbering exists already"
        ),
        "{e}"
    );
    for name in ["Knows_since", "Person_id", "Person_number"] {
        db.execute(&[&format!("DROP SEQUENCE {name}_serial")]);
    }
    db.execute(&["CHECKPOINT"]);
    recreate_tables().migrate().unwrap();
    let db = db.after_kill();
    assert_eq!(insert_row(&db, "c"), "0|0|0");
}

/// All statements have run when the application panics.
#[test]
fn rolled_back_change_leaves_no_sequence() {
    let db = plain();
    let before = db.snapshot();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let migrator = db.migrator(serial::declaration()).on_progress(|progress| {
            assert_ne!(progress.phase, Phase::Commit, "on purpose");
        });
        migrator.migrate()
    }));
    assert!(panicked.is_err());
    assert_eq!(db.snapshot(), before);
    assert_rows_kept(&db);
    assert_eq!(db.rows("CALL show_sequences() RETURN name"), "");
    db.migrate_cleanly(serial::declaration());
    let db = db.after_kill();
    assert_rows_kept(&db);
    assert_eq!(insert_row(&db, "c"), "8|101|2002");
}

/// There is no INT64 above the largest one.
#[test]
fn exhausted_serial_numbers_are_reported() {
    let db = plain();
    db.execute(&["MATCH (p:Person {id: 3}) SET p.number = 9223372036854775807"]);
    let before = db.snapshot();
    let e = db.assert_refused(serial::declaration());
    assert_eq!(
        e.to_string(),
        "preflight checks failed:\n  Person.number: 1 of 2 rows has the largest INT64, so \
         SERIAL numbering cannot continue, for example id 3 (9223372036854775807)\n    help: change \
         these rows first"
    );
    assert_eq!(db.snapshot(), before);
}

mod as_text {
    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS STRING)")]
        number: String,
        name: String,
    }

    pub(super) fn declaration() -> Declaration {
        schema![Person]
    }
}

/// Converted to text, and back by a rollback, which restores the former values.
#[test]
fn serial_property_returns_from_text_by_rollback() {
    let db = plain();
    db.migrate_cleanly(serial::declaration());
    db.migrate_cleanly(as_text::declaration());
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN p.number, p.name ORDER BY p.id"),
        "-5|b; 100|a"
    );
    db.assert_up_to_date(as_text::declaration());
    db.migrator(serial::declaration())
        .rollback(Point::Revision(2))
        .unwrap();
    let db = db.after_kill();
    assert_rows_kept(&db);
    db.assert_up_to_date(serial::declaration());
    assert_eq!(insert_row(&db, "c"), "8|101|2002");
    db.migrator(plain::declaration())
        .rollback(Point::Revision(1))
        .unwrap();
    let db = db.after_kill();
    assert_rows_kept(&db);
    db.assert_up_to_date(plain::declaration());
}
