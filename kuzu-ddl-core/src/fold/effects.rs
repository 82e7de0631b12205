//! TODO-DOC fold::effects

use super::object::{Body, Object, Written};
use super::state::Fold;
use crate::event::{Change, DdlEvent, EventId, ObjectId, ObjectKind, Part, key_of};
use crate::schema::Expr;

/// Lifecycle change that an event makes to its object.
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
    /// Returns the lifecycle change that an event makes to its object.
    pub(super) fn stage(&self, event: &DdlEvent) -> Option<Stage> {
        match event.change() {
            Change::RestoreTable | Change::RestoreProperty => Some(Stage::Restore),
            // The purge of an archived column does not change the property's lifecycle.
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

    /// Returns whether an event resolves a conflict in favour of a drop or purge of its object.
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

    /// Returns the event that a resolution keeps, following resolutions that keep other
    /// resolutions.
    fn kept<'a>(&'a self, event: &'a DdlEvent) -> Option<&'a DdlEvent> {
        let mut event = event;
        while let Change::Resolve { keep, .. } = event.change() {
            event = self.event(*keep)?;
        }
        Some(event)
    }

    /// Returns the value that an event wrote to an aspect of an object.
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

    /// Returns whether an event is about an object or uses it: as its table, as an endpoint, or as
    /// an indexed property.
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

    /// Returns whether an event belongs to the history of an object: it touches the object, or
    /// changes the primary key of its table, which may have been this property.
    pub(super) fn leads_to(&self, event: &DdlEvent, id: ObjectId) -> bool {
        let moves_key = || {
            let object = self.object(id).filter(|o| o.kind() == ObjectKind::Property);
            object.is_some_and(|property| property.parent == Some(event.object()))
        };
        self.touches(event, id) || matches!(event.change(), Change::SetKey { .. }) && moves_key()
    }

    /// Returns all objects that an event touches.
    pub(super) fn around<'a>(&'a self, event: &'a DdlEvent) -> impl Iterator<Item = ObjectId> + 'a {
        let id = event.object();
        let more = match event.change() {
            Change::CreateNodeTable { key_name, .. } => Some(key_of(id, key_name)),
            Change::SetKey { key } => Some(*key),
            _ => None,
        };
        let indexed = match event.change() {
            // Two concurrent creations may index different properties.
            Change::CreateIndex { spec, .. } => spec.properties.as_slice(),
            _ => &[],
        };
        let object = self.object(id);
        let parent = object.and_then(|object| object.parent);
        let ends = object.and_then(Object::ends).into_iter().flatten();
        let own = std::iter::once(id).chain(more);
        own.chain(indexed.iter().copied()).chain(parent).chain(ends)
    }
}

/// Returns the name that an event itself assigns to an object, without following resolutions.
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

/// Returns the default that an event itself assigns to a property.
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
