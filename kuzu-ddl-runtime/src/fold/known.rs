//! What is known of events by themselves: how deep they are, what they touch, what they wrote. All of
//! it follows from an event and its past alone, and never changes.

use std::collections::{BTreeMap, HashSet};

use super::object::{Body, Written};
use super::outcome::Rejection;
use super::store::Ids;
use super::{Fold, Object, Rank};
use crate::event::{Change, DdlEvent, EventId, ObjectId, ObjectKind, Part, key_of};
use crate::schema::Expr;

/// An event that was taken in, applied or rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// One more than its deepest dependency.
    pub(super) depth: u64,
    pub(super) standing: Standing,
    pub(super) event: DdlEvent,
    pub(super) links: Links,
}

/// What an event knew of an object through events that are behind a checkpoint and no longer here: the
/// nearest that are.
pub(super) type Links = Option<Box<BTreeMap<ObjectId, Vec<EventId>>>>;

impl Known {
    pub(super) fn is_newest(&self) -> bool {
        self.standing == Standing::Newest
    }

    /// The events one step back in the history of an object.
    pub(super) fn before(&self, id: ObjectId) -> impl Iterator<Item = EventId> {
        let links = self.links.as_ref().and_then(|links| links.get(&id));
        let links = links.into_iter().flatten();
        self.event.depends_on().iter().chain(links).copied()
    }
}

/// What became of an event that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing that was taken in knew of it yet.
    Newest,
    /// Something did.
    Known,
    /// It is not applied, and never will be.
    Rejected,
}

/// What is said of an event by those that it depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Past {
    /// One more than the deepest of them.
    pub(super) depth: u64,
    /// The first of them that can never be applied.
    pub(super) rejected: Option<EventId>,
}

/// The events by id. Its order differs from run to run.
pub(super) type Log = Ids<EventId, Known>;

/// What an event says of its object's stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Birth,
    Drop,
    Restore,
    Purge(EventId),
}

impl Stage {
    pub(super) fn is_ending(self) -> bool {
        matches!(self, Self::Drop | Self::Purge(_))
    }
}

impl Fold {
    pub(super) fn event(&self, id: EventId) -> Option<&DdlEvent> {
        self.log.get(&id).map(|known| &known.event)
    }

    /// The place of an event in the one order.
    pub(crate) fn rank_of(&self, id: EventId) -> Rank {
        (self.log.get(&id).map_or(0, |known| known.depth), id)
    }

    /// What an event says of the stage of the object that it is about.
    pub(super) fn stage(&self, event: &DdlEvent) -> Option<Stage> {
        match event.change() {
            Change::RestoreTable | Change::RestoreProperty => Some(Stage::Restore),
            // Of an archived column it is no word about the property.
            Change::Purge { of } => {
                let of_it = self.event(*of).filter(|of| of.object() == event.object())?;
                (is_drop(of_it) || self.keeps_ending(of_it)).then_some(Stage::Purge(*of))
            }
            Change::Resolve {
                part: Part::Life, ..
            } => Some(if self.keeps_ending(event) {
                Stage::Drop
            } else {
                Stage::Restore
            }),
            _ if is_drop(event) => Some(Stage::Drop),
            change if change.is_birth() => Some(Stage::Birth),
            _ => None,
        }
    }

    /// Whether an event settles that its object goes.
    fn keeps_ending(&self, event: &DdlEvent) -> bool {
        let life = matches!(
            event.change(),
            Change::Resolve {
                part: Part::Life,
                ..
            }
        );
        let kept = self.kept(event).filter(|_| life);
        kept.is_some_and(|kept| {
            let ends = is_drop(kept) || matches!(kept.change(), Change::Purge { .. });
            ends && kept.object() == event.object()
        })
    }

    /// The event whose word a resolution keeps, through resolutions that keep one another's.
    fn kept<'a>(&'a self, event: &'a DdlEvent) -> Option<&'a DdlEvent> {
        let mut event = event;
        while let Change::Resolve { keep, .. } = event.change() {
            event = self.event(*keep)?;
        }
        Some(event)
    }

