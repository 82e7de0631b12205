//! Rollback: with data, recorded as history, and without affecting which version starts next.

use kuzu_ddl::history::{History, Point};
use kuzu_ddl::{Error, HazardKind, schema};
use kuzu_ddl_runtime::queries::set_tag;

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// A person.
    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        score: f64,
        nick: Option<String>,
        #[kuzu(default = 3)]
        rank: i32,
    }

    #[derive(KuzuNode)]
    pub(super) struct City {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = City)]
    pub(super) struct Lives {
        rent: f64,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// A human being.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Person", dropped("nick"))]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name")]
        full_name: String,
        #[kuzu(cast = "CAST(old AS INT64)")]
        score: i64,
        email: Option<String>,
        #[kuzu(default = 9)]
        rank: i32,
    }

    #[derive(KuzuNode)]
    pub(super) struct City {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Human, to = City, multiplicity = "many_one")]
    pub(super) struct Lives {
        #[kuzu(cast = "CAST(old AS INT64)")]
        rent: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Fresh {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn old() -> Declaration {
    schema![v1::Person, v1::City, v1::Lives]
}

fn new() -> Declaration {
    schema![v2::Human, v2::City, v2::Lives, v2::Fresh]
}

const OLD: &str = "MATCH (p:Person)-[l:Lives]->(c:City) RETURN p.id, p.name, p.score, p.nick, p.rank, l.rent, c.name ORDER BY p.id";

/// Three people, then the second version, then a changed row and a new one.
fn migrated() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "CREATE (:Person {id: 1, name: 'Ada', score: 1.25, nick: 'a'}), (:Person {id: 2, name: 'Bob', score: 2.5, rank: 7}), (:Person {id: 3, name: 'Cy', score: 3.75})",
        "CREATE (:City {name: 'Rome'})",
        "MATCH (p:Person), (c:City) CREATE (p)-[:Lives {rent: p.id + 0.5}]->(c)",
    ]);
    db.migrate_cleanly(new());
    db.execute(&[
        "MATCH (h:Human {id: 2}) SET h.score = 40, h.email = 'bob@x'",
        "CREATE (:Human {id: 4, full_name: 'Dee', score: 5, email: 'dee@x'})",
        "MATCH (h:Human {id: 4}), (c:City) CREATE (h)-[:Lives {rent: 8}]->(c)",
        "MATCH (h:Human {id: 3})-[l:Lives]->(:City) SET l.rent = 100",
        "CREATE (:Fresh {id: 1})",
    ]);
    db
}

