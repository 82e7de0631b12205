//! Objects: what the events made, with one register for each thing that can change.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{
    Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, OnFail, PropertySpec, SequenceSpec,
};
use crate::schema::{Expr, Multiplicity, StorageDirection, Type};

/// A value with the events that last wrote it. Several heads mean that they did not know of one
/// another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T> {
    /// The value all peers agree on.
    pub value: T,
    /// The newest events that wrote it.
    pub heads: BTreeSet<EventId>,
}

impl<T> Register<T> {
    pub(super) fn new(value: T, event: EventId) -> Self {
        Self {
            value,
            heads: BTreeSet::from([event]),
        }
    }

    /// Whether an event with these dependencies knew the present value.
    pub(super) fn known_to(&self, depends_on: &BTreeSet<EventId>) -> bool {
        self.heads.is_subset(depends_on)
    }

    /// Makes `event` a head in place of those it knew.
    pub(super) fn touch(&mut self, event: EventId, depends_on: &BTreeSet<EventId>) {
        self.heads.retain(|head| !depends_on.contains(head));
        self.heads.insert(event);
    }
}

/// The stages of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// In use.
    Live,
    /// Renamed away by this event, with its rows.
    Archived(EventId),
    /// Deleted for ever by this event.
    Purged(EventId),
}

impl Life {
    /// Whether it is in use.
    #[must_use]
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

/// A table, a property, a FROM–TO pair, an index or a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its identity.
    pub id: ObjectId,
    /// Its table, for properties, pairs and indexes.
    pub parent: Option<ObjectId>,
    /// Its stage.
    pub life: Register<Life>,
    /// Its name as spelled; empty for pairs.
    pub name: Register<String>,
    /// Its comment.
    pub comment: Register<Option<String>>,
    /// What only its kind has.
    pub body: Body,
    /// The name it was born with: what its archived columns are called after.
    pub born_as: String,
    /// The newest events of each part of the body that was changed since its birth.
    pub aspects: BTreeMap<Aspect, BTreeSet<EventId>>,
    /// What a property was before each change that made its old values another column.
    pub archives: Vec<Archive>,
}

/// A part of an object that an event of its own can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// A property's type.
    Type,
    /// A property's default.
    Default,
    /// Whether a property may be NULL.
    Nullable,
    /// A node table's primary key.
    Key,
    /// A rel table's multiplicity.
    Multiplicity,
    /// A rel table's storage direction.
    Storage,
}

/// A column that holds the values from before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The change.
    pub by: EventId,
    /// The column's name in the database.
    pub name: String,
    /// The column's type.
    pub ty: Type,
    /// The type after the change.
    pub to: Type,
    /// How the change makes new values of `old` ones; `None` is a plain CAST.
    pub cast: Option<Expr>,
    /// The Rust function that makes them, if one does.
    pub function: Option<String>,
    /// Whether the column has been deleted for ever.
    pub purged: bool,
    /// What a row gets of whose value none can be made.
    pub on_fail: OnFail,
}

/// What only one kind of object has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A node table.
    NodeTable {
        /// The primary key.
        key: ObjectId,
    },
    /// A rel table.
    EdgeTable {
        /// How many rels a node may have.
        multiplicity: Multiplicity,
        /// Which directions are stored.
        storage: StorageDirection,
    },
    /// A property.
    Property(PropertySpec),
    /// A FROM–TO pair.
    Pair(Endpoints),
    /// An index.
    Index(IndexSpec),
    /// A sequence.
    Sequence(SequenceSpec),
}

impl Object {
    /// What kind of object this is.
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

    /// Whether the object itself is in use; its table may be archived all the same.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.life.value.is_live()
    }

    /// The newest events of all its registers.
    pub(super) fn heads(&self) -> impl Iterator<Item = EventId> {
        let Self {
            life,
            name,
            comment,
            aspects,
            ..
        } = self;
        let heads = life.heads.iter().chain(&name.heads).chain(&comment.heads);
        heads.chain(aspects.values().flatten()).copied()
    }
}
