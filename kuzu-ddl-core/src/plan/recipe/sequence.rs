//! Sequences: created before anything that may use them, and dropped last.

use super::super::builder::PlanBuilder;
use super::super::error::PlanError;
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use crate::fold::Object;
use crate::schema::{Expr, NameKey};

impl<'a> PlanBuilder<'a> {
    /// Plans the creation of sequences that the database lacks.
    pub(in crate::plan) fn create_sequences(&mut self) {
        let (after, live, leave) = (self.after, self.live, self.ignored);
        let mut missing: Vec<_> = after
            .objects()
            .filter(|object| object.is_live() && !leave.contains(&object.id))
            .filter_map(|object| after.sequence(object))
            .filter(|sequence| !live.sequences.contains_key(&NameKey::new(&sequence.name)))
            .collect();
        missing.sort_by(|a, b| a.name.cmp(&b.name));
        for sequence in missing {
            self.push(Operation::CreateSequence { sequence }, &[], Vec::new());
        }
    }

    /// Plans the removal of sequences that this plan drops.
    pub(in crate::plan) fn drop_sequences(&mut self) {
        let (after, before, live) = (self.after, self.before, self.live);
        let removed = |object: &&Object| {
            !object.is_live() && before.object(object.id).is_some_and(Object::is_live)
        };
        let mut names: Vec<String> = after
            .objects()
            .filter(removed)
            .filter(|object| after.sequence(object).is_some())
            .map(|object| object.name.value.clone())
            .filter(|name| live.sequences.contains_key(&NameKey::new(name)))
            .filter(|name| after.find_sequence(name).is_none())
            .collect();
        names.sort();
        for name in names {
            if let Some(user) = self.counts_by(&name) {
                let reason = format!(
                    "the default of {user} still uses it, so no rows could be added\n\
                     help: change that default first"
                );
                let object = format!("sequence {name}");
                self.errors.push(PlanError::Unsupported { object, reason });
                continue;
            }
            let hazard = Hazard::new(HazardKind::Irreversible, format!("sequence {name}"), None);
            self.push(Operation::DropSequence { name }, &[], vec![hazard]);
        }
    }

    /// Returns a property, archived ones included, whose default calls `nextval` on the sequence.
    fn counts_by(&self, sequence: &str) -> Option<String> {
        let key = NameKey::new(sequence);
        self.after.objects().find_map(|object| {
            let property = self.after.property(object)?;
            let table = self.after.object(object.parent?)?;
            let uses = property
                .default
                .as_ref()
                .is_some_and(|expr| uses(expr, &key));
            uses.then(|| format!("{}.{}", table.name.value, property.name))
        })
    }
}

fn uses(expr: &Expr, sequence: &NameKey) -> bool {
    match expr {
        Expr::Call(name, args) => {
            let named =
                |arg: &Expr| matches!(arg, Expr::Text(text) if NameKey::new(text) == *sequence);
            (name == "nextval" && args.iter().any(named))
                || args.iter().any(|arg| uses(arg, sequence))
        }
        Expr::List(items) => items.iter().any(|e| uses(e, sequence)),
        Expr::Struct(fields) => fields.iter().any(|(_, e)| uses(e, sequence)),
        Expr::Cast(e, _) | Expr::Negate(e) => uses(e, sequence),
        Expr::Binary(_, a, b) => uses(a, sequence) || uses(b, sequence),
        _ => false,
    }
}
