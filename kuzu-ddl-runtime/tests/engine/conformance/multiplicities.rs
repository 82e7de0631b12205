//! Multiplicities, which only an export reports.

use kuzu_ddl_core::schema::Multiplicity;
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_runtime::engine::Transaction;
use kuzu_ddl_runtime::inspect::multiplicities;

use super::*;

pub(crate) fn multiplicities_are_reported(subject: &Subject) {
    let (dir, db) = subject.fresh();
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
        let reported = multiplicities(s, &inspect_all(s)).unwrap();
        assert_eq!(reported.unavailable_because, None);
        assert_eq!(reported.by_table.len(), 4);
        for m in Multiplicity::ALL {
            assert_eq!(reported.by_table[&NameKey::new(&format!("R;'{m}"))], m);
        }
    };
    check(&*s);
    let tx = Transaction::begin(&*s).unwrap();
    check(&tx);
    tx.commit().unwrap();
    drop(s);
    drop(db);
    let db = subject.open_read_only(&dir.path().join("db"));
    check(&*db.session().unwrap());
}

pub(crate) fn multiplicities_are_unknown_without_an_export(subject: &Subject) {
    let (_dir, db) = subject.fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(`my id` INT64 PRIMARY KEY)",
            "CREATE REL TABLE R(FROM A TO A, MANY_ONE)",
        ],
    );
    let reported = multiplicities(&*s, &inspect_all(&*s)).unwrap();
    assert!(
        reported.by_table.is_empty() && reported.unavailable_because.is_some(),
        "{reported:?}"
    );
    // An export of a rel table without pairs would crash (see `engine_bugs::rel_tables`).
    run(&*s, &["ALTER TABLE R DROP FROM A TO A"]);
    let reported = multiplicities(&*s, &inspect_all(&*s)).unwrap();
    assert!(
        reported
            .unavailable_because
            .unwrap()
            .contains("connects no tables")
    );
}