#[test]
fn rollback_restores_schema_and_rows() {
    let mut db = migrated();
    let before = db.ledger().events.len();
    let plan = db
        .migrator(new())
        .plan_rollback(Point::Revision(1))
        .unwrap();
    let text = plan.to_string();
    for line in [
        "rename table Human to Person",
        "rename property Person.full_name to name",
        "archive property Person.email",
        "restore property Person.nick",
        "archive table Fresh",
        "change property Person.score to DOUBLE",
        "rewrites data: Person.score, 4 values",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert_eq!(db.ledger().events.len(), before, "a plan writes nothing");
    let report = db
        .migrator(new())
        .application("desk")
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(report.steps, plan.steps);
    for _ in 0..2 {
        // The archived values where nothing was written since, the new ones otherwise.
        assert_eq!(
            db.rows(OLD),
            "1|Ada|1.25|a|3|1.5|Rome; 2|Bob|40|NULL|7|2.5|Rome; 3|Cy|3.75|NULL|3|100|Rome; 4|Dee|5|NULL|9|8|Rome"
        );
        db.assert_up_to_date(old());
        db.reopen();
    }
    db.execute(&[
        "CREATE (:Person {id: 5, name: 'Eve', score: 0.5})",
        "CHECKPOINT",
    ]);
    db.reopen();
    assert_eq!(
        db.rows("MATCH (p:Person {id: 5}) RETURN p.rank, p.score"),
        "3|0.5"
    );
    let history = History::read(db.kuzu()).unwrap();
    assert!(history.entries().len() > before, "history is never erased");
    assert!(history.to_string().contains("rolled back to revision 1"));
    let way = history.compare(&Point::Revision(1), &Point::Now).unwrap();
    assert!(way.is_empty(), "{way}");
}

#[test]
fn rolled_back_version_is_refused_until_reapplied() {
    let mut db = migrated();
    set_tag(db.kuzu(), "first", &Point::Revision(1)).unwrap();
    db.migrator(new()).rollback(Point::tag("first")).unwrap();
    // The former binary starts; the other is refused, however often it restarts.
    for _ in 0..2 {
        db.assert_up_to_date(old());
        let e = db.assert_refused(new());
        let text = e.to_string();
        assert!(matches!(e, Error::RolledBack { .. }), "{text}");
        assert!(
            text.contains("rolled back to tag first on 20")
                && text.contains("`.reapply_rolled_back()`"),
            "{text}"
        );
        db.reopen();
    }
    // On request, its changes are applied again, and the archived values are restored.
    db.migrator(new()).reapply_rolled_back().migrate().unwrap();
    db.assert_up_to_date(new());
    assert_eq!(
        db.rows("MATCH (h:Human) RETURN h.id, h.full_name, h.score, h.email ORDER BY h.id"),
        "1|Ada|1|NULL; 2|Bob|40|bob@x; 3|Cy|4|NULL; 4|Dee|5|dee@x"
    );
    assert_eq!(db.rows("MATCH (f:Fresh) RETURN f.id"), "1");
    // It is an ordinary version again, and the first one is too old.
    assert!(matches!(db.assert_refused(old()), Error::Incompatible(_)));
    db.migrator(new()).reapply_rolled_back().migrate().unwrap();
    db.assert_up_to_date(new());
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    /// A human being.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Person", dropped("nick"))]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name")]
        full_name: String,
        #[kuzu(cast = "CAST(old AS INT64)")]
        score: i64,
        email: Option<String>,
        #[kuzu(default = 9)]
        rank: i32,
        extra: Option<String>,
    }
}

/// A version that never ran here is a new deployment: its declaration is applied.
#[test]
fn newer_version_reapplies_rolled_back_changes() {
    let db = migrated();
    db.migrator(new()).rollback(Point::Revision(1)).unwrap();
    let newer = schema![v3::Human];
    let report = db.migrate(newer.clone()).unwrap();
    assert!(
        report.to_string().contains("rename table Person to Human"),
        "{report}"
    );
    assert_eq!(
        db.rows("MATCH (h:Human) RETURN h.id, h.full_name, h.email, h.extra ORDER BY h.id"),
        "1|Ada|NULL|NULL; 2|Bob|bob@x|NULL; 3|Cy|NULL|NULL; 4|Dee|dee@x|NULL"
    );
    db.assert_up_to_date(newer);
}

mod pairs {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(from = super::v1::Person, to = super::v1::City, pair(from = super::v1::City, to = super::v1::Person))]
    pub(super) struct Lives {
        rent: f64,
    }

    pub(super) mod less {
        use kuzu_ddl::KuzuEdge;

        #[derive(KuzuEdge)]
        #[kuzu(from = super::super::v1::Person, to = super::super::v1::City, dropped_pair(from = super::super::v1::City, to = super::super::v1::Person))]
        pub(in super::super) struct Lives {
            rent: f64,
        }
    }
}

#[test]
fn irreversible_changes_are_named() {
    let db = TestDatabase::migrated(schema![v1::Person, v1::City, pairs::Lives]);
    db.execute(&[
        "CREATE (:Person {id: 1, name: 'Ada', score: 1.0}), (:City {name: 'Rome'})",
        "MATCH (p:Person), (c:City) CREATE (c)-[:Lives {rent: 1.0}]->(p), (p)-[:Lives {rent: 2.0}]->(c)",
    ]);
    let less = || schema![v1::Person, v1::City, pairs::less::Lives];
    db.migrate_cleanly(less());
    db.migrator(less())
        .purge("Lives(City -> Person)")
        .allow(HazardKind::DeletesData, "Lives(City -> Person)")
        .allow(HazardKind::Irreversible, "Lives(City -> Person)")
        .migrate()
        .unwrap();
    let before = db.snapshot();
    let e = db
        .migrator(less())
        .rollback(Point::Revision(1))
        .unwrap_err();
    assert_eq!(db.snapshot(), before);
    let text = e.to_string();
    assert!(matches!(e, Error::Irreversible(_)), "{text}");
    assert!(
        text.contains("Lives(City -> Person): added again without its rels")
            && text.contains(".allow_partial_rollback()"),
        "{text}"
    );
    let plan = db
        .migrator(less())
        .plan_rollback(Point::Revision(1))
        .unwrap();
    assert!(
        plan.to_string()
            .contains("irreversible: Lives(City -> Person)"),
        "{plan}"
    );
    db.migrator(less())
        .allow_partial_rollback()
        .rollback(Point::Revision(1))
        .unwrap();
    db.assert_up_to_date(schema![v1::Person, v1::City, pairs::Lives]);
    assert_eq!(db.rows("MATCH ()-[l:Lives]->() RETURN count(*)"), "1");
}

