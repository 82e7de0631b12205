//! What must hold at the end of a seed.

use kuzu_ddl::peers::{PendingEvent, PendingReason, ReceiveReport};
use kuzu_ddl_core::event::{DdlEvent, ObjectKind};
use kuzu_ddl_core::fold::{Fold, managed_tables};
use kuzu_ddl_core::schema::{Schema, TableKind, Type};
use kuzu_ddl_runtime::inspect::{InspectScope, inspect};

use super::story::Story;
use crate::fixture::peer::TestPeer;

/// Rounds in which everybody sends everything to everybody.
const ROUNDS: usize = 6;

pub(super) fn live_schema(peer: &TestPeer) -> Schema {
    let mut schema = inspect(&*peer.db.session(), InspectScope::All)
        .unwrap()
        .schema;
    // The archive of a pair has rows of this database alone: without rels, there is none.
    let fold = peer.sync_state().fold;
    for pair in fold.objects() {
        if let Some(archive) = fold.pair_archive_name(pair) {
            schema.tables.remove(&archive.as_str().into());
        }
    }
    schema
}

/// Removes what the catalog does not show, and what no event describes.
fn comparable(mut schema: Schema) -> Schema {
    for table in schema.tables.values_mut() {
        if let TableKind::Edge {
            multiplicity,
            storage,
            ..
        } = &mut table.kind
        {
            *multiplicity = None;
            if table.properties.is_empty() {
                *storage = Default::default();
            }
        }
        // An index stays with an archived column.
        table.indexes.clear();
        for property in table.properties.values_mut() {
            property.nullable = true;
            property.comment = None;
        }
    }
    schema.sequences.values_mut().for_each(|s| s.start = 0);
    schema
}

fn describe(schema: &Schema) -> Vec<String> {
    let mut lines = Vec::new();
    for table in schema.tables.values() {
        let kind = match &table.kind {
            TableKind::Node { primary_key } => format!("node {primary_key}"),
            TableKind::Edge { pairs, storage, .. } => format!("{pairs:?} {storage:?}"),
        };
        lines.push(format!("{} {kind} {:?}", table.name, table.comment));
        lines.extend(table.properties.values().map(|property| {
            let default = property.default_cypher().unwrap_or_default();
            format!("{}.{} {} {default}", table.name, property.name, property.ty)
        }));
    }
    lines.extend(schema.sequences.values().map(|s| format!("{s:?}")));
    lines.sort();
    lines
}

fn difference(is: &Schema, expected: &Schema) -> Option<String> {
    let (is, expected) = (describe(is), describe(expected));
    let extra = is.iter().filter(|line| !expected.contains(line));
    let missing = expected.iter().filter(|line| !is.contains(line));
    let rows: Vec<String> = extra
        .map(|line| format!("+ {line}"))
        .chain(missing.map(|line| format!("- {line}")))
        .collect();
    (!rows.is_empty()).then(|| rows.join("\n"))
}

/// Asserts that a database has exactly the tables and columns of the physical target.
#[track_caller]
pub(in crate::peers) fn assert_target(peer: &TestPeer) {
    let target = comparable(peer.sync_state().fold.physical_schema());
    let rows = difference(&comparable(live_schema(peer)), &target);
    assert!(rows.is_none(), "{}", rows.unwrap_or_default());
}

fn exchange(story: &Story) -> Vec<ReceiveReport> {
    let peers = story.peers.iter();
    let events: Vec<DdlEvent> = peers.clone().flat_map(TestPeer::events).collect();
    let all = 0..peers.len();
    all.map(|peer| story.receive(peer, events.clone()))
        .collect()
}

