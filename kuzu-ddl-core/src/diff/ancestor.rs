//! Ancestors: the declaration that the next one is compared with.

use crate::declared::{Declared, TableHints};
use crate::drift::{Aspect, Drift, DriftKind, Location};
use crate::event::ObjectId;
use crate::fold::{Fold, Object};
use crate::schema::{NameKey, Schema, Table, TableKind};

/// Computes the next ancestor: `declared`, and whatever it does not mention as it was declared
/// `last`, while that still exists in `after`.
///
/// A binary may declare only a part of the schema, because a crate was not linked. If its
/// declaration replaced the rest as well, an older binary would no longer be recognised as one.
#[must_use]
pub fn next_ancestor(declared: &Declared, last: Option<&Declared>, after: &Fold) -> Declared {
    let mut merged = declared.clone();
    let Some(last) = last else { return merged };
    for (key, table) in &last.schema.tables {
        let Some(id) = after.find(None, key).map(|object| object.id) else {
            continue;
        };
        let hints = last.tables.get(key).cloned().unwrap_or_default();
        if let Some(now) = merged.schema.tables.get_mut(key) {
            let now_hints = merged.tables.entry(key.clone()).or_default();
            retain_undeclared((now, now_hints), (table, hints), id, after);
        } else {
            merged.schema.tables.insert(key.clone(), table.clone());
            merged.tables.insert(key.clone(), hints);
        }
    }
    for (key, name) in &last.dropped_tables {
        if after.find(None, key).is_none() {
            merged
                .dropped_tables
                .entry(key.clone())
                .or_insert_with(|| name.clone());
        }
    }
    for (key, sequence) in &last.schema.sequences {
        if after.find_sequence(key.as_str()).is_some() {
            let merged = merged.schema.sequences.entry(key.clone());
            merged.or_insert_with(|| sequence.clone());
        }
    }
    for (key, name) in &last.dropped_sequences {
        if after.find_sequence(key.as_str()).is_none() {
            let merged = merged.dropped_sequences.entry(key.clone());
            merged.or_insert_with(|| name.clone());
        }
    }
    merged
}

/// Computes the ancestor after a rollback to `then`, whose schema the database has again.
///
/// The result describes `then`, not the last declaration: so a binary that is deployed again
/// requests everything that was undone, and applies it again. Hints and tombstones of `last` stay
/// where they had been applied by then; the others are to be applied again.
#[must_use]
pub fn ancestor_at_rollback(last: Option<&Declared>, then: &Fold) -> Declared {
    let mut ancestor = Declared {
        schema: then.schema(),
        ..Declared::default()
    };
    let Some(last) = last else { return ancestor };
    for (key, hints) in &last.tables {
        let Some(table) = then.find(None, key).map(|object| object.id) else {
            continue;
        };
        let mut retained = hints_at(hints, table, then);
        if let Some(TableKind::Edge { pairs, .. }) =
            ancestor.schema.tables.get(key).map(|t| &t.kind)
        {
            let dropped = hints.dropped_pairs.iter();
            retained.dropped_pairs = dropped.filter(|p| !pairs.contains(p)).cloned().collect();
        }
        ancestor.tables.insert(key.clone(), retained);
    }
    let dropped = last.dropped_tables.iter();
    ancestor.dropped_tables = dropped
        .filter(|(key, _)| then.find(None, key).is_none())
        .map(|(key, name)| (key.clone(), name.clone()))
        .collect();
    ancestor
}

/// Computes the ancestor after a repair of the ledger: where `rows` report that the database
/// differs, the result is as if that had been declared. So the next start plans what the structs
/// declare. `before` is the state without the rows.
#[must_use]
pub fn ancestor_from_live(
    last: &Declared,
    rows: &[Drift],
    before: &Fold,
    live: &Schema,
) -> Declared {
    let mut ancestor = last.clone();
    for row in rows {
        let Some(object) = row.id.and_then(|id| before.object(id)) else {
            continue;
        };
        let table = object.parent.and_then(|id| before.object(id));
        let key = NameKey::new(&table.unwrap_or(object).name.value);
        declaration_from_live(&mut ancestor, &key, object, (row, before, live));
    }
    ancestor
}

