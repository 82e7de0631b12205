//! Reverting in source: a new version whose struct has a former shape, with a cast.

use kuzu_ddl::{Error, schema};
use kuzu_ddl_runtime::queries::list_archived;

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        n: f64,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        n: i64,
    }
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS DOUBLE)")]
        n: f64,
    }
}

fn old() -> Declaration {
    schema![v1::A]
}

const ALL: &str = "MATCH (a:A) RETURN a.id, a.n ORDER BY a.id";

#[test]
fn declared_cast_restores_the_archived_values() {
    let mut db = TestDatabase::migrated(old());
    db.execute(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    db.migrate_cleanly(schema![v2::A]);
    db.execute(&["MATCH (a:A {id: 2}) SET a.n = 40"]);
    // Without the cast it is an older binary.
    let e = db.assert_refused(old());
    assert!(
        e.to_string().contains("but is INT64 in the database"),
        "{e}"
    );
    db.migrate_cleanly(schema![v3::A]);
    for _ in 0..2 {
        assert_eq!(db.rows(ALL), "1|1.25; 2|40");
        db.assert_up_to_date(schema![v3::A]);
        db.reopen();
    }
    // The version in between is the older one now, and undoes nothing.
    assert!(matches!(
        db.assert_refused(schema![v2::A]),
        Error::Incompatible(_)
    ));
    db.assert_up_to_date(old());
}

/// The former binary returns, and requests its former column.
#[test]
fn former_column_is_restored_on_request() {
    let mut db = TestDatabase::migrated(old());
    db.execute(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    db.migrate_cleanly(schema![v2::A]);
    db.execute(&[
        "MATCH (a:A {id: 2}) SET a.n = 40",
        "CREATE (:A {id: 3, n: 7})",
    ]);
    let e = db.assert_refused(old());
    assert!(e.to_string().contains("`.restore(\"A.n\")`"), "{e}");
    db.migrator(old()).restore("A.n").migrate().unwrap();
    for _ in 0..2 {
        assert_eq!(db.rows(ALL), "1|1.25; 2|40; 3|7");
        db.assert_up_to_date(old());
        db.reopen();
    }
    // The other direction, where nothing was written since.
    assert!(matches!(
        db.assert_refused(schema![v2::A]),
        Error::Incompatible(_)
    ));
    db.migrator(schema![v2::A])
        .restore("A.n")
        .migrate()
        .unwrap();
    assert_eq!(db.rows(ALL), "1|1; 2|40; 3|7");
    db.assert_up_to_date(schema![v2::A]);
    // It is already restored.
    let again = db.migrator(schema![v2::A]).restore("A.n").migrate();
    assert!(again.unwrap().is_up_to_date());
}

/// An application that does not declare the table names the column.
#[test]
fn former_column_is_restored_by_its_archive_name() {
    let db = TestDatabase::migrated(old());
    db.execute(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    db.migrate_cleanly(schema![v2::A]);
    let archived = list_archived(db.kuzu()).unwrap();
    let [column] = &archived[..] else {
        panic!("{archived:?}");
    };
    assert_eq!(column.object, "A.n");
    // The struct contradicts the request: nothing is changed.
    db.assert_fails(db.migrator(schema![v2::A]).restore(&column.name));
    let report = db
        .migrator(schema![])
        .restore(&column.name)
        .migrate()
        .unwrap();
    assert!(
        report.to_string().contains("change property A.n to DOUBLE"),
        "{report}"
    );
    assert_eq!(db.rows(ALL), "1|1.25; 2|2.5");
    db.assert_up_to_date(old());
}

mod computed {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = super::tenths)]
        n: i64,
    }
}

fn tenths(old: f64) -> i64 {
    (old * 10.0).round() as i64
}

/// Values computed by a function have no reverse cast: archived values are restored where they
/// exist.
#[test]
fn former_column_is_restored_after_a_function() {
    let db = TestDatabase::migrated(old());
    db.execute(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    db.migrate_cleanly(schema![computed::A]);
    assert_eq!(db.rows(ALL), "1|13; 2|25");
    db.execute(&[
        "MATCH (a:A {id: 2}) SET a.n = 40",
        "CREATE (:A {id: 3, n: 70})",
    ]);
    db.migrator(old()).restore("A.n").migrate().unwrap();
    assert_eq!(db.rows(ALL), "1|1.25; 2|2.5; 3|70");
    db.assert_up_to_date(old());
}
