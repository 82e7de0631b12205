//! Events of somebody who means harm: refused or rejected, never executed.

use std::collections::BTreeSet;

use kuzu_ddl::event::{Change, DdlEvent, Dependencies, EventId, ObjectId, PropertySpec};
use kuzu_ddl::schema::{Expr, Type};

use crate::fixture::peer::{Member, id, same, spec};

fn member() -> Member {
    let member = Member::new();
    member.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    member.bed.run(&["CREATE (:Person {id: 1})"]);
    member
}

/// The tables and all rows in them, without the ledger.
fn content(member: &Member) -> String {
    let state = member.bed.state();
    let rows = member.bed.rows("MATCH (p:Person) RETURN p.*");
    let end = state.find("\n").unwrap();
    format!("{}{rows}", &state[..end])
}

#[test]
fn s15_bytes_that_are_no_event() {
    let member = member();
    let event = member.events().remove(0);
    let bytes = event.encode();
    // Whatever is changed is another event, or none: nobody can give an event a hash.
    for at in 0..bytes.len() {
        for flip in [1, 0x80] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            if let Ok(other) = DdlEvent::decode(&bytes) {
                assert_ne!(other.id(), event.id());
            }
        }
    }
    let json = serde_json::to_string(&event).unwrap();
    let forged = json.replace("Person", "Other");
    assert_ne!(json, forged);
    assert!(serde_json::from_str::<DdlEvent>(&forged).is_err());
}

#[test]
fn s15_unknown_objects_and_cycles() {
    let member = member();
    let before = content(&member);
    let person = id(&member.agreed().fold, None, "Person");
    let heads: Dependencies = member.agreed().applied.keys().copied().collect();
    let nowhere = ObjectId::from_bytes([7; 32]);
    let rename = |to: &str| Change::RenameTable { to: to.to_owned() };
    let unknown = [
        DdlEvent::new(nowhere, [].into(), rename("Taken")),
        DdlEvent::new(nowhere, heads.clone(), Change::DropTable),
        // Knows nothing of what it changes.
        DdlEvent::new(person, [].into(), Change::DropTable),
        DdlEvent::new(person, heads.clone(), Change::DropProperty),
        DdlEvent::new(
            person,
            heads.clone(),
            Change::Purge {
                of: EventId::from_bytes([1; 32]),
            },
        ),
    ];
    let heard = member.take(unknown.to_vec());
    assert!(heard.steps.is_empty(), "{heard}");
    let told: BTreeSet<EventId> = heard.rejected.iter().map(|(event, _)| *event).collect();
    assert_eq!(told, unknown.iter().map(DdlEvent::id).collect(), "{heard}");
    assert_eq!(content(&member), before);
    // An event that needs itself would have to know its own hash; what is said to come before it never
    // comes, and it waits.
    let one = DdlEvent::new(person, [EventId::from_bytes([9; 32])].into(), rename("X"));
    let two = DdlEvent::new(person, [one.id()].into(), rename("Y"));
    let heard = member.take(vec![two, one]);
    assert_eq!(
        (heard.applied.len(), heard.delayed.len()),
        (0, 2),
        "{heard}"
    );
    assert_eq!(content(&member), before);
    let heard = member.take(member.draft(|d| d.comment(person, Some("goes on".into()))));
    assert_eq!(heard.applied.len(), 1, "{heard}");
    let peer = Member::new();
    peer.hear(&member);
    same(&[&member, &peer]);
}

#[test]
fn s15_names_and_texts_that_would_be_executed() {
    let names = [
        "x` (id INT64 PRIMARY KEY); MATCH (p:Person) DETACH DELETE p; //",
        "x'); DROP TABLE Person; --",
        "`",
        "``",
        "\\",
        "x\n; DROP TABLE Person;",
        "x\u{0}y",
        "",
        "_kuzu_ddl_ledger",
        "_ID",
    ];
    for name in names {
        let member = member();
        let text = format!("{name}'; MATCH (p:Person) DETACH DELETE p; //");
        let mut events = member.draft(|d| {
            let person = id(d.fold(), None, "Person");
            d.comment(person, Some(text.clone()));
            let default = Some(Expr::Text(text.clone()));
            d.add_property(
                person,
                "said",
                PropertySpec {
                    default,
                    ..spec(Type::String)
                },
            );
            d.create_node_table(name, "id", spec(Type::Int64));
        });
        events.extend(member.draft(|d| {
            d.add_property(id(d.fold(), None, "Person"), name, spec(Type::Int64));
        }));
        let heard = member.take(events);
        // A text with a zero byte is none that the engine can hold.
        let said = if name.contains('\0') { "" } else { ", p.said" };
        let rows = member
            .bed
            .rows(&format!("MATCH (p:Person) RETURN p.id{said}"));
        let wanted = if said.is_empty() {
            "1".to_owned()
        } else {
            format!("1|{text}")
        };
        assert_eq!(rows, wanted, "{name}: {heard}");
        assert_eq!(member.bed.drift(), "", "{name}: {heard}");
        // What is no legal name goes nowhere.
        assert_eq!(member.agreed().waiting.len(), heard.delayed.len());
        let mut member = member;
        member.bed.reopen();
        member.bed.migrate(Ok(Default::default())).unwrap();
    }
}
