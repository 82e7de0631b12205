//! A copy before something that cannot be taken back, and the way back to it.

use std::path::PathBuf;

use crate::fixture::{self, Bed, Said};
use kuzu_ddl::engine::Engine;
use kuzu_ddl::{Backup, Error, HazardKind, Migrator, Phase, engine, restore_backup, schema};

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

fn new() -> Said {
    schema![v2::A]
}

/// Rows in the file and rows in the log only; `A.s` is archived.
fn filled() -> Bed {
    let bed = Bed::with(schema![v1::A]);
    bed.run(&[
        "UNWIND range(1, 500) AS i CREATE (:A {id: i, s: 'text ' + CAST(i AS STRING)})",
        "CHECKPOINT",
    ]);
    bed.up(new());
    bed.run(&["CREATE (:A {id: 1000})"]);
    bed
}

fn purge<'a>(bed: &'a Bed) -> Migrator<'a> {
    bed.migrator(new())
        .purge("A.s")
        .allow(HazardKind::DeletesData, "A.s")
        .allow(HazardKind::Irreversible, "A.s")
}

const ALL: &str = "MATCH (a:A) RETURN count(*), max(a.id)";

#[test]
fn there_and_back() {
    let mut bed = filled();
    let report = purge(&bed)
        .backup(Backup::of(bed.path()))
        .migrate()
        .unwrap();
    let backup = report.backup.clone().unwrap();
    assert!(report.to_string().contains("backup: "), "{report}");
    assert_eq!(
        backup,
        PathBuf::from(format!("{}.backup-2", bed.path().display()))
    );
    assert!(!backup.with_extension("backup-2.wal").exists());
    bed.run(&["CREATE (:A {id: 2000})"]);

    let e = restore_backup(&backup, bed.path()).unwrap_err();
    assert!(e.to_string().contains("it is open; close it first"), "{e}");
    assert_eq!(bed.rows(ALL), "502|2000");
    bed.close();
    let replaced = restore_backup(&backup, bed.path()).unwrap().unwrap();
    bed.reopen();
    assert_eq!(bed.rows(ALL), "501|1000");
    bed.settled(new());
    bed.migrator(schema![v1::A])
        .restore("A.s")
        .migrate()
        .unwrap();
    assert_eq!(
        bed.rows("MATCH (a:A) RETURN count(a.s), min(a.s)"),
        "500|text 1"
    );
    // What was there is kept, and opens.
    let other = Bed::at(&replaced);
    assert_eq!(other.rows(ALL), "502|2000");
    other.settled(new());
}

/// The log of the replaced file must not be replayed onto the restored one.
#[test]
fn a_database_that_was_not_closed() {
    if let Some(path) = fixture::child::path() {
        let bed = Bed::at(&path);
        bed.run(&["CREATE (:A {id: 2000})"]);
        fixture::child::exit();
    }
    let mut bed = filled();
    let target = bed.path().with_file_name("elsewhere");
    let to = Backup::of(bed.path()).to(&target);
    purge(&bed).backup(to).migrate().unwrap();
    bed.close();
    fixture::child::run_to_exit(
        "rollback::backup::a_database_that_was_not_closed",
        &bed.path(),
    );
    assert!(bed.path().with_file_name("db.wal").exists());
    let replaced = restore_backup(&target, bed.path()).unwrap().unwrap();
    bed.reopen();
    assert_eq!(bed.rows(ALL), "501|1000");
    assert_eq!(Bed::at(&replaced).rows(ALL), "502|2000");
}

#[test]
fn only_before_what_endangers_data() {
    let bed = filled();
    let more = || schema![v2::A, v2::B];
    let report = bed
        .migrator(more())
        .backup(Backup::of(bed.path()))
        .migrate()
        .unwrap();
    assert!(
        report.steps.len() == 1 && report.backup.is_none(),
        "{report}"
    );
    let blocked = bed
        .migrator(more())
        .purge("A.s")
        .backup(Backup::of(bed.path()));
    assert!(matches!(bed.fails(blocked), Error::Blocked { .. }));
    let files = std::fs::read_dir(bed.path().parent().unwrap()).unwrap();
    let copies = files
        .flatten()
        .filter(|f| f.file_name().to_string_lossy().contains("backup"));
    assert_eq!(copies.count(), 0);
}

/// A reader keeps checkpoints from being written, and nobody waits for it.
#[test]
fn beside_a_reader() {
    let bed = filled();
    let reader = bed.session();
    reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
    reader.query("MATCH (a:A) RETURN count(*)").unwrap();
    let mut phases = Vec::new();
    let report = purge(&bed)
        .backup(Backup::of(bed.path()))
        .on_progress(|progress| phases.push(progress.phase))
        .migrate()
        .unwrap();
    assert!(phases.contains(&Phase::Backup));
    let copy = Bed::at(&report.backup.unwrap());
    assert_eq!(copy.rows(ALL), "501|1000");
    assert_eq!(copy.drift(), "");
}

#[test]
fn what_cannot_be_backed_up_is_refused() {
    let db = kuzu_ddl::kuzu::Database::in_memory(fixture::config()).unwrap();
    let migrator = |said| {
        Migrator::new(&db)
            .schema(said)
            .backup(Backup::of("nowhere"))
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

    let bed = filled();
    // Another database's file.
    let other = Bed::with(schema![v1::A]);
    let e = bed.fails(purge(&bed).backup(Backup::of(other.path())));
    assert!(e.to_string().contains("is this its file?"), "{e}");
    let e = bed.fails(purge(&bed).backup(Backup::of(bed.path().with_file_name("none"))));
    assert!(matches!(e, Error::Backup(_)), "{e}");
    let e = bed.fails(purge(&bed).backup(Backup::of(bed.path()).to(bed.path())));
    assert!(e.to_string().contains("there is something already"), "{e}");
}

#[test]
fn what_is_no_backup_is_refused() {
    let mut bed = filled();
    bed.close();
    let before = fixture::bytes(&bed.path());
    let bad = bed.path().with_file_name("bad");
    std::fs::write(&bad, "not a database").unwrap();
    for backup in [bad, bed.path().with_file_name("none")] {
        let e = restore_backup(&backup, bed.path()).unwrap_err();
        assert!(matches!(e, Error::Backup(_)), "{e}");
        assert_eq!(fixture::bytes(&bed.path()), before);
    }
    // Nothing is left behind.
    let names = std::fs::read_dir(bed.path().parent().unwrap()).unwrap();
    assert_eq!(names.count(), 2);
}

/// Another process still cannot open the file after a backup was made of it.
#[test]
fn the_lock_is_kept() {
    if let Some(path) = fixture::child::path() {
        let e = engine::open(&path, fixture::config()).err().unwrap();
        assert_eq!(e.kind, engine::EngineErrorKind::Locked);
        fixture::child::exit();
    }
    let bed = filled();
    purge(&bed)
        .backup(Backup::of(bed.path()))
        .migrate()
        .unwrap();
    fixture::child::run_to_exit("rollback::backup::the_lock_is_kept", &bed.path());
    // And the restoring of one sees that the file is open here.
    let e = restore_backup(bed.path().with_file_name("db.backup-2"), bed.path()).unwrap_err();
    assert!(e.to_string().contains("it is open"), "{e}");
}
