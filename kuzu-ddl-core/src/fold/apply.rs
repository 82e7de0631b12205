//! Applies one event to the state.
//!
//! The result is the same for every order of arrival that respects dependencies: an aspect keeps
//! the newest events that wrote it, and their values are merged by rank. Lifecycles are resolved in
//! `life`, names in `place`.

use std::collections::BTreeMap;

use super::columns::{archive, column_name, mark, set_default};
use super::creation::born_of;
use super::effects::{Stage, default_in};
use super::event_node::Rank;
use super::merge::Settled;
use super::object::{Archive, Body, Object, Written};
use super::small_set::Heads;
use super::state::Fold;
use crate::event::{Change, DdlEvent, EventId, ObjectId, OnFail, Part};
use crate::schema::{Expr, Type};

impl Fold {
    pub(super) fn apply(&mut self, event: &DdlEvent) {
        let id = event.object();
        born_of(event).for_each(|object| self.birth(event, object));
        match event.change() {
            Change::RenameTable { .. } | Change::RenameProperty { .. } => {
                self.write(id, Part::Name, event);
            }
            Change::CommentOnTable { .. } | Change::CommentOnProperty { .. } => {
                self.write(id, Part::Comment, event);
            }
            Change::SetType { .. } | Change::SetTypeBy { .. } => {
                self.write(id, Part::Type, event);
            }
            Change::SetDefault { .. } => self.write(id, Part::Default, event),
            Change::SetNullable { .. } => self.write(id, Part::Nullable, event),
            Change::SetKey { .. } => self.write(id, Part::Key, event),
            Change::SetMultiplicity { .. } => self.write(id, Part::Multiplicity, event),
            Change::SetStorage { .. } => self.write(id, Part::Storage, event),
            Change::Resolve { part, .. } if *part != Part::Life => self.write(id, *part, event),
            Change::Purge { of } if self.stage(event).is_none() => self.purge_column(id, *of),
            _ => {}
        }
        self.touch_places(event);
        self.live_on(event);
    }

    fn birth(&mut self, event: &DdlEvent, born: Object) {
        let id = born.id;
        let Some(object) = self.object_mut(id) else {
            return self.settle_in(born);
        };
        // Created concurrently with the same identity: each aspect was written by both events.
        let parts = born.body.parts().iter();
        let before: Vec<(Part, Heads)> = parts
            .map(|part| (*part, object.heads_of(*part).clone()))
            .collect();
        object.births.insert(event.id());
        for (part, heads) in before {
            if let Some(object) = self.object_mut(id) {
                object.set_heads(part, heads);
            }
            self.write(id, part, event);
        }
        self.keep_births(id);
    }

    /// Inserts an object that does not exist yet, and claims its name if its table exists.
    fn settle_in(&mut self, object: Object) {
        let id = object.id;
        if self.keep(object) {
            self.enter(id);
        }
    }

    /// Stores an object that does not exist yet; returns whether the table that it belongs to
    /// exists.
    pub(super) fn keep(&mut self, object: Object) -> bool {
        let (id, ends) = (object.id, object.ends());
        let here = self.store.put(object);
        if here {
            let ends = ends.into_iter().flatten();
            ends.for_each(|node| self.store.join(node, id));
        }
        here
    }

