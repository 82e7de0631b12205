//! Checkpoint decoding, with verification against the events that the checkpoint contains.

use std::collections::BTreeMap;

use super::super::columns::{archived_column, column_name};
use super::super::creation::created_objects;
use super::super::graph::event_node::{EventNode, EventStatus};
use super::super::object::{ArchivedColumn, Lifecycle, Object};
use super::super::small_set::{Heads, SmallSet};
use super::super::state::Fold;
use super::format::{CheckpointError, VERSION};
use crate::event::{Aspect, DdlEvent, Dependencies, EventId, ObjectId, OnFail, Reader};
use crate::schema::NameKey;

type Read<T> = Result<T, CheckpointError>;

pub(super) fn fold(bytes: &[u8]) -> Read<Fold> {
    let mut r = Reader::new(bytes);
    let version = r.byte()?;
    if version != VERSION {
        return Err(CheckpointError::Version(version));
    }
    let mut sheet = Sheet {
        r,
        fold: Fold::default(),
        events: Vec::new(),
        objects: Vec::new(),
    };
    let left_out = u64::try_from(sheet.r.uint()?).ok();
    let left_out = left_out.filter(|count| *count < u64::MAX / 2);
    sheet.fold.elided_count = left_out.ok_or(inconsistent("the event count is out of range"))?;
    sheet.history()?;
    sheet.elided_events()?;
    let count = sheet.r.count()?;
    let mut aspects = Vec::new();
    for _ in 0..count {
        aspects.push(sheet.object()?);
    }
    sheet.rebuild_aspects(&aspects)?;
    sheet.names()?;
    sheet.r.end()?;
    sheet.fold.settle();
    Ok(sheet.fold)
}

/// Newest writers of each aspect of an object.
type Parts = Vec<(Aspect, Heads)>;

struct Sheet<'a> {
    r: Reader<'a>,
    fold: Fold,
    events: Vec<EventId>,
    objects: Vec<ObjectId>,
}

