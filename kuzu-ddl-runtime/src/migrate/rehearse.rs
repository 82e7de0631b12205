//! Rehearsal of a plan on a scratch database of the same engine, where it can reveal errors: plain
//! creates cannot fail.

use std::collections::BTreeSet;

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::drift::detect;
use kuzu_ddl_core::event::ObjectKind;
use kuzu_ddl_core::plan::{Operation, Step, create_serial_sequence_statement};
use kuzu_ddl_core::schema::name::{quote, serial_sequence_name};
use kuzu_ddl_core::schema::{Expr, NameKey, Property, Table, TableKind, Type};
use kuzu_ddl_core::state::{DeferredTask, LocalState};

use super::Migrator;
use super::execute::function_batch::{BatchEvaluator, borrowed};
use super::execute::serial;
use super::planning::inputs::PreparedMigration;
use super::policy::Phase;
use crate::engine::{Engine, EngineErrorKind, Session};
use crate::error::Error;
use crate::inspect::{InspectScope, inspect};
use crate::ledger::FingerprintedDeclaration;

impl Migrator<'_> {
    /// Runs the plan on a copy of the touched tables, without rows, and evaluates new defaults.
    pub(super) fn rehearse(
        &mut self,
        declared: &FingerprintedDeclaration,
        prepared: &PreparedMigration,
    ) -> Result<(), Error> {
        let steps = &prepared.plan.steps;
        let defaults = defaults(steps, &sequences(prepared))?;
        let changes = steps.iter().any(|step| step.operation.may_fail());
        if !changes && defaults.is_empty() {
            return Ok(());
        }
        let _span = tracing::debug_span!("rehearse").entered();
        self.report_progress(Phase::Rehearse, 0, steps);
        let touched = if changes {
            touched(prepared)
        } else {
            BTreeSet::new()
        };
        let scratch = self.engine.scratch(touched.len() + steps.len() + 8)?;
        let session = scratch.session()?;
        evaluate(session.as_ref(), &defaults)?;
        if changes {
            let failed = |step: &str| {
                let step = step.to_owned();
                move |source| Error::RehearsalFailed { step, source }
            };
            for (name, ddl) in copy(&prepared.found, &touched) {
                session.query(&ddl).map_err(failed(&name))?;
            }
            let within = |step: &&Step| {
                step.operation.deferred_task().is_none() && !is_of_index(&step.operation)
            };
            for step in steps.iter().filter(within) {
                let object = step.operation.to_string();
                let evaluator = step.operation.function_values().map(|values| {
                    BatchEvaluator::new(values, &declared.declared.functions, &object)
                });
                let params = evaluator
                    .transpose()?
                    .map(|evaluator| evaluator.empty_params());
                let params = borrowed(params.as_deref().unwrap_or_default());
                let statements = serial::serial_statements(session.as_ref(), step);
                for cypher in statements.map_err(failed(&object))?.iter() {
                    session
                        .query_with(cypher, &params)
                        .map_err(failed(&object))?;
                }
            }
            self.compare(scratch.as_ref(), prepared, &touched)?;
        }
        Ok(())
    }

    fn compare(
        &self,
        scratch: &dyn Engine,
        prepared: &PreparedMigration,
        touched: &BTreeSet<NameKey>,
    ) -> Result<(), Error> {
        let found = inspect(scratch.session()?.as_ref(), InspectScope::All)?;
        let only = after_names(prepared, touched);
        let indexes = prepared.after.objects();
        let indexes = indexes.filter(|object| object.kind() == ObjectKind::Index);
        let scratch = LocalState {
            deferred: indexes
                .map(|object| DeferredTask::BuildIndex(object.id))
                .collect(),
            ..LocalState::default()
        };
        let rows = detect(&prepared.after, &found.schema, &scratch, Some(&only));
        let rows = crate::migrate::execute::verify::untolerated_drift(rows, prepared);
        // The scratch copy has no opaque defaults and no unknown types.
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|row| !is_lossy(row, prepared))
            .collect();
        if rows.is_empty() {
            Ok(())
        } else {
            Err(Error::RehearsalMismatch(rows))
        }
    }
}

fn is_lossy(row: &kuzu_ddl_core::drift::Drift, prepared: &PreparedMigration) -> bool {
    row.id
        .is_some_and(|id| prepared.local.adopted_defaults.contains_key(&id))
}

fn is_of_index(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::DropIndex { .. } | Operation::CreateIndex { .. }
    )
}

