//! Going back: with data, as history, and without confusing who starts next.

use crate::fixture::{Bed, Said};
use kuzu_ddl::history::set_tag;
use kuzu_ddl::{Error, HazardKind, History, Point, schema};

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

fn old() -> Said {
    schema![v1::Person, v1::City, v1::Lives]
}

fn new() -> Said {
    schema![v2::Human, v2::City, v2::Lives, v2::Fresh]
}

const OLD: &str = "MATCH (p:Person)-[l:Lives]->(c:City) RETURN p.id, p.name, p.score, p.nick, p.rank, l.rent, c.name ORDER BY p.id";

/// Three people, then the second version, then a row that is changed and one that is new.
fn migrated() -> Bed {
    let bed = Bed::with(old());
    bed.run(&[
        "CREATE (:Person {id: 1, name: 'Ada', score: 1.25, nick: 'a'}), (:Person {id: 2, name: 'Bob', score: 2.5, rank: 7}), (:Person {id: 3, name: 'Cy', score: 3.75})",
        "CREATE (:City {name: 'Rome'})",
        "MATCH (p:Person), (c:City) CREATE (p)-[:Lives {rent: p.id + 0.5}]->(c)",
    ]);
    bed.up(new());
    bed.run(&[
        "MATCH (h:Human {id: 2}) SET h.score = 40, h.email = 'bob@x'",
        "CREATE (:Human {id: 4, full_name: 'Dee', score: 5, email: 'dee@x'})",
        "MATCH (h:Human {id: 4}), (c:City) CREATE (h)-[:Lives {rent: 8}]->(c)",
        "MATCH (h:Human {id: 3})-[l:Lives]->(:City) SET l.rent = 100",
        "CREATE (:Fresh {id: 1})",
    ]);
    bed
}

#[test]
fn everything_comes_back_with_its_data() {
    let mut bed = migrated();
    let before = bed.ledger().events.len();
    let plan = bed
        .migrator(new())
        .rollback_plan(Point::Revision(1))
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
    assert_eq!(bed.ledger().events.len(), before, "a plan writes nothing");
    let report = bed
        .migrator(new())
        .app("desk")
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(report.steps, plan.steps);
    for _ in 0..2 {
        // The old values where nothing was written since, the new ones where something was.
        assert_eq!(
            bed.rows(OLD),
            "1|Ada|1.25|a|3|1.5|Rome; 2|Bob|40|NULL|7|2.5|Rome; 3|Cy|3.75|NULL|3|100|Rome; 4|Dee|5|NULL|9|8|Rome"
        );
        bed.settled(old());
        bed.reopen();
    }
    bed.run(&[
        "CREATE (:Person {id: 5, name: 'Eve', score: 0.5})",
        "CHECKPOINT",
    ]);
    bed.reopen();
    assert_eq!(
        bed.rows("MATCH (p:Person {id: 5}) RETURN p.rank, p.score"),
        "3|0.5"
    );
    let history = History::read(bed.db()).unwrap();
    assert!(history.entries().len() > before, "history is never erased");
    assert!(history.to_string().contains("rolled back to revision 1"));
    let way = history
        .difference(&Point::Revision(1), &Point::Now)
        .unwrap();
    assert!(way.is_empty(), "{way}");
}

