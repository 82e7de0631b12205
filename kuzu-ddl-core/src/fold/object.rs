//! Schema objects as folded from events: one multi-value register per changeable aspect.

use std::collections::{BTreeMap, BTreeSet};

use super::small_set::Heads;
use crate::event::{
    Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, OnFail, Part, PropertySpec, SequenceSpec,
};
use crate::schema::{Expr, Key, Multiplicity, StorageDirection, Type};

/// Multi-value register: a merged value with the newest events that wrote it.
///
/// Several heads mean that their writes were concurrent.
#[doc(alias = "mv_register")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T> {
    /// Merged value, the same on all peers.
    pub value: T,
    /// Newest events that wrote it.
    pub heads: Heads,
}

impl<T> Register<T> {
    pub(super) fn new(value: T, event: EventId) -> Self {
        Self {
            value,
            heads: Heads::of(event),
        }
    }
}

/// Lifecycle of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// The object is in use.
    Live,
    /// The object was archived by this event: renamed away, with its rows.
    Archived(EventId),
    /// The object was purged by this event: deleted permanently.
    Purged(EventId),
}

impl Life {
    /// Returns whether the object is in use.
    #[must_use]
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

/// Schema object: a table, a property, a FROM–TO pair, an index or a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Identity of the object.
    pub id: ObjectId,
    /// Table of the object, for properties, pairs and indexes.
    pub parent: Option<ObjectId>,
    /// Lifecycle of the object.
    pub life: Register<Life>,
    /// Name with its spelling; empty for pairs.
    pub name: Register<String>,
    /// Comment on the object.
    pub comment: Register<Option<String>>,
    /// State that only this kind of object has.
    pub body: Body,
    /// Name that the object was created with, folded as the engine compares names (two concurrent
    /// creations may differ in spelling). The archived columns of a property are named after it.
    pub born_as: Key,
    /// Events that created the object; several if peers created it concurrently.
    pub births: Heads,
    /// Newest events of each aspect of the body that changed after creation, sorted by aspect; one
    /// or two entries.
    pub(super) parts: Vec<(Part, Heads)>,
    /// Columns with the values from before each change of the property that replaced its column, in
    /// the order of the changes.
    pub archives: Vec<Archive>,
    /// Conflict columns: one for each type that lost against a concurrent type change.
    pub beside: Vec<Archive>,
    /// Concurrent writes of each aspect, by event.
    pub(super) rivals: BTreeMap<Part, BTreeMap<EventId, Written>>,
    /// Lifecycle heads that are drops or purges.
    pub(super) endings: Heads,
    /// Drops and purges that are concurrent with a use of the object.
    pub(super) blocked: BTreeSet<EventId>,
}

/// Value that an event wrote to one aspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Name(String),
    Comment(Option<String>),
    Type(Type),
    Default(Option<Expr>),
    Nullable(bool),
    Key(ObjectId),
    Multiplicity(Multiplicity),
    Storage(StorageDirection),
    Index(IndexSpec),
    Sequence(SequenceSpec),
}

/// Column that keeps the values from before a change, or of a type that lost a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Event of the change; for a conflict column, the event that wrote its type.
    pub by: EventId,
    /// Name of the column in the database.
    pub name: String,
    /// Type of the column.
    pub ty: Type,
    /// Type of the property after the change.
    pub to: Type,
    /// Expression that computes new values from `old` ones; `None` is a plain CAST.
    pub cast: Option<Expr>,
    /// Path of the Rust function that computes the new values, if any.
    pub function: Option<String>,
    /// Whether the column has been purged.
    pub purged: bool,
    /// Value for a row whose old value cannot be converted.
    pub on_fail: OnFail,
}

impl Archive {
    /// Returns whether it is a conflict column, and the first four bytes of the id in its name.
    pub(super) fn tail(&self) -> (bool, [u8; 4]) {
        let at = self.name.len().saturating_sub(8);
        let (name, digits) = self.name.split_at_checked(at).unwrap_or_default();
        let number = u32::from_str_radix(digits, 16).unwrap_or_default();
        (name.ends_with("__c_"), number.to_be_bytes())
    }
}

/// State that only one kind of object has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// State of a node table.
    NodeTable {
        /// Property that is the primary key.
        key: ObjectId,
    },
    /// State of a rel table.
    EdgeTable {
        /// How many rels a node may have in each direction.
        multiplicity: Multiplicity,
        /// Directions in which rels are stored.
        storage: StorageDirection,
    },
    /// Definition of a property.
    Property(PropertySpec),
    /// Endpoints of a FROM–TO pair.
    Pair(Endpoints),
    /// Definition of an index.
    Index(IndexSpec),
    /// Definition of a sequence.
    Sequence(SequenceSpec),
}

impl Body {
    /// Returns the aspects that the creating event writes.
    pub(super) fn parts(&self) -> &'static [Part] {
        match self {
            Self::NodeTable { .. } => &[Part::Name, Part::Key],
            Self::EdgeTable { .. } => &[Part::Name, Part::Multiplicity, Part::Storage],
            Self::Property(_) => &[Part::Name, Part::Type, Part::Default, Part::Nullable],
            Self::Pair(_) => &[Part::Name],
            Self::Index(_) | Self::Sequence(_) => &[Part::Name, Part::Spec],
        }
    }
}

impl Object {
    /// Returns whether a rename to this name lost against a concurrent rename.
    pub(super) fn lost_name(&self, name: &Key) -> bool {
        let written = self.rivals.get(&Part::Name).into_iter().flatten();
        let mut names = written.filter_map(|(_, written)| match written {
            Written::Name(name) => Some(Key::new(name)),
            _ => None,
        });
        Key::new(&self.name.value) != *name && names.any(|lost| lost == *name)
    }

