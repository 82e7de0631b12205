//! Sequences, identified by name alone.
//!
//! A sequence that is no longer declared is kept, because its current value would be lost; it is
//! dropped by a tombstone. The start value matters only when it is created. Another increment or
//! other bounds are rejected: the engine has no ALTER SEQUENCE, and a recreated sequence would need
//! the current value of the old one, while others may be using it.

use super::differ::Differ;
use super::incompatibility::IncompatibilityKind;
use super::note::Note;
use crate::event::SequenceSpec;
use crate::fold::ObjectBody;
use crate::schema::{NameKey, Sequence};

impl Differ<'_> {
    pub(super) fn sequences(&mut self) {
        let declared = self.declared;
        for name in declared.dropped_sequences.values() {
            let before = self.ancestor.map(|a| &a.dropped_sequences);
            if before.is_some_and(|before| before.contains_key(&NameKey::new(name))) {
                continue;
            }
            let id = self
                .draft
                .fold()
                .find_sequence(name)
                .map(|object| object.id);
            if let Some(id) = id {
                self.draft.archive(id);
            }
        }
        for desired in declared.schema.sequences.values() {
            self.sequence(desired);
        }
        let fold = self.draft.fold();
        let retained = fold.objects().filter(|object| object.is_live());
        let retained = retained.filter_map(|object| fold.sequence(object));
        let undeclared: Vec<String> = retained
            .filter(|s| {
                !declared
                    .schema
                    .sequences
                    .contains_key(&NameKey::new(&s.name))
            })
            .map(|s| s.name)
            .collect();
        let note = |name: String| {
            let has_tombstone = declared
                .dropped_sequences
                .contains_key(&NameKey::new(&name));
            Note::kept(format!("sequence {name}"), has_tombstone)
        };
        self.notes.extend(undeclared.into_iter().map(note));
    }

    fn sequence(&mut self, desired: &Sequence) {
        let spec = SequenceSpec::from(desired);
        let object = format!("sequence {}", desired.name);
        let present = self.draft.fold().find_sequence(&desired.name);
        let present = present.and_then(|object| match object.body {
            ObjectBody::Sequence(spec) => Some(spec),
            _ => None,
        });
        let last = self
            .ancestor
            .and_then(|a| a.schema.sequences.get(&NameKey::new(&desired.name)));
        match present {
            None if last.is_some() && !self.recreates(&object) => {
                self.refuse(object, String::new(), IncompatibilityKind::Missing)
            }
            None => {
                self.draft.create_sequence(&desired.name, spec);
            }
            Some(is)
                if SequenceSpec {
                    start: spec.start,
                    ..is
                } != spec =>
            {
                let aspect = "increment or the bounds".to_owned();
                let (from, to) = (declared_text(&is), declared_text(&spec));
                self.refuse(
                    object,
                    String::new(),
                    IncompatibilityKind::Unsupported { aspect, from, to },
                );
            }
            Some(_) => {}
        }
    }
}

fn declared_text(spec: &SequenceSpec) -> String {
    let SequenceSpec {
        increment,
        min,
        max,
        cycle,
        ..
    } = spec;
    let cycle = if *cycle { ", cycling" } else { "" };
    format!("{increment} from {min} to {max}{cycle}")
}
