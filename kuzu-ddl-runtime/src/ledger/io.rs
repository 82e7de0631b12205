//! Reads and writes rows of the ledger through the engine.

use kuzu_ddl_core::event::{Fingerprint, ObjectId};
use kuzu_ddl_core::schema::NameKey;
use kuzu_ddl_core::state::BackfillProgress;
use kuzu_ddl_core::value::Value;

use super::contents::LedgerContents;
use super::corrupt::CorruptRow;
use super::decode::{decode_state, json};
use super::encode::to_json;
use super::keys::{self, STATE};
use super::model::{LedgerState, RowMap, TABLE, Tag};
use crate::engine::{EngineError, EngineErrorKind, Session};
use crate::inspect::tables;

/// Maximum number of rows per statement, so that no parameter grows without bound.
const BATCH: usize = 4096;

/// Creates the table of the ledger.
///
/// # Errors
/// Fails where the engine fails.
pub fn create_table(session: &dyn Session) -> Result<(), EngineError> {
    let ddl = format!("CREATE NODE TABLE `{TABLE}`(`key` STRING, `body` BLOB, PRIMARY KEY(`key`))");
    session.query(&ddl).map(drop)
}

/// Reads the row `state` with one lookup of a key. `None` if the database has no ledger; a row that
/// cannot be read is the inner error.
///
/// # Errors
/// Fails where the engine fails.
pub fn read_state(
    session: &dyn Session,
) -> Result<Option<Result<LedgerState, CorruptRow>>, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = 'state' RETURN l.`body`");
    let rows = match session.query(&query) {
        Ok(rows) => rows,
        Err(e) => return Ok(classify_read_error(session, e)?.map(Err)),
    };
    Ok(Some(match rows.first().and_then(|row| row.first()) {
        None => Err(CorruptRow::missing(STATE.into())),
        Some(Value::Bytes(body)) => decode_state(body),
        Some(_) => Err(CorruptRow::not_a_blob(STATE)),
    }))
}

/// Reads all rows. A database without a ledger has none.
///
/// # Errors
/// Fails where the engine fails.
pub fn read(session: &dyn Session) -> Result<LedgerContents, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) RETURN l.`key`, l.`body`");
    let rows = match session.query(&query) {
        Ok(rows) => rows,
        Err(e) => {
            let corrupt = classify_read_error(session, e)?.into_iter().collect();
            return Ok(LedgerContents {
                corrupt,
                ..LedgerContents::default()
            });
        }
    };
    let mut unreadable = Vec::new();
    let readable = rows
        .into_iter()
        .filter_map(|row| match <[Value; 2]>::try_from(row) {
            Ok([Value::Text(key), Value::Bytes(body)]) => Some((key, body)),
            Ok([key, _]) => {
                unreadable.push(CorruptRow::not_a_blob(key.text().unwrap_or("?")));
                None
            }
            Err(_) => None,
        });
    let mut contents = LedgerContents::from_rows(readable.collect::<Vec<_>>());
    contents.corrupt.extend(unreadable);
    Ok(contents)
}

/// Classifies the error of a query of the ledger: the ledger does not exist (`None`), or a table
/// with its name is not a ledger.
fn classify_read_error(
    session: &dyn Session,
    error: EngineError,
) -> Result<Option<CorruptRow>, EngineError> {
    if !matches!(
        error.kind,
        EngineErrorKind::NotFound | EngineErrorKind::Other
    ) {
        return Err(error);
    }
    let name = NameKey::new(TABLE);
    if tables(session)?
        .iter()
        .any(|table| NameKey::new(&table.name) == name)
    {
        let reason = format!("the table was not created by kuzu-ddl: {}", error.message);
        return Ok(Some(CorruptRow::foreign(TABLE, reason)));
    }
    if error.kind == EngineErrorKind::NotFound {
        Ok(None)
    } else {
        Err(error)
    }
}

/// Inserts new rows.
///
/// # Errors
/// Fails where the engine fails, and if a key exists.
pub fn insert_rows(session: &dyn Session, rows: RowMap) -> Result<(), EngineError> {
    run(
        session,
        rows,
        &format!("UNWIND $rows AS r CREATE (:`{TABLE}` {{`key`: r.k, `body`: r.b}})"),
    )
}

/// Inserts rows, and overwrites existing ones.
///
/// # Errors
/// Fails where the engine fails.
pub fn upsert_rows(session: &dyn Session, rows: RowMap) -> Result<(), EngineError> {
    let former: Vec<String> = rows.keys().filter_map(|key| keys::former(key)).collect();
    let query = format!("UNWIND $rows AS r MERGE (l:`{TABLE}` {{`key`: r.k}}) SET l.`body` = r.b");
    run(session, rows, &query)?;
    delete_rows(session, &former)
}