/// Does what the reports name: gives every row a value where NULL is no longer allowed.
fn fill(peer: &TestPeer) {
    let known = peer.sync_state();
    let applied = Fold::from_events(known.applied.values());
    let hidden = |table: &str, name: &str| {
        let table = managed_tables(&applied).get(&table.into()).copied();
        let columns = table.map(|table| applied.hidden_columns(table));
        columns.is_none_or(|all| all.iter().any(|(_, column)| column.name == name))
    };
    for table in live_schema(peer).tables.into_values() {
        let pattern = match table.kind {
            TableKind::Node { .. } => format!("(x:`{}`)", table.name),
            TableKind::Edge { .. } => format!("()-[x:`{}`]->()", table.name),
        };
        let is_key = |name: &str| match &table.kind {
            TableKind::Node { primary_key } => *primary_key == name.into(),
            TableKind::Edge { .. } => false,
        };
        for property in table.properties.values() {
            if is_key(&property.name) || hidden(&table.name, &property.name) {
                continue;
            }
            let name = &property.name;
            let value = match property.ty {
                Type::Bool => "false".into(),
                Type::Date => {
                    "make_date(1990, 1 + offset(id(x)) % 12, 1 + offset(id(x)) % 28)".into()
                }
                Type::String => "concat('f', CAST(offset(id(x)) AS STRING))".to_owned(),
                _ => format!("CAST(offset(id(x)) + 7000 AS {})", property.ty),
            };
            if table
                .indexes
                .values()
                .any(|i| i.properties.contains(&name.as_str().into()))
            {
                continue;
            }
            let statement =
                format!("MATCH {pattern} WHERE x.`{name}` IS NULL SET x.`{name}` = {value}");
            peer.db.execute(&[&statement]);
        }
    }
}

/// Returns whether an event waits for rows that violate it, and the report says what to do, or for
/// such an event.
fn can_be_cleared(pending: &PendingEvent) -> bool {
    match &pending.reason {
        PendingReason::NotApplicable(text) => {
            text.starts_with("preflight checks failed") && text.contains("help: ")
        }
        PendingReason::BlockedBy(_) => true,
        _ => false,
    }
}

pub(super) fn assert_agreement(story: &mut Story) -> Result<(), String> {
    let mut last = Vec::new();
    for round in 0..ROUNDS {
        last = exchange(story);
        let pending = last.iter().any(|report| !report.pending.is_empty());
        if !pending && last.iter().all(|report| report.applied.is_empty()) {
            break;
        }
        if round > 0 && pending {
            story.peers.iter().for_each(fill);
        }
    }
    for (peer, report) in last.iter().enumerate() {
        if !report.pending.iter().all(can_be_cleared) || !report.drift.is_empty() {
            return Err(format!("{peer} waits: {report}"));
        }
        if !report.applied.is_empty() || !report.steps.is_empty() {
            return Err(format!("{peer} is not quiet: {report}"));
        }
    }
    let waits = last.iter().any(|report| !report.pending.is_empty());
    let first = story.peers[0].sync_state().fold;
    for (n, peer) in story.peers.iter().enumerate() {
        let state = peer.sync_state();
        if state.fold != first {
            return Err(format!("{n} has another state"));
        }
        let fingerprint = |fold: &Fold| fold.schema().fingerprint();
        if fingerprint(&state.fold) != fingerprint(&first) {
            return Err(format!("{n} has another fingerprint"));
        }
        if !peer.db.drift().is_empty() {
            return Err(format!("{n} has drift: {}", peer.db.drift()));
        }
        // Where events wait for rows, a database is what its other events lead to.
        let applied = Fold::from_events(state.applied.values());
        if !waits && applied != first {
            return Err(format!("{n} has not applied all events"));
        }
        let target = comparable(applied.physical_schema());
        if let Some(rows) = difference(&comparable(live_schema(peer)), &target) {
            return Err(format!("{n} is not the target:\n{rows}"));
        }
        let content = peer.db.catalog_and_rows();
        let drops_rels = state
            .fold
            .objects()
            .any(|o| o.kind() == ObjectKind::Pair && !o.is_live());
        for marker in story.markers.iter().filter(|m| m.peer == n) {
            if marker.is_rel && drops_rels {
                continue;
            }
            if !content.contains(&marker.value) {
                return Err(format!("{n} has lost {}", marker.value));
            }
        }
    }
    for n in 0..story.peers.len() {
        story.peers[n].db.reopen();
        let migrator = story.peers[n].db.migrator(Ok(Default::default()));
        let report = migrator
            .allow_empty()
            .migrate()
            .map_err(|e| format!("{n}: {e}"))?;
        if !report.is_up_to_date() {
            return Err(format!("{n} is not up to date after a reopen: {report}"));
        }
        for _ in 0..3 {
            story.insert(n);
        }
    }
    Ok(())
}
