//! Applies one event to the state.
//!
//! The result is the same for every order of arrival that respects dependencies: an aspect keeps
//! the newest events that wrote it, and their values are merged by rank. Lifecycles are resolved in
//! `lifecycle`, names in `names`.

use std::collections::BTreeMap;

use super::columns::{archived_column, column_name, name_suffix, set_default};
use super::creation::created_objects;
use super::graph::effects::{LifecycleChange, assigned_default};
use super::graph::event_node::Rank;
use super::merge::MergeOutcome;
use super::object::{ArchivedColumn, AspectValue, Object, ObjectBody};
use super::small_set::Heads;
use super::state::Fold;
use crate::event::{Aspect, Change, DdlEvent, EventId, ObjectId, OnFail};
use crate::schema::{Expr, Type};

impl Fold {
    pub(super) fn apply(&mut self, event: &DdlEvent) {
        let id = event.object();
        created_objects(event).for_each(|object| self.create_object(event, object));
        match event.change() {
            Change::RenameTable { .. } | Change::RenameProperty { .. } => {
                self.write_aspect(id, Aspect::Name, event);
            }
            Change::CommentOnTable { .. } | Change::CommentOnProperty { .. } => {
                self.write_aspect(id, Aspect::Comment, event);
            }
            Change::SetType { .. } | Change::SetTypeWith { .. } => {
                self.write_aspect(id, Aspect::Type, event);
            }
            Change::SetDefault { .. } => self.write_aspect(id, Aspect::Default, event),
            Change::SetNullable { .. } => self.write_aspect(id, Aspect::Nullable, event),
            Change::SetPrimaryKey { .. } => self.write_aspect(id, Aspect::PrimaryKey, event),
            Change::SetMultiplicity { .. } => self.write_aspect(id, Aspect::Multiplicity, event),
            Change::SetStorage { .. } => self.write_aspect(id, Aspect::Storage, event),
            Change::Resolve { aspect, .. } if *aspect != Aspect::Lifecycle => {
                self.write_aspect(id, *aspect, event)
            }
            Change::Purge { archived_by } if self.lifecycle_change(event).is_none() => {
                self.purge_column(id, *archived_by)
            }
            _ => {}
        }
        self.record_name_use(event);
        self.update_lifecycle(event);
    }

    fn create_object(&mut self, event: &DdlEvent, created: Object) {
        let id = created.id;
        let Some(object) = self.object_mut(id) else {
            return self.insert_new_object(created);
        };
        // Created concurrently with the same identity: each aspect was written by both events.
        let aspects = created.body.aspects().iter();
        let before: Vec<(Aspect, Heads)> = aspects
            .map(|aspect| (*aspect, object.heads_of(*aspect).clone()))
            .collect();
        object.creators.insert(event.id());
        for (aspect, heads) in before {
            if let Some(object) = self.object_mut(id) {
                object.set_heads(aspect, heads);
            }
            self.write_aspect(id, aspect, event);
        }
        self.archive_concurrent_creations(id);
        self.update_conflict_columns(id, true);
    }

    /// Inserts an object that does not exist yet, and claims its name if its table exists.
    fn insert_new_object(&mut self, object: Object) {
        let id = object.id;
        if self.store_object(object) {
            self.claim_name(id);
        }
    }

    /// Stores an object that does not exist yet; returns whether the table that it belongs to
    /// exists.
    pub(super) fn store_object(&mut self, object: Object) -> bool {
        let (id, ends) = (object.id, object.endpoints());
        let exists = self.store.insert(object);
        if exists {
            let ends = ends.into_iter().flatten();
            ends.for_each(|node| self.store.attach_pair(node, id));
        }
        exists
    }

    /// Records the archived columns of a property that was created concurrently with different
    /// types: one column for each creation whose type is not the merged one.
    fn archive_concurrent_creations(&mut self, id: ObjectId) {
        let Some(object) = self.object(id) else {
            return;
        };
        let creations = self.values_written_by(id, Aspect::Type, &object.creators);
        let mut creations: Vec<(Rank, Type)> = creations
            .into_iter()
            .filter_map(|(creation, written)| match written {
                AspectValue::Type(ty) => Some((self.rank_of(creation), ty)),
                _ => None,
            })
            .collect();
        creations.sort();
        if creations.windows(2).all(|pair| pair[0].1 == pair[1].1) {
            return;
        }
        let mut archives = object.archived_columns.clone();
        for ((_, by), ty) in &creations {
            let other = creations.iter().find(|((_, other), _)| other != by);
            let old = other.map_or_else(|| ty.clone(), |(_, ty)| ty.clone());
            let name = column_name(&object.original_name, false, name_suffix(*by));
            // The column of an earlier creation accounts for all creations known now.
            if let Some(archive) = archives.iter_mut().find(|archive| archive.name == name) {
                archive.ty = old;
                continue;
            }
            archives.push(ArchivedColumn {
                by: *by,
                name,
                ty: old,
                default: None,
                to: ty.clone(),
                cast: None,
                function: None,
                purged: false,
                on_fail: OnFail::Null,
            });
        }
        archives.sort_by_cached_key(|a| (self.rank_of(a.by), a.name.clone()));
        if let Some(object) = self.object_mut(id) {
            object.archived_columns = archives;
        }
    }