/// A pair that was added since is archived with its rels, as in any plan.
#[test]
fn rollback_archives_like_any_plan() {
    let db = TestDatabase::migrated(old());
    db.migrate_cleanly(schema![v1::Person, v1::City, pairs::Lives]);
    db.execute(&[
        "CREATE (:Person {id: 1, name: 'Ada', score: 1.0}), (:City {name: 'Rome'})",
        "MATCH (p:Person), (c:City) CREATE (c)-[:Lives {rent: 1.0}]->(p)",
    ]);
    let report = db.migrator(old()).rollback(Point::Revision(1)).unwrap();
    let text = report.to_string();
    assert!(
        text.contains("archive the rels of Lives(City -> Person)"),
        "{text}"
    );
    db.assert_up_to_date(old());
    db.migrator(old()).rollback(Point::Revision(2)).unwrap();
    assert_eq!(
        db.rows("MATCH (c:City)-[l:Lives]->(p:Person) RETURN c.name, l.rent, p.id"),
        "Rome|1|1"
    );
}

#[test]
fn purged_property_is_restored_empty() {
    let db = migrated();
    db.migrator(new())
        .purge("Human.nick")
        .allow(HazardKind::DeletesData, "Human.nick")
        .allow(HazardKind::Irreversible, "Human.nick")
        .migrate()
        .unwrap();
    let e = db.migrator(new()).rollback(Point::Revision(1)).unwrap_err();
    assert!(
        e.to_string()
            .contains("Person.nick: was purged; recreated without rows"),
        "{e}"
    );
    db.migrator(new())
        .allow_partial_rollback()
        .rollback(Point::Revision(1))
        .unwrap();
    db.assert_up_to_date(old());
    assert_eq!(
        db.rows("MATCH (p:Person) RETURN count(*), count(p.nick)"),
        "4|0"
    );
}

#[test]
fn rollback_reaches_any_point() {
    let db = migrated();
    let history = History::read(db.kuzu()).unwrap();
    let end = history.revisions()[&1].events.last().copied().unwrap();
    let then = history.revisions()[&2].started_at_ms - 1;
    let all = "MATCH (h:Human)-[l:Lives]->() RETURN h.id, h.full_name, h.score, h.email, h.rank, l.rent ORDER BY h.id";
    let now = db.rows(all);
    db.migrator(new()).rollback(end).unwrap();
    db.assert_up_to_date(old());
    // Rolled back from there: the second version is current again, and no longer undone.
    db.migrator(old()).rollback(Point::Revision(2)).unwrap();
    db.assert_up_to_date(new());
    assert_eq!(db.rows(all), now);
    db.migrator(old()).rollback(Point::Time(then)).unwrap();
    db.assert_up_to_date(old());
    assert!(matches!(db.assert_refused(new()), Error::RolledBack { .. }));
    // Already there: nothing to do, and nothing is recorded.
    let report = db.migrator(old()).rollback(Point::Revision(1)).unwrap();
    assert!(report.is_up_to_date(), "{report}");
    for (point, reason) in [
        (Point::Revision(77), "unknown revision 77"),
        (Point::tag("none"), "unknown tag `none`"),
        (Point::Time(1), "is before the first revision"),
    ] {
        let e = db.migrator(old()).rollback(point).unwrap_err();
        assert!(e.to_string().contains(reason), "{e}");
    }
}
