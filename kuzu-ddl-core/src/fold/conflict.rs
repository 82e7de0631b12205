//! Conflicts between concurrent changes: the list that all peers agree on, and how each is
//! resolved.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::effects::Stage;
use super::object::{Body, Object, Written};
use super::state::Fold;
use crate::event::{EventId, ObjectId, ObjectKind, Part};

/// Concurrent changes that cannot both take effect as intended.
///
/// Every peer with the same events computes the same conflicts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    TypesDiffer,
    /// Two names for one object: the last by rank wins.
    RenamedTwice,
    /// Two primary keys: the last by rank wins.
    KeysDiffer,
    /// One change allows NULL and the other does not: NULL is allowed.
    NullabilityDiffers,
    /// Two multiplicities: the least restrictive one that both satisfy.
    MultiplicitiesDiffer,
    /// Two definitions of one index or sequence: the last by rank wins.
    DefinitionsDiffer,
    /// Two objects with one name: the first by rank keeps it, the other is kept as `Name__c_<8
    /// hex>`.
    NameTaken,
}

impl ConflictKind {
    /// Returns the aspect in conflict; for a name collision, the name.
    #[must_use]
    pub fn part(self) -> Part {
        match self {
            Self::DropBlocked => Part::Life,
            Self::TypesDiffer => Part::Type,
            Self::RenamedTwice | Self::NameTaken => Part::Name,
            Self::KeysDiffer => Part::Key,
            Self::NullabilityDiffers => Part::Nullable,
            Self::MultiplicitiesDiffer => Part::Multiplicity,
            Self::DefinitionsDiffer => Part::Spec,
        }
    }

    fn of(part: Part) -> Option<Self> {
        Some(match part {
            Part::Type => Self::TypesDiffer,
            Part::Name => Self::RenamedTwice,
            Part::Key => Self::KeysDiffer,
            Part::Nullable => Self::NullabilityDiffers,
            Part::Multiplicity => Self::MultiplicitiesDiffer,
            Part::Spec => Self::DefinitionsDiffer,
            Part::Life | Part::Comment | Part::Default | Part::Storage => return None,
        })
    }
}

