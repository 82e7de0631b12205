//! The form in which values travel between functions and engine.

use crate::schema::Type;
use crate::value::Value;

/// Returns the text of a value that travels as text.
pub(super) fn words(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Other(text) => Some(text),
        _ => None,
    }
}

/// Returns whether the type is a date or time.
pub(super) fn is_time(ty: &Type) -> bool {
    use Type as T;
    matches!(
        ty,
        T::Date | T::Timestamp | T::TimestampNs | T::TimestampMs | T::TimestampSec | T::TimestampTz
    )
}

/// Removes the spaces around a text.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}')
}
