//! `cast` and `on_fail`: the value of a row whose cast fails.

use kuzu_ddl::{Error, HazardKind, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        age: Option<String>,
        size: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        since: Option<String>,
    }
}

fn old() -> Declaration {
    schema![v1::Person, v1::Knows]
}

/// 100 people, three of whom have an age that is not a number, and one of whom has none.
fn people() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "UNWIND range(1, 100) AS i CREATE (:Person {id: i, age: CAST(i AS STRING), size: i * 10})",
        "MATCH (p:Person {id: 17}) SET p.age = 'abc'",
        "MATCH (p:Person {id: 18}) SET p.age = ''",
        "MATCH (p:Person {id: 19}) SET p.age = '3000000000'",
        "MATCH (p:Person {id: 20}) SET p.age = NULL",
        "MATCH (a:Person), (b:Person {id: 1}) CREATE (a)-[:Knows {since: a.age}]->(b)",
        "MATCH (a:Person {id: 1}), (b:Person) WHERE b.id < 50 CREATE (a)-[:Knows {since: b.age}]->(b)",
    ]);
    db
}

macro_rules! version {
    ($name:ident, $($attr:tt)*) => {
        mod $name {
            use kuzu_ddl::{KuzuEdge, KuzuNode};

            #[derive(KuzuNode)]
            pub(super) struct Person {
                #[kuzu(primary_key)]
                id: i64,
                #[kuzu($($attr)*)]
                age: Option<i32>,
                size: Option<i64>,
            }

            #[derive(KuzuEdge)]
            #[kuzu(from = Person, to = Person)]
            pub(super) struct Knows {
                #[kuzu($($attr)*)]
                since: Option<i32>,
            }
        }
    };
}

version!(abort, cast = "CAST(old AS INT32)");
version!(null, cast = "CAST(old AS INT32)", on_fail = "null");
version!(
    default,
    cast = "CAST(old AS INT32)",
    on_fail = "default",
    default = -1
);
version!(
    at_execution,
    cast = "CAST(old AS INT32) * 1",
    on_fail = "null"
);
version!(
    at_execution_default,
    cast = "CAST(old AS INT32) * 1",
    on_fail = "default",
    default = 7
);

const SUMS: &str = "MATCH (p:Person) RETURN count(*), count(p.age), sum(p.age), min(p.age)";
const ODD: &str = "MATCH (p:Person) WHERE p.id > 15 AND p.id < 22 RETURN p.id, p.age ORDER BY p.id";
const RELS: &str = "MATCH ()-[k:Knows]->() RETURN count(*), count(k.since), sum(k.since)";

#[test]
fn failing_casts_are_counted_before_any_change() {
    let db = people();
    let e = db.assert_refused(schema![abort::Person, abort::Knows]);
    let Error::PreflightFailed(failures) = &e else {
        panic!("{e}")
    };
    let reported: Vec<_> = failures
        .iter()
        .map(|f| (f.object.as_str(), f.rows, f.total))
        .collect();
    assert_eq!(
        reported,
        [("Knows.since", Some(6), 147), ("Person.age", Some(3), 99)]
    );
    let text = e.to_string();
    let message = "Person.age: 3 of 99 values cannot be cast to INT32, for example id 17 ('abc'), \
                 id 18 (''), id 19 ('3000000000')\n    help: add `on_fail = \"null\"`";
    assert!(text.contains(message), "{text}");
    let message =
        "Knows.since: 6 of 147 values cannot be cast to INT32, for example rel 1 -> 17 ('abc')";
    assert!(text.contains(message), "{text}");
    // `plan()` returns the same error.
    let plan = db.migrator(schema![abort::Person, abort::Knows]).plan();
    assert_eq!(plan.unwrap_err().to_string(), text);
}

#[test]
fn on_fail_null_stores_null() {
    let mut db = people();
    let report = db.migrate_cleanly(schema![null::Person, null::Knows]);
    let text = report.to_string();
    assert!(
        text.contains("may fail: Person.age, 3 of 99 values"),
        "{text}"
    );
    for _ in 0..2 {
        assert_eq!(
            db.rows(ODD),
            "16|16; 17|NULL; 18|NULL; 19|NULL; 20|NULL; 21|21"
        );
        assert_eq!(
            db.rows(SUMS),
            format!("100|96|{}|1", 5050 - 17 - 18 - 19 - 20)
        );
        assert_eq!(
            db.rows(RELS),
            format!("149|141|{}", 5050 + 1225 - 2 * (17 + 18 + 19 + 20))
        );
        db.reopen();
    }
}

#[test]
fn on_fail_default_stores_the_default() {
    let mut db = people();
    db.migrate_cleanly(schema![default::Person, default::Knows]);
    for _ in 0..2 {
        // A row without a value stays without one: only a failing cast stores the default.
        assert_eq!(db.rows(ODD), "16|16; 17|-1; 18|-1; 19|-1; 20|NULL; 21|21");
        assert_eq!(
            db.rows(RELS),
            format!("149|147|{}", 5050 + 1225 - 2 * (17 + 18 + 19 + 20) - 6)
        );
        db.reopen();
    }
}

