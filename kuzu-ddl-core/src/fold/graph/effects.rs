//! Effects of an event: the values it writes, and the objects it touches.
//!
//! All of these follow from an event and its ancestors alone, and never change.

use super::super::object::{AspectValue, Object, ObjectBody};
use super::super::state::Fold;
use crate::event::{Aspect, Change, DdlEvent, EventId, ObjectId, ObjectKind, primary_key_id};
use crate::schema::Expr;

/// Lifecycle change that an event makes to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fold) enum LifecycleChange {
    Birth,
    Drop,
    Restore,
    Purge(EventId),
}

impl LifecycleChange {
    pub(in crate::fold) fn is_terminal(self) -> bool {
        matches!(self, Self::Drop | Self::Purge(_))
    }
}

impl Fold {
    /// Returns the lifecycle change that an event makes to its object.
    pub(in crate::fold) fn lifecycle_change(&self, event: &DdlEvent) -> Option<LifecycleChange> {
        match event.change() {
            Change::RestoreTable | Change::RestoreProperty | Change::RestorePair => {
                Some(LifecycleChange::Restore)
            }
            // The purge of an archived column does not change the property's lifecycle.
            Change::Purge { archived_by } => {
                let of_it = self
                    .event(*archived_by)
                    .filter(|archived_by| archived_by.object() == event.object())?;
                (is_drop(of_it) || self.resolves_to_drop(of_it))
                    .then_some(LifecycleChange::Purge(*archived_by))
            }
            Change::Resolve {
                aspect: Aspect::Lifecycle,
                ..
            } => Some(if self.resolves_to_drop(event) {
                LifecycleChange::Drop
            } else {
                LifecycleChange::Restore
            }),
            _ if is_drop(event) => Some(LifecycleChange::Drop),
            change if change.is_creation() => Some(LifecycleChange::Birth),
            _ => None,
        }
    }

    /// Returns whether an event resolves a conflict in favour of a drop or purge of its object.
    fn resolves_to_drop(&self, event: &DdlEvent) -> bool {
        let life = matches!(
            event.change(),
            Change::Resolve {
                aspect: Aspect::Lifecycle,
                ..
            }
        );
        let winner = self.resolved_winner(event).filter(|_| life);
        winner.is_some_and(|winner| {
            let ends = is_drop(winner) || matches!(winner.change(), Change::Purge { .. });
            ends && winner.object() == event.object()
        })
    }

    /// Returns the event that a resolution keeps, following resolutions that keep other
    /// resolutions.
    fn resolved_winner<'a>(&'a self, event: &'a DdlEvent) -> Option<&'a DdlEvent> {
        let mut event = event;
        while let Change::Resolve { keep, .. } = event.change() {
            event = self.event(*keep)?;
        }
        Some(event)
    }

