//! Names: their holders, former holders, and the events that the next user of a name depends on.

use super::graph::effects::{LifecycleChange, assigned_name};
use super::object::{AspectValue, Object};
use super::object_store::{ScopedName, lookup_key};
use super::state::Fold;
use crate::event;
use crate::event::{Aspect, Change, DdlEvent, ObjectId};

impl Fold {
    /// Records an event with the names that it assigns or frees: the names under which it saw its
    /// object, and the new one.
    pub(super) fn record_name_use(&mut self, event: &DdlEvent) {
        let id = event.object();
        match event.change() {
            Change::CreateNodeTable { name, key_name, .. } => {
                self.store.touch(id, name, event);
                let key = event::primary_key_id(id, key_name);
                self.store.touch(key, key_name, event);
            }
            Change::RenameTable { to } | Change::RenameProperty { to } => {
                self.record_names_seen(event);
                self.store.touch(id, to, event);
            }
            Change::Resolve {
                aspect: Aspect::Name,
                ..
            } => {
                self.record_names_seen(event);
                if let Some(AspectValue::Name(name)) = self.written(event, Aspect::Name, id) {
                    self.store.touch(id, &name, event);
                }
            }
            change if change.is_creation() => {
                if let Some(name) = assigned_name(event, id) {
                    self.store.touch(id, name, event);
                }
            }
            _ if matches!(
                self.lifecycle_change(event),
                Some(LifecycleChange::Drop | LifecycleChange::Restore)
            ) =>
            {
                self.record_names_seen(event);
            }
            _ => {}
        }
    }

    /// Records an event with the names under which it saw its object.
    fn record_names_seen(&mut self, event: &DdlEvent) {
        let id = event.object();
        for known in event.depends_on() {
            let Some(known) = self.log.get(known) else {
                continue;
            };
            let known = &known.event;
            if let Some(name) = assigned_name(known, id) {
                self.store.touch(id, name, event);
            } else if let Some(AspectValue::Name(name)) = self.written(known, Aspect::Name, id) {
                self.store.touch(id, &name, event);
            }
        }
    }

    /// Assigns a name to an object. An archived object does not hold its name, which another may
    /// have by now.
    pub(super) fn rename(&mut self, id: ObjectId, name: AspectValue) {
        let live = self.object(id).is_some_and(Object::is_live);
        if live {
            self.release_name(id);
        }
        if let Some(object) = self.object_mut(id) {
            object.set(name);
        }
        if live {
            self.claim_name(id);
        }
    }

    /// Adds a live object to the holders of its name.
    pub(super) fn claim_name(&mut self, id: ObjectId) {
        if self.store.claim_name(id) > 1 {
            let slot = self.object(id).map(scoped_name);
            self.unsettled.names.extend(slot);
        }
    }

    /// Removes an object from the holders of its name.
    pub(super) fn release_name(&mut self, id: ObjectId) {
        let holders = self.store.release_name(id);
        let Some(slot) = self.object(id).map(scoped_name) else {
            return;
        };
        if holders > 1 {
            self.unsettled.names.insert(slot);
        } else {
            self.name_collisions.remove(&slot);
            self.unsettled.names.remove(&slot);
        }
    }
}

/// Returns the scope and key under which the object's name is looked up.
pub(super) fn scoped_name(object: &Object) -> ScopedName {
    (object.parent, lookup_key(object, &object.name.value))
}