#[test]
fn who_starts_next() {
    let mut bed = migrated();
    set_tag(bed.db(), "first", &Point::Revision(1)).unwrap();
    bed.migrator(new()).rollback(Point::tag("first")).unwrap();
    // The binary of that time opens; the other is told, however often it restarts.
    for _ in 0..2 {
        bed.settled(old());
        let e = bed.refused(new());
        let text = e.to_string();
        assert!(matches!(e, Error::Undone { .. }), "{text}");
        assert!(
            text.contains("went back to tag first on 20") && text.contains("`.redo()`"),
            "{text}"
        );
        bed.reopen();
    }
    // Once somebody says so, its changes are made again, and what was archived is back.
    bed.migrator(new()).redo().migrate().unwrap();
    bed.settled(new());
    assert_eq!(
        bed.rows("MATCH (h:Human) RETURN h.id, h.full_name, h.score, h.email ORDER BY h.id"),
        "1|Ada|1|NULL; 2|Bob|40|bob@x; 3|Cy|4|NULL; 4|Dee|5|dee@x"
    );
    assert_eq!(bed.rows("MATCH (f:Fresh) RETURN f.id"), "1");
    // It is an ordinary version again, and the first one too old.
    assert!(matches!(bed.refused(old()), Error::Refused(_)));
    bed.migrator(new()).redo().migrate().unwrap();
    bed.settled(new());
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

/// A version that was never here before is newly deployed: it asks for all that it changes.
#[test]
fn a_newer_version_makes_the_changes_again() {
    let bed = migrated();
    bed.migrator(new()).rollback(Point::Revision(1)).unwrap();
    let newer = schema![v3::Human];
    let report = bed.migrate(newer.clone()).unwrap();
    assert!(
        report.to_string().contains("rename table Person to Human"),
        "{report}"
    );
    assert_eq!(
        bed.rows("MATCH (h:Human) RETURN h.id, h.full_name, h.email, h.extra ORDER BY h.id"),
        "1|Ada|NULL|NULL; 2|Bob|bob@x|NULL; 3|Cy|NULL|NULL; 4|Dee|dee@x|NULL"
    );
    bed.settled(newer);
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
fn what_cannot_be_reversed_is_named() {
    let bed = Bed::with(schema![v1::Person, v1::City, pairs::Lives]);
    bed.run(&[
        "CREATE (:Person {id: 1, name: 'Ada', score: 1.0}), (:City {name: 'Rome'})",
        "MATCH (p:Person), (c:City) CREATE (c)-[:Lives {rent: 1.0}]->(p), (p)-[:Lives {rent: 2.0}]->(c)",
    ]);
    let less = || schema![v1::Person, v1::City, pairs::less::Lives];
    bed.migrator(less())
        .allow(HazardKind::DeletesData, "Lives(City -> Person)")
        .allow(HazardKind::Irreversible, "Lives(City -> Person)")
        .migrate()
        .unwrap();
    let before = bed.state();
    let e = bed
        .migrator(less())
        .rollback(Point::Revision(1))
        .unwrap_err();
    assert_eq!(bed.state(), before);
    let text = e.to_string();
    assert!(matches!(e, Error::Irreversible(_)), "{text}");
    assert!(
        text.contains("Lives(City -> Person): comes back without its rels")
            && text.contains(".partial()"),
        "{text}"
    );
    let plan = bed
        .migrator(less())
        .rollback_plan(Point::Revision(1))
        .unwrap();
    assert!(
        plan.to_string()
            .contains("irreversible: Lives(City -> Person)"),
        "{plan}"
    );
    bed.migrator(less())
        .partial()
        .rollback(Point::Revision(1))
        .unwrap();
    bed.settled(schema![v1::Person, v1::City, pairs::Lives]);
    assert_eq!(bed.rows("MATCH ()-[l:Lives]->() RETURN count(*)"), "1");
}

/// A pair that was added since goes with its rels, and that must be allowed as ever.
#[test]
fn going_back_has_hazards_like_any_plan() {
    let bed = Bed::with(old());
    bed.up(schema![v1::Person, v1::City, pairs::Lives]);
    bed.run(&[
        "CREATE (:Person {id: 1, name: 'Ada', score: 1.0}), (:City {name: 'Rome'})",
        "MATCH (p:Person), (c:City) CREATE (c)-[:Lives {rent: 1.0}]->(p)",
    ]);
    let back = || bed.migrator(old());
    let e = back().rollback(Point::Revision(1)).unwrap_err();
    assert!(
        e.to_string()
            .contains("deletes data: Lives(City -> Person), 1 rel"),
        "{e}"
    );
    back()
        .allow(HazardKind::DeletesData, "Lives(City -> Person)")
        .allow(HazardKind::Irreversible, "Lives(City -> Person)")
        .rollback(Point::Revision(1))
        .unwrap();
    bed.settled(old());
}

#[test]
fn what_was_purged_is_named_and_comes_back_empty() {
    let bed = migrated();
    bed.migrator(new())
        .purge("Human.nick")
        .allow(HazardKind::DeletesData, "Human.nick")
        .allow(HazardKind::Irreversible, "Human.nick")
        .migrate()
        .unwrap();
    let e = bed
        .migrator(new())
        .rollback(Point::Revision(1))
        .unwrap_err();
    assert!(
        e.to_string()
            .contains("Person.nick: was purged, and comes back empty"),
        "{e}"
    );
    bed.migrator(new())
        .partial()
        .rollback(Point::Revision(1))
        .unwrap();
    bed.settled(old());
    assert_eq!(
        bed.rows("MATCH (p:Person) RETURN count(*), count(p.nick)"),
        "4|0"
    );
}

#[test]
fn to_any_point_and_from_it_again() {
    let bed = migrated();
    let history = History::read(bed.db()).unwrap();
    let end = history.revisions()[&1].events.last().copied().unwrap();
    let then = history.revisions()[&2].at - 1;
    let all = "MATCH (h:Human)-[l:Lives]->() RETURN h.id, h.full_name, h.score, h.email, h.rank, l.rent ORDER BY h.id";
    let now = bed.rows(all);
    bed.migrator(new()).rollback(end).unwrap();
    bed.settled(old());
    // Back from there: the second version is in force again, and no longer undone.
    bed.migrator(old()).rollback(Point::Revision(2)).unwrap();
    bed.settled(new());
    assert_eq!(bed.rows(all), now);
    bed.migrator(old()).rollback(Point::Time(then)).unwrap();
    bed.settled(old());
    assert!(matches!(bed.refused(new()), Error::Undone { .. }));
    // There already: nothing to do, and nothing is recorded.
    let report = bed.migrator(old()).rollback(Point::Revision(1)).unwrap();
    assert!(report.is_up_to_date(), "{report}");
    for (point, told) in [
        (Point::Revision(77), "no revision 77"),
        (Point::tag("none"), "there is no tag `none`"),
        (Point::Time(1), "had not begun"),
    ] {
        let e = bed.migrator(old()).rollback(point).unwrap_err();
        assert!(e.to_string().contains(told), "{e}");
    }
}
