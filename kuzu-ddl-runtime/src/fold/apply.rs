//! One event onto the state.

use std::collections::{BTreeMap, BTreeSet};

use super::object::{Archive, Aspect, Body, Life, Object, Register};
use super::outcome::{Conflict, ConflictKind, Rejection};
use super::{Fold, Place, Slot, insert};
use crate::event::{
    Change, DdlEvent, Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, OnFail, index_key,
    key_of, pair_key, sequence_key,
};
use crate::schema::{Key, Type};

impl Fold {
    pub(super) fn apply(&mut self, event: &DdlEvent) -> Result<(), Rejection> {
        let object = event.object();
        match event.change() {
            Change::CreateNodeTable {
                name,
                key_name,
                key,
                ..
            } => {
                let key_id = key_of(object, key_name);
                self.create(event, None, name, Body::NodeTable { key: key_id });
                // Only the key of the table that won is its key.
                if self.key(object) == Some(key_id) {
                    let body = Body::Property(key.clone());
                    self.create_as(event, key_id, Some(object), key_name, body);
                }
            }
            Change::CreateEdgeTable {
                name,
                multiplicity,
                storage,
                ..
            } => {
                let body = Body::EdgeTable {
                    multiplicity: *multiplicity,
                    storage: *storage,
                };
                self.create(event, None, name, body);
            }
            Change::AddProperty {
                table, name, spec, ..
            } => {
                self.expect(*table, ObjectKind::is_table, event)?;
                self.use_object(*table, event);
                self.create(event, Some(*table), name, Body::Property(spec.clone()));
            }
            Change::AddPair {
                table, endpoints, ..
            } => {
                self.expect(*table, |kind| kind == ObjectKind::EdgeTable, event)?;
                for node in [endpoints.from, endpoints.to] {
                    self.expect(node, |kind| kind == ObjectKind::NodeTable, event)?;
                    self.use_object(node, event);
                }
                self.use_object(*table, event);
                self.create_pair(event, *table, *endpoints);
            }
            Change::DropTable => {
                self.expect(object, ObjectKind::is_table, event)?;
                self.drop_object(event);
            }
            Change::DropProperty => {
                self.expect(object, |kind| kind == ObjectKind::Property, event)?;
                if self.is_key(object) {
                    return Err(Rejection::PrimaryKey);
                }
                self.drop_object(event);
            }
            Change::DropPair => {
                self.expect(object, |kind| kind == ObjectKind::Pair, event)?;
                self.drop_object(event);
            }
            Change::RestoreTable => {
                self.expect(object, ObjectKind::is_table, event)?;
                self.restore(event)?;
            }
            Change::RestoreProperty => {
                self.expect(object, |kind| kind == ObjectKind::Property, event)?;
                self.restore(event)?;
            }
            Change::Purge { of } => {
                self.expect(object, |kind| kind != ObjectKind::Pair, event)?;
                self.purge(event, *of);
            }
            Change::RenameTable { to } => {
                self.expect(object, ObjectKind::is_table, event)?;
                self.rename(event, to);
            }
            Change::RenameProperty { to } => {
                self.expect(object, |kind| kind == ObjectKind::Property, event)?;
                self.rename(event, to);
            }
            Change::CommentOnTable { text } => {
                self.expect(object, ObjectKind::is_table, event)?;
                self.comment(event, text);
            }
            Change::CommentOnProperty { text } => {
                self.expect(object, |kind| kind == ObjectKind::Property, event)?;
                self.comment(event, text);
            }
            Change::SetType { .. }
            | Change::SetTypeBy { .. }
            | Change::SetDefault { .. }
            | Change::SetNullable { .. } => {
                self.expect(object, |kind| kind == ObjectKind::Property, event)?;
                self.set(event);
            }
            Change::SetKey { key } => {
                self.expect(object, |kind| kind == ObjectKind::NodeTable, event)?;
                self.expect(*key, |kind| kind == ObjectKind::Property, event)?;
                if self
                    .object(*key)
                    .is_none_or(|key| key.parent != Some(object))
                {
                    return Err(Rejection::NoObject(*key));
                }
                // The key that is needed now wins over a drop that did not know of it.
                self.use_object(*key, event);
                self.set(event);
            }
            Change::SetMultiplicity { .. } | Change::SetStorage { .. } => {
                self.expect(object, |kind| kind == ObjectKind::EdgeTable, event)?;
                self.set(event);
            }
            Change::CreateIndex {
                table, name, spec, ..
            } => self.create_index(event, *table, name, spec)?,
            Change::CreateSequence { name, spec, .. } => {
                self.create(event, None, name, Body::Sequence(*spec));
            }
            Change::DropIndex => {
                self.expect(object, |kind| kind == ObjectKind::Index, event)?;
                self.drop_object(event);
            }
            Change::DropSequence => {
                self.expect(object, |kind| kind == ObjectKind::Sequence, event)?;
                self.drop_object(event);
            }
            Change::Unknown { .. } => {}
        }
        Ok(())
    }

