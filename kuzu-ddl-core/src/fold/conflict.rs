//! Conflicts between concurrent changes, their reports and their resolutions.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::graph::effects::LifecycleChange;
use super::object::{AspectValue, Object, ObjectBody};
use super::state::Fold;
use crate::event::{Aspect, EventId, ObjectId, ObjectKind};
use crate::one_line::fmt_one_line;

/// Concurrent changes that cannot both take effect as intended.
///
/// Every peer with the same events computes the same conflicts.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::event::PropertySpec;
/// use kuzu_ddl::fold::{ChangeBuilder, ConflictKind, Fold};
/// use kuzu_ddl::schema::Type;
/// let id = PropertySpec { ty: Type::Int64, nullable: false, default: None };
/// let mut draft = ChangeBuilder::new(Fold::default());
/// let table = draft.create_node_table("Person", "id", id);
/// let (base, _) = draft.finish();
/// // Two peers rename the table concurrently.
/// let mut merged = base.clone();
/// for name in ["Human", "User"] {
///     let mut draft = ChangeBuilder::new(base.clone());
///     draft.rename(table, name);
///     merged.extend(draft.finish().1);
/// }
/// let conflicts = merged.conflicts();
/// assert_eq!(conflicts[0].kind, ConflictKind::Rename);
/// assert_eq!(merged.resolutions(&conflicts[0]).len(), 2);
/// println!("{}", merged.explain(&conflicts[0]).message);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Conflict {
    /// Object in conflict.
    pub object: ObjectId,
    /// Event that did not take effect in full.
    pub event: EventId,
    /// Kind of the conflict.
    pub kind: ConflictKind,
}

/// Kind of a conflict between concurrent changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ConflictKind {
    /// Drop and use of an object are concurrent: the use wins.
    DropBlocked,
    /// Two types without a common type that holds both losslessly: the last by rank wins, and the
    /// values of the other are kept as `property__c_<8 hex>`.
    Type,
    /// Two names for one object: the last by rank wins.
    Rename,
    /// Two primary keys: the last by rank wins.
    PrimaryKey,
    /// One change allows NULL and the other does not: NULL is allowed.
    Nullability,
    /// Two multiplicities: the least restrictive one that both satisfy.
    Multiplicity,
    /// Two definitions of one index or sequence: the last by rank wins.
    Definition,
    /// Two objects with one name: the first by rank keeps it, the other is kept as `Name__c_<8
    /// hex>`.
    NameCollision,
}

impl ConflictKind {
    /// Returns the aspect in conflict; for a name collision, the name.
    #[must_use]
    pub fn aspect(self) -> Aspect {
        match self {
            Self::DropBlocked => Aspect::Lifecycle,
            Self::Type => Aspect::Type,
            Self::Rename | Self::NameCollision => Aspect::Name,
            Self::PrimaryKey => Aspect::PrimaryKey,
            Self::Nullability => Aspect::Nullable,
            Self::Multiplicity => Aspect::Multiplicity,
            Self::Definition => Aspect::Definition,
        }
    }

    fn for_aspect(aspect: Aspect) -> Option<Self> {
        Some(match aspect {
            Aspect::Type => Self::Type,
            Aspect::Name => Self::Rename,
            Aspect::PrimaryKey => Self::PrimaryKey,
            Aspect::Nullable => Self::Nullability,
            Aspect::Multiplicity => Self::Multiplicity,
            Aspect::Definition => Self::Definition,
            Aspect::Lifecycle | Aspect::Comment | Aspect::Default | Aspect::Storage => return None,
        })
    }
}

