//! Rows to and from the engine.

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

/// Rows a statement, so that no parameter grows without bound.
const BATCH: usize = 4096;

/// Makes the ledger's table.
///
/// # Errors
/// What the engine says.
pub fn create_table(session: &dyn Session) -> Result<(), EngineError> {
    let ddl = format!("CREATE NODE TABLE `{TABLE}`(`key` STRING, `body` BLOB, PRIMARY KEY(`key`))");
    session.query(&ddl).map(drop)
}

/// The row `state`: one look-up of a key. `None` is no ledger; a row that cannot be read is the
/// inner error.
///
/// # Errors
/// What the engine says.
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

/// All rows. An absent ledger has none.
///
/// # Errors
/// What the engine says.
pub fn read(session: &dyn Session) -> Result<LedgerContents, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) RETURN l.`key`, l.`body`");
    let rows = match session.query(&query) {
        Ok(rows) => rows,
        Err(e) => {
            let bad = classify_read_error(session, e)?.into_iter().collect();
            return Ok(LedgerContents {
                corrupt: bad,
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

/// After a query of the ledger failed: whether there is none (`None`), or a table of its name that
/// is no ledger.
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
        let reason = format!("the table is not one that kuzu-ddl made: {}", error.message);
        return Ok(Some(CorruptRow::foreign(TABLE, reason)));
    }
    if error.kind == EngineErrorKind::NotFound {
        Ok(None)
    } else {
        Err(error)
    }
}

/// Writes new rows.
///
/// # Errors
/// What the engine says, also where a key is there already.
pub fn insert_rows(session: &dyn Session, rows: RowMap) -> Result<(), EngineError> {
    run(
        session,
        rows,
        &format!("UNWIND $rows AS r CREATE (:`{TABLE}` {{`key`: r.k, `body`: r.b}})"),
    )
}

/// Writes rows; those that are there are overwritten.
///
/// # Errors
/// What the engine says.
pub fn upsert_rows(session: &dyn Session, rows: RowMap) -> Result<(), EngineError> {
    let former: Vec<String> = rows.keys().filter_map(|key| keys::former(key)).collect();
    let query = format!("UNWIND $rows AS r MERGE (l:`{TABLE}` {{`key`: r.k}}) SET l.`body` = r.b");
    run(session, rows, &query)?;
    delete_rows(session, &former)
}

/// Removes rows; those that are not there are no error.
///
/// # Errors
/// What the engine says.
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

/// How far the values of a property are made; `None` where they are all made.
///
/// # Errors
/// What the engine says, and where the row cannot be read.
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
    let making = body.map(json::<BackfillProgress>).transpose();
    making.map_err(|reason| {
        EngineError::new(
            EngineErrorKind::Other,
            format!("the row {key}: {reason}"),
            query,
        )
    })
}

/// Writes how far the values of a property are made.
pub(crate) fn write_backfill(
    session: &dyn Session,
    id: ObjectId,
    making: &BackfillProgress,
) -> Result<(), EngineError> {
    upsert_rows(
        session,
        RowMap::from([(keys::backfill(id), to_json(making))]),
    )
}

/// Strikes it out.
pub(crate) fn delete_backfill(session: &dyn Session, id: ObjectId) -> Result<(), EngineError> {
    let key = keys::backfill(id);
    if let Some(former) = keys::former(&key) {
        delete_row(session, &former)?;
    }
    delete_row(session, &key).map(drop)
}

/// Removes a tag, and says whether there was one.
pub(crate) fn delete_tag(session: &dyn Session, name: &str) -> Result<bool, EngineError> {
    delete_row(session, &keys::tag(name))
}

/// Removes a row, and says whether there was one.
fn delete_row(session: &dyn Session, key: &str) -> Result<bool, EngineError> {
    let key = [("key", Value::from(key))];
    let find = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key");
    let found = session.query_with(&format!("{find} RETURN l.`key`"), &key)?;
    session.query_with(&format!("{find} DELETE l"), &key)?;
    Ok(!found.is_empty())
}

/// Forgets that a declaration was carried out here.
///
/// # Errors
/// What the engine says.
pub(crate) fn delete_declared(session: &dyn Session, id: Fingerprint) -> Result<(), EngineError> {
    delete_row(session, &keys::declared(id)).map(drop)
}

/// Puts a row where nobody reads it any more, as it is.
///
/// # Errors
/// What the engine says.
pub(crate) fn quarantine_row(session: &dyn Session, key: &str) -> Result<(), EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key RETURN l.`body`");
    let rows = session.query_with(&query, &[("key", Value::from(key))])?;
    // A body that is NULL has nothing to keep.
    if let Some(Value::Bytes(body)) = rows.first().and_then(|row| row.first()) {
        let aside = RowMap::from([(keys::quarantine(key), body.clone())]);
        upsert_rows(session, aside)?;
    }
    delete_row(session, key).map(drop)
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
