//! Rule 5: a database without a ledger is adopted, and its tables continue to work.

use kuzu_ddl::{Error, HazardKind, schema};

use crate::fixture::TestDatabase;

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default = "unknown")]
        name: String,
        #[kuzu(default = -5)]
        score: i64,
        #[kuzu(default_expr = "current_timestamp()")]
        since: time::PrimitiveDateTime,
        #[kuzu(default = 1)]
        added: i32,
        also: Option<String>,
    }

    /// A city.
    #[derive(KuzuNode)]
    pub(super) struct City {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = City, multiplicity = "many_one")]
    pub(super) struct LivesIn {
        rent: Option<f64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person, pair(from = Person, to = City), storage = "fwd")]
    pub(super) struct Likes {
        much: Option<bool>,
    }

    #[derive(KuzuNode)]
    pub(super) struct New {
        #[kuzu(primary_key)]
        id: i64,
    }
}

const MANUAL_DDL: &[&str] = &[
    "CREATE NODE TABLE Person(id INT64, name STRING DEFAULT 'unknown', score INT64 DEFAULT -5, since TIMESTAMP DEFAULT current_timestamp(), PRIMARY KEY(id))",
    "CREATE NODE TABLE City(name STRING PRIMARY KEY, extra INT64)",
    "CREATE REL TABLE LivesIn(FROM Person TO City, rent DOUBLE, MANY_ONE)",
    "CREATE REL TABLE Likes(FROM Person TO Person, much BOOL) WITH (storage_direction='fwd')",
    "CREATE NODE TABLE Foreign(`id` INT64 PRIMARY KEY, `odd``name` STRING)",
    "CREATE REL TABLE Tie(FROM Foreign TO Person)",
    "COMMENT ON TABLE City IS 'A city.'",
    "COMMENT ON TABLE Person IS 'As it was.'",
    "CREATE (:Person {id: 1, name: 'Ada'}), (:Person {id: 2}), (:City {name: 'Rome', extra: 9}), (:Foreign {id: 4})",
    "MATCH (p:Person), (c:City) CREATE (p)-[:LivesIn {rent: p.id * 1.5}]->(c)",
    "MATCH (p:Person {id: 1}), (q:Person {id: 2}) CREATE (p)-[:Likes {much: true}]->(q)",
    "MATCH (f:Foreign), (p:Person {id: 1}) CREATE (f)-[:Tie]->(p)",
];

fn declaration() -> crate::fixture::Declaration {
    schema![v1::Person, v1::City, v1::LivesIn, v1::Likes, v1::New]
}

#[test]
fn existing_database_is_adopted_with_its_rows() {
    let mut db = TestDatabase::from_cypher(MANUAL_DDL);
    let report = db.migrate_cleanly(declaration());
    let text = report.to_string();
    for step in [
        "create node table New",
        "add property Person.added INT32",
        "add property Person.also STRING",
        "add pair Likes(Person -> City)",
    ] {
        assert!(text.contains(step), "{text}");
    }
    assert_eq!(report.steps.len(), 4, "{text}");
    for note in [
        "Person: existing object adopted",
        "City.extra is not declared and is kept",
        "Foreign is not managed by kuzu-ddl",
        "Tie is not managed by kuzu-ddl",
    ] {
        assert!(text.contains(note), "{note} in {text}");
    }
    for _ in 0..2 {
        assert_eq!(
            db.rows("MATCH (p:Person)-[l:LivesIn]->(c:City) RETURN p.id, p.name, p.score, p.added, p.also, l.rent, c.extra ORDER BY p.id"),
            "1|Ada|-5|1|NULL|1.5|9; 2|unknown|-5|1|NULL|3|9"
        );
        assert_eq!(
            db.rows("MATCH (:Person)-[l:Likes]->(q:Person) RETURN l.much, q.id"),
            "true|2"
        );
        assert_eq!(
            db.rows("MATCH (f:Foreign)-[:Tie]->(p:Person) RETURN f.id, p.id"),
            "4|1"
        );
        // A comment that the source does not declare is kept.
        assert_eq!(
            db.rows("CALL show_tables() WHERE name = 'Person' RETURN comment"),
            "As it was."
        );
        db.reopen();
        db.assert_up_to_date(declaration());
    }
    db.execute(&[
        "CREATE (:Person {id: 3})",
        "MATCH (p:Person {id: 3}), (c:City) CREATE (p)-[:Likes]->(c)",
    ]);
    assert_eq!(
        db.rows("MATCH (p:Person {id: 3}) RETURN p.name, p.score, p.added"),
        "unknown|-5|1"
    );
}

#[test]
fn matching_existing_table_is_adopted_without_steps() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE New(id INT64 PRIMARY KEY)",
        "CREATE (:New {id: 1})",
    ]);
    let report = db.migrate_cleanly(schema![v1::New]);
    assert_eq!(
        (report.steps.len(), report.events.len()),
        (0, 1),
        "{report}"
    );
    // The history equals that of a database created from the source.
    let other = TestDatabase::migrated(schema![v1::New]);
    assert_eq!(
        db.ledger().events.keys().collect::<Vec<_>>(),
        other.ledger().events.keys().collect::<Vec<_>>()
    );
}

