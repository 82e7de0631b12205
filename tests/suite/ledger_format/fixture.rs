//! The files of a fixture: the statements that create the live tables, and the rows of the ledger.

use std::fmt::{Display, Write as _};

use kuzu_ddl::history::{History, Point};
use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::peers::Fingerprint;
use kuzu_ddl_core::schema::Schema;
use kuzu_ddl_core::value::Value;
use kuzu_ddl_runtime::engine::{Engine, Session};
use kuzu_ddl_runtime::inspect::InspectScope;
use kuzu_ddl_runtime::ledger::{FingerprintedDeclaration, LedgerContents};
use kuzu_ddl_runtime::{engine, inspect, ledger};

/// One database as version `4926982` left it.
pub(super) struct Fixture {
    pub(super) name: &'static str,
    pub(super) statements: &'static str,
    pub(super) ledger: &'static str,
    pub(super) summary: &'static str,
}

macro_rules! fixture {
    ($name:literal) => {
        $crate::ledger_format::fixture::Fixture {
            name: $name,
            statements: include_str!(concat!("4926982/", $name, ".cypher")),
            ledger: include_str!(concat!("4926982/", $name, ".ledger")),
            summary: include_str!(concat!("4926982/", $name, ".summary")),
        }
    };
}
pub(super) use fixture;

/// A fixture in a database of its own.
pub(super) struct Restored {
    pub(super) db: Database,
    _dir: tempfile::TempDir,
}

pub(super) fn config() -> SystemConfig {
    SystemConfig::default()
        .max_db_size(1 << 34)
        .buffer_pool_size(64 << 20)
}

impl Fixture {
    /// Creates the tables and their rows, then the rows of the ledger.
    pub(super) fn restore(&self) -> Restored {
        let dir = tempfile::tempdir().unwrap();
        let db = engine::open(dir.path().join("db"), config()).unwrap();
        let session = db.session().unwrap();
        for statement in self.statements.split(";\n").filter(|s| !s.is_empty()) {
            if let Err(e) = session.query(statement) {
                panic!("{}: {e}", self.name);
            }
        }
        ledger::insert_rows(&*session, self.rows()).unwrap();
        drop(session);
        Restored { db, _dir: dir }
    }

    fn rows(&self) -> ledger::RowMap {
        self.ledger.lines().map(row).collect()
    }
}

fn row(line: &str) -> (String, Vec<u8>) {
    let (key, body) = line.split_once('\t').unwrap();
    let body = match body.split_once(' ') {
        Some(("json", text)) => text.as_bytes().to_vec(),
        Some(("hex", digits)) => bytes(digits),
        _ => panic!("{line}"),
    };
    (key.to_owned(), body)
}

