//! Tags: names of points of a history, stored in the ledger. A tag does not move; remove it before
//! naming another point with it.

use std::time::Duration;

use crate::engine::Engine;
use crate::error::Error;
use crate::history::{History, HistoryError, Point};
use crate::ledger;
use crate::ledger::Tag;
use crate::write_lock::{now, with_writer};

/// Maximum length of the name of a tag, in bytes.
pub const MAX_TAG_BYTES: usize = 100;

/// Timeout for the write transaction of another connection.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// Checks the name of a tag: ASCII letters, digits, `.`, `-`, `_` and `/`, at most
/// [`MAX_TAG_BYTES`], starting with a letter, and not like the digits of an event.
///
/// # Errors
/// Returns the rule that the name violates.
///
/// # Examples
///
/// ```
/// use kuzu_ddl_runtime::queries::check_tag;
/// assert!(check_tag("release/2026-11").is_ok());
/// assert!(check_tag("now").is_err()); // reserved
/// ```
pub fn check_tag(name: &str) -> Result<(), HistoryError> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b".-_/".contains(&b);
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.len() > MAX_TAG_BYTES {
        "it is longer than 100 bytes"
    } else if !name.bytes().all(legal) {
        "it contains another character"
    } else if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        "it does not start with a letter"
    } else if name.len() >= 4 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
        "it looks like the digits of an event"
    } else if name == "now" {
        "the name is reserved"
    } else {
        return Ok(());
    };
    let name = name.chars().take(40).collect();
    Err(HistoryError::InvalidTagName { name, reason })
}

/// Names a point of the history. Repeating a call changes nothing.
///
/// # Errors
/// [`Error::History`] if the name is invalid or names another point, or if the point does not
/// exist; otherwise fails where the engine fails.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::history::Point;
/// use kuzu_ddl_runtime::queries::set_tag;
/// Migrator::new(&db).declared(declared).migrate()?;
/// let tag = set_tag(&db, "v1", &Point::Now)?;
/// assert_eq!(tag.revision, 1);
/// Migrator::new(&db).rollback(Point::tag("v1"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set_tag(db: &dyn Engine, name: &str, point: &Point) -> Result<Tag, Error> {
    check_tag(name)?;
    with_writer(db, LOCK_TIMEOUT, |tx| {
        let contents = ledger::read(&tx)?;
        if !contents.corrupt.is_empty() {
            return Err(Error::CorruptLedger(contents.corrupt));
        }
        let history = History::from_ledger(&contents);
        if history.events.is_empty() {
            return Err(HistoryError::BeforeHistory("this point".into()).into());
        }
        let ids = history.events_at(point)?;
        let fold = history.fold_of(&ids)?;
        let within = history
            .entries
            .iter()
            .filter(|entry| ids.contains(&entry.event));
        let tag = Tag {
            frontier: fold.frontier(),
            revision: within.filter_map(|entry| entry.revision).max().unwrap_or(0),
            set_at_ms: now(),
        };
        match history.tags.get(name) {
            Some(existing) if existing.frontier == tag.frontier => return Ok(existing.clone()),
            Some(_) => return Err(HistoryError::TagExists(name.to_owned()).into()),
            None => {}
        }
        ledger::write_tag(&tx, name, &tag)?;
        tx.commit()?;
        Ok(tag)
    })
}

/// Removes a tag. Its events stay.
///
/// # Errors
/// [`Error::History`] if the tag does not exist; otherwise fails where the engine fails.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::history::Point;
/// use kuzu_ddl_runtime::queries::{remove_tag, set_tag};
/// Migrator::new(&db).declared(declared).migrate()?;
/// set_tag(&db, "v1", &Point::Now)?;
/// remove_tag(&db, "v1")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn remove_tag(db: &dyn Engine, name: &str) -> Result<(), Error> {
    with_writer(db, LOCK_TIMEOUT, |tx| {
        if !ledger::delete_tag(&tx, name)? {
            return Err(HistoryError::UnknownTag(name.chars().take(40).collect()).into());
        }
        Ok(tx.commit()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["v1", "release/2026-11", "a", "before_the.big-one", "bad"] {
            assert_eq!(check_tag(name), Ok(()), "{name}");
        }
        let long = "x".repeat(MAX_TAG_BYTES + 1);
        for name in [
            "", "1", "-a", "a b", "é", "a\0", "deadbeef", "now", &long, "`",
        ] {
            assert!(check_tag(name).is_err(), "{name}");
        }
    }
}
