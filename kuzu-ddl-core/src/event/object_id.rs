//! Identities: what an object is for as long as there is history, whatever it is called.

use super::change::{Change, Endpoints};
use super::codec::writer::Writer;
use super::dependencies::Dependencies;
use super::id::ObjectId;
use super::kind::ObjectKind;
use crate::schema::{Key, Type};

impl Change {
    /// The object that this change brings into being.
    #[must_use]
    pub fn born(&self) -> Option<ObjectId> {
        self.born_in(&mut Writer::default())
    }

    /// The same, with a buffer for what is hashed.
    pub(super) fn born_in(&self, w: &mut Writer) -> Option<ObjectId> {
        use ObjectKind::{EdgeTable, Index, Pair, Property, Sequence};
        w.clear();
        match self {
            Self::CreateNodeTable {
                name,
                key_name,
                key,
                past,
            } => write_node_table(w, name, key_name, &key.ty, past),
            Self::CreateEdgeTable { name, past, .. } => write(w, EdgeTable, None, name, past),
            Self::AddProperty {
                table, name, past, ..
            } => write(w, Property, Some(*table), name, past),
            Self::AddPair {
                table,
                endpoints,
                past,
            } => {
                let name = pair_key(*endpoints);
                write(w, Pair, Some(*table), name.as_str(), past);
            }
            Self::CreateIndex {
                table, name, past, ..
            } => write(w, Index, Some(*table), name, past),
            Self::CreateSequence { name, past, .. } => write(w, Sequence, None, name, past),
            _ => return None,
        }
        Some(ObjectId::of(w.as_bytes()))
    }
}

/// The identity of an object: what it is, in what, under which name, after what. Not its type,
/// default or author, so two peers that make it from one past speak of one object.
#[must_use]
pub fn birth(
    kind: ObjectKind,
    parent: Option<ObjectId>,
    name: &Key,
    past: &Dependencies,
) -> ObjectId {
    let mut w = Writer::default();
    write(&mut w, kind, parent, name.as_str(), past);
    ObjectId::of(w.as_bytes())
}

fn write(
    w: &mut Writer,
    kind: ObjectKind,
    parent: Option<ObjectId>,
    name: &str,
    past: &Dependencies,
) {
    w.reserve(128);
    w.byte(kind.tag());
    w.option(parent, |w, parent| w.hash(parent.as_bytes()));
    w.folded(name);
    w.events(past);
}

/// The identity of a node table: that of any table, and its first key. What has another key holds other
/// rows, and two tables of one name that were made apart with different keys can never be one. Keys
/// whose types have a common widening are the same key.
#[must_use]
pub fn node_table(name: &Key, key_name: &Key, key: &Type, past: &Dependencies) -> ObjectId {
    let mut w = Writer::default();
    write_node_table(&mut w, name.as_str(), key_name.as_str(), key, past);
    ObjectId::of(w.as_bytes())
}

fn write_node_table(w: &mut Writer, name: &str, key_name: &str, key: &Type, past: &Dependencies) {
    write(w, ObjectKind::NodeTable, None, name, past);
    w.folded(key_name);
    w.text(&key.family());
}

/// The name under which a pair is looked up in its table.
pub(crate) fn pair_key(endpoints: Endpoints) -> Key {
    Key::new(&format!("{}>{}", endpoints.from, endpoints.to))
}

/// The names under which an index and a sequence are looked up: properties and tables may be called
/// the same. Neither can have a dot in its name.
pub(crate) fn index_key(name: &str) -> Key {
    Key::new(&format!("index.{name}"))
}

pub(crate) fn sequence_key(name: &str) -> Key {
    Key::new(&format!("sequence.{name}"))
}

/// The identity of a node table's primary key, which is born with its table.
#[must_use]
pub fn key_of(table: ObjectId, key_name: &str) -> ObjectId {
    birth(
        ObjectKind::Property,
        Some(table),
        &Key::new(key_name),
        &Dependencies::default(),
    )
}