    /// What an event wrote to a part of an object.
    pub(super) fn written(&self, event: &DdlEvent, part: Part, id: ObjectId) -> Option<Written> {
        let event = match event.change() {
            Change::Resolve { part: of, .. } if *of == part => self.kept(event)?,
            _ => event,
        };
        let own = event.object() == id;
        Some(match (event.change(), part) {
            (_, Part::Name) => Written::Name(named(event, id)?.to_owned()),
            (_, Part::Default) => Written::Default(default_in(event, id)?.clone()),
            (Change::CreateNodeTable { key_name, .. }, Part::Key) if own => {
                Written::Key(key_of(id, key_name))
            }
            (Change::CreateNodeTable { key, .. }, _) if !own => match part {
                Part::Type => Written::Type(key.ty.clone()),
                Part::Nullable => Written::Nullable(key.nullable),
                _ => return None,
            },
            _ if !own => return None,
            (
                Change::CreateEdgeTable { multiplicity, .. }
                | Change::SetMultiplicity { multiplicity },
                Part::Multiplicity,
            ) => Written::Multiplicity(*multiplicity),
            (
                Change::CreateEdgeTable { storage, .. } | Change::SetStorage { storage },
                Part::Storage,
            ) => Written::Storage(*storage),
            (Change::AddProperty { spec, .. }, Part::Type) => Written::Type(spec.ty.clone()),
            (Change::AddProperty { spec, .. }, Part::Nullable) => Written::Nullable(spec.nullable),
            (
                Change::CommentOnTable { text } | Change::CommentOnProperty { text },
                Part::Comment,
            ) => Written::Comment(text.clone()),
            (Change::SetType { ty, .. } | Change::SetTypeBy { ty, .. }, Part::Type) => {
                Written::Type(ty.clone())
            }
            (Change::SetNullable { nullable }, Part::Nullable) => Written::Nullable(*nullable),
            (Change::SetKey { key }, Part::Key) => Written::Key(*key),
            (Change::CreateIndex { spec, .. }, Part::Spec) => Written::Index(spec.clone()),
            (Change::CreateSequence { spec, .. }, Part::Spec) => Written::Sequence(*spec),
            _ => return None,
        })
    }

    /// Whether an event is about an object, or uses it: as a table, as an end, as what is indexed.
    pub(super) fn touches(&self, event: &DdlEvent, id: ObjectId) -> bool {
        if event.object() == id {
            return true;
        }
        match event.change() {
            Change::AddProperty { table, .. } => *table == id,
            Change::AddPair {
                table, endpoints, ..
            } => *table == id || endpoints.from == id || endpoints.to == id,
            Change::CreateIndex { table, spec, .. } => {
                *table == id || spec.properties.contains(&id)
            }
            Change::CreateNodeTable { .. } => self
                .object(id)
                .is_some_and(|key| key.births.contains(&event.id())),
            change => {
                let key = matches!(change, Change::SetKey { key } if *key == id);
                key || self.object(event.object()).is_some_and(|o| leans_on(o, id))
            }
        }
    }

    /// Whether an event belongs to the history of an object: it touches it, or moves the key of its
    /// table, which may have been its.
    pub(super) fn leads_to(&self, event: &DdlEvent, id: ObjectId) -> bool {
        let moves_key = || {
            let object = self.object(id).filter(|o| o.kind() == ObjectKind::Property);
            object.is_some_and(|property| property.parent == Some(event.object()))
        };
        self.touches(event, id) || matches!(event.change(), Change::SetKey { .. }) && moves_key()
    }

    /// All objects that an event touches.
    pub(super) fn around<'a>(&'a self, event: &'a DdlEvent) -> impl Iterator<Item = ObjectId> + 'a {
        let id = event.object();
        let more = match event.change() {
            Change::CreateNodeTable { key_name, .. } => Some(key_of(id, key_name)),
            Change::SetKey { key } => Some(*key),
            _ => None,
        };
        let indexed = match event.change() {
            // Two that were made apart may index different properties.
            Change::CreateIndex { spec, .. } => spec.properties.as_slice(),
            _ => &[],
        };
        let object = self.object(id);
        let parent = object.and_then(|object| object.parent);
        let ends = object.and_then(Object::ends).into_iter().flatten();
        let own = std::iter::once(id).chain(more);
        own.chain(indexed.iter().copied()).chain(parent).chain(ends)
    }