impl Sheet<'_> {
    fn at(&mut self) -> Read<usize> {
        usize::try_from(self.r.uint()?).map_err(|_| inconsistent("an index is out of range"))
    }

    fn event(&mut self) -> Read<EventId> {
        let at = self.at()?;
        let event = self.events.get(at).copied();
        event.ok_or(inconsistent(
            "it refers to an event that it does not contain",
        ))
    }

    fn list(&mut self) -> Read<Vec<EventId>> {
        let count = self.r.count()?;
        (0..count).map(|_| self.event()).collect()
    }

    fn heads(&mut self) -> Read<Heads> {
        Ok(self.list()?.into_iter().collect())
    }

    fn history(&mut self) -> Read<()> {
        let count = self.r.count()?;
        let (mut depth, mut links) = (0_u64, Vec::new());
        for _ in 0..count {
            let event = DdlEvent::decode(self.r.bytes()?)?;
            let deeper = u64::try_from(self.r.uint()?).ok();
            let deeper = deeper.and_then(|deeper| depth.checked_add(deeper));
            depth = deeper.ok_or(inconsistent("a depth is out of range"))?;
            let status = if self.r.bool()? {
                EventStatus::Newest
            } else {
                EventStatus::Known
            };
            let id = event.id();
            let node = EventNode {
                depth,
                status,
                event,
                links: None,
            };
            if self.fold.log.insert(id, node).is_some() {
                return Err(inconsistent("duplicate event"));
            }
            links.push((id, self.links()?));
            self.events.push(id);
        }
        // Links go back to earlier events, all of which are decoded by now.
        for (id, links) in links {
            let mut reached = BTreeMap::new();
            for (object, positions) in links {
                let events = positions
                    .iter()
                    .map(|position| self.events.get(*position).copied());
                let events: Option<Vec<EventId>> = events.collect();
                let events = events.ok_or(inconsistent(
                    "it refers to an event that it does not contain",
                ))?;
                reached.insert(object, events);
            }
            if let Some(node) = self.fold.log.get_mut(&id)
                && !reached.is_empty()
            {
                node.links = Some(Box::new(reached));
            }
        }
        Ok(())
    }

    fn links(&mut self) -> Read<Vec<(ObjectId, Vec<usize>)>> {
        let count = self.r.count()?;
        let mut links = Vec::new();
        for _ in 0..count {
            let object = self.r.object()?;
            let count = self.r.count()?;
            let positions: Read<Vec<usize>> = (0..count).map(|_| self.at()).collect();
            links.push((object, positions?));
        }
        Ok(links)
    }

    fn elided_events(&mut self) -> Read<()> {
        let count = self.r.count()?;
        for _ in 0..count {
            let id = self.r.event()?;
            let depends_on: Dependencies = self.list()?.into_iter().collect();
            if self.fold.log.contains_key(&id) {
                return Err(inconsistent("an event is both retained and elided"));
            }
            self.fold.checkpointed.insert(id, depends_on);
        }
        Ok(())
    }

    /// Reads an object as it was created; later changes are applied once all objects are there.
    fn object(&mut self) -> Read<(ObjectId, Parts)> {
        let id = self.r.object()?;
        let creations = self.heads()?;
        let mut object: Option<Object> = None;
        for creation in &creations {
            let event = self.fold.event(*creation);
            let mut created = event.into_iter().flat_map(created_objects);
            let created = created.find(|created| created.id == id);
            object = Some(created.ok_or(inconsistent(
                "an object was not created by its creating events",
            ))?);
        }
        let mut object = object.ok_or(inconsistent("an object has no creating event"))?;
        object.creators = creations;
        object.lifecycle.value = match self.r.byte()? {
            0 => Lifecycle::Live,
            1 => Lifecycle::Archived(self.event()?),
            2 => Lifecycle::Purged(self.event()?),
            _ => return Err(inconsistent("unknown lifecycle")),
        };
        object.lifecycle.heads = self.heads()?;
        object.drop_heads = self.heads()?;
        object.blocked_drops = self.list()?.into_iter().collect();
        let mut aspects = Vec::new();
        for _ in 0..self.r.count()? {
            let aspect = Aspect::read(&mut self.r)?;
            aspects.push((aspect, self.heads()?));
        }
        for _ in 0..self.r.count()? {
            let column = self.column(&object)?;
            object.archived_columns.push(column);
        }
        // An aspect without later writes has the values of its creations; a single creation has set
        // them.
        if object.creators.len() > 1 {
            let unchanged = object.body.aspects().iter().copied();
            let unchanged: Vec<Aspect> = unchanged
                .filter(|aspect| aspects.iter().all(|(other, _)| other != aspect))
                .collect();
            aspects.extend(
                unchanged
                    .into_iter()
                    .map(|aspect| (aspect, object.creators.clone())),
            );
        }
        self.objects.push(id);
        if self.fold.object(id).is_some() {
            return Err(inconsistent("duplicate object"));
        }
        if !self.fold.store_object(object) {
            return Err(inconsistent("an object belongs to an unknown table"));
        }
        Ok((id, aspects))
    }

    fn column(&mut self, object: &Object) -> Read<ArchivedColumn> {
        let by = self.event()?;
        let is_conflict = self.r.bool()?;
        let mark: [u8; 4] = self.r.take(4)?.try_into().unwrap_or_default();
        let (ty, to) = (self.r.ty()?, self.r.ty()?);
        let flags = self.r.byte()?;
        if flags > 3 {
            return Err(inconsistent("unknown flags of a column"));
        }
        let default = if flags & 2 == 0 {
            None
        } else {
            Some(self.r.expr()?)
        };
        let purged = flags & 1 != 0;
        let event = self.fold.event(by);
        let event = event.ok_or(inconsistent("a column refers to an unknown event"))?;
        let name = column_name(&object.original_name, is_conflict, mark);
        let mut column = archived_column(event, name, (ty, to));
        if is_conflict || event.change().is_creation() {
            (column.cast, column.function) = (None, None);
            column.on_fail = OnFail::Null;
        }
        (column.purged, column.default) = (purged, default);
        Ok(column)
    }

    /// Rebuilds the aspects of all objects from what their last writers wrote.
    fn rebuild_aspects(&mut self, aspects: &[(ObjectId, Parts)]) -> Read<()> {
        for (id, aspects) in aspects {
            for (aspect, heads) in aspects {
                self.aspect(*id, *aspect, heads)?;
            }
        }
        for (id, _) in aspects {
            self.fold.drop_mismatched_default(*id);
            let object = self.fold.object(*id);
            // Writes of the two may be concurrent.
            let differs = object.is_some_and(|object| {
                object.heads_of(Aspect::Type) != object.heads_of(Aspect::Default)
            });
            self.fold.update_conflict_columns(*id, differs);
            if self.fold.object(*id).is_some_and(Object::is_live) {
                self.fold.claim_name(*id);
            }
        }
        for (id, _) in aspects {
            self.fold.settle_primary_key(*id, None);
            self.fold.update_conflict_flag(*id);
        }
        Ok(())
    }

    fn aspect(&mut self, id: ObjectId, aspect: Aspect, heads: &Heads) -> Read<()> {
        let written = self.fold.values_written_by(id, aspect, heads);
        if written.len() != heads.len() {
            return Err(inconsistent(
                "an aspect was not written by the events that it refers to",
            ));
        }
        let value = self.fold.merge(&written).map(|outcome| outcome.value);
        if let Some(object) = self.fold.object_mut(id) {
            object.set_heads(aspect, heads.clone());
            value.into_iter().for_each(|value| object.set(value));
            if written.len() > 1 {
                object.concurrent_writes.insert(aspect, written);
            }
        }
        Ok(())
    }

    fn names(&mut self) -> Read<()> {
        for _ in 0..self.r.count()? {
            let parent = self.r.bool()?;
            let parent = if parent { Some(self.owner()?) } else { None };
            let text = self.r.text()?;
            let name = NameKey::new(&text);
            if name.as_str() != text {
                return Err(inconsistent("a name is not in lower case"));
            }
            let touched = self.heads()?;
            let count = self.r.count()?;
            let owners: Read<Vec<ObjectId>> = (0..count).map(|_| self.owner()).collect();
            let owners: SmallSet<ObjectId> = owners?.into_iter().collect();
            let entry = self.fold.store.name_entry_mut(parent, name);
            let entry = entry.ok_or(inconsistent("a name belongs to an unknown table"))?;
            (entry.last_events, entry.former_holders) = (touched, owners);
        }
        Ok(())
    }

    fn owner(&mut self) -> Read<ObjectId> {
        let at = self.at()?;
        let object = self.objects.get(at).copied();
        object.ok_or(inconsistent(
            "it refers to an object that it does not contain",
        ))
    }
}

fn inconsistent(reason: &'static str) -> CheckpointError {
    CheckpointError::Inconsistent(reason)
}
