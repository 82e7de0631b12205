//! Rule 5: a database without a ledger is adopted, and its tables go on working.

use crate::fixture::Bed;
use kuzu_ddl::{Error, HazardKind, schema};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default = "nobody")]
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

const BY_HAND: &[&str] = &[
    "CREATE NODE TABLE Person(id INT64, name STRING DEFAULT 'nobody', score INT64 DEFAULT -5, since TIMESTAMP DEFAULT current_timestamp(), PRIMARY KEY(id))",
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

fn said() -> crate::fixture::Said {
    schema![v1::Person, v1::City, v1::LivesIn, v1::Likes, v1::New]
}

#[test]
fn a_database_that_was_here_before() {
    let mut bed = Bed::by_hand(BY_HAND);
    let report = bed.up(said());
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
        "Person was here before and is adopted",
        "City.extra is not declared and is kept",
        "Foreign belongs to nobody here",
        "Tie belongs to nobody here",
    ] {
        assert!(text.contains(note), "{note} in {text}");
    }
    for _ in 0..2 {
        assert_eq!(
            bed.rows("MATCH (p:Person)-[l:LivesIn]->(c:City) RETURN p.id, p.name, p.score, p.added, p.also, l.rent, c.extra ORDER BY p.id"),
            "1|Ada|-5|1|NULL|1.5|9; 2|nobody|-5|1|NULL|3|9"
        );
        assert_eq!(
            bed.rows("MATCH (:Person)-[l:Likes]->(q:Person) RETURN l.much, q.id"),
            "true|2"
        );
        assert_eq!(
            bed.rows("MATCH (f:Foreign)-[:Tie]->(p:Person) RETURN f.id, p.id"),
            "4|1"
        );
        // A comment that the source does not have is no reason to clear one.
        assert_eq!(
            bed.rows("CALL show_tables() WHERE name = 'Person' RETURN comment"),
            "As it was."
        );
        bed.reopen();
        bed.settled(said());
    }
    bed.run(&[
        "CREATE (:Person {id: 3})",
        "MATCH (p:Person {id: 3}), (c:City) CREATE (p)-[:Likes]->(c)",
    ]);
    assert_eq!(
        bed.rows("MATCH (p:Person {id: 3}) RETURN p.name, p.score, p.added"),
        "nobody|-5|1"
    );
}

#[test]
fn what_fits_exactly_costs_no_step() {
    let bed = Bed::by_hand(&[
        "CREATE NODE TABLE New(id INT64 PRIMARY KEY)",
        "CREATE (:New {id: 1})",
    ]);
    let report = bed.up(schema![v1::New]);
    assert_eq!(
        (report.steps.len(), report.events.len()),
        (0, 1),
        "{report}"
    );
    // The history is the same as that of a database that was made from the source.
    let other = Bed::with(schema![v1::New]);
    assert_eq!(
        bed.ledger().events.keys().collect::<Vec<_>>(),
        other.ledger().events.keys().collect::<Vec<_>>()
    );
}

#[test]
fn what_does_not_fit_is_refused_with_reasons() {
    for (ddl, told) in [
        ("CREATE NODE TABLE New(id STRING PRIMARY KEY)", "New.id"),
        (
            "CREATE NODE TABLE X(id INT64 PRIMARY KEY); CREATE REL TABLE New(FROM X TO X)",
            "is a rel table",
        ),
    ] {
        let statements: Vec<&str> = ddl.split("; ").collect();
        let bed = Bed::by_hand(&statements);
        let e = bed.refused(schema![v1::New]);
        assert!(
            matches!(e, Error::Refused(_)) && e.to_string().contains(told),
            "{e}"
        );
    }
}

