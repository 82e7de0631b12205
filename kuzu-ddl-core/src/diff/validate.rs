//! Validation of declarations and events, independent of any database.
//!
//! The derives reject all of this, but a [`Declared`] can be built manually, and adopted objects
//! come from a catalog that others filled. An event that breaks a rule of the encoding could be
//! written but never read again.

use super::incompatibility::{Incompatibility, IncompatibilityKind};
use crate::declared::{Declared, is_readable};
use crate::event::{DdlEvent, MAX_COMMENT_BYTES, SequenceSpec};
use crate::fold::Fold;
use crate::schema::limits::{MAX_ROW_VALUES, MAX_TABLE_COLUMNS};
use crate::schema::name::{
    RESERVED_FOR_ARCHIVES, check_property, check_table, is_reserved_for_archives,
};
use crate::schema::{Expr, Index, NameKey, Property, StorageSize, Table, TableKind};

/// Returns everything in `declared` that is invalid by itself.
#[must_use]
pub fn validate_declaration(declared: &Declared) -> Vec<Incompatibility> {
    let mut refusals = Vec::new();
    for (key, sequence) in &declared.schema.sequences {
        let named = check_table(&sequence.name).map_err(|e| e.to_string());
        let spec = SequenceSpec::from(sequence);
        let reason = named
            .and_then(|()| spec.check().map_err(str::to_owned))
            .err();
        let filed = (*key != NameKey::new(&sequence.name))
            .then(|| format!("its key `{key}` does not match its name"));
        let removed = declared.dropped_sequences.contains_key(key);
        let both = removed.then(|| "is both declared and marked as dropped".to_owned());
        if let Some(reason) = reason.or(filed).or(both) {
            let name: String = sequence.name.chars().take(SHOWN).collect();
            refusals.push(Incompatibility {
                object: format!("sequence {name}"),
                origin: String::new(),
                kind: IncompatibilityKind::Invalid { reason },
            });
        }
    }
    for (key, table) in &declared.schema.tables {
        let origin = declared
            .tables
            .get(key)
            .map(|h| h.origin.clone())
            .unwrap_or_default();
        let mut report = |object: String, reason: String| {
            refusals.push(Incompatibility {
                object: object.chars().take(SHOWN).collect(),
                origin: origin.clone(),
                kind: IncompatibilityKind::Invalid { reason },
            });
        };
        check_shape(key, table, &mut report);
        for (key, index) in &table.indexes {
            let path = format!("{}.{}", table.name, index.name);
            check_index(key, index, table, |reason| report(path.clone(), reason));
        }
        for (key, property) in &table.properties {
            let path = format!("{}.{}", table.name, property.name);
            check_one(key, property, |reason| report(path.clone(), reason));
        }
        for (key, text) in declared.tables.get(key).into_iter().flat_map(|h| &h.fills) {
            let Some(property) = table.properties.get(key) else {
                continue;
            };
            let path = || format!("{}.{}", table.name, property.name);
            let fill = text.parse::<Expr>();
            match fill.and_then(|expr| expr.check(&property.ty).map(|()| expr)) {
                Ok(fill) => {
                    if let Some(why) = fill.checkpoint_error(&property.ty) {
                        report(path(), format!("the fill expression: {why}"));
                    }
                }
                Err(e) => report(
                    path(),
                    format!("the fill expression is invalid: {}", e.reason),
                ),
            }
        }
        for (key, text) in declared.tables.get(key).into_iter().flat_map(|h| &h.casts) {
            let property = table.properties.get(key);
            let cast = Expr::parse_cast(text).ok();
            if let (Some(property), Some(cast)) = (property, cast)
                && let Some(why) = cast.checkpoint_error(&property.ty)
            {
                let path = format!("{}.{}", table.name, property.name);
                report(path, format!("the cast: {why}"));
            }
        }
        crate::diff::index::check(table, report);
    }
    refusals
}

/// Number of characters of a name shown in a message.
const SHOWN: usize = 200;