pub(super) fn bytes(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

impl Restored {
    pub(super) fn contents(&self) -> LedgerContents {
        ledger::read(&*self.db.session().unwrap()).unwrap()
    }

    /// The rows of a query in short text: cells by `|`, rows by `; `.
    #[track_caller]
    pub(super) fn rows(&self, cypher: &str) -> String {
        rows(&*self.db.session().unwrap(), cypher)
    }

    /// All differences between the database and its ledger.
    pub(super) fn drift(&self) -> String {
        let found = inspect::inspect(&*self.db.session().unwrap(), InspectScope::All).unwrap();
        let drift = kuzu_ddl_runtime::ledger::ledger_drift(&self.contents(), &found);
        let lines: Vec<String> = drift.iter().map(ToString::to_string).collect();
        lines.join("; ")
    }
}

#[track_caller]
pub(super) fn rows(session: &dyn Session, cypher: &str) -> String {
    let rows = session.query(cypher).unwrap_or_else(|e| panic!("{e}"));
    let row = |row: &Vec<Value>| row.iter().map(abbreviate).collect::<Vec<_>>().join("|");
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}

fn abbreviate(cell: &Value) -> String {
    match cell {
        Value::Null => "NULL".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
        Value::Text(text) | Value::Other(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// The ledger's contents, without one Rust name: ids, numbers, fingerprints and the engine's texts.
pub(super) fn summary(db: &Database) -> String {
    let contents = ledger::read(&*db.session().unwrap()).unwrap();
    assert_eq!(contents.corrupt, []);
    let mut out = String::new();
    for id in contents.events.keys() {
        writeln!(out, "event {id}").unwrap();
    }
    for id in contents.inbox.keys() {
        writeln!(out, "inbox {id}").unwrap();
    }
    for id in &contents.applied_declarations {
        writeln!(out, "declared {id}").unwrap();
    }
    for id in contents.undone_declarations() {
        writeln!(out, "undone {id}").unwrap();
    }
    if let Some(base) = &contents.checkpoint {
        writeln!(
            out,
            "checkpoint {}",
            Fingerprint::hash_of(&base.checkpoint())
        )
        .unwrap();
    }
    if let Some(declared) = &contents.ancestor {
        let (mut casts, mut fills, mut renames, mut order) = (0, 0, 0, 0);
        for hints in declared.tables.values() {
            casts += hints.casts.len() + hints.cast_functions.len() + hints.on_fail.len();
            fills += hints.fills.len() + hints.fill_functions.len();
            renames +=
                hints.renamed_from.len() + hints.property_renames.len() + hints.dropped.len();
            order += hints.column_order.len();
        }
        writeln!(
            out,
            "ancestor {casts} casts, {fills} fills, {renames} renames, {order} ordered"
        )
        .unwrap();
        let schema = declared.schema.fingerprint();
        let identified = FingerprintedDeclaration::new(declared.clone());
        writeln!(out, "ancestor {schema} {}", identified.id).unwrap();
        writeln!(out, "ancestor with casts {}", all(identified.id_with_casts)).unwrap();
    }
    for (id, number) in contents
        .catalog_ids
        .tables
        .iter()
        .chain(&contents.catalog_ids.properties)
    {
        writeln!(out, "catalog id {id} {number}").unwrap();
    }
    for (id, making) in &contents.backfills {
        let (inputs, old) = (all(&making.inputs), all(&making.archived_column));
        writeln!(
            out,
            "backfill {id} {} ({inputs}) ({old}) {} {} {} {}",
            making.function,
            making.accepts_null,
            making.table,
            making.next_offset,
            making.rows_done
        )
        .unwrap();
    }
    let state = contents.state.as_ref().unwrap();
    writeln!(
        out,
        "state {} {} {} {} {} {} {} ({})",
        state.format,
        state.revision,
        state.schema,
        state.table_list_hash,
        state.catalog_hash,
        state.table_count,
        state.inbox_ready,
        all(&state.held_since_version)
    )
    .unwrap();
    for id in state.frontier.iter() {
        writeln!(out, "frontier {id}").unwrap();
    }
    for id in &state.verified_declarations {
        writeln!(out, "checked {id}").unwrap();
    }
    for (id, text) in &state.local.adopted_defaults {
        writeln!(out, "adopted default {id} {text}").unwrap();
    }
    for (id, numbers) in &state.local.column_id_gaps {
        writeln!(out, "gaps {id} {numbers:?}").unwrap();
    }
    for task in &state.local.deferred {
        writeln!(out, "deferred {}", task.object()).unwrap();
    }
    for (id, expr) in &state.local.recorded_fills {
        writeln!(out, "fill {id} {expr}").unwrap();
    }
    let fold = contents.fold();
    for conflict in fold.conflicts() {
        writeln!(out, "conflict {} {}", conflict.object, conflict.event).unwrap();
    }
    writeln!(out, "fold {}", fold.schema().fingerprint()).unwrap();
    history(db, &mut out);
    out
}

fn all<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    texts.join(" ")
}

fn history(db: &Database, out: &mut String) {
    let history = History::read(db).unwrap();
    for entry in history.entries() {
        writeln!(
            out,
            "entry {} ({}) {} {} ({}) {} ({})",
            entry.event,
            all(entry.revision),
            entry.recorded_at_ms,
            entry.duration_ms,
            all(&entry.application),
            entry.version,
            all(entry.declared)
        )
        .unwrap();
    }
    for (name, tag) in history.tags() {
        let frontier = all(&tag.frontier);
        writeln!(
            out,
            "tag {name} {} {} ({frontier})",
            tag.revision, tag.set_at_ms
        )
        .unwrap();
    }
    let schema = |point: &Point| history.schema_at(point).map(|s: Schema| s.fingerprint());
    for (number, revision) in history.revisions() {
        let back = revision.rollback.as_ref();
        let back = back.map(|back| format!("{}: {}", back.target, all(&back.undone_declarations)));
        let (back, declared) = (all(back), all(revision.declared));
        let schema = schema(&Point::Revision(*number)).unwrap();
        let events = revision.events.len();
        let received = revision.from_peers;
        writeln!(
            out,
            "revision {number} ({declared}) {events} {received} ({back}) {schema}"
        )
        .unwrap();
    }
}
