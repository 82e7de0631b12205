//! Rows to and from the engine.

use kuzu_ddl_core::event::{Fingerprint, ObjectId};
use kuzu_ddl_core::schema::Key;
use kuzu_ddl_core::state::Making;
use kuzu_ddl_core::value::Cell;

use super::contents::Contents;
use super::corrupt::BadRow;
use super::decode::{json, read_state};
use super::encode::{declared_key, to_json};
use super::model::{Rows, STATE, State, TABLE, Tag};
use crate::engine::{EngineError, EngineErrorKind, Session};
use crate::inspect::tables;

/// Rows a statement, so that no parameter grows without bound.
const BATCH: usize = 4096;

/// Makes the ledger's table.
///
/// # Errors
/// What the engine says.
pub fn create(session: &dyn Session) -> Result<(), EngineError> {
    let ddl = format!("CREATE NODE TABLE `{TABLE}`(`key` STRING, `body` BLOB, PRIMARY KEY(`key`))");
    session.query(&ddl).map(drop)
}

/// The row `state`: one look-up of a key. `None` is no ledger; a row that cannot be read is the
/// inner error.
///
/// # Errors
/// What the engine says.
pub fn state(session: &dyn Session) -> Result<Option<Result<State, BadRow>>, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = 'state' RETURN l.`body`");
    let rows = match session.query(&query) {
        Ok(rows) => rows,
        Err(e) => return Ok(refused(session, e)?.map(Err)),
    };
    Ok(Some(match rows.first().and_then(|row| row.first()) {
        None => Err(BadRow::missing(STATE.into())),
        Some(Cell::Bytes(body)) => read_state(body),
        Some(_) => Err(BadRow::no_blob(STATE)),
    }))
}

/// All rows. An absent ledger has none.
///
/// # Errors
/// What the engine says.
pub fn read(session: &dyn Session) -> Result<Contents, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) RETURN l.`key`, l.`body`");
    let rows = match session.query(&query) {
        Ok(rows) => rows,
        Err(e) => {
            let bad = refused(session, e)?.into_iter().collect();
            return Ok(Contents {
                bad,
                ..Contents::default()
            });
        }
    };
    let mut unreadable = Vec::new();
    let readable = rows
        .into_iter()
        .filter_map(|row| match <[Cell; 2]>::try_from(row) {
            Ok([Cell::Text(key), Cell::Bytes(body)]) => Some((key, body)),
            Ok([key, _]) => {
                unreadable.push(BadRow::no_blob(key.text().unwrap_or("?")));
                None
            }
            Err(_) => None,
        });
    let mut contents = Contents::from_rows(readable.collect::<Vec<_>>());
    contents.bad.extend(unreadable);
    Ok(contents)
}

/// After a query of the ledger failed: whether there is none (`None`), or a table of its name that
/// is no ledger.
fn refused(session: &dyn Session, error: EngineError) -> Result<Option<BadRow>, EngineError> {
    if !matches!(
        error.kind,
        EngineErrorKind::Missing | EngineErrorKind::Other
    ) {
        return Err(error);
    }
    let name = Key::new(TABLE);
    if tables(session)?
        .iter()
        .any(|table| Key::new(&table.name) == name)
    {
        let reason = format!("the table is not one that kuzu-ddl made: {}", error.message);
        return Ok(Some(BadRow::not_ours(TABLE, reason)));
    }
    if error.kind == EngineErrorKind::Missing {
        Ok(None)
    } else {
        Err(error)
    }
}