fn check_shape(key: &NameKey, table: &Table, report: &mut impl FnMut(String, String)) {
    let mut report = |reason: String| report(table.name.clone(), reason);
    if let Err(e) = check_table(&table.name) {
        report(e.to_string());
    }
    check_not_reserved(&table.name, &mut report);
    if *key != NameKey::new(&table.name) {
        report(format!("its key `{key}` does not match its name"));
    }
    check_comment(table.comment.as_deref(), &mut report);
    let sizes = table.properties.values().map(|p| p.ty.storage_size());
    let StorageSize { columns, values } = sizes.fold(StorageSize::default(), StorageSize::plus);
    if columns > MAX_TABLE_COLUMNS {
        report(format!(
            "the engine would need {columns} columns for it, at most {MAX_TABLE_COLUMNS}\n\
             help: move properties to another table"
        ));
    } else if values > MAX_ROW_VALUES {
        report(format!(
            "each row would hold {values} values, at most {MAX_ROW_VALUES}\n\
             help: use lists instead of arrays"
        ));
    }
    if exceeds_json_depth(table) && !is_readable(table) {
        report("it nests deeper than the ledger can store".into());
    }
    match &table.kind {
        TableKind::Node { primary_key } => match table.properties.get(primary_key) {
            None => report("the primary key is not one of its properties".into()),
            Some(key) if !key.ty.can_be_key() => {
                report(format!("a primary key cannot be of type {}", key.ty));
            }
            Some(_) => {}
        },
        TableKind::Edge { pairs, .. } => {
            if pairs.is_empty() {
                report("a rel table needs at least one FROM–TO pair".into());
            }
        }
    }
}

/// Returns whether a table may exceed the nesting depth of JSON readers; a type takes several
/// levels for each of its own.
fn exceeds_json_depth(table: &Table) -> bool {
    let plain = |expr: &Expr| {
        use Expr::{Bool, Bytes, Float, Int, Text};
        matches!(expr, Bool(_) | Int(_) | Float(_) | Text(_) | Bytes(_))
    };
    let mut properties = table.properties.values();
    properties.any(|p| p.ty.depth() > 8 || p.default.as_ref().is_some_and(|expr| !plain(expr)))
}

fn check_one(key: &NameKey, property: &Property, mut report: impl FnMut(String)) {
    if let Err(e) = check_property(&property.name) {
        report(e.to_string());
    }
    check_not_reserved(&property.name, &mut report);
    if *key != NameKey::new(&property.name) {
        report(format!("its key `{key}` does not match its name"));
    }
    if let Err(e) = property.ty.check() {
        report(e.to_string());
    } else if let Some(Err(e)) = property
        .default
        .as_ref()
        .map(|expr| expr.check(&property.ty))
    {
        report(e.to_string());
    }
    let default = property.default.as_ref();
    if let Some(why) = default.and_then(|expr| expr.checkpoint_error(&property.ty)) {
        report(format!("the default: {why}"));
    }
    check_comment(property.comment.as_deref(), &mut report);
}

fn check_index(key: &NameKey, index: &Index, table: &Table, mut report: impl FnMut(String)) {
    if let Err(e) = index.check(table) {
        report(e.to_string());
    }
    if *key != NameKey::new(&index.name) {
        report(format!("its key `{key}` does not match its name"));
    }
}

fn check_not_reserved(name: &str, report: &mut impl FnMut(String)) {
    if is_reserved_for_archives(name) {
        report(format!(
            "{RESERVED_FOR_ARCHIVES}\nhelp: give it another name with `#[kuzu(name = \"…\")]`"
        ));
    }
}

fn check_comment(text: Option<&str>, report: &mut impl FnMut(String)) {
    match text {
        Some("") => report("the comment is empty\nhelp: remove it".into()),
        Some(text) if text.len() > MAX_COMMENT_BYTES => report(format!(
            "the comment has {} bytes; at most {MAX_COMMENT_BYTES} are allowed",
            text.len()
        )),
        Some(text) if text.contains('\0') => report("the comment contains a NUL character".into()),
        _ => {}
    }
}

/// Returns the events that could be written but never read again. `after` is the state with them.
#[must_use]
pub fn find_undecodable<'e>(
    events: impl IntoIterator<Item = &'e DdlEvent>,
    after: &Fold,
) -> Vec<Incompatibility> {
    let broken = events.into_iter().filter_map(|event| {
        let reason = DdlEvent::decode(&event.encode()).err()?;
        let object = after.object(event.object());
        let table = object
            .and_then(|o| o.parent)
            .and_then(|id| after.object(id));
        let names = [table, object]
            .into_iter()
            .flatten()
            .map(|o| o.name.value.as_str());
        Some(Incompatibility {
            object: names
                .collect::<Vec<_>>()
                .join(".")
                .chars()
                .take(SHOWN)
                .collect(),
            origin: String::new(),
            kind: IncompatibilityKind::Invalid {
                reason: format!("cannot be recorded: {reason}"),
            },
        })
    });
    broken.collect()
}
