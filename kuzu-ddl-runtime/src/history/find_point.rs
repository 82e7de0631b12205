//! Points as text.

use super::History;
use super::point::{HistoryError, Point, read_time};

impl History {
    /// Reads a point from a person's words: `now`, the name of a tag, `revision 3`, the first digits
    /// of an event, or a time in UTC as `2026-11-25T14:00:00Z`.
    ///
    /// # Errors
    /// There is no such point.
    pub fn point(&self, words: &str) -> Result<Point, HistoryError> {
        let words = words.trim();
        if words == "now" {
            return Ok(Point::Now);
        }
        let name = words.strip_prefix("tag ").unwrap_or(words);
        if self.tags.contains_key(name) {
            return Ok(Point::tag(name));
        }
        if let Some(number) = words.strip_prefix("revision ") {
            let number = number.trim().parse();
            return number
                .map(Point::Revision)
                .map_err(|_| HistoryError::InvalidPoint(words.to_owned()));
        }
        if let Some(at) = read_time(words) {
            return Ok(Point::Time(at));
        }
        let digits = words.strip_prefix("event ").unwrap_or(words);
        let is_hex = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hex {
            return Err(HistoryError::InvalidPoint(words.chars().take(80).collect()));
        }
        let digits = digits.to_ascii_lowercase();
        let mut found = self
            .events
            .keys()
            .filter(|id| id.to_string().starts_with(&digits));
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(Point::Event(*id)),
            (Some(_), Some(_)) => Err(HistoryError::Ambiguous(digits)),
            (None, _) => Err(HistoryError::UnknownEvent(
                digits.chars().take(64).collect(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_texts_are_refused() {
        let history = History::default();
        assert_eq!(history.point("now"), Ok(Point::Now));
        for words in ["", "abc", "no tag", "revision x", "🦀", "abcd"] {
            let e = history.point(words).expect_err(words);
            assert!(!e.to_string().is_empty());
        }
    }
}