/// Writes new rows.
///
/// # Errors
/// What the engine says, also where a key is there already.
pub fn add(session: &dyn Session, rows: Rows) -> Result<(), EngineError> {
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
pub fn put(session: &dyn Session, rows: Rows) -> Result<(), EngineError> {
    let query = format!("UNWIND $rows AS r MERGE (l:`{TABLE}` {{`key`: r.k}}) SET l.`body` = r.b");
    run(session, rows, &query)
}

/// Removes rows; those that are not there are no error.
///
/// # Errors
/// What the engine says.
pub fn remove(session: &dyn Session, keys: &[String]) -> Result<(), EngineError> {
    let query = format!("UNWIND $keys AS k MATCH (l:`{TABLE}`) WHERE l.`key` = k DELETE l");
    for batch in keys.chunks(BATCH) {
        let keys = batch.iter().map(|key| Cell::Text(key.clone()));
        session.query_with(&query, &[("keys", Cell::List(keys.collect()))])?;
    }
    Ok(())
}

/// Writes a tag.
pub(crate) fn put_tag(session: &dyn Session, name: &str, tag: &Tag) -> Result<(), EngineError> {
    put(session, Rows::from([(format!("tag/{name}"), to_json(tag))]))
}

/// How far the values of a property are made; `None` where they are all made.
///
/// # Errors
/// What the engine says, and where the row cannot be read.
pub(crate) fn making(session: &dyn Session, id: ObjectId) -> Result<Option<Making>, EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key RETURN l.`body`");
    let key = making_key(id);
    let rows = session.query_with(&query, &[("key", Cell::from(key.as_str()))])?;
    let body = rows.first().and_then(|row| row.first()?.bytes());
    let making = body.map(json::<Making>).transpose();
    making.map_err(|reason| {
        EngineError::new(
            EngineErrorKind::Other,
            format!("the row {key}: {reason}"),
            query,
        )
    })
}

/// Writes how far the values of a property are made.
pub(crate) fn put_making(
    session: &dyn Session,
    id: ObjectId,
    making: &Making,
) -> Result<(), EngineError> {
    put(session, Rows::from([(making_key(id), to_json(making))]))
}

/// Strikes it out.
pub(crate) fn remove_making(session: &dyn Session, id: ObjectId) -> Result<(), EngineError> {
    take_away(session, &making_key(id)).map(drop)
}

fn making_key(id: ObjectId) -> String {
    format!("making/{id}")
}

/// Removes a tag, and says whether there was one.
pub(crate) fn remove_tag(session: &dyn Session, name: &str) -> Result<bool, EngineError> {
    take_away(session, &format!("tag/{name}"))
}

/// Removes a row, and says whether there was one.
fn take_away(session: &dyn Session, key: &str) -> Result<bool, EngineError> {
    let key = [("key", Cell::from(key))];
    let find = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key");
    let found = session.query_with(&format!("{find} RETURN l.`key`"), &key)?;
    session.query_with(&format!("{find} DELETE l"), &key)?;
    Ok(!found.is_empty())
}

/// Forgets that a declaration was carried out here.
///
/// # Errors
/// What the engine says.
pub(crate) fn remove_declared(session: &dyn Session, id: Fingerprint) -> Result<(), EngineError> {
    take_away(session, &declared_key(id)).map(drop)
}

/// Puts a row where nobody reads it any more, as it is.
///
/// # Errors
/// What the engine says.
pub(crate) fn set_aside(session: &dyn Session, key: &str) -> Result<(), EngineError> {
    let query = format!("MATCH (l:`{TABLE}`) WHERE l.`key` = $key RETURN l.`body`");
    let rows = session.query_with(&query, &[("key", Cell::from(key))])?;
    // A body that is NULL has nothing to keep.
    if let Some(Cell::Bytes(body)) = rows.first().and_then(|row| row.first()) {
        let aside = Rows::from([(format!("aside/{key}"), body.clone())]);
        put(session, aside)?;
    }
    take_away(session, key).map(drop)
}

fn run(session: &dyn Session, rows: Rows, query: &str) -> Result<(), EngineError> {
    let mut rows = rows.into_iter().map(|(key, body)| {
        Cell::Struct(vec![
            ("k".into(), Cell::Text(key)),
            ("b".into(), Cell::Bytes(body)),
        ])
    });
    loop {
        let batch: Vec<Cell> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        session.query_with(query, &[("rows", Cell::List(batch))])?;
    }
}