    /// An index uses its table and its properties: against a drop that did not know of it, it wins.
    fn create_index(
        &mut self,
        event: &DdlEvent,
        table: ObjectId,
        name: &str,
        spec: &IndexSpec,
    ) -> Result<(), Rejection> {
        self.expect(table, |kind| kind == ObjectKind::NodeTable, event)?;
        for property in &spec.properties {
            self.expect(*property, |kind| kind == ObjectKind::Property, event)?;
            if self.object(*property).and_then(|p| p.parent) != Some(table) {
                return Err(Rejection::NoObject(*property));
            }
        }
        self.use_object(table, event);
        for property in &spec.properties {
            self.use_object(*property, event);
        }
        self.create(event, Some(table), name, Body::Index(spec.clone()));
        Ok(())
    }

    fn expect(
        &self,
        object: ObjectId,
        fits: impl Fn(ObjectKind) -> bool,
        event: &DdlEvent,
    ) -> Result<(), Rejection> {
        match self.object(object) {
            None => Err(Rejection::NoObject(object)),
            Some(found) if !fits(found.kind()) => Err(Rejection::WrongKind {
                change: event.change().word().to_owned(),
            }),
            Some(_) => Ok(()),
        }
    }

    /// Whether the property is the primary key of its table.
    pub(crate) fn is_key(&self, property: ObjectId) -> bool {
        let parent = self.object(property).and_then(|object| object.parent);
        parent.is_some_and(|table| self.key(table) == Some(property))
    }

    /// The primary key of a node table.
    pub(crate) fn key(&self, table: ObjectId) -> Option<ObjectId> {
        match self.object(table)?.body {
            Body::NodeTable { key } => Some(key),
            _ => None,
        }
    }

    fn create(&mut self, event: &DdlEvent, parent: Option<ObjectId>, name: &str, body: Body) {
        self.create_as(event, event.object(), parent, name, body);
    }

    fn create_pair(&mut self, event: &DdlEvent, table: ObjectId, endpoints: Endpoints) {
        self.create_as(
            event,
            event.object(),
            Some(table),
            "",
            Body::Pair(endpoints),
        );
        for node in [endpoints.from, endpoints.to] {
            self.joined.entry(node).or_default().insert(event.object());
        }
    }

    fn create_as(
        &mut self,
        event: &DdlEvent,
        id: ObjectId,
        parent: Option<ObjectId>,
        name: &str,
        body: Body,
    ) {
        let known = event.depends_on();
        if let Some(existing) = self.object_mut(id) {
            if existing.body != body {
                self.conflict(id, event.id(), ConflictKind::CreatedDifferently);
            } else if !existing.is_live() && !existing.life.known_to(known) {
                self.revive(id, event);
                return;
            }
            if let Some(existing) = self.object_mut(id) {
                existing.life.touch(event.id(), known);
                existing.name.touch(event.id(), known);
            }
            return;
        }
        let object = Object {
            id,
            parent,
            life: Register::new(Life::Live, event.id()),
            name: Register::new(name.to_owned(), event.id()),
            comment: Register {
                value: None,
                heads: BTreeSet::new(),
            },
            body,
            born_as: name.to_owned(),
            aspects: BTreeMap::new(),
            archives: Vec::new(),
        };
        let slot = slot_of(&object);
        self.put(object);
        self.occupy(slot, id, event);
    }

    /// A use of something whose drop it did not know of brings it back: the use wins.
    fn use_object(&mut self, id: ObjectId, event: &DdlEvent) {
        let archived = self
            .object(id)
            .is_some_and(|o| !o.is_live() && !o.life.known_to(event.depends_on()));
        if archived {
            self.revive(id, event);
        }
    }

