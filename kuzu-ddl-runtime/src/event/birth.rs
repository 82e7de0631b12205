//! Identities: what an object is for as long as there is history, whatever it is called.

use super::codec::Writer;
use super::dependencies::Dependencies;
use super::id::ObjectId;
use super::{Change, Endpoints, ObjectKind};
use crate::schema::{Key, Type};

impl Change {
    /// The object that this change brings into being.
    #[must_use]
    pub fn born(&self) -> Option<ObjectId> {
        Some(match self {
            Self::CreateNodeTable {
                name,
                key_name,
                key,
                past,
            } => node_table(&Key::new(name), &Key::new(key_name), &key.ty, past),
            Self::CreateEdgeTable { name, past, .. } => {
                birth(ObjectKind::EdgeTable, None, &Key::new(name), past)
            }
            Self::AddProperty {
                table, name, past, ..
            } => birth(ObjectKind::Property, Some(*table), &Key::new(name), past),
            Self::AddPair {
                table,
                endpoints,
                past,
            } => birth(ObjectKind::Pair, Some(*table), &pair_key(*endpoints), past),
            Self::CreateIndex {
                table, name, past, ..
            } => birth(ObjectKind::Index, Some(*table), &Key::new(name), past),
            Self::CreateSequence { name, past, .. } => {
                birth(ObjectKind::Sequence, None, &Key::new(name), past)
            }
            _ => return None,
        })
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
    w.byte(kind.tag());
    w.option(parent, |w, parent| w.hash(parent.as_bytes()));
    w.text(name.as_str());
    w.events(past);
    ObjectId::of(&w.finish())
}

/// The identity of a node table: that of any table, and its first key. What has another key holds other
/// rows, and two tables of one name that were made apart with different keys can never be one. Keys
/// whose types have a common widening are the same key.
#[must_use]
pub fn node_table(name: &Key, key_name: &Key, key: &Type, past: &Dependencies) -> ObjectId {
    let mut w = Writer::default();
    w.byte(ObjectKind::NodeTable.tag());
    w.option(None::<ObjectId>, |w, parent| w.hash(parent.as_bytes()));
    w.text(name.as_str());
    w.events(past);
    w.text(key_name.as_str());
    w.text(&key.family());
    ObjectId::of(&w.finish())
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
