//! Sequences: created before anything that may use them, and dropped last.

use super::super::builder::{PlanBuilder, is_purged};
use super::super::error::PlanError;
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use crate::event::EventId;
use crate::fold::{ArchivedColumn, Object};
use crate::schema::{Expr, NameKey, Sequence};

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
        // Concurrent creations may define it differently, and one of the definitions holds.
        let mut changed: Vec<Sequence> = after
            .objects()
            .filter(|object| object.is_live() && !leave.contains(&object.id))
            .filter_map(|object| after.sequence(object))
            .filter(|sequence| {
                let live = live.sequences.get(&NameKey::new(&sequence.name));
                live.is_some_and(|live| !live.counts_like(sequence))
            })
            .collect();
        changed.sort_by(|a, b| a.name.cmp(&b.name));
        for sequence in changed {
            self.push(Operation::ReplaceSequence { sequence }, &[], Vec::new());
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
            if let Some(reason) = self.use_of_sequence(&NameKey::new(&name)) {
                let object = format!("sequence {name}");
                self.errors.push(PlanError::Unsupported { object, reason });
                continue;
            }
            let hazard = Hazard::new(HazardKind::Irreversible, format!("sequence {name}"), None);
            self.push(Operation::DropSequence { name }, &[], vec![hazard]);
        }
    }

    /// Returns why a sequence is in use after the plan, with the remedy: the default of a column,
    /// archived ones included, calls `nextval` on it.
    fn use_of_sequence(&self, sequence: &NameKey) -> Option<String> {
        self.after
            .objects()
            .filter(|object| !is_purged(object))
            .find_map(|object| {
                let property = self.after.property(object)?;
                let table = self.after.object(object.parent?)?;
                let path = format!("{}.{}", table.name.value, object.name.value);
                if calls(property.default.as_ref(), sequence) {
                    let archived = [table, object].into_iter().find(|o| !o.is_live());
                    return Some(match archived {
                        Some(archived) => in_archive(&path, &self.purge_name(archived.id, None)),
                        None => format!(
                            "the default of {path} still uses it, so no rows could be added\n\
                             help: change that default first"
                        ),
                    });
                }
                let column = self.archived_column_calls(table, object, sequence)?;
                Some(in_archive(&path, &self.purge_name(object.id, Some(column))))
            })
    }

    /// Returns the change whose archived column still calls `nextval` on a sequence: the engine
    /// evaluates the default of an archived column for each new row.
    fn archived_column_calls(
        &self,
        table: &Object,
        property: &Object,
        sequence: &NameKey,
    ) -> Option<EventId> {
        let before = self.before.object(table.id)?;
        let live = NameKey::new(&self.before.database_name(before));
        let live = self.live.tables.get(&live)?;
        let former = self.before.object(property.id);
        let former = former.and_then(|former| self.before.property(former));
        let archives_now = |column: &ArchivedColumn| {
            let mut steps = self.steps.iter();
            steps.any(|step| match &step.operation {
                Operation::ReplaceProperty { archive, .. } => *archive == column.name,
                _ => false,
            })
        };
        let mut columns = property
            .archived_columns
            .iter()
            .filter(|column| !column.purged);
        let column = columns.find(|column| {
            let archived = live.property(&column.name);
            // The column that this plan archives still has the name of the property.
            let present = || former.as_ref().and_then(|p| live.property(&p.name));
            let present = || present().filter(|_| archives_now(column));
            let column = archived.or_else(present);
            column.is_some_and(|column| calls(column.default.as_ref(), sequence))
        })?;
        Some(column.by)
    }
}

fn in_archive(path: &str, purge_name: &str) -> String {
    format!(
        "the archive of {path} still uses it, so no rows could be added\n\
         help: purge that archive, too: `.purge({purge_name:?})` on the Migrator"
    )
}

fn calls(default: Option<&Expr>, sequence: &NameKey) -> bool {
    default.is_some_and(|expr| uses(expr, sequence))
}

fn uses(expr: &Expr, sequence: &NameKey) -> bool {
    sequences_in(expr)
        .iter()
        .any(|name| NameKey::new(name) == *sequence)
}

/// Returns the sequences on which an expression calls `nextval`.
pub(in crate::plan) fn sequences_in(expr: &Expr) -> Vec<&str> {
    match expr {
        Expr::Call(name, args) => {
            let own = args.iter().filter_map(|arg| match arg {
                Expr::Text(sequence) if name == "nextval" => Some(sequence.as_str()),
                _ => None,
            });
            own.chain(args.iter().flat_map(sequences_in)).collect()
        }
        Expr::List(items) => items.iter().flat_map(sequences_in).collect(),
        Expr::Struct(fields) => fields.iter().flat_map(|(_, e)| sequences_in(e)).collect(),
        Expr::Cast(e, _) | Expr::Negate(e) => sequences_in(e),
        Expr::Binary(_, a, b) => [a, b].into_iter().flat_map(|e| sequences_in(e)).collect(),
        _ => Vec::new(),
    }
}
