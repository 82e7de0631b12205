//! A backup before an irreversible change, and its restoration.

use std::path::PathBuf;

use kuzu_ddl::archive::{Backup, restore_backup};
use kuzu_ddl::{Error, HazardKind, Migrator, Phase, schema};
use kuzu_ddl_runtime::backup::BackupError;
use kuzu_ddl_runtime::engine;
use kuzu_ddl_runtime::engine::Engine;

use crate::fixture::{self, Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("s"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn new() -> Declaration {
    schema![v2::A]
}

/// Rows in the file and rows in the log only; `A.s` is archived.
fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&[
        "UNWIND range(1, 500) AS i CREATE (:A {id: i, s: 'text ' + CAST(i AS STRING)})",
        "CHECKPOINT",
    ]);
    db.migrate_cleanly(new());
    db.execute(&["CREATE (:A {id: 1000})"]);
    db
}

fn purge<'a>(db: &'a TestDatabase) -> Migrator<'a> {
    db.migrator(new())
        .purge("A.s")
        .allow(HazardKind::DeletesData, "A.s")
        .allow(HazardKind::Irreversible, "A.s")
}

const ALL: &str = "MATCH (a:A) RETURN count(*), max(a.id)";

#[test]
fn backup_restores_the_state_before_the_purge() {
    let mut db = populated();
    let report = purge(&db).backup(Backup::new(db.path())).migrate().unwrap();
    let backup = report.backup.clone().unwrap();
    assert!(report.to_string().contains("backup: "), "{report}");
    assert_eq!(
        backup,
        PathBuf::from(format!("{}.backup-2", db.path().display()))
    );
    assert!(!backup.with_extension("backup-2.wal").exists());
    db.execute(&["CREATE (:A {id: 2000})"]);

    let e = restore_backup(&backup, db.path()).unwrap_err();
    assert!(e.to_string().contains("the file is open"), "{e}");
    assert_eq!(db.rows(ALL), "502|2000");
    db.close();
    let replaced = restore_backup(&backup, db.path()).unwrap().unwrap();
    db.reopen();
    assert_eq!(db.rows(ALL), "501|1000");
    db.assert_up_to_date(new());
    db.migrator(schema![v1::A])
        .restore("A.s")
        .migrate()
        .unwrap();
    assert_eq!(
        db.rows("MATCH (a:A) RETURN count(a.s), min(a.s)"),
        "500|text 1"
    );
    // The replaced database is kept, and opens.
    let other = TestDatabase::open_at(&replaced);
    assert_eq!(other.rows(ALL), "502|2000");
    other.assert_up_to_date(new());
}

/// The log of the replaced file must not be replayed onto the restored one.
#[test]
fn backup_restores_over_an_unclosed_database() {
    if let Some(path) = fixture::child::path() {
        let db = TestDatabase::open_at(&path);
        db.execute(&["CREATE (:A {id: 2000})"]);
        fixture::child::exit();
    }
    let mut db = populated();
    let target = db.path().with_file_name("elsewhere");
    let to = Backup::new(db.path()).target(&target);
    purge(&db).backup(to).migrate().unwrap();
    db.close();
    fixture::child::run_to_exit(
        fixture::child::test_path!(backup_restores_over_an_unclosed_database),
        &db.path(),
    );
    assert!(db.path().with_file_name("db.wal").exists());
    let replaced = restore_backup(&target, db.path()).unwrap().unwrap();
    db.reopen();
    assert_eq!(db.rows(ALL), "501|1000");
    assert_eq!(TestDatabase::open_at(&replaced).rows(ALL), "502|2000");
}

#[test]
fn backup_is_taken_only_before_data_loss() {
    let db = populated();
    let with_new_table = || schema![v2::A, v2::B];
    let report = db
        .migrator(with_new_table())
        .backup(Backup::new(db.path()))
        .migrate()
        .unwrap();
    assert!(
        report.steps.len() == 1 && report.backup.is_none(),
        "{report}"
    );
    let blocked = db
        .migrator(with_new_table())
        .purge("A.s")
        .backup(Backup::new(db.path()));
    assert!(matches!(
        db.assert_fails(blocked),
        Error::HazardsNotAllowed { .. }
    ));
    let files = std::fs::read_dir(db.path().parent().unwrap()).unwrap();
    let copies = files
        .flatten()
        .filter(|f| f.file_name().to_string_lossy().contains("backup"));
    assert_eq!(copies.count(), 0);
}

