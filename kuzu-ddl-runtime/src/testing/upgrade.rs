//! Verifies that an upgrade from an old lock file to the declared schema preserves rows.

use std::collections::BTreeMap;

use kuzu_ddl_core::declared::{DeclareError, Declared, TableHints};
use kuzu_ddl_core::lock::{LockFile, LockedTable, ParseLockError};
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::schema::{NameKey, Pair, Table, TableKind, Type};

use super::rows::value;
use crate::engine::{Engine, EngineError, Session};
use crate::error::Error;
use crate::migrate::Migrator;

/// Error returned when a database of the old schema cannot be migrated without loss.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpgradeError {
    /// The old lock file is invalid.
    #[error("invalid old lock file: {0}")]
    Parse(ParseLockError),
    /// The declared schema is invalid.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// The old schema cannot be created.
    #[error("cannot create the old schema: {0}")]
    CreateOld(Box<Error>),
    /// The old database cannot be migrated to the declared schema.
    #[error("cannot migrate the old database to the declared schema: {0}")]
    Migrate(Box<Error>),
    /// The engine failed to write or read a row.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Rows or values were lost.
    #[error("the migration lost data:\n  {}", .0.join("\n  "))]
    DataLoss(Vec<String>),
}

/// The message contains the cause, so the cause is not a source.
impl From<ParseLockError> for UpgradeError {
    fn from(e: ParseLockError) -> Self {
        Self::Parse(e)
    }
}

/// Creates the schema of the lock file `text` in `engine`, an empty database, inserts rows,
/// migrates it to `declared`, and compares.
///
/// Every row and every value that was not explicitly dropped must be preserved. A value whose type
/// changed must still exist.
///
/// # Errors
///
/// Returns an error if a step fails, or if rows or values were lost.
pub fn verify_upgrade(
    engine: &dyn Engine,
    text: &str,
    declared: &Declared,
) -> Result<(), UpgradeError> {
    let lock: LockFile = text.parse()?;
    let old = Migrator::new(engine).declared(lock.declared());
    old.migrate()
        .map_err(|e| UpgradeError::CreateOld(Box::new(e)))?;
    let views = views(&lock, declared);
    let session = engine.session()?;
    insert(&*session, &lock)?;
    let before = snapshot_rows(&*session, &views, false)?;
    drop(session);
    migrate_old(engine, declared).map_err(|e| UpgradeError::Migrate(Box::new(e)))?;
    let after = snapshot_rows(&*engine.session()?, &views, true)?;
    let lost = compare(&views, &before, &after);
    if lost.is_empty() {
        Ok(())
    } else {
        Err(UpgradeError::DataLoss(lost))
    }
}

/// Which hazards are allowed is the application's decision; what they lose is detected here.
fn migrate_old(engine: &dyn Engine, declared: &Declared) -> Result<(), Error> {
    let new = || Migrator::new(engine).declared(declared.clone());
    let plan = new().plan()?;
    let hazards = plan.steps.iter().flat_map(|step| &step.hazards);
    let allowing = hazards.fold(new(), |new, hazard| {
        new.allow(hazard.kind, hazard.object.clone())
    });
    allowing.migrate().map(|_| ())
}

/// Runs [`verify_upgrade`] to the compiled schema, in memory.
#[cfg(feature = "kuzu")]
pub(crate) fn upgrade_compiled(text: &str) -> Result<(), UpgradeError> {
    let declared = kuzu_ddl_core::schema::Schema::compiled()?;
    let lock: LockFile = text.parse()?;
    // Each table may exist as old and new, and leave an archive.
    let tables = 3 * (lock.tables.len() + declared.schema.tables.len());
    let engine = crate::engine::in_memory(tables)?;
    verify_upgrade(&*engine, text, &declared)
}

/// The number of rows per table.
const ROWS: usize = 3;

fn insert(session: &dyn Session, lock: &LockFile) -> Result<(), EngineError> {
    let all = || lock.tables.values().map(|t| &t.table);
    for table in all().filter(|t| t.kind.is_node()) {
        for n in 1..=ROWS {
            let body = format!("{} {{{}}}", quote(&table.name), body(table, n));
            session.query(&format!("CREATE (:{body})"))?;
        }
    }
    for table in all() {
        let TableKind::Edge { pairs, .. } = &table.kind else {
            continue;
        };
        // At most one rel per pair and per node at either end: legal under every multiplicity.
        for (at, pair) in pairs.iter().enumerate() {
            let n = at % ROWS + 1;
            let (Some(a), Some(b)) = (node(lock, &pair.from, "a", n), node(lock, &pair.to, "b", n))
            else {
                continue;
            };
            let body = format!("{} {{{}}}", quote(&table.name), body(table, n));
            session.query(&format!("MATCH {a}, {b} CREATE (a)-[:{body}]->(b)"))?;
        }
    }
    Ok(())
}

