//! Objects: what the events made, with one register for each thing that can change.

use std::collections::{BTreeMap, BTreeSet};

use super::small_set::Heads;
use crate::event::{
    Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, OnFail, Part, PropertySpec, SequenceSpec,
};
use crate::schema::{Expr, Key, Multiplicity, StorageDirection, Type};

/// A value with the events that last wrote it. Several heads mean that they did not know of one
/// another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T> {
    /// The value all peers agree on.
    pub value: T,
    /// The newest events that wrote it.
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
    /// The name it was born with, as the engine compares names (two that made it apart may spell it in two
    /// ways): what its archived columns are called after.
    pub born_as: Key,
    /// The events that brought it into being; more than one where peers did so apart.
    pub births: Heads,
    /// The newest events of each part of the body that was changed since its birth, by part: one or two.
    pub(super) parts: Vec<(Part, Heads)>,
    /// What a property was before each change that made its old values another column, in the order of the
    /// changes.
    pub archives: Vec<Archive>,
    /// Columns that live beside a property while its type is contradicted: one for each type that lost.
    pub beside: Vec<Archive>,
    /// What was written to a part by events that did not know of one another, by event.
    pub(super) rivals: BTreeMap<Part, BTreeMap<EventId, Written>>,
    /// Those of the stage's heads that end it: drops and purges.
    pub(super) endings: Heads,
    /// Drops and purges that did not know of a use, or of which a use did not know.
    pub(super) blocked: BTreeSet<EventId>,
}

/// What an event wrote to one part.
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

/// A column that holds the values from before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The change; of a column beside, the event that wrote its type.
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

impl Archive {
    /// Whether it was a column beside, and the beginning of the id that its name ends with.
    pub(super) fn tail(&self) -> (bool, [u8; 4]) {
        let at = self.name.len().saturating_sub(8);
        let (name, digits) = self.name.split_at_checked(at).unwrap_or_default();
        let number = u32::from_str_radix(digits, 16).unwrap_or_default();
        (name.ends_with("__c_"), number.to_be_bytes())
    }
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

impl Body {
    /// The parts that a birth writes.
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
    /// Whether it was given this name by a rename that lost against one which did not know of it.
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

    /// The node tables that a pair joins.
    pub(super) fn ends(&self) -> Option<[ObjectId; 2]> {
        match &self.body {
            Body::Pair(ends) => Some([ends.from, ends.to]),
            _ => None,
        }
    }

    /// Whether the object itself is in use; its table may be archived all the same.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.life.value.is_live()
    }

    /// All columns that hold old values: those from before changes, and those beside.
    pub fn columns(&self) -> impl Iterator<Item = &Archive> {
        self.archives.iter().chain(&self.beside)
    }

    /// The newest events of a part of the body, if it was changed since the birth.
    pub(super) fn changed(&self, part: Part) -> Option<&Heads> {
        let at = self.parts.binary_search_by_key(&part, |(part, _)| *part);
        at.ok().map(|at| &self.parts[at].1)
    }

    /// The newest events that wrote a part.
    #[must_use]
    pub fn heads_of(&self, part: Part) -> &Heads {
        match part {
            Part::Life => &self.life.heads,
            Part::Name => &self.name.heads,
            Part::Comment => &self.comment.heads,
            _ => self.changed(part).unwrap_or(&self.births),
        }
    }

    /// The newest events of all its registers.
    pub(super) fn heads(&self) -> impl Iterator<Item = EventId> {
        let heads = self.life.heads.iter().chain(&self.name.heads);
        let heads = heads.chain(&self.comment.heads).chain(&self.births);
        let parts = self.parts.iter().flat_map(|(_, heads)| heads);
        heads.chain(parts).copied()
    }

    /// What a part is by now; `None` if this kind of object has no such part.
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

    /// Makes a part what was written; whatever does not belong to this kind of object is let alone.
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

    /// Notes who wrote a part last.
    pub(super) fn set_heads(&mut self, part: Part, heads: Heads) {
        match part {
            Part::Life => self.life.heads = heads,
            Part::Name => self.name.heads = heads,
            Part::Comment => self.comment.heads = heads,
            // What was not changed since the births is told by them.
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
