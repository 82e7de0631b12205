//! Properties that begin to count their rows, and that cease to.

use kuzu_ddl::{HazardKind, KuzuEdge, KuzuNode, Phase, Point, schema};

use crate::fixture::{Bed, Said};

/// Everything counts, or nothing does: keys, properties, rels. A property tells one version of a kind from
/// the next.
macro_rules! version {
    ($name:ident, $int:ty, $($more:ident)?) => {
        mod $name {
            use super::*;

            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            pub(super) struct Person {
                #[kuzu(primary_key)]
                id: $int,
                number: $int,
                name: String,
                $($more: Option<bool>,)?
            }

            #[derive(KuzuEdge)]
            #[kuzu(unregistered, from = Person, to = Person)]
            pub(super) struct Knows {
                since: $int,
            }

            pub(super) fn said() -> Said {
                schema![Person, Knows]
            }
        }
    };
}
version!(plain, i64,);
version!(counts, kuzu_ddl::types::Serial,);
version!(plain_again, i64, first);
version!(counts_again, kuzu_ddl::types::Serial, second);

fn plain() -> Bed {
    let bed = Bed::with(plain::said());
    bed.run(&[
        "CREATE (:Person {id: 7, number: 100, name: 'a'}), (:Person {id: 3, number: -5, name: 'b'})",
        "MATCH (p:Person), (q:Person) WHERE p.id > q.id CREATE (p)-[:Knows {since: 1999}]->(q)",
        "MATCH (p:Person), (q:Person) WHERE p.id < q.id CREATE (p)-[:Knows {since: 2001}]->(q)",
    ]);
    bed
}

/// The rows of before are all there, with all their values.
#[track_caller]
fn kept(bed: &Bed) {
    let rows = bed.rows(
        "MATCH (p:Person)-[k:Knows]->(q:Person) WHERE p.name IN ['a', 'b'] \
         RETURN p.id, p.number, p.name, k.since, q.id ORDER BY p.id",
    );
    assert_eq!(rows, "3|-5|b|2001|7; 7|100|a|1999|3");
}

/// What a row more gets.
fn more(bed: &Bed, name: &str) -> String {
    let new = format!("MATCH (p:Person {{name: '{name}'}})");
    bed.run(&[
        &format!("CREATE (:Person {{name: '{name}'}})"),
        &format!("{new} CREATE (p)-[:Knows]->(p)"),
    ]);
    bed.rows(&format!(
        "{new}-[k:Knows]->(p) RETURN p.id, p.number, k.since"
    ))
}

#[test]
fn there_and_back_and_there_again() {
    let mut bed = plain();
    bed.up(counts::said());
    kept(&bed);
    assert_eq!(more(&bed, "c"), "8|101|2002");
    bed.settled(counts::said());
    bed.reopen();
    assert_eq!(more(&bed, "d"), "9|102|2003");
    bed.up(plain_again::said());
    kept(&bed);
    let e = bed.session().query("CREATE (:Person {name: 'e'})");
    assert!(e.is_err());
    bed.run(&["CREATE (:Person {id: 50, name: 'e'})"]);
    let number = "MATCH (p:Person {id: 50}) RETURN p.number";
    assert_eq!(bed.rows(number), "NULL");
    bed.up(counts_again::said());
    kept(&bed);
    assert_eq!(bed.rows(number), "NULL");
    assert_eq!(more(&bed, "f"), "51|103|2004");
    bed.settled(counts_again::said());
    // One by which each counts, and one that waits for DROP TABLE; none of before.
    assert_eq!(bed.rows("CALL show_sequences() RETURN count(*)"), "6");
}

/// Killed right after the commit: all that the engine does again from its log must find what it needs.
#[test]
fn after_a_crash() {
    let bed = plain();
    bed.up(counts::said());
    let bed = bed.killed();
    kept(&bed);
    bed.settled(counts::said());
    assert_eq!(more(&bed, "c"), "8|101|2002");
    bed.up(plain_again::said());
    let bed = bed.killed();
    kept(&bed);
    bed.settled(plain_again::said());
    bed.up(counts_again::said());
    let bed = bed.killed();
    kept(&bed);
    assert_eq!(more(&bed, "d"), "9|102|2003");
    // By hand, which knows nothing of sequences.
    bed.run(&["DROP TABLE Knows", "DROP TABLE Person"]);
    let bed = bed.killed();
    assert_eq!(bed.rows("CALL show_tables() RETURN count(*)"), "1");
}

/// What was born counting goes on where it was: the numbers of deleted rows do not come again.
#[test]
fn no_number_comes_again() {
    let bed = Bed::with(counts::said());
    bed.run(&["UNWIND range(1, 5) AS i CREATE (:Person {name: CAST(i AS STRING)})"]);
    bed.run(&["MATCH (p:Person) WHERE p.id > 1 DELETE p"]);
    // Made anew for another reason.
    bed.up(nothing_to_do_with_it::said());
    let bed = bed.killed();
    assert_eq!(
        bed.rows("MATCH (p:Person) RETURN p.id, p.number ORDER BY p.id"),
        "0|0; 1|1"
    );
    assert_eq!(more(&bed, "new"), "5|5|0");
    bed.settled(nothing_to_do_with_it::said());
}

mod nothing_to_do_with_it {
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

