//! Schema objects as folded from events: one multi-value register per changeable aspect.

use std::collections::{BTreeMap, BTreeSet};

use super::small_set::Heads;
use crate::event::{
    Aspect, Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, OnFail, PropertySpec, SequenceSpec,
};
use crate::schema::{Expr, Multiplicity, NameKey, Property, StorageDirection, Type};

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
pub enum Lifecycle {
    /// The object is in use.
    Live,
    /// The object was archived by this event: renamed away, with its rows.
    Archived(EventId),
    /// The object was purged by this event: deleted permanently.
    Purged(EventId),
}

impl Lifecycle {
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
    pub lifecycle: Register<Lifecycle>,
    /// Name with its spelling; empty for pairs.
    pub name: Register<String>,
    /// Comment on the object.
    pub comment: Register<Option<String>>,
    /// State that only this kind of object has.
    pub body: ObjectBody,
    /// Name that the object was created with, folded as the engine compares names (two concurrent
    /// creations may differ in spelling). The archived columns of a property are named after it.
    pub original_name: NameKey,
    /// Events that created the object; several if peers created it concurrently.
    pub creators: Heads,
    /// Newest events of each aspect of the body that changed after creation, sorted by aspect; one
    /// or two entries.
    pub(super) aspects: Vec<(Aspect, Heads)>,
    /// Columns with the values from before each change of the property that replaced its column, in
    /// the order of the changes.
    pub archived_columns: Vec<ArchivedColumn>,
    /// Conflict columns: one for each newest change of type or default that lost against a
    /// concurrent one. Those of older changes are among the archived columns.
    pub conflict_columns: Vec<ArchivedColumn>,
    /// Concurrent writes of each aspect, by event.
    pub(super) concurrent_writes: BTreeMap<Aspect, BTreeMap<EventId, AspectValue>>,
    /// Lifecycle heads that are drops or purges.
    pub(super) drop_heads: Heads,
    /// Drops and purges that are concurrent with a use of the object.
    pub(super) blocked_drops: BTreeSet<EventId>,
}

/// Value that an event wrote to one aspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AspectValue {
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
pub struct ArchivedColumn {
    /// Event of the change; for a conflict column, the event that wrote its type.
    pub by: EventId,
    /// Name of the column in the database.
    pub name: String,
    /// Type of the column.
    pub ty: Type,
    /// Default of the column, which the engine cannot remove: the property had it.
    pub default: Option<Expr>,
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

impl ArchivedColumn {
    /// Returns the column as a property of its table.
    #[must_use]
    pub fn property(&self) -> Property {
        Property {
            name: self.name.clone(),
            ty: self.ty.storage_type().clone(),
            nullable: true,
            default: self.default.clone(),
            comment: None,
        }
    }

    /// Returns whether it keeps the values of a change that lost against a concurrent one.
    #[must_use]
    pub fn is_conflict_column(&self) -> bool {
        self.name_suffix().0
    }

    /// Returns whether it is a conflict column, and the first four bytes of the id in its name.
    pub(super) fn name_suffix(&self) -> (bool, [u8; 4]) {
        let at = self.name.len().saturating_sub(8);
        let (name, digits) = self.name.split_at_checked(at).unwrap_or_default();
        let number = u32::from_str_radix(digits, 16).unwrap_or_default();
        (name.ends_with("__c_"), number.to_be_bytes())
    }
}

/// State that only one kind of object has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectBody {
    /// State of a node table.
    NodeTable {
        /// Property that is the primary key.
        key: ObjectId,
    },
    /// State of a rel table.
    EdgeTable {
        /// Number of rels that a node may have in each direction.
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

impl ObjectBody {
    /// Returns the aspects that the creating event writes.
    pub(super) fn aspects(&self) -> &'static [Aspect] {
        match self {
            Self::NodeTable { .. } => &[Aspect::Name, Aspect::PrimaryKey],
            Self::EdgeTable { .. } => &[Aspect::Name, Aspect::Multiplicity, Aspect::Storage],
            Self::Property(_) => &[
                Aspect::Name,
                Aspect::Type,
                Aspect::Default,
                Aspect::Nullable,
            ],
            Self::Pair(_) => &[Aspect::Name],
            Self::Index(_) | Self::Sequence(_) => &[Aspect::Name, Aspect::Definition],
        }
    }
}

impl Object {
    /// Returns whether a rename to this name lost against a concurrent rename.
    pub(super) fn lost_rename(&self, name: &NameKey) -> bool {
        let written = self
            .concurrent_writes
            .get(&Aspect::Name)
            .into_iter()
            .flatten();
        let mut names = written.filter_map(|(_, written)| match written {
            AspectValue::Name(name) => Some(NameKey::new(name)),
            _ => None,
        });
        NameKey::new(&self.name.value) != *name && names.any(|lost| lost == *name)
    }

    pub(super) fn new(
        (id, parent): (ObjectId, Option<ObjectId>),
        name: &str,
        body: ObjectBody,
        event: EventId,
    ) -> Self {
        Self {
            id,
            parent,
            lifecycle: Register::new(Lifecycle::Live, event),
            name: Register::new(name.to_owned(), event),
            comment: Register {
                value: None,
                heads: Heads::default(),
            },
            body,
            original_name: NameKey::new(name),
            creators: Heads::of(event),
            aspects: Vec::new(),
            archived_columns: Vec::new(),
            conflict_columns: Vec::new(),
            concurrent_writes: BTreeMap::new(),
            drop_heads: Heads::default(),
            blocked_drops: BTreeSet::new(),
        }
    }

