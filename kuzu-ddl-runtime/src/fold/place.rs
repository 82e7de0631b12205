//! Names: who has one, who ever had it, and what came before whoever takes it next.

use std::collections::BTreeSet;

use super::known::Stage;
use super::object::{Body, Object, Written};
use super::{Fold, insert};
use crate::event::{Change, DdlEvent, EventId, ObjectId, Part, index_key, pair_key, sequence_key};
use crate::schema::Key;

/// A name within a table, or among tables.
pub(super) type Slot = (Option<ObjectId>, Key);

/// What became of a name. The lists are sorted, and hardly ever longer than one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The events that last gave, took or freed it.
    pub(super) touched: Vec<EventId>,
    /// The live objects that have it; more than one only after concurrent changes.
    pub(super) live: Vec<ObjectId>,
    /// All objects that ever had it.
    pub(super) ever: Vec<ObjectId>,
}

impl Fold {
    /// Notes an event with the names that it gives, takes or frees: those that it knew its object by,
    /// and the new one.
    pub(super) fn touch_places(&mut self, event: &DdlEvent) {
        let id = event.object();
        match event.change() {
            change if change.is_birth() => {
                self.touch_place(id, None, event);
                if let Some(key) = self.born_with(event) {
                    self.touch_place(key, None, event);
                }
            }
            Change::RenameTable { .. }
            | Change::RenameProperty { .. }
            | Change::Resolve {
                part: Part::Name, ..
            } => {
                for name in self.names_known(event) {
                    self.touch_place(id, Some(&name), event);
                }
                if let Some(Written::Name(name)) = self.written(event, Part::Name, id) {
                    self.touch_place(id, Some(&name), event);
                }
            }
            _ if matches!(self.stage(event), Some(Stage::Drop | Stage::Restore)) => {
                for name in self.names_known(event) {
                    self.touch_place(id, Some(&name), event);
                }
            }
            _ => {}
        }
    }

    fn born_with(&self, event: &DdlEvent) -> Option<ObjectId> {
        match event.change() {
            Change::CreateNodeTable { key_name, .. } => {
                Some(crate::event::key_of(event.object(), key_name))
            }
            _ => None,
        }
    }

    /// The names that an event knew its object by.
    fn names_known(&self, event: &DdlEvent) -> BTreeSet<String> {
        let names = event.depends_on().iter().filter_map(|known| {
            match self.written(self.event(*known)?, Part::Name, event.object())? {
                Written::Name(name) => Some(name),
                _ => None,
            }
        });
        names.collect()
    }

    /// `name` is `None` for the one that the event itself gave at birth.
    fn touch_place(&mut self, id: ObjectId, name: Option<&str>, event: &DdlEvent) {
        let born = || match self.written(event, Part::Name, id) {
            Some(Written::Name(name)) => name,
            _ => String::new(),
        };
        let name = name.map_or_else(born, str::to_owned);
        let Some((parent, key)) = self.object(id).map(|object| slot_named(object, &name)) else {
            return;
        };
        let place = self.places.entry(parent).or_default();
        let place = place.entry(key).or_default();
        place
            .touched
            .retain(|head| !event.depends_on().contains(head));
        insert(&mut place.touched, event.id());
        insert(&mut place.ever, id);
    }

    /// Gives an object its name; what is archived holds none, its old one may be another's by now.
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

    /// A live object takes its name.
    pub(super) fn enter(&mut self, id: ObjectId) {
        let Some(slot) = self.object(id).map(slot_of) else {
            return;
        };
        let place = self.places.entry(slot.0).or_default();
        let place = place.entry(slot.1.clone()).or_default();
        insert(&mut place.live, id);
        insert(&mut place.ever, id);
        if place.live.len() > 1 {
            self.crowded.insert(slot);
        }
    }

    /// An object gives its name up.
    pub(super) fn leave(&mut self, id: ObjectId) {
        let Some(slot) = self.object(id).map(slot_of) else {
            return;
        };
        let places = self.places.get_mut(&slot.0);
        if let Some(place) = places.and_then(|places| places.get_mut(&slot.1)) {
            place.live.retain(|other| *other != id);
            if place.live.len() < 2 {
                self.crowded.remove(&slot);
            }
        }
    }
}

/// Where the object's name is looked up.
pub(super) fn slot_of(object: &Object) -> Slot {
    slot_named(object, &object.name.value)
}

fn slot_named(object: &Object, name: &str) -> Slot {
    let key = match &object.body {
        Body::Pair(endpoints) => pair_key(*endpoints),
        Body::Index(_) => index_key(name),
        Body::Sequence(_) => sequence_key(name),
        _ => Key::new(name),
    };
    (object.parent, key)
}
