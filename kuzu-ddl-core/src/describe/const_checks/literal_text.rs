//! Syntax of string literals that the engine converts to other types.
//!
//! Only what the engine rejects is rejected here; the rest is tried in the rehearsal.

/// A cursor over a text.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    const fn peek(&self) -> u8 {
        if self.at < self.bytes.len() {
            self.bytes[self.at]
        } else {
            0
        }
    }

    const fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    const fn eat(&mut self, byte: u8) -> bool {
        let found = !self.is_done() && self.bytes[self.at] == byte;
        if found {
            self.at += 1;
        }
        found
    }

    const fn spaces(&mut self) {
        while self.peek().is_ascii_whitespace() {
            self.at += 1;
        }
    }

    /// Reads a number of at most `most` digits; returns `None` if there is no digit.
    const fn number(&mut self, most: usize) -> Option<u32> {
        let start = self.at;
        let mut number = 0;
        while self.peek().is_ascii_digit() && self.at - start < most {
            number = number * 10 + (self.bytes[self.at] - b'0') as u32;
            self.at += 1;
        }
        if self.at == start { None } else { Some(number) }
    }

    /// Skips digits and returns their number.
    const fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at - start
    }

    /// Reads a valid calendar date.
    const fn date(&mut self) -> bool {
        self.spaces();
        let Some(year) = self.number(6) else {
            return false;
        };
        let separator = self.peek();
        if !matches!(separator, b'-' | b'/' | b'\\' | b' ') {
            return false;
        }
        self.at += 1;
        let Some(month) = self.number(2) else {
            return false;
        };
        if !self.eat(separator) {
            return false;
        }
        let Some(day) = self.number(2) else {
            return false;
        };
        1 <= month && month <= 12 && 1 <= day && day <= days(year, month)
    }

    /// Reads a time of day.
    const fn time(&mut self) -> bool {
        let Some(hour) = self.number(9) else {
            return false;
        };
        if hour > 24 || !self.eat(b':') {
            return false;
        }
        if !matches!(self.number(2), Some(0..60)) || !self.eat(b':') {
            return false;
        }
        if !matches!(self.number(2), Some(0..60)) {
            return false;
        }
        if self.eat(b'.') {
            self.digits();
        }
        true
    }
}

const fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

const fn reader(text: &str) -> Reader<'_> {
    Reader {
        bytes: text.as_bytes(),
        at: 0,
    }
}

/// Returns whether the text is a date such as "2024-12-31".
pub(super) const fn is_date(text: &str) -> bool {
    let mut reader = reader(text);
    let good = reader.date();
    reader.spaces();
    good && reader.is_done()
}

/// Returns whether the text is a timestamp such as "2024-12-31 23:59:59", or a date. A time zone
/// may follow, in one of many forms.
pub(super) const fn is_timestamp(text: &str) -> bool {
    let mut reader = reader(text);
    if !reader.date() {
        return false;
    }
    if !reader.eat(b'T') {
        reader.spaces();
    }
    reader.is_done() || reader.time()
}

/// Returns whether the text has 32 hexadecimal digits, with or without dashes and braces.
pub(super) const fn is_uuid(text: &str) -> bool {
    let mut reader = reader(text);
    let braces = reader.eat(b'{');
    let mut digits = 0;
    while reader.peek().is_ascii_hexdigit() || reader.peek() == b'-' {
        if reader.peek() != b'-' {
            digits += 1;
        }
        reader.at += 1;
    }
    digits == 32 && (!braces || reader.eat(b'}')) && reader.is_done()
}

/// Returns whether the text is a UUID of which every digit is 0.
pub(super) const fn is_nil_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i].is_ascii_hexdigit() && bytes[i] != b'0' {
            return false;
        }
        i += 1;
    }
    is_uuid(text)
}

/// Returns whether the text is a number with at most `whole` digits before the decimal point, or in
/// exponent notation.
pub(super) const fn is_decimal(text: &str, whole: u8) -> bool {
    let mut reader = reader(text);
    reader.spaces();
    if !reader.eat(b'-') {
        reader.eat(b'+');
    }
    let start = reader.at;
    while reader.eat(b'0') {}
    let before = reader.digits();
    let some = reader.eat(b'.') || reader.at > start;
    reader.digits();
    // An exponent moves the decimal point.
    let exponent = matches!(reader.peek(), b'e' | b'E');
    reader.spaces();
    some && (exponent || (reader.is_done() && before <= whole as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_reads_passes() {
        for text in [
            "2024-02-29",
            "2024/2/3",
            " 1-1-1 ",
            "2000-02-29",
            "0001-12-31",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "",
            "today",
            "2024-13-01",
            "2023-02-29",
            "1900-02-29",
            "2024-01/01",
            "31.12.2024",
            "2024-01-01 0:00:00",
        ] {
            assert!(!is_date(text), "{text}");
        }
        for text in [
            "2024-12-31",
            "2024-12-31 23:59:59",
            "2024-12-31T23:59:59.123456Z",
            "2024-12-31 1:02:03+02",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in [
            "now",
            "2024-12-31 25:00:00",
            "2024-12-31 23:59",
            "2024-02-30 10:00:00",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
        for text in [
            "00000000-0000-0000-0000-000000000000",
            "{A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
        ] {
            assert!(is_uuid(text), "{text}");
        }
        for text in [
            "",
            "0",
            "g0000000-0000-0000-0000-000000000000",
            "{00000000-0000-0000-0000-000000000000",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
        for text in ["1", "-12.345", "0012", "0.5", "1e9", "+1", "12 "] {
            assert!(is_decimal(text, 2), "{text}");
        }
        for text in ["", "123", "x", "1,5", "-", "12.3x"] {
            assert!(!is_decimal(text, 2), "{text}");
        }
    }
}
