//! Names: their holders, former holders, and the events that the next user of a name depends on.

use super::effects::{Stage, named};
use super::object::{Object, Written};
use super::object_store::{Slot, key_of};
use super::state::Fold;
use crate::event;
use crate::event::{Change, DdlEvent, ObjectId, Part};

impl Fold {
    /// Records an event with the names that it assigns or frees: the names under which it saw its
    /// object, and the new one.
    pub(super) fn touch_places(&mut self, event: &DdlEvent) {
        let id = event.object();
        match event.change() {
            Change::CreateNodeTable { name, key_name, .. } => {
                self.store.touch(id, name, event);
                let key = event::key_of(id, key_name);
                self.store.touch(key, key_name, event);
            }
            Change::RenameTable { to } | Change::RenameProperty { to } => {
                self.touch_known(event);
                self.store.touch(id, to, event);
            }
            Change::Resolve {
                part: Part::Name, ..
            } => {
                self.touch_known(event);
                if let Some(Written::Name(name)) = self.written(event, Part::Name, id) {
                    self.store.touch(id, &name, event);
                }
            }
            change if change.is_birth() => {
                if let Some(name) = named(event, id) {
                    self.store.touch(id, name, event);
                }
            }
            _ if matches!(self.stage(event), Some(Stage::Drop | Stage::Restore)) => {
                self.touch_known(event);
            }
            _ => {}
        }
    }

    /// Records an event with the names under which it saw its object.
    fn touch_known(&mut self, event: &DdlEvent) {
        let id = event.object();
        for known in event.depends_on() {
            let Some(known) = self.log.get(known) else {
                continue;
            };
            let known = &known.event;
            if let Some(name) = named(known, id) {
                self.store.touch(id, name, event);
            } else if let Some(Written::Name(name)) = self.written(known, Part::Name, id) {
                self.store.touch(id, &name, event);
            }
        }
    }

    /// Assigns a name to an object. An archived object does not hold its name, which another may
    /// have by now.
    pub(super) fn rename(&mut self, id: ObjectId, name: Written) {
        let live = self.object(id).is_some_and(Object::is_live);
        if live {
            self.leave(id);
        }
        if let Some(object) = self.object_mut(id) {
            object.set(name);
        }
        if live {
            self.enter(id);
        }
    }

    /// Adds a live object to the holders of its name.
    pub(super) fn enter(&mut self, id: ObjectId) {
        if self.store.enter(id) > 1 {
            self.crowded.extend(self.object(id).map(slot_of));
        }
    }

    /// Removes an object from the holders of its name.
    pub(super) fn leave(&mut self, id: ObjectId) {
        if self.store.leave(id) == 1
            && let Some(slot) = self.object(id).map(slot_of)
        {
            self.crowded.remove(&slot);
        }
    }
}

/// Returns the scope and key under which the object's name is looked up.
pub(super) fn slot_of(object: &Object) -> Slot {
    (object.parent, key_of(object, &object.name.value))
}