/// Returns the existing sequences, and those that are created before a property uses them.
fn sequences(prepared: &PreparedMigration) -> BTreeSet<NameKey> {
    let live = prepared.found.schema.sequences.keys().cloned();
    let steps = prepared.plan.steps.iter();
    let new = steps.filter_map(|step| match &step.operation {
        Operation::CreateSequence { sequence } => Some(NameKey::new(&sequence.name)),
        _ => None,
    });
    live.chain(new).collect()
}

/// Returns the new defaults that only the engine can evaluate, by property.
fn defaults(steps: &[Step], sequences: &BTreeSet<NameKey>) -> Result<Vec<(String, String)>, Error> {
    let mut out = Vec::new();
    let mut add = |table: &str, property: &Property| -> Result<(), Error> {
        let Some(expr) = property.default.as_ref().filter(|e| e.is_fallible()) else {
            return Ok(());
        };
        let step = format!("the default of {table}.{}", property.name);
        if let Some(missing) = missing_sequence(expr, sequences) {
            let message = format!("the sequence {missing} does not exist");
            let kind = EngineErrorKind::NotFound;
            let source = crate::engine::EngineError {
                kind,
                message,
                statement: String::new(),
            };
            return Err(Error::RehearsalFailed { step, source });
        }
        if !uses_sequence(expr) {
            out.push((step, expr.canonical(&property.ty)));
        }
        Ok(())
    };
    for step in steps {
        match &step.operation {
            Operation::CreateTable { table, .. } => {
                table
                    .properties
                    .values()
                    .try_for_each(|p| add(&table.name, p))?;
            }
            Operation::AddProperty {
                table, property, ..
            } => add(table, property)?,
            _ => {}
        }
    }
    Ok(out)
}

fn collect_calls<'e>(expr: &'e Expr, found: &mut Vec<(&'e str, &'e [Expr])>) {
    match expr {
        Expr::Call(name, args) => {
            found.push((name, args));
            args.iter().for_each(|e| collect_calls(e, found));
        }
        Expr::List(items) => items.iter().for_each(|e| collect_calls(e, found)),
        Expr::Struct(fields) => fields.iter().for_each(|(_, e)| collect_calls(e, found)),
        Expr::Cast(e, _) | Expr::Negate(e) => collect_calls(e, found),
        Expr::Binary(_, a, b) => {
            collect_calls(a, found);
            collect_calls(b, found);
        }
        _ => {}
    }
}

fn uses_sequence(expr: &Expr) -> bool {
    let mut found = Vec::new();
    collect_calls(expr, &mut found);
    found.iter().any(|(name, _)| *name == "nextval")
}

fn missing_sequence(expr: &Expr, sequences: &BTreeSet<NameKey>) -> Option<String> {
    let mut found = Vec::new();
    collect_calls(expr, &mut found);
    found.into_iter().find_map(|(name, args)| match args {
        [Expr::Text(sequence)] if name == "nextval" => {
            (!sequences.contains(&NameKey::new(sequence))).then(|| sequence.clone())
        }
        _ => None,
    })
}

fn evaluate(session: &dyn Session, defaults: &[(String, String)]) -> Result<(), Error> {
    for (step, text) in defaults {
        let query = format!("RETURN CAST({text} AS STRING)");
        if let Err(source) = session.query(&query) {
            return Err(Error::RehearsalFailed {
                step: step.clone(),
                source,
            });
        }
    }
    Ok(())
}

/// Returns the live tables that the steps need, with the endpoints of rel tables.
fn touched(prepared: &PreparedMigration) -> BTreeSet<NameKey> {
    let live = &prepared.found.schema;
    let mut keys = BTreeSet::new();
    for step in &prepared.plan.steps {
        match &step.operation {
            Operation::CreateTable { pairs, .. } => {
                keys.extend(
                    pairs
                        .iter()
                        .flat_map(|(a, b)| [NameKey::new(a), NameKey::new(b)]),
                );
            }
            Operation::AddPair { table, from, to }
            | Operation::DropPair {
                table, from, to, ..
            } => {
                keys.extend([table, from, to].map(|name| NameKey::new(name)));
            }
            Operation::ArchivePair {
                table,
                pair: (from, to),
                ..
            } => keys.extend([table, from, to].map(|name| NameKey::new(name))),
            Operation::RestorePair {
                archive,
                table,
                pair: (from, to),
                ..
            } => keys.extend([archive, table, from, to].map(|name| NameKey::new(name))),
            other => {
                keys.insert(NameKey::new(other.table()));
            }
        }
    }
    // Names after a rename are resolved to the tables before it.
    let renamed = |key: &NameKey| {
        let after = prepared.after.find(None, key)?;
        let before = prepared.before.object(after.id)?;
        Some(NameKey::new(&prepared.before.database_name(before)))
    };
    let mut found: BTreeSet<NameKey> = keys
        .iter()
        .flat_map(|key| [Some(key.clone()), renamed(key)])
        .flatten()
        .filter(|key| live.tables.contains_key(key))
        .collect();
    let ends: Vec<NameKey> = found
        .iter()
        .filter_map(|key| match &live.tables[key].kind {
            TableKind::Edge { pairs, .. } => Some(pairs),
            TableKind::Node { .. } => None,
        })
        .flatten()
        .flat_map(|pair| [pair.from.clone(), pair.to.clone()])
        .collect();
    found.extend(ends);
    found
}

