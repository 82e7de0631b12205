//! Somebody changed the database by hand, and then events come.

use kuzu_ddl::migrate::Delay;
use kuzu_ddl::schema::Type;
use kuzu_ddl::{DriftPolicy, Error, Incoming, Migrator};

use crate::fixture::peer::{Member, id, meet, same, spec};

fn migrator(member: &Member) -> Migrator<'_> {
    let migrator = Migrator::new(member.db()).schema(Ok(Default::default()));
    migrator.incoming(Incoming::Apply)
}

fn two() -> (Member, Member) {
    let (a, b) = (Member::new(), Member::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    b.hear(&a);
    a.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    });
    b.bed.run(&[
        "ALTER TABLE Person ADD hand STRING",
        "CREATE (:Person {id: 1, hand: 'made'})",
    ]);
    (a, b)
}

/// What came is kept and waits, it is told where the database differs, and once that is settled the next
/// start, or the next delivery, carries it out.
#[test]
fn s16_told_and_taken_away_by_hand() {
    for by_start in [true, false] {
        let (a, mut b) = two();
        let rows = b.bed.rows("MATCH (p:Person) RETURN p.*");
        for _ in 0..2 {
            let heard = migrator(&b).receive(a.events()).unwrap();
            assert!(
                heard.applied.is_empty() && heard.steps.is_empty(),
                "{heard}"
            );
            assert_eq!(heard.drift.len(), 1, "{heard}");
            assert_eq!(heard.delayed.len(), 1, "{heard}");
            assert_eq!(heard.delayed[0].delay, Delay::Drift);
            let text = heard.to_string();
            assert!(
                text.contains("Person.age") && text.contains("Person.hand"),
                "{text}"
            );
            assert_eq!(b.bed.rows("MATCH (p:Person) RETURN p.*"), rows);
            assert_eq!(b.agreed().waiting.len(), 1);
            b.bed.reopen();
        }
        // Nobody has settled it: a start says so, and loses nothing.
        let e = b.bed.migrate(Ok(Default::default())).unwrap_err();
        assert!(matches!(e, Error::Drift(_)), "{e}");
        assert_eq!(b.agreed().waiting.len(), 1);
        b.bed.run(&["ALTER TABLE Person DROP hand"]);
        if by_start {
            b.bed.migrate(Ok(Default::default())).unwrap();
            assert!(b.agreed().waiting.is_empty());
            same(&[&a, &b]);
        } else {
            meet(&[&a, &b]);
        }
        assert_eq!(b.bed.rows("MATCH (p:Person) RETURN p.*"), "1|NULL");
    }
}

#[test]
fn s16_adopted_it_goes_to_the_peers() {
    let (a, b) = two();
    let heard = migrator(&b).drift(DriftPolicy::Adopt).receive(a.events());
    let heard = heard.unwrap_or_else(|e| panic!("{e}"));
    assert!(heard.delayed.is_empty(), "{heard}");
    meet(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(
        b.bed.rows("MATCH (p:Person) RETURN p.id, p.hand, p.age"),
        "1|made|NULL"
    );
    assert_eq!(a.bed.rows("MATCH (p:Person) RETURN count(p.hand)"), "0");
}

/// By hand what a peer did by an event: adopted, it is one and the same.
#[test]
fn s16_the_same_by_hand_and_by_an_event() {
    let (a, b) = (Member::new(), Member::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    b.hear(&a);
    a.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    });
    b.bed.run(&[
        "ALTER TABLE Person ADD age INT64",
        "CREATE (:Person {id: 1, age: 7})",
    ]);
    let heard = migrator(&b).receive(a.events()).unwrap();
    assert_eq!((heard.drift.len(), heard.delayed.len()), (1, 1), "{heard}");
    let heard = migrator(&b).drift(DriftPolicy::Adopt).receive(a.events());
    heard.unwrap_or_else(|e| panic!("{e}"));
    same(&[&a, &b]);
    assert_eq!(a.conflicts(), []);
    assert_eq!(b.bed.rows("MATCH (p:Person) RETURN p.id, p.age"), "1|7");
}