    /// Records the archived columns of a property that was created concurrently with different
    /// types: one column for each creation whose type is not the merged one.
    fn keep_births(&mut self, id: ObjectId) {
        let Some(object) = self.object(id) else {
            return;
        };
        let births = self.written_by(id, Part::Type, &object.births);
        let mut births: Vec<(Rank, Type)> = births
            .into_iter()
            .filter_map(|(birth, written)| match written {
                Written::Type(ty) => Some((self.rank_of(birth), ty)),
                _ => None,
            })
            .collect();
        births.sort();
        if births.windows(2).all(|pair| pair[0].1 == pair[1].1) {
            return;
        }
        let mut archives = object.archives.clone();
        for ((_, by), ty) in &births {
            let other = births.iter().find(|((_, other), _)| other != by);
            let old = other.map_or_else(|| ty.clone(), |(_, ty)| ty.clone());
            let name = column_name(&object.born_as, false, mark(*by));
            // The column of an earlier creation accounts for all creations known now.
            if let Some(archive) = archives.iter_mut().find(|archive| archive.name == name) {
                archive.ty = old;
                continue;
            }
            archives.push(Archive {
                by: *by,
                name,
                ty: old,
                to: ty.clone(),
                cast: None,
                function: None,
                purged: false,
                on_fail: OnFail::Null,
            });
        }
        archives.sort_by_cached_key(|a| (self.rank_of(a.by), a.name.clone()));
        if let Some(object) = self.object_mut(id) {
            object.archives = archives;
        }
    }

    /// Writes an aspect of an object: `event` replaces the writes that it saw, and becomes a
    /// concurrent head next to those that it did not see.
    fn write(&mut self, id: ObjectId, part: Part, event: &DdlEvent) {
        if self.write_over(id, part, event).is_some() {
            return;
        }
        let Some(written) = self.written(event, part, id) else {
            return;
        };
        if part == Part::Type || part == Part::Default {
            self.keep_columns(id, part, event, &written);
        }
        let key = self.key(id);
        let Some(object) = self.object(id) else {
            return;
        };
        let known = event.depends_on();
        let mut heads = object.heads_of(part).clone();
        let rivals = if heads.known_to(known) {
            None
        } else {
            let mut rivals = self.written_by(id, part, &heads);
            rivals.retain(|head, _| !known.contains(head));
            rivals.insert(event.id(), written.clone());
            Some(rivals).filter(|rivals| rivals.len() > 1)
        };
        let value = match &rivals {
            Some(rivals) => self.settled(rivals).map(|settled| settled.value),
            None => Some(written),
        };
        heads.touch(event.id(), known);
        let (Some(object), Some(value)) = (self.object_mut(id), value) else {
            return;
        };
        object.set_heads(part, heads);
        match rivals {
            Some(rivals) => drop(object.rivals.insert(part, rivals)),
            None => drop(object.rivals.remove(&part)),
        }
        match part {
            Part::Name => self.rename(id, value),
            Part::Type | Part::Default => {
                object.set(value);
                self.fit(id);
                self.set_beside(id);
            }
            Part::Key => {
                object.set(value);
                let keys = [key, self.key(id)];
                keys.into_iter().flatten().for_each(|key| self.relive(key));
            }
            _ => object.set(value),
        }
        self.contest(id);
    }

    /// Writes an aspect on the fast path, which covers nearly all writes: the event saw all
    /// previous writes, and the object has neither conflicts nor drops. Its value then holds as
    /// written and nothing needs to be merged. Returns `None` where the fast path does not apply.
    fn write_over(&mut self, id: ObjectId, part: Part, event: &DdlEvent) -> Option<()> {
        let known = event.depends_on();
        let object = self.object(id)?;
        let plain = object.rivals.is_empty()
            && object.endings.is_empty()
            && event.object() == id
            && object.heads_of(part).known_to(known);
        if !plain {
            return None;
        }
        match event.change() {
            Change::RenameTable { to } | Change::RenameProperty { to } => {
                self.leave(id);
                self.object_mut(id)?.name.value.clone_from(to);
                self.enter(id);
            }
            Change::CommentOnTable { text } | Change::CommentOnProperty { text } => {
                self.object_mut(id)?.comment.value.clone_from(text);
            }
            Change::SetNullable { nullable } => {
                let Body::Property(spec) = &mut self.object_mut(id)?.body else {
                    return None;
                };
                spec.nullable = *nullable;
            }
            Change::SetDefault { default } => self.write_default(id, event, default)?,
            _ => return None,
        }
        let object = self.object_mut(id)?;
        object.set_heads(part, Heads::of(event.id()));
        Some(())
    }