#[test]
fn incompatible_existing_table_is_refused() {
    for (ddl, message) in [
        ("CREATE NODE TABLE New(id STRING PRIMARY KEY)", "New.id"),
        (
            "CREATE NODE TABLE X(id INT64 PRIMARY KEY); CREATE REL TABLE New(FROM X TO X)",
            "is a rel table",
        ),
    ] {
        let statements: Vec<&str> = ddl.split("; ").collect();
        let db = TestDatabase::from_cypher(&statements);
        let e = db.assert_refused(schema![v1::New]);
        assert!(
            matches!(e, Error::Incompatible(_)) && e.to_string().contains(message),
            "{e}"
        );
    }
}

/// A first start records what exists; rewriting rows requires permission.
#[test]
fn rewrite_of_an_existing_table_requires_permission() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE New(id INT64, k INT64, PRIMARY KEY(k))",
        "CREATE (:New {id: 1, k: 2})",
    ]);
    let e = db.assert_refused(schema![v1::New]);
    let text = e.to_string();
    assert!(matches!(e, Error::HazardsNotAllowed { .. }), "{text}");
    assert!(
        text.contains(".allow(HazardKind::RewritesData, \"New\")"),
        "{text}"
    );
    let report = db
        .migrator(schema![v1::New])
        .allow(HazardKind::RewritesData, "New")
        .allow(HazardKind::MayFail, "New")
        .migrate()
        .unwrap();
    assert!(!report.is_up_to_date());
    db.assert_up_to_date(schema![v1::New]);
    assert_eq!(db.rows("MATCH (n:New) RETURN n.id, n.k"), "1|2");
    assert_eq!(
        db.rows("CALL table_info('New') WHERE `primary key` RETURN name"),
        "id"
    );
}

#[test]
fn multiplicity_of_an_empty_rel_table_is_changed() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE Person(id INT64 PRIMARY KEY)",
        "CREATE NODE TABLE City(name STRING PRIMARY KEY)",
        "CREATE REL TABLE LivesIn(FROM Person TO City, rent DOUBLE)",
    ]);
    db.migrate_cleanly(schema![v1::Person, v1::City, v1::LivesIn]);
    db.execute(&[
        "CREATE (:Person {id: 1})",
        "CREATE (:City {name: 'a'})",
        "CREATE (:City {name: 'b'})",
        "MATCH (p:Person), (c:City {name: 'a'}) CREATE (p)-[:LivesIn]->(c)",
    ]);
    let second = db
        .session()
        .query("MATCH (p:Person), (c:City {name: 'b'}) CREATE (p)-[:LivesIn]->(c)");
    assert!(second.is_err_and(|e| e.to_string().contains("multiplicity")));
}

mod renamed {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "New")]
    pub(super) struct Newer {
        #[kuzu(primary_key, renamed_from = "id")]
        key: i64,
    }
}

#[test]
fn table_is_adopted_under_a_former_name() {
    let mut db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE New(id INT64 PRIMARY KEY)",
        "CREATE (:New {id: 1})",
    ]);
    let report = db.migrate_cleanly(schema![renamed::Newer]);
    assert_eq!(report.steps.len(), 2, "{report}");
    db.reopen();
    assert_eq!(db.rows("MATCH (n:Newer) RETURN n.key"), "1");
}

#[test]
fn baseline_records_existing_objects_without_changes() {
    let mut db = TestDatabase::from_cypher(MANUAL_DDL);
    let before = db.catalog_and_rows();
    let report = db.migrator(declaration()).baseline().unwrap();
    let text = report.to_string();
    assert!(
        report.steps.is_empty() && !report.events.is_empty(),
        "{text}"
    );
    for note in [
        "Person: existing object adopted",
        "Foreign is not managed by kuzu-ddl",
    ] {
        assert!(text.contains(note), "{note} in {text}");
    }
    assert_eq!(
        (db.catalog_and_rows(), db.drift()),
        (before.clone(), String::new())
    );
    assert_eq!(db.ledger().applied_declarations.len(), 0);
    assert_eq!(db.ledger().ancestor, None);
    db.reopen();
    // Differences from the structs are planned, however often the plan is requested.
    for _ in 0..2 {
        let plan = db.migrator(declaration()).plan().unwrap();
        let text = plan.to_string();
        for step in [
            "create node table New",
            "add property Person.added INT32",
            "add property Person.also STRING",
            "add pair Likes(Person -> City)",
        ] {
            assert!(text.contains(step), "{text}");
        }
        assert_eq!(plan.steps.len(), 4, "{text}");
    }
    assert_eq!(db.catalog_and_rows(), before);
    // A baseline is recorded once.
    let e = baseline_refused(&db);
    assert!(e.contains(".drift_policy(DriftPolicy::Repair)"), "{e}");
    db.migrate_cleanly(declaration());
    let rows = "MATCH (p:Person) RETURN p.id, p.name, p.score, p.added ORDER BY p.id";
    assert_eq!(db.rows(rows), "1|Ada|-5|1; 2|unknown|-5|1");
    assert!(baseline_refused(&db).contains("the database has a ledger"));
}

