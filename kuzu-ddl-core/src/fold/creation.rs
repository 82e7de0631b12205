//! The objects that an event creates.

use super::object::{Object, ObjectBody};
use crate::event::{Change, DdlEvent, ObjectId, primary_key_id};

/// Returns the objects that an event creates: none if it creates nothing, two for a node table with
/// its primary key.
pub(super) fn created_objects(event: &DdlEvent) -> impl Iterator<Item = Object> {
    let id = event.object();
    let create = |parent: Option<ObjectId>, name: &str, body| {
        Some(Object::new((id, parent), name, body, event.id()))
    };
    let first = match event.change() {
        Change::CreateNodeTable { name, key_name, .. } => {
            let key = primary_key_id(id, key_name);
            create(None, name, ObjectBody::NodeTable { key })
        }
        Change::CreateEdgeTable {
            name,
            multiplicity,
            storage,
            ..
        } => {
            let (multiplicity, storage) = (*multiplicity, *storage);
            let body = ObjectBody::EdgeTable {
                multiplicity,
                storage,
            };
            create(None, name, body)
        }
        Change::AddProperty {
            table, name, spec, ..
        } => create(Some(*table), name, ObjectBody::Property(spec.clone())),
        Change::AddPair {
            table, endpoints, ..
        } => create(Some(*table), "", ObjectBody::Pair(*endpoints)),
        Change::CreateIndex {
            table, name, spec, ..
        } => create(Some(*table), name, ObjectBody::Index(spec.clone())),
        Change::CreateSequence { name, spec, .. } => {
            create(None, name, ObjectBody::Sequence(*spec))
        }
        _ => None,
    };
    let second = match event.change() {
        Change::CreateNodeTable { key_name, key, .. } => {
            let (key_id, body) = (
                primary_key_id(id, key_name),
                ObjectBody::Property(key.clone()),
            );
            Some(Object::new((key_id, Some(id)), key_name, body, event.id()))
        }
        _ => None,
    };
    first.into_iter().chain(second)
}
