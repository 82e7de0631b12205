//! Events of a newer version: stored, forwarded, and applied after an update.

use kuzu_ddl::Migrator;
use kuzu_ddl_core::event::{Change, DdlEvent};
use kuzu_ddl_core::fold::HoldReason;
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_core::value::Value;
use kuzu_ddl_runtime::migrate::PendingReason;

use crate::fixture::peer::{TestPeer, assert_converged, id, spec};
use crate::fixture::statement_counter::CountingEngine;

#[test]
fn events_of_unknown_kind_are_stored_and_forwarded_s14() {
    let (a, mut b, c) = (TestPeer::new(), TestPeer::new(), TestPeer::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    let person = id(&a.sync_state().fold, None, "Person");
    let heads = a.sync_state().applied.keys().copied().collect();
    let body = vec![1, 2, 3];
    let unknown = DdlEvent::new(person, heads, Change::Unknown { kind: 9999, body });
    let text = Some("after it".to_owned());
    let dependent = DdlEvent::new(
        person,
        [unknown.id()].into(),
        Change::CommentOnTable { text },
    );
    let mut events = a.events();
    events.extend([dependent.clone(), unknown.clone()]);
    let received = b.receive(events);
    assert_eq!(
        (received.applied.len(), received.pending.len()),
        (1, 2),
        "{received}"
    );
    let reason = |event: &DdlEvent| {
        let mut delayed = received.pending.iter();
        delayed
            .find(|d| d.event == event.id())
            .unwrap()
            .reason
            .clone()
    };
    assert_eq!(
        reason(&unknown),
        PendingReason::Held(HoldReason::UnknownKind(9999))
    );
    assert_eq!(
        reason(&dependent),
        PendingReason::Held(HoldReason::DependencyHeld(unknown.id()))
    );
    assert!(received.to_string().contains("newer version"), "{received}");
    // It is forwarded unchanged, and still waits after further starts.
    c.receive_from(&b);
    assert_eq!(c.sync_state().pending, b.sync_state().pending);
    let stored = c
        .sync_state()
        .pending
        .get(&unknown.id())
        .map(DdlEvent::encode);
    assert_eq!(stored, Some(unknown.encode()));
    b.db.execute(&["CREATE (:Person {id: 1})"]);
    b.db.reopen();
    b.db.migrate(Ok(Default::default())).unwrap();
    assert_eq!(b.sync_state().pending.len(), 2);
    // No start can apply it: it costs no more than a no-op start.
    let statements = |peer: &TestPeer| {
        let counted = CountingEngine::new(peer.engine());
        let report = Migrator::new(&counted)
            .declared(Default::default())
            .migrate();
        assert!(report.unwrap().is_up_to_date());
        counted.take_count()
    };
    a.db.migrate(Ok(Default::default())).unwrap();
    assert_eq!(statements(&b), statements(&a));
    let received = b.receive(b.draft(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    }));
    assert_eq!(received.applied.len(), 1, "{received}");
    assert_converged(&[&b]);
    c.receive_from(&b);
    assert_converged(&[&b, &c]);
    assert_eq!(b.db.rows("MATCH (p:Person) RETURN p.*"), "1|NULL");
}

/// As if another version of kuzu-ddl had recorded that events wait for a newer one.
fn found_by_another_version(peer: &TestPeer) {
    let session = peer.db.session();
    let row = "MATCH (l:`_kuzu_ddl_ledger`) WHERE l.`key` = 'state'";
    let rows = session.query(&format!("{row} RETURN l.`body`")).unwrap();
    let Some(Value::Bytes(body)) = rows.first().and_then(|row| row.first()) else {
        panic!("{rows:?}");
    };
    let text = String::from_utf8(body.clone()).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let other = text.replace(
        &format!("\"held_since_version\":\"{version}\""),
        "\"held_since_version\":\"0.0.0\"",
    );
    assert_ne!(text, other);
    let body = Value::Bytes(other.into_bytes());
    let set = format!("{row} SET l.`body` = $body");
    session.query_with(&set, &[("body", body)]).unwrap();
}

/// An event whose kind becomes known by an update: the next start decodes the same bytes again.
#[test]
fn event_of_a_formerly_unknown_kind_is_applied_after_an_update_s14() {
    let (a, b) = (TestPeer::new(), TestPeer::new());
    a.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    b.receive_from(&a);
    b.db.execute(&["CREATE (:Person {id: 1})"]);
    a.change(|d| {
        d.add_property(id(d.fold(), None, "Person"), "age", spec(Type::Int64));
    });
    let known = a.sync_state();
    let added = known
        .applied
        .values()
        .find(|e| matches!(e.change(), Change::AddProperty { .. }));
    let added = added.unwrap();
    // As a version would read it that does not know kind 6: number, then the length of the body.
    let bytes = added.encode();
    let head = 1 + 1 + 32 + 1 + 32 * added.depends_on().len();
    let length = usize::from(bytes[head]);
    let body = bytes[head + 1..].to_vec();
    assert_eq!(body.len(), length);
    let unread = Change::Unknown { kind: 6, body };
    let unread = DdlEvent::new(added.object(), added.depends_on().clone(), unread);
    assert_eq!(unread.id(), added.id());
    let received = b.receive(vec![unread]);
    assert_eq!(received.pending.len(), 1, "{received}");
    found_by_another_version(&b);
    b.db.migrate(Ok(Default::default())).unwrap();
    assert_eq!(b.sync_state().pending.len(), 0);
    assert_converged(&[&a, &b]);
    assert_eq!(b.db.rows("MATCH (p:Person) RETURN p.*"), "1|NULL");
}

/// Once the kind is known, the bytes may turn out to be illegal: they do no harm.
#[test]
fn illegal_event_of_a_formerly_unknown_kind_is_harmless_s14() {
    let mut peer = TestPeer::new();
    peer.change(|d| {
        d.create_node_table("Person", "id", spec(Type::Int64));
    });
    peer.db.execute(&["CREATE (:Person {id: 1})"]);
    let person = id(&peer.sync_state().fold, None, "Person");
    let (kind, body) = (6, vec![0xff; 9]);
    let event = DdlEvent::new(person, [].into(), Change::Unknown { kind, body });
    // This version does not accept it; one that did not know kind 6 has stored it.
    let received = peer.receive(vec![event.clone()]);
    assert_eq!(received.rejected.len(), 1, "{received}");
    assert!(
        received.to_string().contains("malformed event"),
        "{received}"
    );
    assert_eq!(peer.sync_state().pending.len(), 0);
    let query = "CREATE (:_kuzu_ddl_ledger {key: $k, body: $b})";
    let key = format!("inbox/{}", event.id()).as_str().into();
    let session = peer.db.session();
    let row = [("k", key), ("b", event.encode().into())];
    session.query_with(query, &row).unwrap();
    drop(session);
    peer.db.reopen();
    peer.db.migrate(Ok(Default::default())).unwrap();
    peer.change(|d| d.set_comment(person, Some("continues".into())));
    assert_converged(&[&peer]);
    assert_eq!(peer.db.rows("MATCH (p:Person) RETURN p.id"), "1");
}