    pub(super) fn new(
        (id, parent): (ObjectId, Option<ObjectId>),
        name: &str,
        body: Body,
        event: EventId,
    ) -> Self {
        Self {
            id,
            parent,
            life: Register::new(Life::Live, event),
            name: Register::new(name.to_owned(), event),
            comment: Register {
                value: None,
                heads: Heads::default(),
            },
            body,
            born_as: Key::new(name),
            births: Heads::of(event),
            parts: Vec::new(),
            archives: Vec::new(),
            beside: Vec::new(),
            rivals: BTreeMap::new(),
            endings: Heads::default(),
            blocked: BTreeSet::new(),
        }
    }

    /// Returns the kind of the object.
    #[must_use]
    pub fn kind(&self) -> ObjectKind {
        match self.body {
            Body::NodeTable { .. } => ObjectKind::NodeTable,
            Body::EdgeTable { .. } => ObjectKind::EdgeTable,
            Body::Property(_) => ObjectKind::Property,
            Body::Pair(_) => ObjectKind::Pair,
            Body::Index(_) => ObjectKind::Index,
            Body::Sequence(_) => ObjectKind::Sequence,
        }
    }

    /// Returns the node tables that a pair connects.
    pub(super) fn ends(&self) -> Option<[ObjectId; 2]> {
        match &self.body {
            Body::Pair(ends) => Some([ends.from, ends.to]),
            _ => None,
        }
    }

    /// Returns whether the object itself is in use; its table may still be archived.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.life.value.is_live()
    }

    /// Returns all columns with old values: archived columns, then conflict columns.
    pub fn columns(&self) -> impl Iterator<Item = &Archive> {
        self.archives.iter().chain(&self.beside)
    }

    /// Returns the newest events of an aspect of the body, if it changed after creation.
    pub(super) fn changed(&self, part: Part) -> Option<&Heads> {
        let at = self.parts.binary_search_by_key(&part, |(part, _)| *part);
        at.ok().map(|at| &self.parts[at].1)
    }

    /// Returns the newest events that wrote an aspect.
    #[must_use]
    pub fn heads_of(&self, part: Part) -> &Heads {
        match part {
            Part::Life => &self.life.heads,
            Part::Name => &self.name.heads,
            Part::Comment => &self.comment.heads,
            _ => self.changed(part).unwrap_or(&self.births),
        }
    }

    /// Returns the newest events of all registers of the object.
    pub(super) fn heads(&self) -> impl Iterator<Item = EventId> {
        let heads = self.life.heads.iter().chain(&self.name.heads);
        let heads = heads.chain(&self.comment.heads).chain(&self.births);
        let parts = self.parts.iter().flat_map(|(_, heads)| heads);
        heads.chain(parts).copied()
    }

    /// Returns the current value of an aspect; `None` if this kind of object does not have it.
    pub(super) fn value(&self, part: Part) -> Option<Written> {
        Some(match (part, &self.body) {
            (Part::Name, _) => Written::Name(self.name.value.clone()),
            (Part::Comment, _) => Written::Comment(self.comment.value.clone()),
            (Part::Type, Body::Property(spec)) => Written::Type(spec.ty.clone()),
            (Part::Default, Body::Property(spec)) => Written::Default(spec.default.clone()),
            (Part::Nullable, Body::Property(spec)) => Written::Nullable(spec.nullable),
            (Part::Key, Body::NodeTable { key }) => Written::Key(*key),
            (Part::Multiplicity, Body::EdgeTable { multiplicity, .. }) => {
                Written::Multiplicity(*multiplicity)
            }
            (Part::Storage, Body::EdgeTable { storage, .. }) => Written::Storage(*storage),
            (Part::Spec, Body::Index(spec)) => Written::Index(spec.clone()),
            (Part::Spec, Body::Sequence(spec)) => Written::Sequence(*spec),
            _ => return None,
        })
    }

    /// Sets an aspect to a written value; aspects that this kind of object does not have are
    /// ignored.
    pub(super) fn set(&mut self, written: Written) {
        match (written, &mut self.body) {
            (Written::Name(name), _) => self.name.value = name,
            (Written::Comment(text), _) => self.comment.value = text,
            (Written::Type(ty), Body::Property(spec)) => spec.ty = ty,
            (Written::Default(default), Body::Property(spec)) => spec.default = default,
            (Written::Nullable(nullable), Body::Property(spec)) => spec.nullable = nullable,
            (Written::Key(to), Body::NodeTable { key }) => *key = to,
            (Written::Multiplicity(to), Body::EdgeTable { multiplicity, .. }) => *multiplicity = to,
            (Written::Storage(to), Body::EdgeTable { storage, .. }) => *storage = to,
            (Written::Index(to), Body::Index(spec)) => *spec = to,
            (Written::Sequence(to), Body::Sequence(spec)) => *spec = to,
            _ => {}
        }
    }

    /// Records which events wrote an aspect last.
    pub(super) fn set_heads(&mut self, part: Part, heads: Heads) {
        match part {
            Part::Life => self.life.heads = heads,
            Part::Name => self.name.heads = heads,
            Part::Comment => self.comment.heads = heads,
            // An aspect that has not changed has the creating events as its heads.
            _ if heads == self.births => self.parts.retain(|(other, _)| *other != part),
            _ => match self.parts.binary_search_by_key(&part, |(part, _)| *part) {
                Ok(at) => self.parts[at].1 = heads,
                Err(at) => {
                    self.parts.reserve_exact(1);
                    self.parts.insert(at, (part, heads));
                }
            },
        }
    }
}