impl Fold {
    /// Returns the conflicts that all peers agree on, sorted.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        let contested = self.contested.iter().filter_map(|id| self.object(*id));
        let mut rows: Vec<Conflict> = contested.flat_map(|object| self.rows(object)).collect();
        for (parent, key) in &self.crowded {
            let holder = self.find(*parent, key).map(|holder| holder.id);
            let live = self.place(*parent, key).into_iter().flat_map(|p| &p.live);
            let others = live.filter(|id| Some(**id) != holder);
            rows.extend(others.filter_map(|id| {
                let heads = self.object(*id)?.name.heads.iter();
                Some(Conflict {
                    object: *id,
                    event: heads.copied().max_by_key(|head| self.rank_of(*head))?,
                    kind: ConflictKind::NameTaken,
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
    pub fn choices(&self, conflict: &Conflict) -> BTreeSet<EventId> {
        let Some(object) = self.object(conflict.object) else {
            return BTreeSet::new();
        };
        match conflict.kind {
            ConflictKind::NameTaken => BTreeSet::new(),
            ConflictKind::DropBlocked => {
                let all = object.births.iter().chain(&object.life.heads).copied();
                // A primary key cannot be dropped.
                let key = self.is_key(object.id);
                all.filter(|event| !key || !self.ends(*event)).collect()
            }
            kind => object.heads_of(kind.part()).iter().copied().collect(),
        }
    }

    /// Returns whether an event drops or purges its object.
    #[must_use]
    pub fn ends(&self, event: EventId) -> bool {
        let stage = self.event(event).and_then(|event| self.stage(event));
        stage.is_some_and(Stage::is_ending)
    }

    /// Returns the conflicts about one object, name collisions excluded.
    fn rows(&self, object: &Object) -> Vec<Conflict> {
        let row = |event: EventId, kind| Conflict {
            object: object.id,
            event,
            kind,
        };
        let mut rows = Vec::new();
        if object.is_live() {
            let blocked = object.endings.iter();
            rows.extend(blocked.map(|event| row(*event, ConflictKind::DropBlocked)));
        }
        for (part, rivals) in &object.rivals {
            let Some(kind) = ConflictKind::of(*part) else {
                continue;
            };
            let losers = self.settled(rivals).map(|settled| settled.losers);
            rows.extend(losers.into_iter().flatten().map(|event| row(event, kind)));
        }
        rows
    }

    /// Updates the record of whether an object has conflicts.
    pub(super) fn contest(&mut self, id: ObjectId) {
        let Some(object) = self.object(id) else {
            return;
        };
        let may = !object.rivals.is_empty() || !object.endings.is_empty();
        if may && !self.rows(object).is_empty() {
            self.contested.insert(id);
        } else {
            self.contested.remove(&id);
        }
    }

    /// Returns the display path of an object: `Table`, `Table.property`, `Rel(From -> To)`,
    /// `Table[index]`.
    #[must_use]
    pub fn path(&self, id: ObjectId) -> String {
        let Some(object) = self.object(id) else {
            return format!("object {}", id.short());
        };
        let name = self.physical(object);
        let parent = object.parent.and_then(|table| self.object(table));
        let table = parent.map(|table| self.physical(table)).unwrap_or_default();
        match &object.body {
            Body::Property(_) => format!("{table}.{name}"),
            Body::Index(_) => format!("{table}[{name}]"),
            Body::Pair(ends) => {
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
    pub fn explained(&self) -> Vec<Explained> {
        let conflicts = self.conflicts();
        conflicts.iter().map(|row| self.explain(row)).collect()
    }

    /// Returns the report of a conflict: what conflicts, what holds now, and what happened to the
    /// other.
    #[must_use]
    pub fn explain(&self, conflict: &Conflict) -> Explained {
        let object = self.object(conflict.object);
        let kind = conflict.kind;
        let part = kind.part();
        let lost = self
            .event(conflict.event)
            .and_then(|event| self.written(event, part, conflict.object));
        let holds = object.and_then(|object| object.value(part));
        let path = self.path(conflict.object);
        let text = |written: Option<Written>| {
            written.map_or_else(|| "?".to_owned(), |written| self.spelled(&written))
        };
        let what = match kind {
            ConflictKind::DropBlocked => {
                format!("{path}: concurrent drop and use; the object is kept")
            }
            ConflictKind::TypesDiffer => {
                let columns = object.into_iter().flat_map(|object| &object.beside);
                let column = columns.filter(|column| column.by == conflict.event);
                let column = column.map(|c| c.name.as_str()).next().unwrap_or("?");
                format!(
                    "{path}: concurrent type changes; {} wins, {} values are kept in `{column}`",
                    text(holds),
                    text(lost)
                )
            }
            ConflictKind::RenamedTwice => format!(
                "{path}: concurrent renames; `{}` wins over `{}`",
                text(holds),
                text(lost)
            ),
            ConflictKind::KeysDiffer => format!(
                "{path}: concurrent primary keys; {} wins over {}",
                text(holds),
                text(lost)
            ),
            ConflictKind::NullabilityDiffers => {
                format!("{path}: concurrent changes of nullability; NULL is allowed")
            }
            ConflictKind::MultiplicitiesDiffer => format!(
                "{path}: concurrent multiplicities; {} wins over {}",
                text(holds),
                text(lost)
            ),
            ConflictKind::DefinitionsDiffer => {
                format!("{path}: concurrent definitions; the last by rank wins")
            }
            ConflictKind::NameTaken => {
                let name = object.map(|object| object.name.value.clone());
                let name = name.unwrap_or_default();
                format!(
                    "{path}: concurrent {} named `{name}`; the other keeps the name",
                    object.map_or("objects", |object| plural(object.kind()))
                )
            }
        };
        Explained {
            conflict: conflict.clone(),
            path,
            what,
        }
    }

    fn spelled(&self, written: &Written) -> String {
        match written {
            Written::Name(name) => name.clone(),
            Written::Type(ty) => ty.to_string(),
            Written::Key(key) => self.path(*key),
            Written::Multiplicity(m) => m.word().to_owned(),
            Written::Nullable(true) => "NULL".into(),
            Written::Nullable(false) => "NOT NULL".into(),
            Written::Comment(text) => text.clone().unwrap_or_default(),
            Written::Default(expr) => expr
                .as_ref()
                .map_or_else(|| "NULL".into(), |e| e.to_string()),
            Written::Storage(_) | Written::Index(_) | Written::Sequence(_) => String::new(),
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
pub struct Explained {
    /// The conflict.
    pub conflict: Conflict,
    /// Current display path of the object.
    pub path: String,
    /// Message: what conflicts, and what holds.
    pub what: String,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