    pub(super) fn said() -> Said {
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

    pub(super) fn said() -> Said {
        schema![Person, Knows]
    }
}

#[test]
fn a_new_one_counts_the_rows_that_are_there() {
    let bed = plain();
    bed.up(added::said());
    kept(&bed);
    bed.run(&[
        "CREATE (:Person {id: 1, name: 'c'})",
        "MATCH (p:Person {id: 1}) CREATE (p)-[:Knows]->(p)",
    ]);
    let bed = bed.killed();
    for rows in ["(x:Person)", "()-[x:Knows]->()"] {
        let query = format!("MATCH {rows} RETURN x.row ORDER BY x.row");
        assert_eq!(bed.rows(&query), "0; 1; 2", "{rows}");
    }
    bed.settled(added::said());
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

    pub(super) fn said() -> Said {
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

    pub(super) fn said() -> Said {
        schema![Human, Knows]
    }
}

/// A rename leaves the sequence behind that DROP TABLE looks for: it is made before.
#[test]
fn renamed_meanwhile() {
    for born in [true, false] {
        let bed = if born {
            let bed = Bed::with(counts::said());
            bed.run(&["UNWIND range(1, 2) AS i CREATE (:Person {name: CAST(i AS STRING)})"]);
            bed
        } else {
            let bed = plain();
            bed.up(counts::said());
            bed
        };
        let before = bed.rows("MATCH (p:Person) RETURN p.id, p.number, p.name ORDER BY p.id");
        bed.up(renamed::said());
        bed.up(renamed_plain::said());
        let bed = bed.killed();
        bed.settled(renamed_plain::said());
        assert_eq!(
            bed.rows("MATCH (p:Human) RETURN p.key, p.number, p.name ORDER BY p.key"),
            before
        );
        bed.run(&["DROP TABLE Knows", "DROP TABLE Human"]);
    }
}

mod gone {
    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Other {
        #[kuzu(primary_key)]
        id: i64,
    }
}

/// What is archived is renamed, too.
#[test]
fn purged() {
    let bed = plain();
    bed.up(counts::said());
    bed.up(schema![gone::Other; dropped "Knows", "Person"]);
    let migrator = bed.migrator(schema![gone::Other; dropped "Knows", "Person"]);
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
    let bed = bed.killed();
    // Those of the names that the tables had before they were archived are nobody's now.
    assert_eq!(
        bed.rows("CALL show_sequences() RETURN name ORDER BY name"),
        "Knows_since_serial; Person_id_serial; Person_number_serial"
    );
    let anew = || {
        let migrator = bed.migrator(counts_again::said());
        migrator.recreate("Person").recreate("Knows")
    };
    let e = bed.fails(anew());
    assert!(
        e.to_string().contains(
            "Person.id: it is to count, and the sequence `Person_id_serial` is there already"
        ),
        "{e}"
    );
    for name in ["Knows_since", "Person_id", "Person_number"] {
        bed.run(&[&format!("DROP SEQUENCE {name}_serial")]);
    }
    bed.run(&["CHECKPOINT"]);
    anew().migrate().unwrap();
    let bed = bed.killed();
    assert_eq!(more(&bed, "c"), "0|0|0");
}

/// The statements have all been run when the application panics.
#[test]
fn rolled_back() {
    let bed = plain();
    let before = bed.state();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let migrator = bed.migrator(counts::said()).on_progress(|progress| {
            assert_ne!(progress.phase, Phase::Commit, "on purpose");
        });
        migrator.migrate()
    }));
    assert!(panicked.is_err());
    assert_eq!(bed.state(), before);
    kept(&bed);
    assert_eq!(bed.rows("CALL show_sequences() RETURN name"), "");
    bed.up(counts::said());
    let bed = bed.killed();
    kept(&bed);
    assert_eq!(more(&bed, "c"), "8|101|2002");
}

/// Above the largest INT64 there is nothing to count with.
#[test]
fn no_number_is_left() {
    let bed = plain();
    bed.run(&["MATCH (p:Person {id: 3}) SET p.number = 9223372036854775807"]);
    let before = bed.state();
    let e = bed.refused(counts::said());
    assert_eq!(
        e.to_string(),
        "rows are in the way of the plan:\n  Person.number: 1 of 2 rows has the largest INT64, and it is \
         to count on above the largest value, for example id 3 (9223372036854775807); change these rows \
         first"
    );
    assert_eq!(bed.state(), before);
}

mod text {
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

    pub(super) fn said() -> Said {
        schema![Person]
    }
}

/// By way of text, and back by a rollback: the old values are those of then.
#[test]
fn to_text_and_back() {
    let bed = plain();
    bed.up(counts::said());
    bed.up(text::said());
    assert_eq!(
        bed.rows("MATCH (p:Person) RETURN p.number, p.name ORDER BY p.id"),
        "-5|b; 100|a"
    );
    bed.settled(text::said());
    bed.migrator(counts::said())
        .rollback(Point::Revision(2))
        .unwrap();
    let bed = bed.killed();
    kept(&bed);
    bed.settled(counts::said());
    assert_eq!(more(&bed, "c"), "8|101|2002");
    bed.migrator(plain::said())
        .rollback(Point::Revision(1))
        .unwrap();
    let bed = bed.killed();
    kept(&bed);
    bed.settled(plain::said());
}