/// Returns the values of row `n`. Nullable properties are NULL in the last row.
fn body(table: &Table, n: usize) -> String {
    let values = table.properties.values().filter_map(|property| {
        if property.nullable && n == ROWS {
            return None;
        }
        Some(format!(
            "{}: {}",
            quote(&property.name),
            value(&property.ty, n)?
        ))
    });
    values.collect::<Vec<_>>().join(", ")
}

/// Returns the pattern that matches row `n` of a node table by its key.
fn node(lock: &LockFile, key: &NameKey, variable: &str, n: usize) -> Option<String> {
    let table = &lock.tables.get(key)?.table;
    let TableKind::Node { primary_key } = &table.kind else {
        return None;
    };
    let key = table.properties.get(primary_key)?;
    let value = if key.ty == Type::Serial {
        (n - 1).to_string()
    } else {
        value(&key.ty, n)?
    };
    let (name, key) = (quote(&table.name), quote(&key.name));
    Some(format!("({variable}:{name} {{{key}: {value}}})"))
}

/// A name before and after the migration.
#[derive(Clone, Debug)]
struct Names(String, String);

impl Names {
    fn of(&self, after: bool) -> &str {
        if after { &self.1 } else { &self.0 }
    }
}

/// A query that must return the same before and after the migration.
struct View {
    label: String,
    /// The label of the pattern, with the labels of the endpoints of a rel below.
    table: Names,
    ends: Option<[Names; 2]>,
    /// The columns whose values stay equal: variable and name.
    unchanged: Vec<(&'static str, Names)>,
    /// The columns whose values change but must still exist.
    counted: Vec<Names>,
}

fn views(lock: &LockFile, declared: &Declared) -> Vec<View> {
    let moves = Moves {
        lock,
        declared,
        formers: lock.former_tables(declared),
    };
    let mut views = Vec::new();
    for (key, locked) in &lock.tables {
        let Some(to) = moves.table(key) else { continue };
        let mut view = View {
            label: locked.table.name.clone(),
            table: Names(locked.table.name.clone(), to.name()),
            ends: None,
            unchanged: Vec::new(),
            counted: Vec::new(),
        };
        moves.columns(locked, &to, &mut view);
        match &locked.table.kind {
            TableKind::Node { .. } => views.push(view),
            TableKind::Edge { pairs, .. } => {
                views.extend(pairs.iter().filter_map(|pair| moves.pair(pair, &to, &view)));
            }
        }
    }
    views
}

/// The current names of the objects in the lock.
struct Moves<'a> {
    lock: &'a LockFile,
    declared: &'a Declared,
    formers: BTreeMap<NameKey, NameKey>,
}

/// The current declaration of a table.
struct Now<'a> {
    /// The declared table; `None` if it is no longer declared, and therefore retained.
    table: Option<&'a Table>,
    hints: Option<&'a TableHints>,
    before: &'a Table,
}

impl Now<'_> {
    fn name(&self) -> String {
        self.table.unwrap_or(self.before).name.clone()
    }
}

