//! Points of a history, which can be inspected and to which a rollback can return.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use kuzu_ddl_core::event::EventId;
use serde::{Deserialize, Serialize};

/// Point of a history.
///
/// # Examples
///
/// ```
/// use kuzu_ddl_runtime::history::Point;
/// let points = [Point::Revision(3), Point::tag("v1"), Point::from(std::time::SystemTime::now())];
/// assert_eq!(points[1], Point::Tag("v1".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Point {
    /// Right after this event was recorded.
    Event(EventId),
    /// Right after this revision.
    Revision(u64),
    /// The point that this tag names.
    Tag(String),
    /// This time, in milliseconds since 1970 by the clock of the revisions.
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
    /// Creates the point that a tag names.
    #[must_use]
    pub fn tag(name: impl Into<String>) -> Self {
        Self::Tag(name.into())
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id) => write!(f, "event {}", id.abbreviate()),
            Self::Revision(number) => write!(f, "revision {number}"),
            Self::Tag(name) => write!(f, "tag {name}"),
            Self::Time(at) => f.write_str(&format_timestamp(*at)),
            Self::Now => f.write_str("now"),
        }
    }
}

/// Error returned when a point or a tag is unknown or invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// No event has this id, or an id with this prefix.
    #[error("unknown event {0}\nhelp: list the events with `History::read(&db)`")]
    UnknownEvent(String),
    /// Several event ids have this prefix.
    #[error("ambiguous event {0}: several ids start with these digits\nhelp: give more digits")]
    Ambiguous(String),
    /// No revision has this number.
    #[error("unknown revision {0}\nhelp: list the revisions with `History::read(&db)`")]
    UnknownRevision(u64),
    /// No tag has this name.
    #[error("unknown tag `{0}`\nhelp: list the tags with `History::tags`")]
    UnknownTag(String),
    /// The point is before the first revision.
    #[error("{0} is before the first revision")]
    BeforeHistory(String),
    /// The point precedes the checkpoint that the history starts from.
    #[error(
        "the point precedes the checkpoint that this history starts from\n\
         help: use a peer with the whole history"
    )]
    BehindCheckpoint,
    /// The text is not a point.
    #[error(
        "invalid point `{0}`: expected a tag, the first digits of an event, a revision \
         (`revision 3`) or a time (`2026-11-25T14:00:00Z`)"
    )]
    InvalidPoint(String),
    /// The name of a tag is invalid.
    #[error(
        "invalid name of a tag `{name}`: {reason}\nhelp: use letters, digits, `.`, `-`, `_` and `/`"
    )]
    InvalidTagName {
        /// Name, shortened.
        name: String,
        /// Rule that it violates.
        reason: &'static str,
    },
    /// The tag already names another point: tags do not move.
    #[error(
        "the tag `{0}` names another point\nhelp: remove it first with `remove_tag(&db, \"{0}\")`"
    )]
    TagExists(String),
}

/// Formats a time in milliseconds since 1970 as RFC 3339, in UTC.
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

/// Parses `2026-11-25T14:00:00Z`, also with a space for the `T`, without the `Z` or the seconds, or
/// the day alone. Always UTC, because local time zones differ between machines and days.
pub(super) fn parse_time(text: &str) -> Option<u64> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let (day, clock) = match text.split_once(['T', 't', ' ']) {
        Some((day, clock)) => (day, clock.trim()),
        None => (text, "00:00"),
    };
    let numbers = |text: &str, by: char| -> Option<Vec<u32>> {
        let plain =
            |component: &str| component.len() <= 4 && component.bytes().all(|b| b.is_ascii_digit());
        let components = text.split(by);
        components
            .map(|component| plain(component).then(|| component.parse().ok()).flatten())
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
            assert_eq!(parse_time(&format_timestamp(at)), Some(at));
        }
        assert_eq!(
            parse_time("2026-11-25 14:00"),
            parse_time("2026-11-25T14:00:00Z")
        );
        assert_eq!(parse_time("1970-01-02"), Some(86_400_000));
        for text in [
            "",
            "x",
            "2026-13-01",
            "2026-11-25T",
            "2026-11-25T25:00",
            "1-2",
            "1969-01-01",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
        assert!(format_timestamp(u64::MAX).ends_with("since 1970"));
    }
}
