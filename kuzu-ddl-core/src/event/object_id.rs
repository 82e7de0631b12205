//! Object identities, which are stable across renames.

use super::change::{Change, Endpoints};
use super::codec::writer::Writer;
use super::dependencies::Dependencies;
use super::id::ObjectId;
use super::kind::ObjectKind;
use crate::schema::{NameKey, Type};

impl Change {
    /// Returns the id of the object that this change creates, or `None` if it creates none.
    #[must_use]
    pub fn created_object(&self) -> Option<ObjectId> {
        self.created_object_with(&mut Writer::default())
    }

    /// Returns the id of the created object, using `w` as the buffer to hash.
    pub(super) fn created_object_with(&self, w: &mut Writer) -> Option<ObjectId> {
        use ObjectKind::{EdgeTable, Index, Pair, Property, Sequence};
        w.clear();
        match self {
            Self::CreateNodeTable {
                name,
                key_name,
                key,
                predecessors,
            } => write_node_table(w, name, key_name, &key.ty, predecessors),
            Self::CreateEdgeTable {
                name, predecessors, ..
            } => write(w, EdgeTable, None, name, predecessors),
            Self::AddProperty {
                table,
                name,
                predecessors,
                ..
            } => write(w, Property, Some(*table), name, predecessors),
            Self::AddPair {
                table,
                endpoints,
                predecessors,
            } => {
                let name = pair_key(*endpoints);
                write(w, Pair, Some(*table), name.as_str(), predecessors);
            }
            Self::CreateIndex {
                table,
                name,
                predecessors,
                ..
            } => write(w, Index, Some(*table), name, predecessors),
            Self::CreateSequence {
                name, predecessors, ..
            } => write(w, Sequence, None, name, predecessors),
            _ => return None,
        }
        Some(ObjectId::hash_of(w.as_bytes()))
    }
}

/// Computes the identity of an object: kind, parent, original name, and the previous events of that
/// name.
///
/// The type, the default and the author are not part of it, so two peers that create the object
/// from the same history agree on its identity.
#[must_use]
pub fn object_id(
    kind: ObjectKind,
    parent: Option<ObjectId>,
    name: &NameKey,
    predecessors: &Dependencies,
) -> ObjectId {
    let mut w = Writer::default();
    write(&mut w, kind, parent, name.as_str(), predecessors);
    ObjectId::hash_of(w.as_bytes())
}

fn write(
    w: &mut Writer,
    kind: ObjectKind,
    parent: Option<ObjectId>,
    name: &str,
    predecessors: &Dependencies,
) {
    w.reserve(128);
    w.byte(kind.tag());
    w.option(parent, |w, parent| w.hash(parent.as_bytes()));
    w.folded(name);
    w.events(predecessors);
}

/// Computes the identity of a node table: that of any table, plus its first primary key.
///
/// A table with another key holds other rows, so two tables of one name that were created
/// concurrently with different keys can never be merged. Keys whose types have a common widening
/// count as the same.
#[must_use]
pub fn node_table_id(
    name: &NameKey,
    key_name: &NameKey,
    key: &Type,
    predecessors: &Dependencies,
) -> ObjectId {
    let mut w = Writer::default();
    write_node_table(&mut w, name.as_str(), key_name.as_str(), key, predecessors);
    ObjectId::hash_of(w.as_bytes())
}

fn write_node_table(
    w: &mut Writer,
    name: &str,
    key_name: &str,
    key: &Type,
    predecessors: &Dependencies,
) {
    write(w, ObjectKind::NodeTable, None, name, predecessors);
    w.folded(key_name);
    w.text(&key.family());
}

/// Returns the name under which a table looks up a pair.
pub(crate) fn pair_key(endpoints: Endpoints) -> NameKey {
    NameKey::new(&format!("{}>{}", endpoints.from, endpoints.to))
}

/// Returns the name under which an index is looked up. It differs from that of any property or
/// table, whose names cannot contain a dot; see also [`sequence_key`].
pub(crate) fn index_key(name: &str) -> NameKey {
    NameKey::new(&format!("index.{name}"))
}

/// Returns the name under which a sequence is looked up.
pub(crate) fn sequence_key(name: &str) -> NameKey {
    NameKey::new(&format!("sequence.{name}"))
}

/// Computes the identity of a node table's primary key, which is created with its table.
#[must_use]
pub fn primary_key_id(table: ObjectId, key_name: &str) -> ObjectId {
    object_id(
        ObjectKind::Property,
        Some(table),
        &NameKey::new(key_name),
        &Dependencies::default(),
    )
}
