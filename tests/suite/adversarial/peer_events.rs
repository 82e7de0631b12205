//! Events from a malicious peer: refused or rejected, never executed.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::{Change, DdlEvent, Dependencies, EventId, ObjectId, PropertySpec};
use kuzu_ddl_core::schema::{Expr, Type};

use crate::fixture::peer::{TestPeer, assert_converged, id, spec};

fn peer() -> TestPeer {
    let peer = TestPeer::new();
    peer.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    peer.db.execute(&["CREATE (:Person {id: 1})"]);
    peer
}

/// The tables and all their rows, without the ledger.
fn content(peer: &TestPeer) -> String {
    let state = peer.db.snapshot();
    let rows = peer.db.rows("MATCH (p:Person) RETURN p.*");
    let end = state.find("\n").unwrap();
    format!("{}{rows}", &state[..end])
}

#[test]
fn altered_event_bytes_never_keep_the_event_id_s15() {
    let peer = peer();
    let event = peer.events().remove(0);
    let bytes = event.encode();
    // Altered bytes are another event or no event: the id is always computed from the bytes.
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
fn events_of_unknown_objects_are_rejected_s15() {
    let peer = peer();
    let before = content(&peer);
    let person = id(&peer.sync_state().fold, None, "Person");
    let heads: Dependencies = peer.sync_state().applied.keys().copied().collect();
    let nowhere = ObjectId::from_bytes([7; 32]);
    let rename = |to: &str| Change::RenameTable { to: to.to_owned() };
    let unknown = [
        DdlEvent::new(nowhere, [].into(), rename("Taken")),
        DdlEvent::new(nowhere, heads.clone(), Change::DropTable),
        // It does not depend on the object that it changes.
        DdlEvent::new(person, [].into(), Change::DropTable),
        DdlEvent::new(person, heads.clone(), Change::DropProperty),
        DdlEvent::new(
            person,
            heads.clone(),
            Change::Purge {
                archived_by: EventId::from_bytes([1; 32]),
            },
        ),
    ];
    let received = peer.receive(unknown.to_vec());
    assert!(received.steps.is_empty(), "{received}");
    let reported: BTreeSet<EventId> = received.rejected.iter().map(|(event, _)| *event).collect();
    assert_eq!(
        reported,
        unknown.iter().map(DdlEvent::id).collect(),
        "{received}"
    );
    assert_eq!(content(&peer), before);
    // An event cannot depend on itself, because it would have to contain its own hash. Its claimed
    // predecessor never arrives, so it waits.
    let one = DdlEvent::new(person, [EventId::from_bytes([9; 32])].into(), rename("X"));
    let two = DdlEvent::new(person, [one.id()].into(), rename("Y"));
    let received = peer.receive(vec![two, one]);
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (0, 2),
        "{received}"
    );
    assert_eq!(content(&peer), before);
    let received = peer.receive(peer.draft(|d| d.set_comment(person, Some("continues".into()))));
    assert_eq!(received.applied.len(), 1, "{received}");
    let other = TestPeer::new();
    other.receive_from(&peer);
    assert_converged(&[&peer, &other]);
}

#[test]
fn names_and_texts_of_events_are_never_executed_s15() {
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
        let peer = peer();
        let text = format!("{name}'; MATCH (p:Person) DETACH DELETE p; //");
        let mut events = peer.draft(|d| {
            let person = id(d.fold(), None, "Person");
            d.set_comment(person, Some(text.clone()));
            let default = Some(Expr::Text(text.clone()));
            d.add_property(
                person,
                "note",
                PropertySpec {
                    default,
                    ..spec(Type::String)
                },
            );
            d.create_node_table(name, "id", spec(Type::Int64));
        });
        events.extend(peer.draft(|d| {
            d.add_property(id(d.fold(), None, "Person"), name, spec(Type::Int64));
        }));
        let received = peer.receive(events);
        // The engine cannot store a text that contains NUL.
        let column = if name.contains('\0') { "" } else { ", p.note" };
        let rows = peer
            .db
            .rows(&format!("MATCH (p:Person) RETURN p.id{column}"));
        let expected = if column.is_empty() {
            "1".to_owned()
        } else {
            format!("1|{text}")
        };
        assert_eq!(rows, expected, "{name}: {received}");
        assert_eq!(peer.db.drift(), "", "{name}: {received}");
        // An illegal name is not forwarded.
        assert_eq!(peer.sync_state().pending.len(), received.pending.len());
        let mut peer = peer;
        peer.db.reopen();
        peer.db.migrate(Ok(Default::default())).unwrap();
    }
}
