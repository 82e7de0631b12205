//! Checkpoint encoding. Events and objects are referred to by their index in the leading lists.

use std::collections::HashMap;

use super::super::object::{ArchivedColumn, Lifecycle, Object};
use super::super::state::Fold;
use super::format::VERSION;
use super::retained::Retained;
use crate::event::{Aspect, EventId, ObjectId, Writer};

pub(super) fn written(fold: &Fold) -> Vec<u8> {
    let retained = Retained::new(fold);
    let mut sheet = Sheet {
        w: Writer::default(),
        events: retained.events.keys().map(|rank| rank.1).zip(0..).collect(),
        objects: fold.objects().map(|object| object.id).zip(0..).collect(),
    };
    sheet.w.byte(VERSION);
    let left_out = fold.count() - retained.events.len() as u64;
    sheet.w.uint(left_out.into());
    sheet.history(&retained);
    sheet.elided_events(&retained);
    sheet.w.len(sheet.objects.len());
    fold.objects().for_each(|object| sheet.object(object));
    sheet.names(fold);
    sheet.w.finish()
}

struct Sheet {
    w: Writer,
    events: HashMap<EventId, usize>,
    objects: HashMap<ObjectId, usize>,
}

impl Sheet {
    fn event(&mut self, id: &EventId) {
        // Everything that the state refers to is retained.
        let position = self.events.get(id).copied();
        self.w.len(position.unwrap_or(self.events.len()));
    }

    fn list<'a>(&mut self, ids: impl IntoIterator<Item = &'a EventId>) {
        let ids: Vec<&EventId> = ids.into_iter().collect();
        self.w.len(ids.len());
        ids.into_iter().for_each(|id| self.event(id));
    }

    /// Writes the events in order, each with its depth relative to the previous one and its elided
    /// links.
    fn history(&mut self, retained: &Retained<'_>) {
        self.w.len(retained.events.len());
        let mut last = 0;
        for ((depth, _), known) in &retained.events {
            self.w.bytes(&known.event.encode());
            self.w.uint((depth - last).into());
            last = *depth;
            self.w.bool(known.is_head());
            let links = retained.links(known);
            self.w.len(links.len());
            for (object, reached) in links {
                self.w.hash(object.as_bytes());
                self.list(&reached);
            }
        }
    }

    fn elided_events(&mut self, retained: &Retained<'_>) {
        let behind = retained.elided_events();
        self.w.len(behind.len());
        for (id, depends_on) in &behind {
            self.w.hash(id.as_bytes());
            self.list(depends_on);
        }
    }

    fn object(&mut self, object: &Object) {
        self.w.hash(object.id.as_bytes());
        self.list(&object.creators);
        match object.lifecycle.value {
            Lifecycle::Live => self.w.byte(0),
            Lifecycle::Archived(by) => {
                self.w.byte(1);
                self.event(&by);
            }
            Lifecycle::Purged(by) => {
                self.w.byte(2);
                self.event(&by);
            }
        }
        self.list(&object.lifecycle.heads);
        self.list(&object.drop_heads);
        self.list(&object.blocked_drops);
        let own = [
            (Aspect::Name, &object.name.heads),
            (Aspect::Comment, &object.comment.heads),
        ];
        let aspects = object
            .aspects
            .iter()
            .map(|(aspect, heads)| (*aspect, heads));
        let aspects: Vec<_> = own.into_iter().chain(aspects).collect();
        self.w.len(aspects.len());
        for (aspect, heads) in aspects {
            self.w.byte(aspect.tag());
            self.list(heads);
        }
        self.w.len(object.archived_columns.len());
        object
            .archived_columns
            .iter()
            .for_each(|column| self.column(column));
    }

    fn column(&mut self, column: &ArchivedColumn) {
        self.event(&column.by);
        let (is_conflict, mark) = column.name_suffix();
        self.w.bool(is_conflict);
        self.w.raw(&mark);
        self.w.ty(&column.ty);
        self.w.ty(&column.to);
        let flags = u8::from(column.purged) | u8::from(column.default.is_some()) << 1;
        self.w.byte(flags);
        if let Some(default) = &column.default {
            self.w.expr(default);
        }
    }

    /// Writes the names with their history, top-level ones first.
    fn names(&mut self, fold: &Fold) {
        let entries = fold.store.name_entries();
        self.w.len(entries.len());
        for ((parent, name), entry) in entries {
            let parent = parent.and_then(|parent| self.objects.get(&parent));
            self.w.option(parent, |w, parent| w.len(*parent));
            self.w.text(name.as_str());
            self.list(&entry.last_events);
            self.w.len(entry.former_holders.len());
            for object in &entry.former_holders {
                let at = self.objects.get(object).copied();
                self.w.len(at.unwrap_or(self.objects.len()));
            }
        }
    }
}