    /// Writes an aspect of an object: `event` replaces the writes that it saw, and becomes a
    /// concurrent head next to those that it did not see.
    fn write_aspect(&mut self, id: ObjectId, aspect: Aspect, event: &DdlEvent) {
        if self.overwrite_aspect(id, aspect, event).is_some() {
            return;
        }
        let Some(written) = self.written(event, aspect, id) else {
            return;
        };
        if aspect == Aspect::Type || aspect == Aspect::Default {
            self.archive_previous_column(id, aspect, event, &written);
        }
        let Some(object) = self.object_mut(id) else {
            return;
        };
        let known = event.depends_on();
        let saw_all = [Aspect::Type, Aspect::Default]
            .iter()
            .all(|aspect| object.heads_of(*aspect).all_known_to(known));
        let mut heads = object.heads_of(aspect).clone();
        let before = object.concurrent_writes.remove(&aspect);
        // The columns of writes that were concurrent until now may not be computed yet.
        let is_concurrent = !saw_all || before.is_some();
        let rivals = if heads.all_known_to(known) {
            None
        } else {
            let mut rivals = before.unwrap_or_else(|| self.values_written_by(id, aspect, &heads));
            known.iter().for_each(|head| drop(rivals.remove(head)));
            rivals.insert(event.id(), written.clone());
            Some(rivals).filter(|rivals| rivals.len() > 1)
        };
        heads.touch(event.id(), known);
        let Some(object) = self.object_mut(id) else {
            return;
        };
        object.set_heads(aspect, heads);
        let Some(rivals) = rivals else {
            self.assign_aspect(id, aspect, written, is_concurrent);
            return self.update_conflict_flag(id);
        };
        // A key decides over lifecycles, so it is merged at once; all else is merged at the end.
        let is_key = aspect == Aspect::PrimaryKey;
        let merged = is_key.then(|| self.merge(&rivals)).flatten();
        if let Some(object) = self.object_mut(id) {
            object.concurrent_writes.insert(aspect, rivals);
        }
        match merged {
            Some(outcome) => self.assign_aspect(id, aspect, outcome.value, is_concurrent),
            None => {
                let unsettled = self.unsettled.objects.entry(id).or_default();
                unsettled.insert(aspect);
            }
        }
        self.update_conflict_flag(id);
    }

    /// Sets the value of an aspect, with what follows from it, after writes that were concurrent or
    /// not.
    pub(super) fn assign_aspect(
        &mut self,
        id: ObjectId,
        aspect: Aspect,
        value: AspectValue,
        is_concurrent: bool,
    ) {
        let key = self.primary_key_of(id);
        let Some(object) = self.object_mut(id) else {
            return;
        };
        match aspect {
            Aspect::Name => self.rename(id, value),
            Aspect::Type | Aspect::Default => {
                object.set(value);
                self.drop_mismatched_default(id);
                self.update_conflict_columns(id, is_concurrent);
                let table = self.object(id).and_then(|object| object.parent);
                if let Some(table) = table {
                    self.settle_primary_key(table, self.primary_key_of(table));
                }
            }
            Aspect::PrimaryKey => {
                object.set(value);
                self.settle_primary_key(id, key);
            }
            _ => object.set(value),
        }
    }

    /// Writes an aspect on the fast path, which covers nearly all writes: the event saw all
    /// previous writes, and the object has neither conflicts nor drops. Its value then holds as
    /// written and nothing needs to be merged. Returns `None` where the fast path does not apply.
    fn overwrite_aspect(&mut self, id: ObjectId, aspect: Aspect, event: &DdlEvent) -> Option<()> {
        let known = event.depends_on();
        let object = self.object(id)?;
        let plain = object.concurrent_writes.is_empty()
            && object.drop_heads.is_empty()
            && object.conflict_columns.is_empty()
            && event.object() == id
            && object.heads_of(aspect).all_known_to(known);
        if !plain {
            return None;
        }
        match event.change() {
            Change::RenameTable { to } | Change::RenameProperty { to } => {
                self.release_name(id);
                self.object_mut(id)?.name.value.clone_from(to);
                self.claim_name(id);
            }
            Change::CommentOnTable { text } | Change::CommentOnProperty { text } => {
                self.object_mut(id)?.comment.value.clone_from(text);
            }
            Change::SetNullable { nullable } => {
                let ObjectBody::Property(spec) = &mut self.object_mut(id)?.body else {
                    return None;
                };
                spec.nullable = *nullable;
            }
            Change::SetDefault { default } => self.write_default(id, event, default)?,
            _ => return None,
        }
        let object = self.object_mut(id)?;
        object.set_heads(aspect, Heads::of(event.id()));
        Some(())
    }