    /// Returns the value that an event wrote to an aspect of an object.
    pub(in crate::fold) fn written(
        &self,
        event: &DdlEvent,
        aspect: Aspect,
        id: ObjectId,
    ) -> Option<AspectValue> {
        let event = match event.change() {
            Change::Resolve {
                aspect: resolved, ..
            } if *resolved == aspect => self.resolved_winner(event)?,
            _ => event,
        };
        let own = event.object() == id;
        Some(match (event.change(), aspect) {
            (_, Aspect::Name) => AspectValue::Name(assigned_name(event, id)?.to_owned()),
            (_, Aspect::Default) => AspectValue::Default(assigned_default(event, id)?.clone()),
            (Change::CreateNodeTable { key_name, .. }, Aspect::PrimaryKey) if own => {
                AspectValue::Key(primary_key_id(id, key_name))
            }
            (Change::CreateNodeTable { key, .. }, _) if !own => match aspect {
                Aspect::Type => AspectValue::Type(key.ty.clone()),
                Aspect::Nullable => AspectValue::Nullable(key.nullable),
                _ => return None,
            },
            _ if !own => return None,
            (
                Change::CreateEdgeTable { multiplicity, .. }
                | Change::SetMultiplicity { multiplicity },
                Aspect::Multiplicity,
            ) => AspectValue::Multiplicity(*multiplicity),
            (
                Change::CreateEdgeTable { storage, .. } | Change::SetStorage { storage },
                Aspect::Storage,
            ) => AspectValue::Storage(*storage),
            (Change::AddProperty { spec, .. }, Aspect::Type) => AspectValue::Type(spec.ty.clone()),
            (Change::AddProperty { spec, .. }, Aspect::Nullable) => {
                AspectValue::Nullable(spec.nullable)
            }
            (
                Change::CommentOnTable { text } | Change::CommentOnProperty { text },
                Aspect::Comment,
            ) => AspectValue::Comment(text.clone()),
            (Change::SetType { ty, .. } | Change::SetTypeWith { ty, .. }, Aspect::Type) => {
                AspectValue::Type(ty.clone())
            }
            (Change::SetNullable { nullable }, Aspect::Nullable) => {
                AspectValue::Nullable(*nullable)
            }
            (Change::SetPrimaryKey { key }, Aspect::PrimaryKey) => AspectValue::Key(*key),
            (Change::CreateIndex { spec, .. }, Aspect::Definition) => {
                AspectValue::Index(spec.clone())
            }
            (Change::CreateSequence { spec, .. }, Aspect::Definition) => {
                AspectValue::Sequence(*spec)
            }
            _ => return None,
        })
    }

    /// Returns whether an event is about an object or uses it: as its table, as an endpoint, or as
    /// an indexed property.
    pub(in crate::fold) fn touches(&self, event: &DdlEvent, id: ObjectId) -> bool {
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
                .is_some_and(|key| key.creators.contains(&event.id())),
            change => {
                let key = matches!(change, Change::SetPrimaryKey { key } if *key == id);
                key || self
                    .object(event.object())
                    .is_some_and(|o| references(o, id))
            }
        }
    }

    /// Returns whether an event belongs to the history of an object: it touches the object, or
    /// changes the primary key of its table, which may have been this property.
    pub(in crate::fold) fn is_in_history_of(&self, event: &DdlEvent, id: ObjectId) -> bool {
        let moves_key = || {
            let object = self.object(id).filter(|o| o.kind() == ObjectKind::Property);
            object.is_some_and(|property| property.parent == Some(event.object()))
        };
        self.touches(event, id)
            || matches!(event.change(), Change::SetPrimaryKey { .. }) && moves_key()
    }

    /// Returns all objects that an event touches.
    pub(in crate::fold) fn touched_objects<'a>(
        &'a self,
        event: &'a DdlEvent,
    ) -> impl Iterator<Item = ObjectId> + 'a {
        let id = event.object();
        let more = match event.change() {
            Change::CreateNodeTable { key_name, .. } => Some(primary_key_id(id, key_name)),
            Change::SetPrimaryKey { key } => Some(*key),
            _ => None,
        };
        let indexed = match event.change() {
            // Two concurrent creations may index different properties.
            Change::CreateIndex { spec, .. } => spec.properties.as_slice(),
            _ => &[],
        };
        let object = self.object(id);
        let parent = object.and_then(|object| object.parent);
        let ends = object.and_then(Object::endpoints).into_iter().flatten();
        let own = std::iter::once(id).chain(more);
        own.chain(indexed.iter().copied()).chain(parent).chain(ends)
    }
}

/// Returns the name that an event itself assigns to an object, without following resolutions.
pub(in crate::fold) fn assigned_name(event: &DdlEvent, id: ObjectId) -> Option<&str> {
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

/// Returns the default that an event itself assigns to a property.
pub(in crate::fold) fn assigned_default(event: &DdlEvent, id: ObjectId) -> Option<&Option<Expr>> {
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

fn references(object: &Object, id: ObjectId) -> bool {
    object.parent == Some(id)
        || matches!(&object.body, ObjectBody::Pair(ends) if ends.from == id || ends.to == id)
}
