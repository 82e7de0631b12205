//! Many concurrent writes cost as much as they are, not the square of it.

use std::time::{Duration, Instant};

use super::super::builder::ChangeBuilder;
use super::super::conflict::ConflictKind;
use super::super::state::Fold;
use super::swarm::spec;
use crate::event::{Change, DdlEvent, EventId, ObjectId};
use crate::schema::Type;

const COUNT: usize = 5_000;

/// Far more than the time that a debug build needs, far less than the square takes.
const LIMIT: Duration = Duration::from_secs(15);

/// A table with a property, and the events that later ones depend on.
fn base() -> (Fold, ObjectId, Vec<EventId>) {
    let mut draft = ChangeBuilder::new(Fold::default());
    let table = draft.create_node_table("Person", "id", spec(Type::Int64));
    let property = draft.add_property(table, "name", spec(Type::String));
    let (fold, events) = draft.finish();
    (fold, property, events.iter().map(DdlEvent::id).collect())
}

/// Concurrent changes of the property.
fn concurrent(change: impl Fn(usize) -> Change) -> (Fold, ObjectId, Vec<DdlEvent>) {
    let (fold, property, known) = base();
    let event = |n| DdlEvent::new(property, known.iter().copied().collect(), change(n));
    (fold, property, (0..COUNT).map(event).collect())
}

#[test]
fn concurrent_renames_of_one_property() {
    let (mut fold, property, events) = concurrent(|n| Change::RenameProperty {
        to: format!("name{n}"),
    });
    let start = Instant::now();
    fold.extend(events.clone());
    let conflicts = fold.conflicts();
    assert_eq!(fold.conflict_reports().len(), COUNT - 1);
    assert!(fold.schema().table("Person").is_some());
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
    assert!(conflicts.iter().all(|row| row.kind == ConflictKind::Rename));
    let last = events.iter().map(DdlEvent::id).max().expect("an event");
    let last = fold.event(last).expect("the last by rank").change().clone();
    let name = &fold.object(property).expect("the property").name.value;
    assert_eq!(Change::RenameProperty { to: name.clone() }, last);
    // One call or many: the same state.
    let (mut one_by_one, ..) = base();
    for event in events.into_iter().rev().take(50) {
        one_by_one.insert(event);
    }
    let (mut at_once, ..) = base();
    at_once.extend(one_by_one.events());
    assert!(at_once == one_by_one);
}

#[test]
fn tables_of_one_name() {
    let table = |n: usize| {
        let key = format!("key{n}");
        let mut draft = ChangeBuilder::new(Fold::default());
        draft.create_node_table("Person", &key, spec(Type::Int64));
        draft.finish().1.remove(0)
    };
    let events: Vec<DdlEvent> = (0..COUNT).map(table).collect();
    let start = Instant::now();
    let fold = Fold::from_events(&events);
    assert_eq!(fold.schema().tables.len(), COUNT);
    assert_eq!(fold.conflict_reports().len(), COUNT - 1);
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
    let first = events
        .iter()
        .min_by_key(|event| event.id())
        .expect("an event");
    let holder = fold.find(None, &crate::schema::NameKey::new("Person"));
    assert_eq!(holder.map(|table| table.id), Some(first.object()));
}
