//! Adoption of existing tables: rows without a required value are counted and named, and the
//! declared backfill fills them.

use kuzu_ddl::{DriftPolicy, schema};

use crate::fixture::TestDatabase;

mod plain {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        mail: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        since: i64,
    }
}

mod filled {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fill = "'unknown'")]
        name: String,
        mail: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        #[kuzu(fill = "1900")]
        since: i64,
    }
}

fn existing() -> TestDatabase {
    TestDatabase::from_cypher(&[
        "CREATE NODE TABLE Person(id INT64 PRIMARY KEY, name STRING, mail STRING)",
        "CREATE REL TABLE Knows(FROM Person TO Person, since INT64)",
        "CREATE (:Person {id: 1, name: 'Ada'}), (:Person {id: 2}), (:Person {id: 3})",
        "MATCH (a:Person {id: 1}), (b:Person {id: 2}) CREATE (a)-[:Knows]->(b)",
        "MATCH (a:Person {id: 1}), (b:Person {id: 3}) CREATE (a)-[:Knows {since: 2000}]->(b)",
    ])
}

const NAMES: &str = "MATCH (p:Person) RETURN p.name ORDER BY p.id";
const SINCE: &str = "MATCH (a:Person)-[k:Knows]->(b:Person) RETURN k.since ORDER BY b.id";

#[test]
fn required_properties_without_values_are_counted() {
    let db = existing();
    let plan = db.migrator(schema![plain::Person, plain::Knows]).plan();
    let plan = plan.map(|plan| plan.to_string()).unwrap_or_default();
    let report = db.migrate_cleanly(schema![plain::Person, plain::Knows]);
    for text in [plan, report.to_string()] {
        assert!(
            text.contains("Person.name is required, but 2 rows have no value")
                && text.contains("Knows.since is required, but 1 row has no value")
                && text.contains("use an `Option`")
                && !text.contains("Person.mail is required"),
            "{text}"
        );
    }
    // Existing tables go on working.
    assert!(report.steps.is_empty(), "{report}");
    assert_eq!(db.rows(NAMES), "Ada; NULL; NULL");
}

#[test]
fn declared_backfill_fills_adopted_rows() {
    let mut db = existing();
    let report = db.migrate_cleanly(schema![filled::Person, filled::Knows]);
    let text = report.to_string();
    assert!(
        text.contains("Person.name is required, but 2 rows have no value; the declared backfill"),
        "{text}"
    );
    for _ in 0..2 {
        assert_eq!(db.rows(NAMES), "Ada; unknown; unknown");
        assert_eq!(db.rows(SINCE), "1900; 2000");
        db.reopen();
    }
}

/// The same after a baseline, which reports the rows and changes none.
#[test]
fn baseline_counts_rows_and_leaves_the_backfill_to_the_next_start() {
    let db = existing();
    let baseline = db
        .migrator(schema![filled::Person, filled::Knows])
        .baseline();
    let text = baseline
        .map(|report| report.to_string())
        .unwrap_or_default();
    assert!(
        text.contains("Person.name is required, but 2 rows have no value"),
        "{text}"
    );
    assert_eq!(db.rows(NAMES), "Ada; NULL; NULL");
    db.migrate_cleanly(schema![filled::Person, filled::Knows]);
    assert_eq!(db.rows(NAMES), "Ada; unknown; unknown");
    assert_eq!(db.rows(SINCE), "1900; 2000");
}

#[test]
fn adoption_of_undeclared_tables_is_reported() {
    let db = existing();
    db.execute(&["CREATE NODE TABLE Other(id INT64 PRIMARY KEY)"]);
    let migrator = db.migrator(schema![plain::Person, plain::Knows]);
    let report = migrator.drift_policy(DriftPolicy::Adopt).migrate();
    let text = report.map(|report| report.to_string()).unwrap_or_default();
    assert!(text.contains("Other: existing object adopted"), "{text}");
}