    fn write_default(
        &mut self,
        id: ObjectId,
        event: &DdlEvent,
        default: &Option<Expr>,
    ) -> Option<()> {
        let object = self.object(id)?;
        let ([head], ObjectBody::Property(spec)) =
            (object.heads_of(Aspect::Default).as_slice(), &object.body)
        else {
            return None;
        };
        if !object
            .heads_of(Aspect::Type)
            .all_known_to(event.depends_on())
        {
            return None;
        }
        if assigned_default(self.event(*head)?, id)? != default {
            let name = column_name(&object.original_name, false, name_suffix(event.id()));
            let types = (spec.ty.clone(), spec.ty.clone());
            let mut column = archived_column(event, name, types);
            column.default.clone_from(&spec.default);
            self.push_archived_column(id, column);
        }
        set_default(self.object_mut(id)?, default.clone());
        Some(())
    }

    /// Returns what each of these events wrote to an aspect.
    pub(super) fn values_written_by<'a>(
        &self,
        id: ObjectId,
        aspect: Aspect,
        events: impl IntoIterator<Item = &'a EventId>,
    ) -> BTreeMap<EventId, AspectValue> {
        let events = events.into_iter();
        events
            .filter_map(|head| Some((*head, self.written(self.event(*head)?, aspect, id)?)))
            .collect()
    }

    /// Returns the merged value of an aspect as the event saw it.
    pub(super) fn value_seen_by(
        &self,
        id: ObjectId,
        aspect: Aspect,
        event: &DdlEvent,
    ) -> Option<MergeOutcome> {
        let object = self.object(id)?;
        let known = object.heads_of(aspect).all_known_to(event.depends_on());
        // A default that does not fit the type is not part of the object: only the event has it.
        if known && !object.concurrent_writes.contains_key(&aspect) {
            let value = match (aspect, object.heads_of(aspect).as_slice()) {
                (Aspect::Type, _) => object.value(aspect),
                (_, [head]) => self.written(self.event(*head)?, aspect, id),
                _ => None,
            };
            if let Some(value) = value {
                return Some(MergeOutcome {
                    value,
                    losers: Vec::new(),
                });
            }
        }
        let mut written = self.values_written_by(id, aspect, event.depends_on());
        self.retain_newest(id, &mut written);
        self.merge(&written)
    }

    /// Records an event that changes lifecycles, and recomputes those of all objects that it
    /// touches.
    fn update_lifecycle(&mut self, event: &DdlEvent) {
        let stage = self.lifecycle_change(event);
        // Most events change no lifecycle, and touch nothing that was ever dropped.
        let says = stage.is_some_and(|stage| stage != LifecycleChange::Birth);
        if !says
            && !self
                .touched_objects(event)
                .any(|id| self.has_lifecycle_history(id, event))
        {
            return;
        }
        let around: Vec<ObjectId> = self.touched_objects(event).collect();
        for id in around {
            let is_own = id == event.object()
                || event.change().is_creation() && self.is_created_by(id, event);
            let stage = stage.filter(|_| is_own);
            if stage.is_none() && !self.is_dropped_or_purged(id) {
                continue;
            }
            if let (Some(stage), Some(object)) = (stage, self.object_mut(id)) {
                object.note(event, stage);
            }
            self.block_drops(id, event, stage);
            if stage.is_some_and(|stage| stage != LifecycleChange::Birth)
                || self.is_dropped_or_purged(id)
            {
                self.recompute_lifecycle(id);
            }
        }
    }

    fn is_created_by(&self, id: ObjectId, event: &DdlEvent) -> bool {
        self.object(id)
            .is_some_and(|object| object.creators.contains(&event.id()))
    }

    /// Returns whether the object was dropped before, or is created again by the event.
    fn has_lifecycle_history(&self, id: ObjectId, event: &DdlEvent) -> bool {
        let is_recreated = |object: &Object| object.creators.len() > 1;
        self.is_dropped_or_purged(id)
            || self.is_created_by(id, event) && self.object(id).is_some_and(is_recreated)
    }

    fn is_dropped_or_purged(&self, id: ObjectId) -> bool {
        self.object(id)
            .is_some_and(|object| !object.drop_heads.is_empty())
    }
}
