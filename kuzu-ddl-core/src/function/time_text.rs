//! The engine's text format of dates, times and intervals.

use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::types::Interval;

/// Parses `2020-01-31`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let (rest, day) = text.rsplit_once('-')?;
    let (year, month) = rest.rsplit_once('-')?;
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// Parses `03:04:05.123456`.
fn clock(text: &str) -> Option<Time> {
    let span = span(text)?;
    let (hours, nanos) = (span.whole_hours(), span.subsec_nanoseconds());
    let (minutes, seconds) = (span.whole_minutes() % 60, span.whole_seconds() % 60);
    let part = |n: i64| u8::try_from(n).ok();
    Time::from_hms_nano(
        part(hours)?,
        part(minutes)?,
        part(seconds)?,
        u32::try_from(nanos).ok()?,
    )
    .ok()
}

/// Parses `-03:04:05.123456`, with any number of hours.
fn span(text: &str) -> Option<Duration> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':').map(|part| part.parse::<u32>().ok());
    let mut next = || parts.next().flatten().map(i64::from);
    let seconds = next()? * 3_600 + next()? * 60 + next()?;
    let nanos: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let span = Duration::seconds(seconds) + Duration::nanoseconds(nanos);
    Some(if negative { -span } else { span })
}

/// Parses `2020-01-31 03:04:05.123456`.
pub(super) fn parse_timestamp(text: &str) -> Option<PrimitiveDateTime> {
    let (day, time) = text.split_once(' ')?;
    Some(PrimitiveDateTime::new(parse_date(day)?, clock(time)?))
}

/// Parses `2020-01-31 03:04:05.123456+00`: the engine stores and writes UTC.
pub(super) fn parse_timestamp_tz(text: &str) -> Option<OffsetDateTime> {
    Some(parse_timestamp(text.strip_suffix("+00")?)?.assume_utc())
}

/// Parses `1 year 2 months 3 days 04:05:06.000007`, in which each part has its own sign.
pub(super) fn parse_interval(text: &str) -> Option<Interval> {
    let mut interval = Interval::default();
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        if word.contains(':') {
            let micros = span(word)?.whole_microseconds();
            interval.micros = i64::try_from(micros).ok()?;
            continue;
        }
        let n: i32 = word.parse().ok()?;
        match words.next()? {
            "year" | "years" => interval.months += n.checked_mul(12)?,
            "month" | "months" => interval.months = interval.months.checked_add(n)?,
            "day" | "days" => interval.days = n,
            _ => return None,
        }
    }
    Some(interval)
}

/// Returns the interval as a duration, or `None` if it has months.
pub(super) fn duration(interval: &Interval) -> Option<Duration> {
    let days = Duration::days(interval.days.into());
    (interval.months == 0).then(|| days + Duration::microseconds(interval.micros))
}

/// Formats a date.
pub(super) fn format_date(date: Date) -> String {
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

/// Formats a timestamp with nanoseconds.
pub(super) fn format_timestamp(at: PrimitiveDateTime) -> String {
    let (h, m, s, nanos) = at.time().as_hms_nano();
    format!("{} {h:02}:{m:02}:{s:02}.{nanos:09}", format_date(at.date()))
}

/// Formats a timestamp with time zone, in UTC.
pub(super) fn format_timestamp_tz(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    // The engine accepts at most six fractional digits before a zone.
    let (h, m, s, micros) = at.time().as_hms_micro();
    format!(
        "{} {h:02}:{m:02}:{s:02}.{micros:06}+00:00",
        format_date(at.date())
    )
}

/// Formats an interval.
pub(super) fn format_interval(interval: Interval) -> String {
    let Interval {
        months,
        days,
        micros,
    } = interval;
    format!("{months} months {days} days {micros} microseconds")
}

/// Formats a duration.
pub(super) fn format_duration(span: Duration) -> String {
    let micros = span.whole_microseconds();
    format!("{micros} microseconds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let day = Date::from_calendar_date(2020, Month::February, 29).expect("a leap year");
        let at = PrimitiveDateTime::new(day, Time::from_hms_nano(23, 4, 5, 67).expect("a time"));
        assert_eq!(parse_date(&format_date(day)), Some(day));
        assert_eq!(parse_timestamp(&format_timestamp(at)), Some(at));
        let instant_at = at.replace_nanosecond(67_000).expect("a time").assume_utc();
        let text = format_timestamp_tz(instant_at).replace("+00:00", "+00");
        assert_eq!(parse_timestamp_tz(&text), Some(instant_at));
        assert_eq!(parse_timestamp("2020-02-29 00:00:00"), Some(day.midnight()));
    }

    #[test]
    fn intervals_as_the_engine_writes_them() {
        let of = |months, days, micros| {
            Some(Interval {
                months,
                days,
                micros,
            })
        };
        assert_eq!(parse_interval("1 year 2 months 3 days"), of(14, 3, 0));
        assert_eq!(parse_interval("00:00:00"), of(0, 0, 0));
        assert_eq!(
            parse_interval("1 day 25:00:00.000007"),
            of(0, 1, 90_000_000_007)
        );
        assert_eq!(
            parse_interval("-3 days -02:00:00"),
            of(0, -3, -7_200_000_000)
        );
        assert_eq!(parse_interval("-00:00:03.000001"), of(0, 0, -3_000_001));
    }

    #[test]
    fn nothing_else_is_read_and_nothing_panics() {
        for text in [
            "",
            "-",
            "1",
            "2020",
            "2020-13-01",
            "2020-02-30",
            "12020-01-02",
            "2020-01-01 25:00:00",
            "2020-01-01 1",
            "1 2",
            "1 light-year",
            "99999999999 years",
            "::",
            "1:2",
            "1:2:é",
            "1:2:3.é",
            "44-03-15 (BC)",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
            assert_eq!(parse_timestamp(text), None, "{text}");
            assert_eq!(parse_timestamp_tz(text), None, "{text}");
            assert_eq!(parse_interval(text), None, "{text}");
        }
    }
}
