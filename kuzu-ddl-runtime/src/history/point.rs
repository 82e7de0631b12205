//! Points of a history: where one can look, and where one can go back to.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use kuzu_ddl_core::event::EventId;
use serde::{Deserialize, Serialize};

/// A point of a history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Point {
    /// When this event had just come in.
    Event(EventId),
    /// When this revision was done.
    Revision(u64),
    /// What this tag names.
    Tag(String),
    /// At this time, in milliseconds since 1970 by the clock that the revisions were dated with.
    Time(u64),
    /// The present.
    Now,
}

impl From<EventId> for Point {
    fn from(id: EventId) -> Self {
        Self::Event(id)
    }
}

impl From<SystemTime> for Point {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

impl Point {
    /// The tag of this name.
    #[must_use]
    pub fn tag(name: impl Into<String>) -> Self {
        Self::Tag(name.into())
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id) => write!(f, "event {}", id.short()),
            Self::Revision(number) => write!(f, "revision {number}"),
            Self::Tag(name) => write!(f, "tag {name}"),
            Self::Time(at) => f.write_str(&format_timestamp(*at)),
            Self::Now => f.write_str("now"),
        }
    }
}

/// What is wrong with a point or a tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// No event with this id, or id that starts so.
    #[error("the history has no event {0}; `History::read(&db)` shows them")]
    UnknownEvent(String),
    /// Several events start so.
    #[error("several events of the history start with {0}; give more digits")]
    Ambiguous(String),
    /// No revision of this number.
    #[error("the history has no revision {0}; `History::read(&db)` shows them")]
    UnknownRevision(u64),
    /// No tag of this name.
    #[error("there is no tag `{0}`; `History::tags` lists them")]
    UnknownTag(String),
    /// Before the first revision.
    #[error("at {0} the history had not begun")]
    BeforeHistory(String),
    /// It is behind the checkpoint that the history begins with.
    #[error(
        "what was at this point is behind the checkpoint that this history begins with; a peer with the whole history can tell"
    )]
    BehindCheckpoint,
    /// The text is no point.
    #[error(
        "`{0}` is neither a tag nor an event (its first digits are enough), a revision (`revision 3`) or a time (`2026-11-25T14:00:00Z`)"
    )]
    InvalidPoint(String),
    /// The name cannot be that of a tag.
    #[error(
        "`{name}` cannot be the name of a tag: {reason}; use letters, digits, `.`, `-`, `_` and `/`"
    )]
    InvalidTagName {
        /// The name, shortened.
        name: String,
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// The tag names another point already: tags do not move by themselves.
    #[error("the tag `{0}` names another point; remove it first with `remove_tag(&db, \"{0}\")`")]
    TagExists(String),
}

/// A time in milliseconds since 1970, in UTC, for people.
#[must_use]
pub fn format_timestamp(at: u64) -> String {
    let seconds = i64::try_from(at / 1000).unwrap_or(i64::MAX);
    match time::OffsetDateTime::from_unix_timestamp(seconds) {
        Ok(t) => format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        ),
        Err(_) => format!("{at} ms since 1970"),
    }
}

/// Reads `2026-11-25T14:00:00Z`, with a space for the `T`, without the `Z` or the seconds, or the
/// day alone. UTC in any case: a time zone would be another machine's on another day.
pub(super) fn read_time(text: &str) -> Option<u64> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let (day, clock) = match text.split_once(['T', 't', ' ']) {
        Some((day, clock)) => (day, clock.trim()),
        None => (text, "00:00"),
    };
    let numbers = |text: &str, by: char| -> Option<Vec<u32>> {
        let plain = |part: &str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        let parts = text.split(by);
        parts
            .map(|part| plain(part).then(|| part.parse().ok()).flatten())
            .collect()
    };
    let [year, month, day] = numbers(day, '-')?[..] else {
        return None;
    };
    let [hour, minute, second] = match numbers(clock, ':')?[..] {
        [hour, minute] => [hour, minute, 0],
        [hour, minute, second] => [hour, minute, second],
        _ => return None,
    };
    let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date =
        time::Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?);
    let byte = |n: u32| u8::try_from(n).ok();
    let at = date
        .ok()?
        .with_hms(byte(hour)?, byte(minute)?, byte(second)?)
        .ok()?;
    u64::try_from(at.assume_utc().unix_timestamp())
        .ok()?
        .checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_back() {
        for at in [0, 86_400_000, 1_795_615_200_000] {
            assert_eq!(read_time(&format_timestamp(at)), Some(at));
        }
        assert_eq!(
            read_time("2026-11-25 14:00"),
            read_time("2026-11-25T14:00:00Z")
        );
        assert_eq!(read_time("1970-01-02"), Some(86_400_000));
        for bad in [
            "",
            "x",
            "2026-13-01",
            "2026-11-25T",
            "2026-11-25T25:00",
            "1-2",
            "1969-01-01",
        ] {
            assert_eq!(read_time(bad), None, "{bad}");
        }
        assert!(format_timestamp(u64::MAX).ends_with("since 1970"));
    }
}