    fn revive(&mut self, id: ObjectId, event: &DdlEvent) {
        self.conflict(id, event.id(), ConflictKind::DropBlocked);
        self.set_life(id, Life::Live, event);
    }

    fn drop_object(&mut self, event: &DdlEvent) {
        let id = event.object();
        let known = event.depends_on();
        let Some(object) = self.object(id) else {
            return;
        };
        if !object.is_live() {
            return self.set_life(id, object.life.value, event);
        }
        let unknown_use = object.heads().any(|head| !known.contains(&head))
            || self
                .children(id)
                .filter(|child| child.is_live())
                .any(|child| !child.heads().all(|head| known.contains(&head)))
            || self.pairs_of(id).next().is_some()
            || self.indexes_of(id).any(Object::is_live);
        if unknown_use {
            self.conflict(id, event.id(), ConflictKind::DropBlocked);
            self.set_life(id, Life::Live, event);
        } else {
            self.set_life(id, Life::Archived(event.id()), event);
        }
    }

    fn restore(&mut self, event: &DdlEvent) -> Result<(), Rejection> {
        let id = event.object();
        let life = self.object(id).map(|object| &object.life);
        match life {
            Some(life) if matches!(life.value, Life::Purged(_)) => {
                if life.known_to(event.depends_on()) {
                    return Err(Rejection::Purged);
                }
                // The use that the purge did not know of wins; the rows are gone where it was done.
                self.revive(id, event);
            }
            _ => self.set_life(id, Life::Live, event),
        }
        Ok(())
    }

    /// Deletes what `of` archived, unless somebody has brought it back meanwhile. Names are not
    /// touched: whoever takes the name next makes the same object, purged or not.
    fn purge(&mut self, event: &DdlEvent, of: EventId) {
        let id = event.object();
        let Some(object) = self.object_mut(id) else {
            return;
        };
        if let Some(archive) = object.archives.iter_mut().find(|a| a.by == of) {
            archive.purged = true;
            return;
        }
        let blocked = match object.life.value {
            Life::Archived(by) if by == of => {
                object.life.value = Life::Purged(event.id());
                false
            }
            Life::Purged(_) => false,
            _ => true,
        };
        object.life.touch(event.id(), event.depends_on());
        if blocked {
            self.conflict(id, event.id(), ConflictKind::DropBlocked);
        }
    }

    fn set_life(&mut self, id: ObjectId, life: Life, event: &DdlEvent) {
        let Some(object) = self.object_mut(id) else {
            return;
        };
        object.life.value = life;
        object.life.touch(event.id(), event.depends_on());
        let slot = slot_of(object);
        if life.is_live() {
            self.occupy(slot, id, event);
        } else {
            self.vacate(slot, id, event);
        }
    }

    fn rename(&mut self, event: &DdlEvent, to: &str) {
        let id = event.object();
        self.use_object(id, event);
        let Some(object) = self.object_mut(id) else {
            return;
        };
        let concurrent = !object.name.known_to(event.depends_on()) && object.name.value != to;
        let live = object.is_live();
        let old = slot_of(object);
        object.name.value = to.to_owned();
        object.name.touch(event.id(), event.depends_on());
        let new = slot_of(object);
        if concurrent {
            self.conflict(id, event.id(), ConflictKind::WrittenTwice);
        }
        // What is archived holds no name: its old one may be another's by now.
        if live {
            self.vacate(old, id, event);
            self.occupy(new, id, event);
        }
    }