impl Fold {
    /// Returns the conflicts that all peers agree on, sorted.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        let contested = self.conflicted.iter().filter_map(|id| self.object(*id));
        let mut rows: Vec<Conflict> = contested
            .flat_map(|object| self.conflicts_of(object))
            .collect();
        for (parent, key) in self.name_collisions.keys() {
            let holder = self.find(*parent, key).map(|holder| holder.id);
            let live = self
                .name_entry(*parent, key)
                .into_iter()
                .flat_map(|p| &p.holders);
            let others = live.filter(|id| Some(**id) != holder);
            rows.extend(others.filter_map(|id| {
                let heads = self.object(*id)?.name.heads.iter();
                Some(Conflict {
                    object: *id,
                    event: heads.copied().max_by_key(|head| self.rank_of(*head))?,
                    kind: ConflictKind::NameCollision,
                })
            }));
        }
        rows.sort();
        rows
    }

    /// Returns the events of which one can be kept to resolve a conflict.
    ///
    /// For a blocked drop, keeping the drop archives the object and keeping any other event retains
    /// it. A name collision is resolved by another name or by a drop, so it has no choices.
    #[must_use]
    pub fn resolutions(&self, conflict: &Conflict) -> BTreeSet<EventId> {
        let Some(object) = self.object(conflict.object) else {
            return BTreeSet::new();
        };
        match conflict.kind {
            ConflictKind::NameCollision => BTreeSet::new(),
            ConflictKind::DropBlocked => {
                let all = object
                    .creators
                    .iter()
                    .chain(&object.lifecycle.heads)
                    .copied();
                // A primary key cannot be dropped.
                let key = self.is_primary_key(object.id);
                all.filter(|event| !key || !self.resolves_conflict(*event))
                    .collect()
            }
            kind => object.heads_of(kind.aspect()).iter().copied().collect(),
        }
    }

    /// Returns whether an event drops or purges its object.
    #[must_use]
    pub fn resolves_conflict(&self, event: EventId) -> bool {
        let stage = self
            .event(event)
            .and_then(|event| self.lifecycle_change(event));
        stage.is_some_and(LifecycleChange::is_terminal)
    }

    /// Returns the conflicts about one object, name collisions excluded.
    fn conflicts_of(&self, object: &Object) -> Vec<Conflict> {
        let row = |event: EventId, kind| Conflict {
            object: object.id,
            event,
            kind,
        };
        let mut rows = Vec::new();
        if object.is_live() {
            let blocked = object.drop_heads.iter();
            rows.extend(blocked.map(|event| row(*event, ConflictKind::DropBlocked)));
        }
        for (aspect, rivals) in &object.concurrent_writes {
            let Some(kind) = ConflictKind::for_aspect(*aspect) else {
                continue;
            };
            let losers = self.merge(rivals).map(|outcome| outcome.losers);
            rows.extend(losers.into_iter().flatten().map(|event| row(event, kind)));
        }
        rows
    }

    /// Updates the record of whether an object has conflicts.
    pub(super) fn update_conflict_flag(&mut self, id: ObjectId) {
        let Some(object) = self.object(id) else {
            return;
        };
        if !object.concurrent_writes.is_empty() || !object.drop_heads.is_empty() {
            self.unsettled.objects.entry(id).or_default();
        } else {
            self.conflicted.remove(&id);
        }
    }

    /// Computes whether an object has conflicts.
    pub(super) fn refresh_conflict_flag(&mut self, id: ObjectId) {
        let object = self.object(id);
        if object.is_some_and(|object| !self.conflicts_of(object).is_empty()) {
            self.conflicted.insert(id);
        } else {
            self.conflicted.remove(&id);
        }
    }

    /// Returns the display path of an object: `Table`, `Table.property`, `Rel(From -> To)`,
    /// `Table[index]`.
    #[must_use]
    pub fn path(&self, id: ObjectId) -> String {
        let Some(object) = self.object(id) else {
            return format!("object {}", id.abbreviate());
        };
        let name = self.database_name(object);
        let parent = object.parent.and_then(|table| self.object(table));
        let table = parent
            .map(|table| self.database_name(table))
            .unwrap_or_default();
        match &object.body {
            ObjectBody::Property(_) => format!("{table}.{name}"),
            ObjectBody::Index(_) => format!("{table}[{name}]"),
            ObjectBody::Pair(ends) => {
                format!(
                    "{table}({} -> {})",
                    self.path(ends.from),
                    self.path(ends.to)
                )
            }
            _ => name,
        }
    }

    /// Returns reports of all conflicts.
    #[must_use]
    pub fn conflict_reports(&self) -> Vec<ConflictReport> {
        let conflicts = self.conflicts();
        conflicts.iter().map(|row| self.explain(row)).collect()
    }

    /// Returns the report of a conflict: what conflicts, what holds now, and what happened to the
    /// other.
    #[must_use]
    pub fn explain(&self, conflict: &Conflict) -> ConflictReport {
        let object = self.object(conflict.object);
        let kind = conflict.kind;
        let aspect = kind.aspect();
        let losing_value = self
            .event(conflict.event)
            .and_then(|event| self.written(event, aspect, conflict.object));
        let holds = object.and_then(|object| object.value(aspect));
        let path = self.path(conflict.object);
        let text = |written: Option<AspectValue>| {
            written.map_or_else(|| "?".to_owned(), |written| self.spelled(&written))
        };
        let message = match kind {
            ConflictKind::DropBlocked => {
                format!("{path}: concurrent drop and use; the object is kept")
            }
            ConflictKind::Type => {
                let columns = object
                    .into_iter()
                    .flat_map(|object| &object.conflict_columns);
                let column = columns.filter(|column| column.by == conflict.event);
                let column = column.map(|c| c.name.as_str()).next().unwrap_or("?");
                format!(
                    "{path}: concurrent type changes; {} wins, {} values are kept in `{column}`",
                    text(holds),
                    text(losing_value)
                )
            }
            ConflictKind::Rename => format!(
                "{path}: concurrent renames; `{}` wins over `{}`",
                text(holds),
                text(losing_value)
            ),
            ConflictKind::PrimaryKey => format!(
                "{path}: concurrent primary keys; {} wins over {}",
                text(holds),
                text(losing_value)
            ),
            ConflictKind::Nullability => {
                format!("{path}: concurrent changes of nullability; NULL is allowed")
            }
            ConflictKind::Multiplicity => format!(
                "{path}: concurrent multiplicities; {} wins over {}",
                text(holds),
                text(losing_value)
            ),
            ConflictKind::Definition => {
                format!("{path}: concurrent definitions; the last by rank wins")
            }
            ConflictKind::NameCollision => {
                let name = object.map(|object| object.name.value.clone());
                let name = name.unwrap_or_default();
                format!(
                    "{path}: concurrent {} named `{name}`; the other keeps the name",
                    object.map_or("objects", |object| plural(object.kind()))
                )
            }
        };
        ConflictReport {
            conflict: conflict.clone(),
            object_name: path,
            message,
        }
    }

    fn spelled(&self, written: &AspectValue) -> String {
        match written {
            AspectValue::Name(name) => name.clone(),
            AspectValue::Type(ty) => ty.to_string(),
            AspectValue::Key(key) => self.path(*key),
            AspectValue::Multiplicity(m) => m.as_str().to_owned(),
            AspectValue::Nullable(true) => "NULL".into(),
            AspectValue::Nullable(false) => "NOT NULL".into(),
            AspectValue::Comment(text) => text.clone().unwrap_or_default(),
            AspectValue::Default(expr) => expr
                .as_ref()
                .map_or_else(|| "NULL".into(), |e| e.to_string()),
            AspectValue::Storage(_) | AspectValue::Index(_) | AspectValue::Sequence(_) => {
                String::new()
            }
        }
    }
}

fn plural(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::NodeTable | ObjectKind::EdgeTable => "tables",
        ObjectKind::Property => "properties",
        ObjectKind::Pair => "pairs",
        ObjectKind::Index => "indexes",
        ObjectKind::Sequence => "sequences",
    }
}

/// Report of a conflict, for display.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConflictReport {
    /// The conflict.
    pub conflict: Conflict,
    /// Current display path of the object.
    pub object_name: String,
    /// Message: what conflicts, and what holds.
    pub message: String,
}

impl fmt::Display for ConflictReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl ConflictReport {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