    /// Whether the event knew the object, as far as its own past tells.
    fn knew(&self, event: &DdlEvent, id: ObjectId) -> bool {
        let knows = |dependency: &EventId| {
            self.event(*dependency)
                .is_some_and(|dependency| self.touches(dependency, id))
        };
        event.depends_on().iter().any(knows)
    }

    /// Why an event can never be applied: by its own past alone, so that nothing that comes later, or
    /// from elsewhere, changes the verdict.
    pub(super) fn judge(&self, event: &DdlEvent) -> Result<(), Rejection> {
        let id = event.object();
        match event.change() {
            Change::CreateNodeTable { .. }
            | Change::CreateEdgeTable { .. }
            | Change::CreateSequence { .. }
            | Change::Unknown { .. } => {}
            Change::AddProperty { table, .. } => {
                self.expect(*table, ObjectKind::is_table, event)?
            }
            Change::AddPair {
                table, endpoints, ..
            } => {
                self.expect(*table, |kind| kind == ObjectKind::EdgeTable, event)?;
                for node in [endpoints.from, endpoints.to] {
                    self.expect(node, |kind| kind == ObjectKind::NodeTable, event)?;
                }
            }
            Change::CreateIndex { table, spec, .. } => {
                self.expect(*table, |kind| kind == ObjectKind::NodeTable, event)?;
                for property in &spec.properties {
                    self.expect_property(*property, *table, event)?;
                }
            }
            Change::DropTable
            | Change::RestoreTable
            | Change::RenameTable { .. }
            | Change::CommentOnTable { .. } => self.expect(id, ObjectKind::is_table, event)?,
            Change::DropProperty
            | Change::RestoreProperty
            | Change::RenameProperty { .. }
            | Change::CommentOnProperty { .. }
            | Change::SetType { .. }
            | Change::SetTypeBy { .. }
            | Change::SetDefault { .. }
            | Change::SetNullable { .. } => {
                self.expect(id, |kind| kind == ObjectKind::Property, event)?;
            }
            Change::DropPair => self.expect(id, |kind| kind == ObjectKind::Pair, event)?,
            Change::DropIndex => self.expect(id, |kind| kind == ObjectKind::Index, event)?,
            Change::DropSequence => self.expect(id, |kind| kind == ObjectKind::Sequence, event)?,
            Change::SetKey { key } => {
                self.expect(id, |kind| kind == ObjectKind::NodeTable, event)?;
                self.expect_property(*key, id, event)?;
            }
            Change::SetMultiplicity { .. } | Change::SetStorage { .. } => {
                self.expect(id, |kind| kind == ObjectKind::EdgeTable, event)?;
            }
            Change::Purge { of } => {
                self.expect(id, |kind| kind != ObjectKind::Pair, event)?;
                self.expect_known(*of, event)?;
            }
            Change::Resolve { part, keep } => {
                self.expect(id, |_| true, event)?;
                self.expect_known(*keep, event)?;
                let kept = self.event(*keep).filter(|kept| self.touches(kept, id));
                if *part != Part::Life
                    && kept
                        .and_then(|kept| self.written(kept, *part, id))
                        .is_none()
                {
                    return Err(Rejection::NotKnown(*keep));
                }
            }
        }
        self.expect_rows(event)
    }

    /// What was purged has nothing that could come back.
    fn expect_rows(&self, event: &DdlEvent) -> Result<(), Rejection> {
        let purged = |dependency: &EventId| {
            let dependency = self.event(*dependency);
            let own = dependency.filter(|d| d.object() == event.object());
            own.is_some_and(|d| matches!(self.stage(d), Some(Stage::Purge(_))))
        };
        let restores = matches!(
            event.change(),
            Change::RestoreTable | Change::RestoreProperty
        );
        if restores && event.depends_on().iter().any(purged) {
            return Err(Rejection::Purged);
        }
        Ok(())
    }