fn baseline_refused(db: &TestDatabase) -> String {
    let before = db.snapshot();
    let e = db.migrator(declaration()).baseline().unwrap_err();
    assert!(matches!(e, Error::AlreadyBaselined { .. }), "{e}");
    assert_eq!(db.snapshot(), before);
    e.to_string()
}

/// Rewriting an existing table requires permission, also at the start after a baseline.
#[test]
fn baseline_does_not_permit_a_rewrite() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE New(id INT64, k INT64, PRIMARY KEY(k))",
        "CREATE (:New {id: 1, k: 2})",
    ]);
    db.migrator(schema![v1::New]).baseline().unwrap();
    let e = db.assert_refused(schema![v1::New]);
    assert!(matches!(e, Error::HazardsNotAllowed { .. }), "{e}");
    // A table of the other kind is not adopted; the next start reports it.
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE X(id INT64 PRIMARY KEY)",
        "CREATE REL TABLE New(FROM X TO X)",
    ]);
    let report = db.migrator(schema![v1::New]).baseline().unwrap();
    assert!(report.to_string().contains("is a rel table"), "{report}");
    assert!(matches!(
        db.assert_refused(schema![v1::New]),
        Error::Incompatible(_)
    ));
    // Without anything to record, no ledger is created.
    let db = TestDatabase::new();
    assert!(
        db.migrator(declaration())
            .baseline()
            .unwrap()
            .is_up_to_date()
    );
    assert_eq!(db.rows("CALL show_tables() RETURN count(*)"), "0");
    db.migrate_cleanly(declaration());
}

#[test]
fn baseline_with_adopt_records_unmanaged_tables() {
    let db = TestDatabase::from_cypher(MANUAL_DDL);
    db.execute(&[
        "CREATE NODE TABLE Mine(id INT64 PRIMARY KEY)",
        "CREATE REL TABLE Bond(FROM Mine TO Person)",
    ]);
    let migrator = db
        .migrator(declaration())
        .drift_policy(kuzu_ddl::DriftPolicy::Adopt);
    let text = migrator.baseline().unwrap().to_string();
    assert!(!text.contains("Bond is not managed by kuzu-ddl"), "{text}");
    // No event can contain a backtick, so a table with one remains unmanaged, with its rels.
    assert!(
        text.contains("Foreign is not managed by kuzu-ddl"),
        "{text}"
    );
    assert!(text.contains("Tie is not managed by kuzu-ddl"), "{text}");
    db.migrate_cleanly(declaration());
    db.execute(&["DROP TABLE Bond"]);
    assert!(matches!(
        db.assert_refused(declaration()),
        Error::DriftDetected(_)
    ));
}

/// Archive names exist, but no ledger: it was lost.
#[test]
fn lost_ledger_is_reported_and_can_be_rebuilt() {
    mod dropped {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        #[kuzu(dropped("name"))]
        pub(super) struct City {
            #[kuzu(primary_key)]
            id: i64,
            other: Option<String>,
        }
    }
    mod before {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        pub(super) struct City {
            #[kuzu(primary_key)]
            id: i64,
            name: Option<String>,
            other: Option<String>,
        }
    }
    use kuzu_ddl::DriftPolicy;
    let lost = || {
        let db = TestDatabase::migrated(schema![before::City]);
        db.execute(&["CREATE (:City {id: 1, name: 'Rome'})"]);
        db.migrate_cleanly(schema![dropped::City]);
        db.execute(&["DROP TABLE _kuzu_ddl_ledger"]);
        db
    };
    let db = lost();
    let e = db.assert_refused(schema![dropped::City]);
    let message = "was archived by a ledger that no longer exists";
    assert!(
        matches!(e, Error::DriftDetected(_)) && e.to_string().contains(message),
        "{e}"
    );
    for policy in [DriftPolicy::Warn, DriftPolicy::Adopt, DriftPolicy::Repair] {
        let db = lost();
        let before = db.catalog_and_rows();
        let migrator = db.migrator(schema![dropped::City]).drift_policy(policy);
        let report = migrator.migrate().unwrap();
        assert!(report.to_string().contains(message), "{report}");
        assert_eq!((db.catalog_and_rows(), db.drift()), (before, String::new()));
        db.migrate(schema![dropped::City]).unwrap();
        db.assert_up_to_date(schema![dropped::City]);
    }
    let report = db.migrator(schema![dropped::City]).baseline().unwrap();
    assert!(report.to_string().contains(message), "{report}");
    db.migrate_cleanly(schema![dropped::City]);
}