    /// Changes one part of an object's body.
    fn set(&mut self, event: &DdlEvent) {
        let id = event.object();
        self.use_object(id, event);
        let Some(object) = self.object_mut(id) else {
            return;
        };
        let Some(aspect) = aspect_of(event.change()) else {
            return;
        };
        let known = event.depends_on();
        let heads = object.aspects.entry(aspect).or_default();
        let concurrent = !heads.is_subset(known);
        heads.retain(|head| !known.contains(head));
        heads.insert(event.id());
        let before = object.body.clone();
        match (event.change(), &mut object.body) {
            (Change::SetType { ty, .. } | Change::SetTypeBy { ty, .. }, Body::Property(spec)) => {
                spec.ty = ty.clone();
            }
            (Change::SetDefault { default }, Body::Property(spec)) => {
                spec.default.clone_from(default);
            }
            (Change::SetNullable { nullable }, Body::Property(spec)) => spec.nullable = *nullable,
            (Change::SetKey { key }, Body::NodeTable { key: at }) => *at = *key,
            (
                Change::SetMultiplicity { multiplicity: to },
                Body::EdgeTable { multiplicity, .. },
            ) => {
                *multiplicity = *to;
            }
            (Change::SetStorage { storage: to }, Body::EdgeTable { storage, .. }) => *storage = *to,
            _ => {}
        }
        let changed = before != object.body;
        // The engine can alter neither type nor default: the old values may stay as another column.
        if let (Aspect::Type | Aspect::Default, Body::Property(spec)) = (aspect, before)
            && changed
        {
            let name = format!("{}__a_{}", object.born_as, event.id().short());
            object.archives.push(archive(event, name, spec.ty));
        }
        if concurrent && changed {
            self.conflict(id, event.id(), ConflictKind::WrittenTwice);
        }
    }

    fn comment(&mut self, event: &DdlEvent, text: &Option<String>) {
        self.use_object(event.object(), event);
        let Some(object) = self.object_mut(event.object()) else {
            return;
        };
        let concurrent =
            !object.comment.known_to(event.depends_on()) && object.comment.value != *text;
        object.comment.value.clone_from(text);
        object.comment.touch(event.id(), event.depends_on());
        if concurrent {
            self.conflict(event.object(), event.id(), ConflictKind::WrittenTwice);
        }
    }

    fn occupy(&mut self, slot: Slot, id: ObjectId, event: &DdlEvent) {
        let place = self.touch_slot(slot, event);
        insert(&mut place.ever, id);
        insert(&mut place.live, id);
    }

    fn vacate(&mut self, slot: Slot, id: ObjectId, event: &DdlEvent) {
        let place = self.touch_slot(slot, event);
        place.live.retain(|other| *other != id);
    }

    fn touch_slot(&mut self, (parent, name): Slot, event: &DdlEvent) -> &mut Place {
        let place = self
            .places
            .entry(parent)
            .or_default()
            .entry(name)
            .or_default();
        place
            .touched
            .retain(|head| !event.depends_on().contains(head));
        insert(&mut place.touched, event.id());
        place
    }

    fn conflict(&mut self, object: ObjectId, event: EventId, kind: ConflictKind) {
        self.conflicts.insert(Conflict {
            object,
            event,
            kind,
        });
    }
}

/// The column with the values, of type `ty`, from before the event.
fn archive(event: &DdlEvent, name: String, ty: Type) -> Archive {
    let mut archive = Archive {
        by: event.id(),
        name,
        to: ty.clone(),
        ty,
        cast: None,
        function: None,
        purged: false,
        on_fail: OnFail::Abort,
    };
    match event.change() {
        Change::SetType { ty, cast, on_fail } => {
            archive.to = ty.clone();
            archive.cast.clone_from(cast);
            archive.on_fail = on_fail.clone();
        }
        Change::SetTypeBy {
            ty,
            function,
            on_fail,
        } => {
            archive.to = ty.clone();
            archive.function = Some(function.clone());
            archive.on_fail = on_fail.clone();
        }
        _ => {}
    }
    archive
}

/// The part of a body that a change is about.
pub(super) fn aspect_of(change: &Change) -> Option<Aspect> {
    Some(match change {
        Change::SetType { .. } | Change::SetTypeBy { .. } => Aspect::Type,
        Change::SetDefault { .. } => Aspect::Default,
        Change::SetNullable { .. } => Aspect::Nullable,
        Change::SetKey { .. } => Aspect::Key,
        Change::SetMultiplicity { .. } => Aspect::Multiplicity,
        Change::SetStorage { .. } => Aspect::Storage,
        _ => return None,
    })
}

/// Where the object's name is looked up.
pub(super) fn slot_of(object: &Object) -> Slot {
    let key = match &object.body {
        Body::Pair(endpoints) => pair_key(*endpoints),
        Body::Index(_) => index_key(&object.name.value),
        Body::Sequence(_) => sequence_key(&object.name.value),
        _ => Key::new(&object.name.value),
    };
    (object.parent, key)
}