    /// Returns the kind of the object.
    #[must_use]
    pub fn kind(&self) -> ObjectKind {
        match self.body {
            ObjectBody::NodeTable { .. } => ObjectKind::NodeTable,
            ObjectBody::EdgeTable { .. } => ObjectKind::EdgeTable,
            ObjectBody::Property(_) => ObjectKind::Property,
            ObjectBody::Pair(_) => ObjectKind::Pair,
            ObjectBody::Index(_) => ObjectKind::Index,
            ObjectBody::Sequence(_) => ObjectKind::Sequence,
        }
    }

    /// Returns the node tables that a pair connects.
    pub(super) fn endpoints(&self) -> Option<[ObjectId; 2]> {
        match &self.body {
            ObjectBody::Pair(ends) => Some([ends.from, ends.to]),
            _ => None,
        }
    }

    /// Returns whether the object itself is in use; its table may still be archived.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.lifecycle.value.is_live()
    }

    /// Returns all columns with old values: archived columns, then conflict columns.
    pub fn columns(&self) -> impl Iterator<Item = &ArchivedColumn> {
        self.archived_columns.iter().chain(&self.conflict_columns)
    }

    /// Returns the newest events of an aspect of the body, if it changed after creation.
    pub(super) fn changed(&self, aspect: Aspect) -> Option<&Heads> {
        let at = self
            .aspects
            .binary_search_by_key(&aspect, |(aspect, _)| *aspect);
        at.ok().map(|at| &self.aspects[at].1)
    }

    /// Returns the newest events that wrote an aspect.
    #[must_use]
    pub fn heads_of(&self, aspect: Aspect) -> &Heads {
        match aspect {
            Aspect::Lifecycle => &self.lifecycle.heads,
            Aspect::Name => &self.name.heads,
            Aspect::Comment => &self.comment.heads,
            _ => self.changed(aspect).unwrap_or(&self.creators),
        }
    }

    /// Returns the newest events of all registers of the object.
    pub(super) fn heads(&self) -> impl Iterator<Item = EventId> {
        let heads = self.lifecycle.heads.iter().chain(&self.name.heads);
        let heads = heads.chain(&self.comment.heads).chain(&self.creators);
        let aspects = self.aspects.iter().flat_map(|(_, heads)| heads);
        heads.chain(aspects).copied()
    }

    /// Returns the current value of an aspect; `None` if this kind of object does not have it.
    pub(super) fn value(&self, aspect: Aspect) -> Option<AspectValue> {
        Some(match (aspect, &self.body) {
            (Aspect::Name, _) => AspectValue::Name(self.name.value.clone()),
            (Aspect::Comment, _) => AspectValue::Comment(self.comment.value.clone()),
            (Aspect::Type, ObjectBody::Property(spec)) => AspectValue::Type(spec.ty.clone()),
            (Aspect::Default, ObjectBody::Property(spec)) => {
                AspectValue::Default(spec.default.clone())
            }
            (Aspect::Nullable, ObjectBody::Property(spec)) => AspectValue::Nullable(spec.nullable),
            (Aspect::PrimaryKey, ObjectBody::NodeTable { key }) => AspectValue::Key(*key),
            (Aspect::Multiplicity, ObjectBody::EdgeTable { multiplicity, .. }) => {
                AspectValue::Multiplicity(*multiplicity)
            }
            (Aspect::Storage, ObjectBody::EdgeTable { storage, .. }) => {
                AspectValue::Storage(*storage)
            }
            (Aspect::Definition, ObjectBody::Index(spec)) => AspectValue::Index(spec.clone()),
            (Aspect::Definition, ObjectBody::Sequence(spec)) => AspectValue::Sequence(*spec),
            _ => return None,
        })
    }

    /// Sets an aspect to a written value; aspects that this kind of object does not have are
    /// ignored.
    pub(super) fn set(&mut self, written: AspectValue) {
        match (written, &mut self.body) {
            (AspectValue::Name(name), _) => self.name.value = name,
            (AspectValue::Comment(text), _) => self.comment.value = text,
            (AspectValue::Type(ty), ObjectBody::Property(spec)) => spec.ty = ty,
            (AspectValue::Default(default), ObjectBody::Property(spec)) => spec.default = default,
            (AspectValue::Nullable(nullable), ObjectBody::Property(spec)) => {
                spec.nullable = nullable
            }
            (AspectValue::Key(to), ObjectBody::NodeTable { key }) => *key = to,
            (AspectValue::Multiplicity(to), ObjectBody::EdgeTable { multiplicity, .. }) => {
                *multiplicity = to
            }
            (AspectValue::Storage(to), ObjectBody::EdgeTable { storage, .. }) => *storage = to,
            (AspectValue::Index(to), ObjectBody::Index(spec)) => *spec = to,
            (AspectValue::Sequence(to), ObjectBody::Sequence(spec)) => *spec = to,
            _ => {}
        }
    }

    /// Records which events wrote an aspect last.
    pub(super) fn set_heads(&mut self, aspect: Aspect, heads: Heads) {
        match aspect {
            Aspect::Lifecycle => self.lifecycle.heads = heads,
            Aspect::Name => self.name.heads = heads,
            Aspect::Comment => self.comment.heads = heads,
            // An aspect that has not changed has the creating events as its heads.
            _ if heads == self.creators => self.aspects.retain(|(other, _)| *other != aspect),
            _ => match self
                .aspects
                .binary_search_by_key(&aspect, |(aspect, _)| *aspect)
            {
                Ok(at) => self.aspects[at].1 = heads,
                Err(at) => {
                    self.aspects.reserve_exact(1);
                    self.aspects.insert(at, (aspect, heads));
                }
            },
        }
    }
}