/// A reader prevents checkpoints, and the backup does not wait for it.
#[test]
fn backup_is_taken_next_to_a_reader() {
    let db = populated();
    let reader = db.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (a:A) RETURN count(*)").unwrap();
    let mut phases = Vec::new();
    let report = purge(&db)
        .backup(Backup::new(db.path()))
        .on_progress(|progress| phases.push(progress.phase))
        .migrate()
        .unwrap();
    assert!(phases.contains(&Phase::Backup));
    let copy = TestDatabase::open_at(&report.backup.unwrap());
    assert_eq!(copy.rows(ALL), "501|1000");
    assert_eq!(copy.drift(), "");
}

#[test]
fn unsupported_backup_source_or_target_is_refused() {
    let db = kuzu_ddl::kuzu::Database::in_memory(fixture::config()).unwrap();
    let migrator = |declaration: Result<kuzu_ddl::Declared, _>| {
        Migrator::new(&db)
            .declared(declaration.unwrap())
            .backup(Backup::new("nowhere"))
    };
    migrator(schema![v1::A]).migrate().unwrap();
    db.session()
        .unwrap()
        .query("CREATE (:A {id: 1, s: 'x'})")
        .unwrap();
    migrator(new()).migrate().unwrap();
    let e = migrator(new())
        .purge("A.s")
        .allow(HazardKind::DeletesData, "A.s")
        .allow(HazardKind::Irreversible, "A.s")
        .migrate()
        .unwrap_err();
    assert!(
        e.to_string().contains("lives in memory and has no file"),
        "{e}"
    );

    let db = populated();
    // The file of another database.
    let other = TestDatabase::migrated(schema![v1::A]);
    let e = db.assert_fails(purge(&db).backup(Backup::new(other.path())));
    assert!(
        e.to_string().contains("the copy differs from the database"),
        "{e}"
    );
    let e = db.assert_fails(purge(&db).backup(Backup::new(db.path().with_file_name("none"))));
    assert!(matches!(e, Error::Backup(_)), "{e}");
    let e = db.assert_fails(purge(&db).backup(Backup::new(db.path()).target(db.path())));
    assert!(e.to_string().contains("the file exists"), "{e}");
}

#[test]
fn file_that_is_no_backup_is_not_restored() {
    let mut db = populated();
    db.close();
    let before = fixture::file_bytes(&db.path());
    let bad = db.path().with_file_name("bad");
    std::fs::write(&bad, "not a database").unwrap();
    for backup in [bad, db.path().with_file_name("none")] {
        let e = restore_backup(&backup, db.path()).unwrap_err();
        assert!(
            matches!(e, BackupError::Unopenable { .. } | BackupError::Io { .. }),
            "{e}"
        );
        assert_eq!(fixture::file_bytes(&db.path()), before);
    }
    // No temporary file is left.
    let names = std::fs::read_dir(db.path().parent().unwrap()).unwrap();
    assert_eq!(names.count(), 2);
}

/// Another process still cannot open the file after a backup.
#[test]
fn backup_keeps_the_file_lock() {
    if let Some(path) = fixture::child::path() {
        let e = engine::open(&path, fixture::config()).err().unwrap();
        assert_eq!(e.kind, engine::EngineErrorKind::Locked);
        fixture::child::exit();
    }
    let db = populated();
    purge(&db).backup(Backup::new(db.path())).migrate().unwrap();
    fixture::child::run_to_exit(
        fixture::child::test_path!(backup_keeps_the_file_lock),
        &db.path(),
    );
    // Restoring a backup detects that the file is open here.
    let e = restore_backup(db.path().with_file_name("db.backup-2"), db.path()).unwrap_err();
    assert!(e.to_string().contains("the file is open"), "{e}");
}
