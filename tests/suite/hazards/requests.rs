//! Requests by name: a misspelled one is an error with suggestions, and advice names what works.

use kuzu_ddl::history::History;
use kuzu_ddl::{Error, dropped_table, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(pair(from = Person, to = Person), pair(from = Person, to = Club))]
    pub(super) struct Knows {
        since: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Club {
        #[kuzu(primary_key)]
        id: i64,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    use super::v1::Club;

    #[derive(KuzuNode)]
    #[kuzu(dropped("mail"))]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person, dropped_pair(from = Person, to = Club))]
    pub(super) struct Knows {
        since: i64,
    }
}

mod renamed {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    use super::v1::Club;

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Person")]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(pair(from = Human, to = Human), pair(from = Human, to = Club))]
    pub(super) struct Knows {
        since: i64,
    }
}

fn old() -> Declaration {
    schema![v1::Person, v1::Club, v1::Knows]
}

fn new() -> Declaration {
    schema![v2::Person, v1::Club, v2::Knows]
}

#[test]
fn misspelled_requests_are_refused_with_suggestions() {
    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(new());
    let text = |e: Error| e.to_string();
    let e = text(db.assert_fails(db.migrator(new()).restore("Person.mial")));
    assert!(
        e.contains("Person.mial: cannot be restored: no archived object has this name")
            && e.contains("did you mean `Person.mail`?"),
        "{e}"
    );
    let e = text(db.assert_fails(db.migrator(new()).purge("Persn.mail")));
    assert!(
        e.contains("cannot be purged") && e.contains("did you mean `Person.mail`?"),
        "{e}"
    );
    let e = text(db.assert_fails(db.migrator(new()).recreate("Clubb")));
    assert!(
        e.contains("Clubb: cannot be recreated: it is not declared; did you mean `Club`?"),
        "{e}"
    );
    // What exists or is declared may be requested again: the calls may stay in the source.
    for request in ["Person", "Club"] {
        let report = db.migrator(new()).restore(request).migrate();
        assert!(
            report.is_ok_and(|report| report.is_up_to_date()),
            "{request}"
        );
        let report = db.migrator(new()).recreate(request).migrate();
        assert!(
            report.is_ok_and(|report| report.is_up_to_date()),
            "{request}"
        );
    }
}

#[test]
fn advice_for_a_dropped_pair_works() {
    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(schema![v1::Person, v1::Club, v2::Knows]);
    let e = db.assert_refused(old()).to_string();
    assert!(
        e.contains("Knows(Person -> Club): is declared, but was dropped")
            && e.contains(".recreate(\"Knows(Person -> Club)\")")
            && e.contains(".restore(\"Knows(Person -> Club)\")"),
        "{e}"
    );
    db.migrator(old())
        .restore("Knows(Person -> Club)")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(old());
    let other = TestDatabase::migrated(old());
    other.migrate_cleanly(schema![v1::Person, v1::Club, v2::Knows]);
    other
        .migrator(old())
        .recreate("Knows(Person -> Club)")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    other.assert_up_to_date(old());
}

/// An older binary gets an error about the rename alone: the rel tables of the renamed table are not lost.
#[test]
fn renamed_table_does_not_make_its_pairs_look_lost() {
    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(schema![renamed::Human, v1::Club, renamed::Knows]);
    let Error::Incompatible(found) = db.assert_refused(old()) else {
        panic!("another error")
    };
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(text.len(), 1, "{text:?}");
    assert!(
        text[0].contains("Person: was renamed to `Human`"),
        "{text:?}"
    );
}

#[test]
fn revision_beyond_the_end_is_an_error() {
    let db = TestDatabase::migrated(old());
    let history = History::read(db.kuzu()).unwrap_or_else(|e| panic!("{e}"));
    assert!(history.point("revision 1").is_ok());
    let e = history.point("revision 99").map_err(|e| e.to_string());
    assert!(e.is_err_and(|e| e.contains("unknown revision 99")));
}

mod forgotten {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(skip_registration)]
    pub(super) struct ForgottenTable {
        #[kuzu(primary_key)]
        id: i64,
    }
}

dropped_table!("ForgottenTable");

/// `schema![…]` ignores other declarations of the binary, so the tombstone would have no effect.
#[test]
fn registered_tombstone_next_to_an_explicit_schema_is_an_error() {
    let db = TestDatabase::migrated(schema![v1::Club, forgotten::ForgottenTable]);
    let e = db.assert_refused(schema![v1::Club]).to_string();
    assert!(
        e.contains("ForgottenTable: `dropped_table!(\"ForgottenTable\")` has no effect")
            && e.contains("tests/suite/hazards/requests.rs:")
            && e.contains("help: add it: `schema![…; dropped \"ForgottenTable\"]`"),
        "{e}"
    );
    let report = db.migrate_cleanly(schema![v1::Club; dropped "ForgottenTable"]);
    assert_eq!(report.steps.len(), 1, "{report}");
}
