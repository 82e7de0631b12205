//! Rule 2: startup is a three-way diff. Old and new binaries never undo each other.

use crate::fixture::{Bed, Said};
use kuzu_ddl::{Error, schema};

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

/// All that v1 declares is still there.
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

/// `Person.name` is gone.
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

fn old() -> Said {
    schema![v1::Person, v1::Knows]
}

fn new() -> Said {
    schema![wider::Person, wider::Shop, wider::Knows]
}

const ROWS: &[&str] = &["CREATE (:Person {id: 1, name: 'Ada'}), (:Person {id: 2, name: 'Bo'})"];

/// What must not move.
fn still(bed: &Bed) -> (String, String) {
    let state = bed.ledger().state.unwrap();
    let marks = format!(
        "{} {:?} {} {}",
        state.schema, state.frontier, state.catalog, state.revision
    );
    (bed.counts(), marks)
}

#[test]
fn restarting_in_turn() {
    let mut bed = Bed::with(old());
    bed.run(ROWS);
    bed.up(new());
    bed.migrate(old()).unwrap();
    let before = still(&bed);
    for turn in 0..50 {
        for said in [old(), new()] {
            let report = bed.migrate(said).unwrap();
            assert!(report.is_up_to_date(), "in turn {turn}: {report}");
        }
        assert_eq!(still(&bed), before, "in turn {turn}");
        if turn % 10 == 5 {
            bed.reopen();
        }
    }
    assert_eq!(
        bed.rows("MATCH (p:Person) RETURN p.id, p.name, p.points ORDER BY p.id"),
        "1|Ada|5; 2|Bo|5"
    );
    assert_eq!(
        bed.rows("CALL show_tables() WHERE name = 'Person' RETURN comment"),
        "The second text."
    );
}

#[test]
fn restarting_in_turn_where_the_old_one_no_longer_fits() {
    let bed = Bed::with(old());
    bed.run(ROWS);
    bed.up(schema![renamed::Person]);
    let before = still(&bed);
    for _ in 0..50 {
        let e = bed.refused(old());
        assert!(matches!(e, Error::Refused(_)), "{e}");
        let report = bed.migrate(schema![renamed::Person]).unwrap();
        assert!(report.is_up_to_date(), "{report}");
    }
    assert_eq!(still(&bed), before);
    assert_eq!(
        bed.rows("MATCH (p:Person) RETURN p.full_name ORDER BY p.id"),
        "Ada; Bo"
    );
}

#[test]
fn an_unknown_older_binary_that_fits() {
    let mut bed = Bed::with(new());
    let events = bed.ledger().events.len();
    let report = bed.up(schema![v1::Knows, renamed_free::Person]);
    assert!(report.is_up_to_date(), "{report}");
    assert_eq!(bed.ledger().events.len(), events);
    let before = still(&bed);
    for _ in 0..5 {
        assert!(bed.migrate(new()).unwrap().is_up_to_date());
        assert!(
            bed.migrate(schema![v1::Knows, renamed_free::Person])
                .unwrap()
                .is_up_to_date()
        );
    }
    bed.reopen();
    assert_eq!(still(&bed), before);
}