/// Deletes rows; missing ones are no error.
///
/// # Errors
/// Fails where the engine fails.
pub fn delete_rows(session: &dyn Session, keys: &[String]) -> Result<(), EngineError> {
    let query = format!("UNWIND $keys AS k MATCH (l:`{TABLE}`) WHERE l.`key` = k DELETE l");
    for batch in keys.chunks(BATCH) {
        let keys = batch.iter().map(|key| Value::Text(key.clone()));
        session.query_with(&query, &[("keys", Value::List(keys.collect()))])?;
    }
    Ok(())
}

/// Writes a tag.
pub(crate) fn write_tag(session: &dyn Session, name: &str, tag: &Tag) -> Result<(), EngineError> {
    upsert_rows(session, RowMap::from([(keys::tag(name), to_json(tag))]))
}

/// Reads the progress of the backfill of a property; `None` if it is complete.
///
/// # Errors
/// Fails where the engine fails, and if the row cannot be read.
pub(crate) fn read_backfill(
    session: &dyn Session,
    id: ObjectId,
) -> Result<Option<BackfillProgress>, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key RETURN l.`body`");
    let key = keys::backfill(id);
    let mut rows = session.query_with(&query, &[("key", Value::from(key.as_str()))])?;
    if rows.is_empty()
        && let Some(former) = keys::former(&key)
    {
        rows = session.query_with(&query, &[("key", Value::from(former.as_str()))])?;
    }
    let body = rows.first().and_then(|row| row.first()?.bytes());
    let progress = body.map(json::<BackfillProgress>).transpose();
    progress.map_err(|reason| {
        EngineError::new(
            EngineErrorKind::Other,
            format!("the row {key}: {reason}"),
            query,
        )
    })
}

/// Writes the progress of the backfill of a property.
pub(crate) fn write_backfill(
    session: &dyn Session,
    id: ObjectId,
    progress: &BackfillProgress,
) -> Result<(), EngineError> {
    upsert_rows(
        session,
        RowMap::from([(keys::backfill(id), to_json(progress))]),
    )
}

/// Deletes the progress of a complete backfill.
pub(crate) fn delete_backfill(session: &dyn Session, id: ObjectId) -> Result<(), EngineError> {
    let key = keys::backfill(id);
    if let Some(former) = keys::former(&key) {
        delete_row(session, &former)?;
    }
    delete_row(session, &key).map(drop)
}

/// Deletes a tag, and returns whether it existed.
pub(crate) fn delete_tag(session: &dyn Session, name: &str) -> Result<bool, EngineError> {
    delete_row(session, &keys::tag(name))
}

/// Deletes a row, and returns whether it existed.
fn delete_row(session: &dyn Session, key: &str) -> Result<bool, EngineError> {
    let key = [("key", Value::from(key))];
    let find = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key");
    let found = session.query_with(&format!("{find} RETURN l.`key`"), &key)?;
    session.query_with(&format!("{find} DELETE l"), &key)?;
    Ok(!found.is_empty())
}

/// Deletes the mark that a declaration was applied.
///
/// # Errors
/// Fails where the engine fails.
pub(crate) fn delete_declared(session: &dyn Session, id: Fingerprint) -> Result<(), EngineError> {
    delete_row(session, &keys::declared(id)).map(drop)
}

/// Moves a row, unchanged, to a key that is never read. Rows that an earlier repair moved there stay.
///
/// # Errors
/// Fails where the engine fails.
pub(crate) fn quarantine_row(session: &dyn Session, key: &str) -> Result<(), EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key RETURN l.`body`");
    let rows = session.query_with(&query, &[("key", Value::from(key))])?;
    // A NULL body contains nothing to retain.
    if let Some(Value::Bytes(body)) = rows.first().and_then(|row| row.first()) {
        let mut free = keys::quarantine(key);
        let mut number = 1;
        while is_used(session, &free)? {
            number += 1;
            free = format!("{}/{number}", keys::quarantine(key));
        }
        insert_rows(session, RowMap::from([(free, body.clone())]))?;
    }
    delete_row(session, key).map(drop)
}

/// Returns whether a row has the key.
pub(crate) fn has_row(session: &dyn Session, key: &str) -> Result<bool, EngineError> {
    is_used(session, key)
}

/// Returns whether a row has the key, or its former one.
fn is_used(session: &dyn Session, key: &str) -> Result<bool, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` IN $keys RETURN l.`key`");
    let keys = [Some(key.to_owned()), keys::former(key)];
    let keys = keys.into_iter().flatten().map(Value::Text);
    let rows = session.query_with(&query, &[("keys", Value::List(keys.collect()))])?;
    Ok(!rows.is_empty())
}

fn run(session: &dyn Session, rows: RowMap, query: &str) -> Result<(), EngineError> {
    let mut rows = rows.into_iter().map(|(key, body)| {
        Value::Struct(vec![
            ("k".into(), Value::Text(key)),
            ("b".into(), Value::Bytes(body)),
        ])
    });
    loop {
        let batch: Vec<Value> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        session.query_with(query, &[("rows", Value::List(batch))])?;
    }
}
