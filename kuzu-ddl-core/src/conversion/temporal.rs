//! Conversions between dates and times.

use time::{Date, Duration, Month, PrimitiveDateTime, Time};

use crate::schema::Type;
use crate::value::Value;

/// Parses `2020-01-31`, `2020-01-31 03:04:05.123456789` or the same with a zone: `Z`, `+01`,
/// `+01:30`. A zone is converted to UTC.
pub(super) fn parse(text: &str) -> Option<PrimitiveDateTime> {
    let (day, rest) = match text.find([' ', 'T']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let day = date(day)?;
    let Some(rest) = rest else {
        return Some(day.midnight());
    };
    let (clock, offset) = match rest.find(['Z', '+', '-']) {
        Some(at) => (&rest[..at], zone(&rest[at..])?),
        None => (rest, Duration::ZERO),
    };
    PrimitiveDateTime::new(day, time(clock.trim_end())?).checked_sub(offset)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

fn small(text: &str) -> Option<u8> {
    number(text, 1..=2).and_then(|n| u8::try_from(n).ok())
}

fn date(text: &str) -> Option<Date> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    let mut parts = text.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if !matches!(separator, '-' | '/') || parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(small(month)?).ok()?;
    let year = i32::try_from(number(year, 1..=4)?).ok()?;
    Date::from_calendar_date(year, month, small(day)?).ok()
}

fn time(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    number(fraction.get(..9).unwrap_or(fraction), 1..=9)?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Time::from_hms_nano(small(hour)?, small(minute)?, small(second)?, nanos).ok()
}

fn zone(text: &str) -> Option<Duration> {
    if text == "Z" {
        return Some(Duration::ZERO);
    }
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes) = (small(hours)?, small(minutes)?);
    let offset = Duration::hours(hours.into()) + Duration::minutes(minutes.into());
    Some(if negative { -offset } else { offset })
}

/// Returns the text of a time of the years 1 to 9999 as a value of `to`.
pub(super) fn format(at: PrimitiveDateTime, to: &Type) -> Option<Value> {
    let (year, month, day) = at.date().to_calendar_date();
    if !(1..=9999).contains(&year) {
        return None;
    }
    let date = format!("{year:04}-{:02}-{day:02}", u8::from(month));
    let (hour, minute, second, nanos) = at.time().as_hms_nano();
    let clock = format!("{date} {hour:02}:{minute:02}:{second:02}");
    let micros = nanos / 1_000;
    Some(Value::Text(match to {
        Type::Date => date,
        Type::TimestampSec => clock,
        Type::TimestampMs => format!("{clock}.{:03}", micros / 1_000),
        Type::Timestamp => format!("{clock}.{micros:06}"),
        Type::TimestampTz => format!("{clock}.{micros:06}+00:00"),
        Type::TimestampNs => {
            let whole = at.replace_nanosecond(micros * 1_000).ok()?;
            let nanos = whole.assume_utc().unix_timestamp_nanos();
            i64::try_from(nanos).ok()?;
            format!("{clock}.{micros:06}")
        }
        _ => return None,
    }))
}
