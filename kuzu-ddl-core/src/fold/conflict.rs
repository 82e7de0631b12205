//! Contradictions: rows that everybody agrees on, and how each can be settled.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::effects::Stage;
use super::object::{Body, Object, Written};
use super::state::Fold;
use crate::event::{EventId, ObjectId, ObjectKind, Part};

/// Two changes that did not know of one another and cannot both be as they were meant. Every peer
/// with the same events sees the same rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// The object.
    pub object: ObjectId,
    /// The event whose intent was not carried out in full.
    pub event: EventId,
    /// What happened.
    pub kind: ConflictKind,
}

/// The kinds of conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ConflictKind {
    /// A drop that somebody's use did not know of, or that did not know of a use: the use wins.
    DropBlocked,
    /// Two types that nothing holds without loss: the last by rank wins, the values of the other live on
    /// as `property__c_<8 hex>`.
    TypesDiffer,
    /// Two names for one object: the last by rank wins.
    RenamedTwice,
    /// Two primary keys: the last by rank wins.
    KeysDiffer,
    /// NULL is legal for one and not for the other: it is legal.
    NullabilityDiffers,
    /// Two multiplicities: the looser of the two that both fit.
    MultiplicitiesDiffer,
    /// Two definitions of one index or sequence: the last by rank wins.
    DefinitionsDiffer,
    /// Two objects of one name: the first by rank keeps it, the other lives on as `Name__c_<8 hex>`.
    NameTaken,
}

impl ConflictKind {
    /// The part that is contradicted; of a name that is taken, the name.
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
    /// The contradictions that everybody agrees on, sorted.
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

    /// The events of which one can be kept to settle a conflict. For a blocked drop the drop itself
    /// stands for letting it go, any other for keeping it. A name that is taken is settled by another
    /// name or by a drop, so there is none.
    #[must_use]
    pub fn choices(&self, conflict: &Conflict) -> BTreeSet<EventId> {
        let Some(object) = self.object(conflict.object) else {
            return BTreeSet::new();
        };
        match conflict.kind {
            ConflictKind::NameTaken => BTreeSet::new(),
            ConflictKind::DropBlocked => {
                let all = object.births.iter().chain(&object.life.heads).copied();
                // A primary key cannot go.
                let key = self.is_key(object.id);
                all.filter(|event| !key || !self.ends(*event)).collect()
            }
            kind => object.heads_of(kind.part()).iter().copied().collect(),
        }
    }

    /// Whether an event ends its object: a drop or a purge.
    #[must_use]
    pub fn ends(&self, event: EventId) -> bool {
        let stage = self.event(event).and_then(|event| self.stage(event));
        stage.is_some_and(Stage::is_ending)
    }

    /// The conflicts about one object alone.
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

    /// Notes whether anything about an object is contradicted.
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

    /// What an object is called: `Table`, `Table.property`, `Rel(From -> To)`, `Table[index]`.
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

    /// All conflicts in words.
    #[must_use]
    pub fn explained(&self) -> Vec<Explained> {
        let conflicts = self.conflicts();
        conflicts.iter().map(|row| self.explain(row)).collect()
    }

    /// A conflict in words: what contradicts what, what holds now, and what became of the other.
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
                format!("{path} was dropped by somebody while somebody else was using it; it stays")
            }
            ConflictKind::TypesDiffer => {
                let columns = object.into_iter().flat_map(|object| &object.beside);
                let column = columns.filter(|column| column.by == conflict.event);
                let column = column.map(|c| c.name.as_str()).next().unwrap_or("?");
                format!(
                    "{path} was given two types: it is {}, and the values of type {} live on in {column}",
                    text(holds),
                    text(lost)
                )
            }
            ConflictKind::RenamedTwice => format!(
                "{path} was given two names: it is called {}, and not {}",
                text(holds),
                text(lost)
            ),
            ConflictKind::KeysDiffer => format!(
                "{path} was given two primary keys: it is {}, and not {}",
                text(holds),
                text(lost)
            ),
            ConflictKind::NullabilityDiffers => {
                format!("{path} may be NULL for one and not for another; it may")
            }
            ConflictKind::MultiplicitiesDiffer => format!(
                "{path} was given two multiplicities: it is {}, and {} does not hold",
                text(holds),
                text(lost)
            ),
            ConflictKind::DefinitionsDiffer => {
                format!("{path} was defined in two ways; the later one in the order holds")
            }
            ConflictKind::NameTaken => {
                let name = object.map(|object| object.name.value.clone());
                let name = name.unwrap_or_default();
                format!(
                    "two {} took the name {name}; this one lives on as {path}",
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

/// A conflict in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Explained {
    /// The conflict.
    pub conflict: Conflict,
    /// What the object is called now.
    pub path: String,
    /// What contradicts what, and what holds.
    pub what: String,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
