//! Rollback of random pairs: it restores the former state, rows included, and reapplying the
//! changes restores the state before the rollback.

use kuzu_ddl::history::Point;
use kuzu_ddl::kuzu::Database;
use kuzu_ddl::{Error, Migrator, Report};
use proptest::prop_assume;

use super::harness::{
    assert_same, config, drift_of, folded, memory_dir, migrate, requires_permission, runner,
    versions,
};
use super::model::{Model, ModelTable, edits, starts};
use super::rows;

fn with_permissions<'a>(
    db: &'a Database,
    run: impl Fn(Migrator<'a>) -> Result<Report, Error>,
) -> Result<Report, Error> {
    match run(Migrator::new(db)) {
        Err(Error::HazardsNotAllowed { hazards, .. }) => {
            let migrator = hazards.into_iter().fold(Migrator::new(db), |m, hazard| {
                assert!(requires_permission(&hazard), "{hazard}");
                m.allow(hazard.kind, hazard.object)
            });
            run(migrator)
        }
        result => result,
    }
}

fn check_rollback(old: &Model, new: &Model) {
    let memory_dir = memory_dir();
    let path = memory_dir.path().join("migrated");
    let db = Database::new(&path, config()).unwrap();
    migrate(&db, old, &Model::default()).unwrap();
    let mut rows = rows::Rows::insert(&db, old, new);
    let before = rows.all(&db, old);
    migrate(&db, new, old).unwrap();
    rows.follow(&db, old, new);
    let events = folded(&db).len();

    // Filled values stay; nothing else may differ.
    let lossy = |name: &str| {
        let table = old.tables.iter().find(|t| t.name == name);
        table.is_some_and(|table| new.table(table.id).is_some_and(|now| loses(table, now)))
    };
    let to = Point::Revision(1);
    let report = match with_permissions(&db, |m| m.rollback(to.clone())) {
        Err(Error::Irreversible(lost)) => {
            assert!(
                lost.iter()
                    .all(|lost| lost.contains("added again without its rels")
                        || lost.ends_with("was dropped; restarts at its start value")),
                "{lost:?}"
            );
            with_permissions(&db, |m| m.allow_partial_rollback().rollback(to.clone())).unwrap()
        }
        // The reverse cast may fail, too, and then nothing is changed.
        Err(Error::PreflightFailed(failures)) => {
            assert!(
                old.tables.iter().any(|table| lossy(&table.name)),
                "{failures:?}"
            );
            assert_eq!(folded(&db).schema(), new.schema());
            return assert_same(&db, new, &rows);
        }
        result => result.unwrap(),
    };
    assert_eq!(
        folded(&db).len(),
        events + report.events.len(),
        "history only grows"
    );
    // A sequence that was added since stays.
    let mut then = folded(&db).schema();
    let sequences = old.schema().sequences;
    then.sequences.retain(|key, _| sequences.contains_key(key));
    assert_eq!(then, old.schema(), "{report}");
    rows::assert_found(&db, old);
    assert_eq!(drift_of(&db), []);
    let mut now = rows.all(&db, old);
    let mut expected = before;
    for tables in [&mut now, &mut expected] {
        tables.retain(|name, _| !lossy(name));
    }
    assert_eq!(now, expected, "{report}");

    // The old binary has nothing to do; the new one reports why it does not start.
    let again = migrate(&db, old, &Model::default()).unwrap();
    assert!(again.is_up_to_date(), "{again}");
    let declared = || new.declared(old);
    match Migrator::new(&db).declared(declared()).migrate() {
        Ok(report) => assert!(report.is_up_to_date(), "{report}"),
        Err(Error::RolledBack { .. }) => {}
        Err(other) => panic!("{other}"),
    }
    drop(db);
    let db = Database::new(&path, config()).unwrap();
    with_permissions(&db, |m| {
        m.declared(declared()).reapply_rolled_back().migrate()
    })
    .unwrap();
    let mut redone = folded(&db).schema();
    let sequences = new.schema().sequences;
    redone
        .sequences
        .retain(|key, _| sequences.contains_key(key));
    assert_eq!(redone, new.schema());
    assert_eq!(drift_of(&db), []);
    rows::assert_found(&db, new);
    if !old.tables.iter().any(|table| lossy(&table.name)) {
        assert_eq!(rows.all(&db, new), rows.expected(&db, new));
    }
    let again = Migrator::new(&db).declared(declared()).migrate().unwrap();
    assert!(again.is_up_to_date(), "{again}");
}

fn loses(table: &ModelTable, now: &ModelTable) -> bool {
    let mut known = now
        .properties
        .iter()
        .filter(|p| table.property(p.id).is_some());
    known.any(|p| p.fill.is_some())
}

#[test]
fn rollback_and_reapplication_restore_every_row() {
    let pairs = std::env::var("KUZU_DDL_BACK_PAIRS").ok();
    let pairs = pairs.and_then(|n| n.parse().ok()).unwrap_or(40);
    let outcome = runner(pairs, 7).run(&(starts(), edits()), |(start, change)| {
        let versions = versions(start, change);
        prop_assume!(versions.is_some());
        versions
            .iter()
            .for_each(|(old, new)| check_rollback(old, new));
        Ok(())
    });
    if let Err(e) = outcome {
        panic!("{e}");
    }
}