/// A first start says what is; that rows shall be rewritten must be said as well.
#[test]
fn rewriting_what_was_here_before_is_asked_about() {
    let bed = Bed::by_hand(&[
        "CREATE NODE TABLE New(id INT64, k INT64, PRIMARY KEY(k))",
        "CREATE (:New {id: 1, k: 2})",
    ]);
    let e = bed.refused(schema![v1::New]);
    let text = e.to_string();
    assert!(matches!(e, Error::Blocked { .. }), "{text}");
    assert!(
        text.contains(".allow(HazardKind::RewritesData, \"New\")"),
        "{text}"
    );
    let report = bed
        .migrator(schema![v1::New])
        .allow(HazardKind::RewritesData, "New")
        .allow(HazardKind::MayFail, "New")
        .migrate()
        .unwrap();
    assert!(!report.is_up_to_date());
    bed.settled(schema![v1::New]);
    assert_eq!(bed.rows("MATCH (n:New) RETURN n.id, n.k"), "1|2");
    assert_eq!(
        bed.rows("CALL table_info('New') WHERE `primary key` RETURN name"),
        "id"
    );
}

#[test]
fn another_multiplicity_of_what_is_empty_is_carried_out() {
    let bed = Bed::by_hand(&[
        "CREATE NODE TABLE Person(id INT64 PRIMARY KEY)",
        "CREATE NODE TABLE City(name STRING PRIMARY KEY)",
        "CREATE REL TABLE LivesIn(FROM Person TO City, rent DOUBLE)",
    ]);
    bed.up(schema![v1::Person, v1::City, v1::LivesIn]);
    bed.run(&[
        "CREATE (:Person {id: 1})",
        "CREATE (:City {name: 'a'})",
        "CREATE (:City {name: 'b'})",
        "MATCH (p:Person), (c:City {name: 'a'}) CREATE (p)-[:LivesIn]->(c)",
    ]);
    let twice = bed
        .session()
        .query("MATCH (p:Person), (c:City {name: 'b'}) CREATE (p)-[:LivesIn]->(c)");
    assert!(twice.is_err_and(|e| e.to_string().contains("multiplicity")));
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
fn adopted_under_an_earlier_name() {
    let mut bed = Bed::by_hand(&[
        "CREATE NODE TABLE New(id INT64 PRIMARY KEY)",
        "CREATE (:New {id: 1})",
    ]);
    let report = bed.up(schema![renamed::Newer]);
    assert_eq!(report.steps.len(), 2, "{report}");
    bed.reopen();
    assert_eq!(bed.rows("MATCH (n:Newer) RETURN n.key"), "1");
}

#[test]
fn a_baseline_records_what_is_and_leaves_the_rest_to_the_next_start() {
    let mut bed = Bed::by_hand(BY_HAND);
    let before = bed.data();
    let report = bed.migrator(said()).baseline().unwrap();
    let text = report.to_string();
    assert!(
        report.steps.is_empty() && !report.events.is_empty(),
        "{text}"
    );
    for note in [
        "Person was here before and is adopted",
        "Foreign belongs to nobody here",
    ] {
        assert!(text.contains(note), "{note} in {text}");
    }
    assert_eq!((bed.data(), bed.drift()), (before.clone(), String::new()));
    assert_eq!(bed.ledger().seen.len(), 0);
    assert_eq!(bed.ledger().ancestor, None);
    bed.reopen();
    // What the structs say otherwise is a plan, however often it is asked for.
    for _ in 0..2 {
        let plan = bed.migrator(said()).plan().unwrap();
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
    assert_eq!(bed.data(), before);
    // It is made once.
    let e = baseline_refused(&bed);
    assert!(e.contains(".drift(DriftPolicy::Repair)"), "{e}");
    bed.up(said());
    let rows = "MATCH (p:Person) RETURN p.id, p.name, p.score, p.added ORDER BY p.id";
    assert_eq!(bed.rows(rows), "1|Ada|-5|1; 2|nobody|-5|1");
    assert!(baseline_refused(&bed).contains("the database has a ledger"));
}

fn baseline_refused(bed: &Bed) -> String {
    let before = bed.state();
    let e = bed.migrator(said()).baseline().unwrap_err();
    assert!(matches!(e, Error::HasLedger { .. }), "{e}");
    assert_eq!(bed.state(), before);
    e.to_string()
}

/// Rewriting what was there before is asked about, also by the start after a baseline.
#[test]
fn a_baseline_of_what_does_not_fit() {
    let bed = Bed::by_hand(&[
        "CREATE NODE TABLE New(id INT64, k INT64, PRIMARY KEY(k))",
        "CREATE (:New {id: 1, k: 2})",
    ]);
    bed.migrator(schema![v1::New]).baseline().unwrap();
    let e = bed.refused(schema![v1::New]);
    assert!(matches!(e, Error::Blocked { .. }), "{e}");
    // One of the other kind is not taken in; the next start says so.
    let bed = Bed::by_hand(&[
        "CREATE NODE TABLE X(id INT64 PRIMARY KEY)",
        "CREATE REL TABLE New(FROM X TO X)",
    ]);
    let report = bed.migrator(schema![v1::New]).baseline().unwrap();
    assert!(report.to_string().contains("is a rel table"), "{report}");
    assert!(matches!(bed.refused(schema![v1::New]), Error::Refused(_)));
    // Where there is nothing to record there is no ledger.
    let bed = Bed::new();
    assert!(bed.migrator(said()).baseline().unwrap().is_up_to_date());
    assert_eq!(bed.rows("CALL show_tables() RETURN count(*)"), "0");
    bed.up(said());
}

#[test]
fn a_baseline_of_everything() {
    let bed = Bed::by_hand(BY_HAND);
    bed.run(&[
        "CREATE NODE TABLE Mine(id INT64 PRIMARY KEY)",
        "CREATE REL TABLE Bond(FROM Mine TO Person)",
    ]);
    let migrator = bed.migrator(said()).drift(kuzu_ddl::DriftPolicy::Adopt);
    let text = migrator.baseline().unwrap().to_string();
    assert!(!text.contains("Bond belongs to nobody"), "{text}");
    // No event can tell of a backtick, so what has one stays as it is, with what joins it.
    assert!(text.contains("Foreign belongs to nobody here"), "{text}");
    assert!(text.contains("Tie belongs to nobody here"), "{text}");
    bed.up(said());
    bed.run(&["DROP TABLE Bond"]);
    assert!(matches!(bed.refused(said()), Error::Drift(_)));
}

/// Names that only a ledger gives, and no ledger: somebody lost it.
#[test]
fn a_ledger_that_was_lost() {
    mod gone {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        #[kuzu(dropped("name"))]
        pub(super) struct City {
            #[kuzu(primary_key)]
            id: i64,
            other: Option<String>,
        }
    }
    mod was {
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
        let bed = Bed::with(schema![was::City]);
        bed.run(&["CREATE (:City {id: 1, name: 'Rome'})"]);
        bed.up(schema![gone::City]);
        bed.run(&["DROP TABLE _kuzu_ddl_ledger"]);
        bed
    };
    let bed = lost();
    let e = bed.refused(schema![gone::City]);
    let told = "was archived by a ledger that is not there any more";
    assert!(
        matches!(e, Error::Drift(_)) && e.to_string().contains(told),
        "{e}"
    );
    for policy in [DriftPolicy::Warn, DriftPolicy::Adopt, DriftPolicy::Repair] {
        let bed = lost();
        let before = bed.data();
        let migrator = bed.migrator(schema![gone::City]).drift(policy);
        let report = migrator.migrate().unwrap();
        assert!(report.to_string().contains(told), "{report}");
        assert_eq!((bed.data(), bed.drift()), (before, String::new()));
        bed.migrate(schema![gone::City]).unwrap();
        bed.settled(schema![gone::City]);
    }
    let report = bed.migrator(schema![gone::City]).baseline().unwrap();
    assert!(report.to_string().contains(told), "{report}");
    bed.up(schema![gone::City]);
}
