//! Random pairs of versions: the migrated database equals one built from the second version.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

use kuzu_ddl::kuzu::Database;
use kuzu_ddl::{Error, Migrator, UndeclaredPolicy};
use proptest::prop_assume;

use super::harness::{
    PAIRS, SHARD, assert_same, config, folded, memory_dir, migrate, run_shard, runner, versions,
};
use super::model::{Model, edits, starts};
use super::rows;

/// The file as a killed process would leave it.
fn copy_as_killed(path: &Path) -> PathBuf {
    let wal = |path: &Path| path.with_extension("wal");
    let copy = path.with_file_name("killed");
    std::fs::copy(path, &copy).unwrap();
    std::fs::copy(wal(path), wal(&copy)).unwrap();
    copy
}

/// Migrates to `old`, inserts rows, migrates to `new`, and checks everything that must hold.
fn check_pair(old: &Model, new: &Model) {
    let memory_dir = memory_dir();
    let path = memory_dir.path().join("migrated");
    let db = Database::new(&path, config()).unwrap();
    migrate(&db, old, &Model::default()).unwrap();
    assert_eq!(folded(&db).schema(), old.schema());
    let mut rows = rows::Rows::insert(&db, old, new);
    let before = rows.clone();

    migrate(&db, new, old).unwrap();
    rows.follow(&db, old, new);
    assert_same(&db, new, &rows);

    // Nothing is left to do, and a start reports that without writing.
    let again = migrate(&db, new, old).unwrap();
    assert!(again.is_up_to_date(), "{again}");
    let plan = Migrator::new(&db)
        .declared_(Ok(new.declared(old)))
        .plan()
        .unwrap();
    assert!(plan.is_empty(), "{plan}");

    // The older binary starts if everything it declares still exists, and changes nothing either
    // way.
    let frontier = folded(&db).frontier();
    match migrate(&db, old, &Model::default()) {
        Ok(report) => assert!(report.is_up_to_date(), "{report}"),
        Err(Error::Incompatible(_)) => {}
        Err(other) => panic!("{other}"),
    }
    assert_eq!(folded(&db).frontier(), frontier);

    // The file is intact: after a kill, a checkpoint and further rows.
    let path = copy_as_killed(&path);
    drop(db);
    let db = Database::new(&path, config()).unwrap();
    assert_same(&db, new, &rows);
    rows::assert_archived(&db, old, new, &before);
    kuzu_ddl::kuzu::Connection::new(&db)
        .unwrap()
        .query("CHECKPOINT")
        .unwrap();
    rows.insert_more(&db, new);
    drop(db);
    let db = Database::new(&path, config()).unwrap();
    assert_same(&db, new, &rows);

    // A database built from the new schema returns the same rows.
    let straight = Database::in_memory(config()).unwrap();
    migrate(&straight, new, &Model::default()).unwrap();
    rows.insert_into(&straight, new);
    assert_eq!(folded(&straight).schema(), new.schema());
    assert_eq!(rows.all(&straight, new), rows.all(&db, new));
    rows::assert_found(&straight, new);
}

#[test]
fn migrated_database_equals_built_database() {
    let number = |name| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let campaign = number("KUZU_DDL_ORACLE_PAIRS");
    let pairs = u32::try_from(campaign.unwrap_or(PAIRS.into())).unwrap();
    let now = || UNIX_EPOCH.elapsed().map_or(0, |t| t.as_secs() << 20);
    let fresh = || number("KUZU_DDL_ORACLE_SEED").unwrap_or_else(now);
    let seed = campaign.map_or(0, |_| fresh());
    let next = AtomicU32::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(8) {
            scope.spawn(|| {
                loop {
                    let shard = next.fetch_add(1, Ordering::Relaxed);
                    let left = pairs.saturating_sub(shard * SHARD).min(SHARD);
                    if left == 0 {
                        break;
                    }
                    run_shard(left, seed + u64::from(shard), check_pair);
                }
            });
        }
    });
}

/// The policy that archives undeclared objects leads to the same schema as tombstones.
#[test]
fn archiving_undeclared_objects_equals_tombstones() {
    runner(10, 0)
        .run(&(starts(), edits()), |(start, change)| {
            let versions = versions(start, change);
            prop_assume!(versions.is_some());
            if let Some((old, new)) = versions {
                let db = Database::in_memory(config()).unwrap();
                migrate(&db, &old, &Model::default()).unwrap();
                let mut declared = new.declared(&old);
                declared.dropped_tables.clear();
                declared.tables.values_mut().for_each(|hints| {
                    hints.dropped.clear();
                    hints.dropped_pairs.clear();
                });
                // A sequence cannot be archived: the policy keeps it, and its tombstone requires
                // permission.
                let sequences: Vec<String> = declared.dropped_sequences.values().cloned().collect();
                let mut migrator = Migrator::new(&db)
                    .declared_(Ok(declared))
                    .undeclared(UndeclaredPolicy::Archive);
                for name in sequences {
                    migrator = migrator.allow(
                        kuzu_ddl::HazardKind::Irreversible,
                        format!("sequence {name}"),
                    );
                }
                migrator.migrate().unwrap();
                assert_eq!(folded(&db).schema(), new.schema());
            }
            Ok(())
        })
        .unwrap();
}
