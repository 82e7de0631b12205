//! Reports: what a start did for peers, what waits, and one line for an unchanged database.

use kuzu_ddl::peers::{ReceivePolicy, sync_state};
use kuzu_ddl::{UndeclaredPolicy, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<String>,
    }
}

mod other {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<i64>,
    }
}

fn old() -> Declaration {
    schema![v1::Person]
}

fn new() -> Declaration {
    schema![v2::Person]
}

fn events_of(declaration: Declaration) -> Vec<kuzu_ddl::peers::DdlEvent> {
    let peer = TestDatabase::migrated(old());
    peer.migrate_cleanly(declaration);
    let state = sync_state(peer.kuzu()).unwrap_or_else(|e| panic!("{e}"));
    state.events_in_order()
}

#[test]
fn start_that_applies_waiting_events_reports_what_it_did() {
    let db = TestDatabase::migrated(old());
    let migrator = db.migrator(old()).receive_policy(ReceivePolicy::Defer);
    let stored = migrator.receive(events_of(new()));
    assert!(stored.is_ok_and(|report| report.pending.len() == 1));
    let report = db.migrate(old()).unwrap_or_else(|e| panic!("{e}"));
    let text = report.to_string();
    assert!(!report.is_up_to_date(), "{text}");
    assert!(
        text.starts_with("1 event of peers applied, schema ")
            && text.contains("add property Person.mail"),
        "{text}"
    );
    let applied = report.received.map(|received| received.applied.len());
    assert_eq!(applied, Some(1));
    let report = db.migrate(old()).unwrap_or_else(|e| panic!("{e}"));
    assert!(
        report.is_up_to_date() && report.received.is_none(),
        "{report}"
    );
}

/// Each start says so, not only the first.
#[test]
fn waiting_events_and_conflicts_are_reported_by_every_start() {
    let db = TestDatabase::migrated(old());
    let dependent = {
        let peer = TestDatabase::migrated(new());
        peer.migrate_cleanly(schema![v3::Person]);
        sync_state(peer.kuzu())
            .unwrap_or_else(|e| panic!("{e}"))
            .events_in_order()
    };
    let last = dependent.last().cloned();
    db.migrator(old())
        .receive(last)
        .unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..3 {
        let report = db.migrate(old()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(report.held_count, 1, "{report}");
        assert!(report.to_string().contains("1 event held"), "{report}");
    }

    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(new());
    db.migrator(new())
        .receive(events_of(schema![other::Person]))
        .unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..3 {
        let report = db.migrate(new()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(report.conflicts.len(), 1, "{report}");
        assert!(report.to_string().contains("conflict: "), "{report}");
    }
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "mail")]
        email: Option<String>,
    }
}

/// Notes about what is kept appear once, and then on request: in a plan.
#[test]
fn report_of_an_unchanged_database_is_one_line() {
    let db = TestDatabase::migrated(new());
    db.execute(&["CREATE NODE TABLE Foreign(id INT64 PRIMARY KEY)"]);
    let start = || {
        let migrator = db.migrator(old());
        migrator
            .migrate()
            .unwrap_or_else(|e| panic!("{e}"))
            .to_string()
    };
    let first = start();
    assert!(
        first.contains("Person.mail is not declared and is kept")
            && first.contains("Foreign is not managed"),
        "{first}"
    );
    for _ in 0..2 {
        assert_eq!(start().lines().count(), 1, "{}", start());
    }
    let plan = db.migrator(old()).plan().unwrap_or_else(|e| panic!("{e}"));
    assert!(plan.is_empty(), "{plan}");
    for note in [
        "Person.mail is not declared and is kept",
        "Foreign is not managed",
    ] {
        assert!(plan.to_string().contains(note), "{plan}");
    }
    // A policy that requires a whole plan at each start reports no more.
    let archive = || {
        let migrator = db.migrator(old());
        let migrator = migrator.undeclared_policy(UndeclaredPolicy::Archive);
        migrator
            .migrate()
            .unwrap_or_else(|e| panic!("{e}"))
            .to_string()
    };
    assert!(archive().contains("archive property Person.mail"));
    archive();
    assert_eq!(archive().lines().count(), 1, "{}", archive());
}