/// v1 without comments.
mod renamed_free {
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
fn an_unknown_older_binary_with_the_old_name_of_a_property() {
    let bed = Bed::with(schema![renamed::Person]);
    bed.run(&["CREATE (:Person {id: 1, full_name: 'Ada'})"]);
    let e = bed.refused(schema![v1::Person]);
    assert!(matches!(e, Error::Refused(_)), "{e}");
    assert!(
        e.to_string().contains("it is called `full_name` now"),
        "{e}"
    );
    assert_eq!(bed.rows("MATCH (p:Person) RETURN p.*"), "1|Ada");
}

#[test]
fn an_unknown_older_binary_with_the_old_name_of_a_table() {
    let bed = Bed::with(schema![moved::Human, moved::Knows]);
    bed.run(&["CREATE (:Human {id: 1, name: 'Ada'})"]);
    let e = bed.refused(old());
    assert!(matches!(e, Error::Refused(_)), "{e}");
    assert!(e.to_string().contains("it is called `Human` now"), "{e}");
}

#[test]
fn an_unknown_older_binary_with_a_dropped_property() {
    let bed = Bed::with(schema![dropped::Person]);
    bed.run(&["CREATE (:Person {id: 1})"]);
    let e = bed.refused(schema![v1::Person]);
    assert!(matches!(e, Error::Refused(_)), "{e}");
    assert!(e.to_string().contains("it was dropped"), "{e}");
}

#[test]
fn an_unknown_older_binary_with_a_dropped_table() {
    let bed = Bed::with(schema![v1::Person; dropped "Knows"]);
    let e = bed.refused(old());
    assert!(matches!(e, Error::Refused(_)), "{e}");
    assert!(
        e.to_string()
            .contains("Knows: is declared, but it was dropped"),
        "{e}"
    );
}

#[test]
fn the_hint_may_stay_for_ever() {
    let bed = Bed::with(schema![v1::Person]);
    bed.run(ROWS);
    bed.up(schema![renamed::Person]);
    bed.up(schema![v3::Person]);
    // One that starts there makes the same table.
    let other = Bed::with(schema![v3::Person]);
    other.run(&["CREATE (:Person {id: 1, full_name: 'Ada'}), (:Person {id: 2, full_name: 'Bo'})"]);
    let query = "MATCH (p:Person) RETURN p.id, p.full_name, p.age ORDER BY p.id";
    assert_eq!(bed.rows(query), other.rows(query));
}

#[test]
fn a_deploy_that_is_rolled_back() {
    let mut bed = Bed::with(old());
    bed.run(ROWS);
    bed.up(new());
    // Back to the first, which writes rows with what it knows.
    assert!(bed.up(old()).is_up_to_date());
    bed.run(&["CREATE (:Person {id: 3, name: 'Cy'})"]);
    let report = bed.up(schema![v3::Person, v1::Knows]);
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
    bed.reopen();
    assert_eq!(
        bed.rows("MATCH (p:Person) RETURN p.id, p.full_name, p.points, p.age ORDER BY p.id"),
        "1|Ada|5|NULL; 2|Bo|5|NULL; 3|Cy|5|NULL"
    );
    // And now neither of the two fits.
    assert!(matches!(bed.refused(old()), Error::Refused(_)));
    assert!(matches!(bed.refused(new()), Error::Refused(_)));
}

#[test]
fn two_ways_to_one_schema_are_one_history() {
    let long = Bed::with(schema![v1::Person]);
    long.up(schema![v1::Person, v1::Knows]);
    let short = Bed::with(old());
    let events = |bed: &Bed| bed.ledger().events.into_keys().collect::<Vec<_>>();
    assert_eq!(events(&long), events(&short));
    let state = |bed: &Bed| bed.ledger().state.unwrap().frontier;
    assert_eq!(state(&long), state(&short));
}

#[test]
fn a_partial_binary_does_not_hide_that_another_is_older() {
    let bed = Bed::with(schema![renamed::Person, wider::Shop; dropped "Gone"]);
    bed.run(&["CREATE (:Person {id: 1, full_name: 'Ada'})"]);
    // Neither the table is declared here, nor there the property.
    bed.up(schema![wider::Shop]);
    bed.up(schema![partial::Person]);
    let e = bed.refused(schema![v1::Person]);
    assert!(
        e.to_string().contains("it is called `full_name` now"),
        "{e}"
    );
    let e = bed.refused(schema![partial::Gone]);
    assert!(
        e.to_string()
            .contains("Gone: is declared, but it was dropped"),
        "{e}"
    );
    assert_eq!(bed.rows("MATCH (p:Person) RETURN p.*"), "1|Ada");
}

mod partial {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Gone {
        #[kuzu(primary_key)]
        id: i64,
    }
}