fn declaration_from_live(
    ancestor: &mut Declared,
    key: &NameKey,
    object: &Object,
    (row, before, live): (&Drift, &Fold, &Schema),
) {
    let aspect = match &row.kind {
        DriftKind::Changed { aspect, .. } => Some(*aspect),
        _ => None,
    };
    let retained = !matches!(
        aspect,
        None | Some(Aspect::Name | Aspect::Kind | Aspect::Definition)
    );
    match (&row.site, ancestor.schema.tables.get_mut(key)) {
        (Location::Table(here), Some(table)) if retained => {
            if let Some(live) = live.tables.get(here) {
                table.comment.clone_from(&live.comment);
                copy_alterable_parts(&mut table.kind, &live.kind);
            }
        }
        (Location::Table(_), _) => {
            ancestor.schema.tables.remove(key);
            ancestor.tables.remove(key);
        }
        (Location::Property(here, name), Some(table)) => {
            let recorded = NameKey::new(&object.name.value);
            let live = live.tables.get(here).and_then(|t| t.properties.get(name));
            match (live, table.properties.get_mut(&recorded)) {
                (Some(live), Some(property)) if retained => {
                    property.ty.clone_from(&live.ty);
                    property.default.clone_from(&live.default);
                }
                _ => {
                    table.properties.remove(&recorded);
                }
            }
        }
        (Location::Pair(..), Some(table)) => {
            let pair = before.pair(object);
            if let (TableKind::Edge { pairs, .. }, Some(pair)) = (&mut table.kind, pair) {
                pairs.remove(&pair);
            }
        }
        (Location::Index(..), Some(table)) => {
            table.indexes.remove(&NameKey::new(&object.name.value));
        }
        (Location::Sequence(_), _) => {
            ancestor.schema.sequences.remove(key);
        }
        _ => {}
    }
}

/// Copies the aspects of a kind that can be altered out of band, without pairs, which have their
/// own rows.
fn copy_alterable_parts(kind: &mut TableKind, live: &TableKind) {
    match (kind, live) {
        (TableKind::Node { primary_key }, TableKind::Node { primary_key: is }) => {
            primary_key.clone_from(is);
        }
        (
            TableKind::Edge {
                multiplicity,
                storage,
                ..
            },
            TableKind::Edge {
                multiplicity: m,
                storage: s,
                ..
            },
        ) => {
            *multiplicity = m.or(*multiplicity);
            *storage = *s;
        }
        _ => {}
    }
}

fn hints_at(hints: &TableHints, table: ObjectId, then: &Fold) -> TableHints {
    let had_name = |parent, object, old: &str| {
        let old = NameKey::new(old);
        let mut held = then.objects_ever_named(parent, &old);
        held.any(|holder| holder.id == object)
    };
    let mut retained = TableHints {
        origin: hints.origin.clone(),
        package: hints.package.clone(),
        column_order: hints.column_order.clone(),
        ..TableHints::default()
    };
    let former_names = hints.renamed_from.iter();
    retained.renamed_from = former_names
        .filter(|old| had_name(None, table, old))
        .cloned()
        .collect();
    for (name, former_names) in &hints.property_renames {
        if let Some(property) = then.find(Some(table), name) {
            let held = |old: &&String| had_name(Some(table), property.id, old);
            let former_names = former_names.iter().filter(held).cloned().collect();
            retained.property_renames.insert(name.clone(), former_names);
        }
    }
    let removed = |name: &&NameKey| then.find(Some(table), name).is_none();
    retained.dropped = hints.dropped.iter().filter(removed).cloned().collect();
    retained
}

fn retain_undeclared(
    (now, now_hints): (&mut Table, &mut TableHints),
    (last, mut hints): (&Table, TableHints),
    table: ObjectId,
    after: &Fold,
) {
    let is_live = |key: &NameKey| after.find(Some(table), key).is_some();
    for (key, property) in &last.properties {
        if now.properties.contains_key(key) || !is_live(key) {
            continue;
        }
        now.properties.insert(key.clone(), property.clone());
        if let Some(earlier) = hints.property_renames.remove(key) {
            now_hints.property_renames.insert(key.clone(), earlier);
        }
    }
    now_hints
        .dropped
        .extend(hints.dropped.into_iter().filter(|key| !is_live(key)));
}
