//! Binaries that start on databases of their own, and meet afterwards.

use kuzu_ddl::{Error, Incoming, Point, schema};

use crate::fixture::Said;
use crate::fixture::peer::{Member, meet, same};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        score: i32,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows;
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        score: i32,
        email: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows {
        since: Option<i64>,
    }
}

mod v3 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "name")]
        full_name: String,
        score: i64,
        email: Option<String>,
        age: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = Person, to = Person)]
    pub(super) struct Knows {
        since: Option<i64>,
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct City {
        #[kuzu(primary_key)]
        name: String,
    }
}

fn one() -> Said {
    schema![v1::Person, v1::Knows]
}

fn two() -> Said {
    schema![v2::Person, v2::Knows]
}

fn three() -> Said {
    schema![v3::Person, v3::Knows, v3::City]
}

/// The first version with one row.
fn first(id: i64) -> Member {
    let member = Member::with(one());
    let person = format!("CREATE (:Person {{id: {id}, name: 'n{id}', score: {id}}})");
    let knows = "MATCH (p:Person) CREATE (p)-[:Knows]->(p)";
    member.bed.run(&[&person, knows]);
    member
}

fn ids(member: &Member) -> Vec<kuzu_ddl::EventId> {
    member.agreed().applied.keys().copied().collect()
}

const PEOPLE: &str =
    "MATCH (p:Person)-[:Knows]->(p) RETURN p.id, p.full_name, p.score ORDER BY p.id";

#[test]
fn s03_the_same_binary_offline_on_two_peers() {
    let (a, b) = (first(1), first(2));
    a.bed.up(three());
    b.bed.up(three());
    assert_eq!(ids(&a), ids(&b));
    let heard = b.hear(&a);
    assert!(
        heard.applied.is_empty() && heard.steps.is_empty(),
        "{heard}"
    );
    meet(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    for (member, rows) in [(&a, "1|n1|1"), (&b, "2|n2|2")] {
        assert_eq!(member.bed.rows(PEOPLE), rows);
        member.bed.settled(three());
    }
}

#[test]
fn s05_by_way_of_a_version_and_straight() {
    let (a, b) = (first(1), first(2));
    a.bed.up(two());
    a.bed
        .run(&["MATCH (p:Person) SET p.email = 'kept'", "CHECKPOINT"]);
    a.bed.up(three());
    b.bed.up(three());
    meet(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(a.bed.rows(PEOPLE), "1|n1|1");
    assert_eq!(b.bed.rows(PEOPLE), "2|n2|2");
    assert_eq!(a.bed.rows("MATCH (p:Person) RETURN p.email"), "kept");
    for member in [&a, &b] {
        member.bed.settled(three());
    }
}

#[test]
fn s06_old_and_new_binaries_in_turn() {
    let (a, b) = (first(1), first(2));
    a.bed.up(two());
    meet(&[&a, &b]);
    let events = ids(&a);
    for turn in 0..50 {
        let (here, there) = if turn % 2 == 0 { (&a, &b) } else { (&b, &a) };
        for (member, said) in [(here, one()), (there, two()), (here, two())] {
            let report = member.bed.migrate(said.clone());
            let report = report.unwrap_or_else(|e| panic!("in turn {turn}: {e}"));
            assert!(report.is_up_to_date(), "in turn {turn}: {report}");
            let other = if std::ptr::eq(member, &raw const a) {
                &b
            } else {
                &a
            };
            let heard = member.bed.migrator(said).receive(other.events()).unwrap();
            assert!(heard.applied.is_empty(), "in turn {turn}: {heard}");
        }
    }
    assert_eq!((ids(&a), ids(&b)), (events.clone(), events));
    same(&[&a, &b]);
    let all = "MATCH (p:Person)-[:Knows]->(p) RETURN p.id, p.name, p.score";
    assert_eq!(
        (a.bed.rows(all), b.bed.rows(all)),
        ("1|n1|1".into(), "2|n2|2".into())
    );
}

/// The one that deployed goes back. The other, whose application still needs what goes, keeps it until
/// it goes back as well; and when the deploy is made again, all is there again on both.
#[test]
fn s06_a_deploy_that_is_rolled_back() {
    let (a, b) = (first(1), first(2));
    a.bed.up(three());
    b.bed.up(three());
    for member in [&a, &b] {
        member
            .bed
            .run(&["MATCH (p:Person) SET p.email = 'mail', p.age = 7"]);
    }
    a.bed
        .migrator(three())
        .rollback(Point::Revision(1))
        .unwrap();
    a.bed.settled(one());
    let heard = b.bed.migrator(three()).receive(a.events()).unwrap();
    assert!(!heard.delayed.is_empty(), "{heard}");
    b.bed.migrate(three()).unwrap();
    assert_eq!(b.bed.rows(PEOPLE), "2|n2|2");
    assert_eq!(
        b.bed.rows("MATCH (p:Person) RETURN p.email, p.age"),
        "mail|7"
    );
    // The old binary there too: now it is carried out.
    let report = b.bed.migrator(one()).incoming(Incoming::Apply).migrate();
    report.unwrap_or_else(|e| panic!("{e}"));
    same(&[&a, &b]);
    b.bed.settled(one());
    let e = a.bed.refused(three());
    assert!(matches!(e, Error::Undone { .. }), "{e}");
    a.bed.migrator(three()).redo().migrate().unwrap();
    meet(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    for (member, rows) in [(&a, "1|n1|1"), (&b, "2|n2|2")] {
        assert_eq!(member.bed.rows(PEOPLE), rows);
        let kept = member.bed.rows("MATCH (p:Person) RETURN p.email, p.age");
        assert_eq!(kept, "mail|7");
    }
}