impl<'a> Moves<'a> {
    /// Returns the current declaration of a table, or `None` if it was dropped.
    fn table(&self, key: &NameKey) -> Option<Now<'a>> {
        let before = &self.lock.tables.get(key)?.table;
        let now = self.formers.iter().find(|(_, old)| *old == key);
        if let Some((name, _)) = now {
            return Some(Now {
                table: self.declared.schema.tables.get(name),
                hints: self.declared.tables.get(name),
                before,
            });
        }
        let dropped = self.declared.dropped_tables.contains_key(key);
        (!dropped).then_some(Now {
            table: None,
            hints: None,
            before,
        })
    }

    fn columns(&self, locked: &LockedTable, now: &Now<'_>, view: &mut View) {
        let none = TableHints::default();
        let hints = now.hints.unwrap_or(&none);
        let formers = now
            .table
            .map(|table| locked.former_properties(table, hints));
        let formers = formers.unwrap_or_default();
        for (key, property) in &locked.table.properties {
            let unchanged = || Names(property.name.clone(), property.name.clone());
            let Some(table) = now.table else {
                view.unchanged.push(("x", unchanged()));
                continue;
            };
            let heir = formers.iter().find(|(_, old)| *old == key);
            let heir = heir.and_then(|(name, _)| table.properties.get(name));
            match heir {
                Some(heir) => {
                    let names = Names(property.name.clone(), heir.name.clone());
                    if heir.ty == property.ty && (heir.nullable || !property.nullable) {
                        view.unchanged.push(("x", names));
                    } else {
                        view.counted.push(names);
                    }
                }
                None if hints.dropped.contains(key) => {}
                None => view.unchanged.push(("x", unchanged())),
            }
        }
    }

    /// Returns the view of the rels of one pair, with the keys of their endpoints.
    fn pair(&self, pair: &Pair, edge: &Now<'_>, view: &View) -> Option<View> {
        let (from, to) = (self.table(&pair.from)?, self.table(&pair.to)?);
        let present = Pair {
            from: NameKey::new(&from.name()),
            to: NameKey::new(&to.name()),
        };
        if edge
            .hints
            .is_some_and(|h| h.dropped_pairs.contains(&present))
        {
            return None;
        }
        let mut unchanged = view.unchanged.clone();
        for (variable, key, end) in [("a", &pair.from, &from), ("b", &pair.to, &to)] {
            let locked = self.lock.tables.get(key)?;
            let mut columns = View {
                label: String::new(),
                table: Names(String::new(), String::new()),
                ends: None,
                unchanged: Vec::new(),
                counted: Vec::new(),
            };
            self.columns(locked, end, &mut columns);
            let TableKind::Node { primary_key } = &locked.table.kind else {
                return None;
            };
            let mut columns = columns.unchanged.into_iter();
            let key = columns.find(|(_, names)| NameKey::new(&names.0) == *primary_key);
            unchanged.extend(key.map(|(_, names)| (variable, names)));
        }
        let ends = [
            Names(from.before.name.clone(), from.name()),
            Names(to.before.name.clone(), to.name()),
        ];
        Some(View {
            label: format!("{} ({})->({})", view.label, ends[0].0, ends[1].0),
            table: view.table.clone(),
            ends: Some(ends),
            unchanged,
            counted: view.counted.clone(),
        })
    }
}

/// The result of one view.
struct Seen {
    /// The number of occurrences of each row.
    rows: BTreeMap<Vec<String>, usize>,
    counts: Vec<i128>,
}

fn snapshot_rows(
    session: &dyn Session,
    views: &[View],
    after: bool,
) -> Result<Vec<Seen>, EngineError> {
    let mut all = Vec::new();
    for view in views {
        let table = quote(view.table.of(after));
        let pattern = match &view.ends {
            None => format!("(x:{table})"),
            Some([a, b]) => {
                let (a, b) = (quote(a.of(after)), quote(b.of(after)));
                format!("(a:{a})-[x:{table}]->(b:{b})")
            }
        };
        let column = |(at, (variable, names)): (usize, &(&str, Names))| {
            format!(
                "CAST({variable}.{} AS STRING) AS c{at}",
                quote(names.of(after))
            )
        };
        let columns = view.unchanged.iter().enumerate().map(column);
        let columns: Vec<String> = std::iter::once("1 AS one".to_owned())
            .chain(columns)
            .collect();
        let mut rows = BTreeMap::new();
        for row in session.query(&format!("MATCH {pattern} RETURN {}", columns.join(", ")))? {
            *rows
                .entry(row.iter().map(|cell| format!("{cell:?}")).collect())
                .or_insert(0) += 1;
        }
        let mut counts = Vec::new();
        for names in &view.counted {
            let count = format!(
                "MATCH {pattern} RETURN count(x.{}) AS n",
                quote(names.of(after))
            );
            let rows = session.query(&count)?;
            let count = rows
                .first()
                .and_then(|row| row.first())
                .and_then(|cell| cell.int());
            counts.push(count.unwrap_or(0));
        }
        all.push(Seen { rows, counts });
    }
    Ok(all)
}

fn compare(views: &[View], before: &[Seen], after: &[Seen]) -> Vec<String> {
    let mut lost = Vec::new();
    for (view, (before, after)) in views.iter().zip(before.iter().zip(after)) {
        for (row, n) in &before.rows {
            if after.rows.get(row).unwrap_or(&0) < n {
                let values: Vec<&str> = row.iter().skip(1).map(String::as_str).collect();
                lost.push(format!("{}: row {}", view.label, values.join(", ")));
            }
        }
        for (names, (before, after)) in view
            .counted
            .iter()
            .zip(before.counts.iter().zip(&after.counts))
        {
            if after < before {
                let n = before - after;
                lost.push(format!("{}: {n} values of `{}`", view.label, names.0));
            }
        }
    }
    lost
}