/// No condition detects the overflowing values, so they are found by executing the cast.
#[test]
fn values_that_fail_only_at_execution_are_found() {
    let db = people();
    let report = db.migrate_cleanly(schema![at_execution::Person, at_execution::Knows]);
    assert!(
        report
            .to_string()
            .contains("may fail: Person.age, 3 of 99 values"),
        "{report}"
    );
    assert_eq!(
        db.rows(ODD),
        "16|16; 17|NULL; 18|NULL; 19|NULL; 20|NULL; 21|21"
    );
    assert_eq!(
        db.rows(RELS),
        format!("149|141|{}", 5050 + 1225 - 2 * (17 + 18 + 19 + 20))
    );

    let db = people();
    db.migrate_cleanly(schema![
        at_execution_default::Person,
        at_execution_default::Knows
    ]);
    assert_eq!(db.rows(ODD), "16|16; 17|7; 18|7; 19|7; 20|NULL; 21|21");
}

#[test]
fn failing_half_of_the_values_is_archived() {
    mod narrow {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        #[derive(KuzuNode)]
        pub(super) struct Person {
            #[kuzu(primary_key)]
            id: i64,
            age: Option<String>,
            #[kuzu(cast = "CAST(old AS INT8)", on_fail = "null")]
            size: Option<i8>,
        }

        #[derive(KuzuEdge)]
        #[kuzu(from = Person, to = Person)]
        pub(super) struct Knows {
            since: Option<String>,
        }
    }
    let db = people();
    db.execute(&["UNWIND range(101, 40000) AS i CREATE (:Person {id: i, age: 'x', size: i})"]);
    let report = db.migrate_cleanly(schema![narrow::Person, narrow::Knows]);
    let message = "may fail: Person.size, 39,961 of 40,000 values";
    assert!(report.to_string().contains(message), "{report}");
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN count(p.size), max(p.size)"),
        "39|127"
    );
    // The old values are archived for a rollback.
    let archive =
        db.rows("CALL table_info('Person') WHERE name STARTS WITH 'size__a_' RETURN name");
    assert_eq!(
        db.rows(&format!("MATCH (p:Person) RETURN count(p.`{archive}`)")),
        "40000"
    );
}

#[test]
fn first_start_requires_permission_for_failing_casts() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE Person(id INT64, age STRING, size INT64, PRIMARY KEY(id))",
        "CREATE REL TABLE Knows(FROM Person TO Person, since STRING)",
        "CREATE (:Person {id: 1, age: '5'}), (:Person {id: 2, age: 'x'})",
    ]);
    let declaration = || schema![null::Person, null::Knows];
    let e = db.assert_refused(declaration());
    assert!(matches!(&e, Error::HazardsNotAllowed { .. }), "{e}");
    let migrator = db
        .migrator(declaration())
        .allow(HazardKind::RewritesData, "Person.age")
        .allow(HazardKind::MayFail, "Person.age");
    migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN p.id, p.age"),
        "1|5; 2|NULL"
    );
}

/// A value that became NULL by a failed cast returns when the former type returns.
#[test]
fn failed_values_return_with_the_former_type() {
    let db = people();
    db.migrate_cleanly(schema![default::Person, default::Knows]);
    db.execute(&["MATCH (p:Person {id: 30}) SET p.age = 31"]);
    db.migrate_cleanly(schema![back::Person, back::Knows]);
    let ages =
        "MATCH (p:Person) WHERE p.id IN [16, 17, 18, 19, 20, 30] RETURN p.id, p.age ORDER BY p.id";
    assert_eq!(
        db.rows(ages),
        "16|16; 17|abc; 18|; 19|3000000000; 20|NULL; 30|31"
    );
    assert_eq!(
        db.rows("MATCH ()-[k:Knows]->() WHERE k.since = 'abc' RETURN count(*)"),
        "2"
    );
}

mod back {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS STRING)")]
        age: Option<String>,
        size: Option<i64>,
        new: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        #[kuzu(cast = "CAST(old AS STRING)")]
        since: Option<String>,
    }
}

mod visits {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Shop {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person, pair(from = Person, to = Shop))]
    pub(super) struct Visits {
        month: Option<i64>,
    }
}

mod dated {
    use kuzu_ddl::KuzuEdge;

    use super::visits::{Person, Shop};

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person, pair(from = Person, to = Shop))]
    pub(super) struct Visits {
        #[kuzu(cast = "make_date(2020, old, 1)", on_fail = "null")]
        month: Option<time::Date>,
    }
}

/// The rels of each FROM–TO pair are copied by their own statement, and none may include a value
/// that failed in the preflight check of all pairs.
#[test]
fn values_that_fail_only_at_execution_are_found_in_each_pair() {
    let db = TestDatabase::migrated(schema![visits::Person, visits::Shop, visits::Visits]);
    db.execute(&[
        "UNWIND range(1, 20) AS i CREATE (:Person {id: i}), (:Shop {id: i})",
        "MATCH (a:Person), (b:Person) WHERE a.id = b.id CREATE (a)-[:Visits {month: a.id}]->(b)",
        "MATCH (a:Person), (b:Shop) WHERE a.id = b.id CREATE (a)-[:Visits {month: a.id}]->(b)",
    ]);
    let report = db.migrate_cleanly(schema![visits::Person, visits::Shop, dated::Visits]);
    let message = "may fail: Visits.month, 16 of 40 values";
    assert!(report.to_string().contains(message), "{report}");
    for to in ["Person", "Shop"] {
        assert_eq!(
            db.rows(&format!(
                "MATCH (:Person)-[v:Visits]->(:{to}) RETURN count(*), count(v.month), CAST(max(v.month) AS STRING)"
            )),
            "20|12|2020-12-01"
        );
    }
}
