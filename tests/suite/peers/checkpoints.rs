//! Databases that bootstrap from a checkpoint instead of the history.

use std::collections::BTreeSet;

use kuzu_ddl::history::{History, Point};
use kuzu_ddl::peers::{ReceivePolicy, ReceiveReport};
use kuzu_ddl::{Error, Migrator};
use kuzu_ddl_core::event::{Change, Endpoints, EventId, ObjectId};
use kuzu_ddl_core::fold::{ChangeBuilder, CheckpointError, Fold};
use kuzu_ddl_core::schema::{Expr, Multiplicity, StorageDirection, Type};

use crate::fixture::peer::{TestPeer, id, set_type, spec};

/// A history of a few hundred events, most of them overwritten.
fn long_history(draft: &mut ChangeBuilder) {
    let person = draft.create_node_table("Person", "id", spec(Type::Int64));
    let city = draft.create_node_table("City", "id", spec(Type::Int64));
    let name = draft.add_property(person, "name", spec(Type::String));
    let age = draft.add_property(person, "age", spec(Type::Int32));
    let old = draft.add_property(person, "old", spec(Type::Bool));
    let lives = draft.create_edge_table("LivesIn", Multiplicity::ManyMany, StorageDirection::Both);
    draft.add_pair(
        lives,
        Endpoints {
            from: person,
            to: city,
        },
    );
    for n in 0..100 {
        draft.rename(name, if n % 2 == 0 { "full_name" } else { "name" });
        draft.set_comment(person, Some(format!("People, as of {n}.")));
    }
    draft.change(age, set_type(Type::Int64, None));
    draft.change(
        age,
        Change::SetDefault {
            default: Some(Expr::Int(0)),
        },
    );
    draft.archive(old);
    let dropped = draft.create_node_table("Gone", "id", spec(Type::Int64));
    draft.archive(dropped);
}

fn bootstrap(peer: &TestPeer, bytes: &[u8]) -> Result<ReceiveReport, Error> {
    let migrator = Migrator::new(peer.engine()).declared(Default::default());
    migrator
        .receive_policy(ReceivePolicy::Apply)
        .bootstrap(bytes)
}

fn comment(peer: &TestPeer, text: &str) {
    peer.change(|draft| {
        let person = id(draft.fold(), None, "Person");
        draft.set_comment(person, Some(text.into()));
    });
}

/// Asserts that both have the same state, as their next checkpoint describes it, and the same
/// tables.
#[track_caller]
fn assert_equal_state(one: &TestPeer, other: &TestPeer) {
    assert!(one.sync_state().fold.checkpoint() == other.sync_state().fold.checkpoint());
    assert!(one.sync_state().pending.is_empty() && other.sync_state().pending.is_empty());
    let tables = |peer: &TestPeer| {
        let fold = peer.sync_state().fold;
        let dropped = |name: &str| name.contains("__a_") || name.starts_with("_kuzu_ddl");
        let mut schema = kuzu_ddl_runtime::inspect::inspect(
            peer.engine().session().unwrap().as_ref(),
            kuzu_ddl_runtime::inspect::InspectScope::All,
        )
        .unwrap()
        .schema;
        // Archived objects exist only in the database that had them.
        schema.tables.retain(|_, table| !dropped(&table.name));
        for table in schema.tables.values_mut() {
            table
                .properties
                .retain(|_, property| !dropped(&property.name));
        }
        (schema.fingerprint(), fold.schema().fingerprint())
    };
    assert_eq!(tables(one), tables(other));
    assert_eq!(
        (one.db.drift(), other.db.drift()),
        (String::new(), String::new())
    );
}

#[test]
fn new_peer_bootstraps_from_a_checkpoint_s07() {
    let old = TestPeer::new();
    old.change(long_history);
    let checkpoint = old.sync_state().fold.checkpoint();
    let covered: BTreeSet<EventId> = old.events().iter().map(|event| event.id()).collect();
    let mut new = TestPeer::new();
    let received = bootstrap(&new, &checkpoint).unwrap();
    assert!(received.pending.is_empty(), "{received}");
    let stored = new.sync_state().events().count();
    assert!(stored < 30, "{stored} events of {}", old.events().len());
    assert_equal_state(&old, &new);
    // Both continue, and exchange events, also after a restart.
    new.db
        .execute(&["CREATE (:Person {id: 1, name: 'Ann', age: 7})-[:LivesIn]->(:City {id: 2})"]);
    for round in 0..3 {
        comment(&old, &format!("By the old one, {round}."));
        comment(&new, &format!("By the new one, {round}."));
        // A peer sends only the events above the checkpoint.
        let mut theirs = old.events();
        theirs.retain(|event| !covered.contains(&event.id()));
        let ours = new.events();
        new.receive(theirs);
        old.receive(ours);
        assert_equal_state(&old, &new);
        new.db.reopen();
    }
    assert_eq!(new.conflicts(), old.conflicts());
    new.change(|draft| {
        let age = id(draft.fold(), Some("Person"), "age");
        draft.archive(age);
    });
    old.receive_from(&new);
    assert_equal_state(&old, &new);
    // Its history starts with the checkpoint, and can be rolled back to it.
    let history = History::read(new.engine()).unwrap();
    assert!(history.schema_at(&Point::Revision(1)).is_ok());
    let migrator = Migrator::new(new.engine()).declared(Default::default());
    migrator.rollback(Point::Revision(1)).unwrap();
    assert_eq!(
        new.db.rows("MATCH (p:Person) RETURN p.id, p.name, p.age"),
        "1|Ann|7"
    );
    // Overwritten events arrive again: nothing changes, and events that depend on omitted ones
    // wait.
    let before = new.sync_state().fold.checkpoint();
    let received = new.receive(old.events());
    assert_eq!(received.applied, []);
    assert!(new.sync_state().fold.checkpoint() == before);
}

#[test]
fn incompatible_checkpoint_is_refused_s07() {
    let old = TestPeer::new();
    old.change(long_history);
    let isolated = old.copy();
    // It depends on a name that is overwritten by now.
    isolated.change(|draft| {
        let person: ObjectId = id(draft.fold(), None, "Person");
        draft.set_comment(person, Some("Apart.".into()));
    });
    comment(&old, "One.");
    comment(&old, "Two.");
    let checkpoint = old.sync_state().fold.checkpoint();
    let before = isolated.sync_state().fold.checkpoint();
    let refused = bootstrap(&isolated, &checkpoint).unwrap_err();
    assert!(
        matches!(refused, Error::CheckpointMissesEvents { .. }),
        "{refused}"
    );
    assert!(isolated.sync_state().fold.checkpoint() == before);
    for bytes in [&[][..], &[7], &checkpoint[..checkpoint.len() / 2]] {
        let refused = bootstrap(&isolated, bytes).unwrap_err();
        assert!(matches!(refused, Error::InvalidCheckpoint(_)), "{refused}");
    }
    assert_eq!(
        Fold::from_checkpoint(&[7]).unwrap_err(),
        CheckpointError::Version(7)
    );
    assert_eq!(isolated.db.drift(), "");
    // By exchanging events they converge.
    isolated.receive_from(&old);
    old.receive_from(&isolated);
    assert_equal_state(&old, &isolated);
}
