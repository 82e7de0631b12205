//! Points as text.

use super::History;
use super::point::{HistoryError, Point, parse_time};

impl History {
    /// Parses a point: `now`, the name of a tag, `revision 3`, the first digits of an event, or a
    /// time in UTC such as `2026-11-25T14:00:00Z`.
    ///
    /// # Errors
    /// Fails if the text is not a point, or the point does not exist.
    pub fn point(&self, text: &str) -> Result<Point, HistoryError> {
        let text = text.trim();
        if text == "now" {
            return Ok(Point::Now);
        }
        let name = text.strip_prefix("tag ").unwrap_or(text);
        if self.tags.contains_key(name) {
            return Ok(Point::tag(name));
        }
        if let Some(number) = text.strip_prefix("revision ") {
            let number = number.trim().parse();
            let number = number.map_err(|_| HistoryError::InvalidPoint(text.to_owned()))?;
            let point = Point::Revision(number);
            return match self.revisions.contains_key(&number) {
                true => Ok(point),
                false => Err(HistoryError::UnknownRevision(number)),
            };
        }
        if let Some(at) = parse_time(text) {
            return Ok(Point::Time(at));
        }
        let digits = text.strip_prefix("event ").unwrap_or(text);
        let is_hex = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hex {
            return Err(HistoryError::InvalidPoint(text.chars().take(80).collect()));
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
        for words in [
            "",
            "abc",
            "no tag",
            "revision x",
            "revision 99",
            "🦀",
            "abcd",
        ] {
            let e = history.point(words).expect_err(words);
            assert!(!e.to_string().is_empty());
        }
    }
}