    fn write_default(
        &mut self,
        id: ObjectId,
        event: &DdlEvent,
        default: &Option<Expr>,
    ) -> Option<()> {
        let object = self.object(id)?;
        let ([head], Body::Property(spec)) =
            (object.heads_of(Part::Default).as_slice(), &object.body)
        else {
            return None;
        };
        if !object.heads_of(Part::Type).known_to(event.depends_on()) {
            return None;
        }
        if default_in(self.event(*head)?, id)? != default {
            let name = column_name(&object.born_as, false, mark(event.id()));
            let types = (spec.ty.clone(), spec.ty.clone());
            self.keep_column(id, archive(event, name, types));
        }
        set_default(self.object_mut(id)?, default.clone());
        Some(())
    }

    /// Returns what each of these events wrote to an aspect.
    pub(super) fn written_by<'a>(
        &self,
        id: ObjectId,
        part: Part,
        events: impl IntoIterator<Item = &'a EventId>,
    ) -> BTreeMap<EventId, Written> {
        let events = events.into_iter();
        events
            .filter_map(|head| Some((*head, self.written(self.event(*head)?, part, id)?)))
            .collect()
    }

    /// Returns the merged value of an aspect as the event saw it.
    pub(super) fn known_value(
        &self,
        id: ObjectId,
        part: Part,
        event: &DdlEvent,
    ) -> Option<Settled> {
        let object = self.object(id)?;
        let known = object.heads_of(part).known_to(event.depends_on());
        // A default that does not fit the type is not part of the object: only the event has it.
        if known && !object.rivals.contains_key(&part) {
            let value = match (part, object.heads_of(part).as_slice()) {
                (Part::Type, _) => object.value(part),
                (_, [head]) => self.written(self.event(*head)?, part, id),
                _ => None,
            };
            if let Some(value) = value {
                return Some(Settled {
                    value,
                    losers: Vec::new(),
                });
            }
        }
        let mut written = self.written_by(id, part, event.depends_on());
        let all: Vec<EventId> = written.keys().copied().collect();
        written.retain(|head, _| {
            let mut others = all.iter().filter_map(|other| self.event(*other));
            !others.any(|other| other.id() != *head && self.knows(other, *head, id))
        });
        self.settled(&written)
    }

    /// Records an event that changes lifecycles, and recomputes those of all objects that it
    /// touches.
    fn live_on(&mut self, event: &DdlEvent) {
        let stage = self.stage(event);
        // Most events change no lifecycle, and touch nothing that was ever dropped.
        let says = stage.is_some_and(|stage| stage != Stage::Birth);
        if !says && !self.around(event).any(|id| self.is_old(id, event)) {
            return;
        }
        let around: Vec<ObjectId> = self.around(event).collect();
        for id in around {
            let own = id == event.object() || event.change().is_birth() && self.is_born(id, event);
            let stage = stage.filter(|_| own);
            if stage.is_none() && !self.is_ended(id) {
                continue;
            }
            if let (Some(stage), Some(object)) = (stage, self.object_mut(id)) {
                object.note(event, stage);
            }
            self.block(id, event, stage);
            if stage.is_some_and(|stage| stage != Stage::Birth) || self.is_ended(id) {
                self.relive(id);
            }
        }
    }

    fn is_born(&self, id: ObjectId, event: &DdlEvent) -> bool {
        self.object(id)
            .is_some_and(|object| object.births.contains(&event.id()))
    }

    /// Returns whether the object was dropped before, or is created again by the event.
    fn is_old(&self, id: ObjectId, event: &DdlEvent) -> bool {
        let again = |object: &Object| object.births.len() > 1;
        self.is_ended(id) || self.is_born(id, event) && self.object(id).is_some_and(again)
    }

    fn is_ended(&self, id: ObjectId) -> bool {
        self.object(id)
            .is_some_and(|object| !object.endings.is_empty())
    }
}