    fn expect(
        &self,
        id: ObjectId,
        fits: impl Fn(ObjectKind) -> bool,
        event: &DdlEvent,
    ) -> Result<(), Rejection> {
        let known = self.object(id).filter(|_| self.knew(event, id));
        match known {
            Some(found) if fits(found.kind()) => Ok(()),
            Some(_) => Err(Rejection::WrongKind {
                change: event.change().word().to_owned(),
            }),
            None => Err(Rejection::NoObject(id)),
        }
    }

    fn expect_property(
        &self,
        id: ObjectId,
        table: ObjectId,
        event: &DdlEvent,
    ) -> Result<(), Rejection> {
        self.expect(id, |kind| kind == ObjectKind::Property, event)?;
        match self.object(id) {
            Some(property) if property.parent == Some(table) => Ok(()),
            _ => Err(Rejection::NoObject(id)),
        }
    }

    fn expect_known(&self, id: EventId, event: &DdlEvent) -> Result<(), Rejection> {
        if event.depends_on().contains(&id) {
            Ok(())
        } else {
            Err(Rejection::NotKnown(id))
        }
    }

    /// The events one step back in the history of an object.
    fn before(&self, event: &DdlEvent, id: ObjectId) -> Vec<EventId> {
        match self.log.get(&event.id()) {
            Some(known) => known.before(id).collect(),
            None => event.depends_on().iter().copied().collect(),
        }
    }

    /// Whether an event that touches an object knew another one that does.
    pub(super) fn knows(&self, event: &DdlEvent, other: EventId, id: ObjectId) -> bool {
        if event.depends_on().contains(&other) {
            return true;
        }
        let depth = self.rank_of(other).0;
        let mut seen = HashSet::new();
        let mut open = self.before(event, id);
        while let Some(next) = open.pop() {
            if next == other {
                return true;
            }
            let deeper = self.log.get(&next).filter(|known| known.depth > depth);
            let Some(known) = deeper.filter(|known| self.leads_to(&known.event, id)) else {
                continue;
            };
            if seen.insert(next) {
                open.extend(known.before(id));
            }
        }
        false
    }

    /// Everything that touches an object and that an event knew.
    pub(super) fn past(&self, event: &DdlEvent, id: ObjectId) -> HashSet<EventId> {
        let mut past = HashSet::new();
        let mut open = self.before(event, id);
        while let Some(next) = open.pop() {
            let known = self.log.get(&next);
            let Some(known) = known.filter(|known| self.leads_to(&known.event, id)) else {
                continue;
            };
            if past.insert(next) {
                open.extend(known.before(id));
            }
        }
        past
    }
}

/// The name that an event gives an object by itself, not by way of another whose word it keeps.
pub(super) fn named(event: &DdlEvent, id: ObjectId) -> Option<&str> {
    match event.change() {
        Change::CreateNodeTable { key_name, .. } if event.object() != id => Some(key_name),
        _ if event.object() != id => None,
        Change::CreateNodeTable { name, .. }
        | Change::CreateEdgeTable { name, .. }
        | Change::AddProperty { name, .. }
        | Change::CreateIndex { name, .. }
        | Change::CreateSequence { name, .. }
        | Change::RenameTable { to: name }
        | Change::RenameProperty { to: name } => Some(name),
        Change::AddPair { .. } => Some(""),
        _ => None,
    }
}

/// The default that an event gives a property by itself.
pub(super) fn default_in(event: &DdlEvent, id: ObjectId) -> Option<&Option<Expr>> {
    match event.change() {
        Change::CreateNodeTable { key, .. } if event.object() != id => Some(&key.default),
        _ if event.object() != id => None,
        Change::AddProperty { spec, .. } => Some(&spec.default),
        Change::SetDefault { default } => Some(default),
        _ => None,
    }
}

fn is_drop(event: &DdlEvent) -> bool {
    matches!(
        event.change(),
        Change::DropTable
            | Change::DropProperty
            | Change::DropPair
            | Change::DropIndex
            | Change::DropSequence
    )
}

fn leans_on(object: &Object, id: ObjectId) -> bool {
    object.parent == Some(id)
        || matches!(&object.body, Body::Pair(ends) if ends.from == id || ends.to == id)
}
