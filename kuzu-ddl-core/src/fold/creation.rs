//! The objects that an event creates.

use super::object::{Body, Object};
use crate::event::{Change, DdlEvent, ObjectId, key_of};

/// Returns the objects that an event creates: none if it creates nothing, two for a node table with
/// its primary key.
pub(super) fn born_of(event: &DdlEvent) -> impl Iterator<Item = Object> {
    let id = event.object();
    let made = |parent: Option<ObjectId>, name: &str, body| {
        Some(Object::new((id, parent), name, body, event.id()))
    };
    let first = match event.change() {
        Change::CreateNodeTable { name, key_name, .. } => {
            let key = key_of(id, key_name);
            made(None, name, Body::NodeTable { key })
        }
        Change::CreateEdgeTable {
            name,
            multiplicity,
            storage,
            ..
        } => {
            let (multiplicity, storage) = (*multiplicity, *storage);
            let body = Body::EdgeTable {
                multiplicity,
                storage,
            };
            made(None, name, body)
        }
        Change::AddProperty {
            table, name, spec, ..
        } => made(Some(*table), name, Body::Property(spec.clone())),
        Change::AddPair {
            table, endpoints, ..
        } => made(Some(*table), "", Body::Pair(*endpoints)),
        Change::CreateIndex {
            table, name, spec, ..
        } => made(Some(*table), name, Body::Index(spec.clone())),
        Change::CreateSequence { name, spec, .. } => made(None, name, Body::Sequence(*spec)),
        _ => None,
    };
    let second = match event.change() {
        Change::CreateNodeTable { key_name, key, .. } => {
            let (key_id, body) = (key_of(id, key_name), Body::Property(key.clone()));
            Some(Object::new((key_id, Some(id)), key_name, body, event.id()))
        }
        _ => None,
    };
    first.into_iter().chain(second)
}