/// Returns the names of the touched tables after the plan.
fn after_names(prepared: &PreparedMigration, touched: &BTreeSet<NameKey>) -> BTreeSet<NameKey> {
    let owned = kuzu_ddl_core::fold::managed_tables(&prepared.before);
    touched
        .iter()
        .filter_map(|key| prepared.after.object(*owned.get(key)?))
        .map(|object| NameKey::new(&prepared.after.database_name(object)))
        .collect()
}

/// Returns the DDL of all sequences, which defaults use, and of empty copies of the tables, node
/// tables first.
fn copy(found: &CatalogSnapshot, touched: &BTreeSet<NameKey>) -> Vec<(String, String)> {
    let live = &found.schema;
    let mut out = Vec::new();
    let own = found
        .serial_sequences
        .iter()
        .filter(|key| key.is_internal());
    out.extend(own.map(|key| {
        (
            key.to_string(),
            create_serial_sequence_statement(key.as_str(), "0"),
        )
    }));
    // A renamed table may use sequences that are named after its former name.
    let of_copies = touched.iter().filter_map(|key| live.tables.get(key));
    let of_copies = of_copies.flat_map(|table| {
        let serial = table.properties.values().filter(|p| p.ty == Type::Serial);
        serial.map(|property| serial_sequence_name(&table.name, &property.name))
    });
    let of_copies: BTreeSet<NameKey> = of_copies.collect();
    let former = found.serial_sequences.difference(&of_copies);
    let former = former.filter(|key| !key.is_internal());
    out.extend(former.map(|key| {
        (
            key.to_string(),
            create_serial_sequence_statement(key.as_str(), "0"),
        )
    }));
    for sequence in live.sequences.values().cloned() {
        let name = sequence.name.clone();
        let ddl = Operation::CreateSequence { sequence }.cypher();
        out.extend(ddl.into_iter().map(|ddl| (name.clone(), ddl)));
    }
    for nodes in [true, false] {
        for key in touched {
            let Some(table) = live.tables.get(key).filter(|t| t.kind.is_node() == nodes) else {
                continue;
            };
            let mut table: Table = table.clone();
            table
                .properties
                .retain(|_, property| !matches!(property.ty, Type::Unknown(_)));
            let order = table.properties.keys().cloned().collect();
            let spelled = |key: &NameKey| {
                live.tables
                    .get(key)
                    .map_or(key.to_string(), |t| t.name.clone())
            };
            let pairs = match &table.kind {
                TableKind::Edge { pairs, .. } => pairs
                    .iter()
                    .map(|p| (spelled(&p.from), spelled(&p.to)))
                    .collect(),
                TableKind::Node { .. } => Vec::new(),
            };
            let name = table.name.clone();
            let counters = counters(&table, found);
            if counters.is_some() {
                table.name.push('_');
            }
            let operation = Operation::CreateTable {
                table,
                order,
                pairs,
            };
            out.extend(
                operation
                    .cypher()
                    .into_iter()
                    .chain(counters.into_iter().flatten())
                    .map(|ddl| (name.clone(), ddl)),
            );
        }
    }
    out
}

/// Returns the statements that give a copy of a table exactly the SERIAL sequences that the table
/// has, if a rename left some under their old names. The copy is created under a name with a
/// trailing `_`.
fn counters(table: &Table, found: &CatalogSnapshot) -> Option<Vec<String>> {
    let name = &table.name;
    let counts = table.properties.values().filter(|p| p.ty == Type::Serial);
    let sequence = |p: &Property| format!("{name}_{}_serial", p.name);
    let existing = |name: &String| found.serial_sequences.contains(&NameKey::new(name));
    let (existing, missing): (Vec<String>, Vec<String>) = counts.map(sequence).partition(existing);
    if missing.is_empty() {
        return None;
    }
    let (from, to) = (quote(&format!("{name}_")), quote(name));
    let mut statements = vec![format!("ALTER TABLE {from} RENAME TO {to}")];
    statements.extend(
        existing
            .iter()
            .map(|name| create_serial_sequence_statement(name, "0")),
    );
    Some(statements)
}
