//! A string that is assembled in a constant, where `format!` is not available.

/// The capacity in bytes, enough for any message; two names of maximum length are truncated.
const MAX_BYTES: usize = 1024;

/// A string of bounded length.
pub(crate) struct ConstString {
    bytes: [u8; MAX_BYTES],
    len: usize,
}

impl ConstString {
    /// Creates a message that starts with `text`.
    pub(crate) const fn new(text: &str) -> Self {
        let empty = Self {
            bytes: [0; MAX_BYTES],
            len: 0,
        };
        empty.add(text)
    }

    /// Appends `text`, or as many of its characters as fit.
    pub(crate) const fn add(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut end = text.len();
        if end > MAX_BYTES - self.len {
            end = MAX_BYTES - self.len;
            // Not within a character.
            while end > 0 && text[end] & 0xC0 == 0x80 {
                end -= 1;
            }
        }
        let mut i = 0;
        while i < end {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// Appends the digits of `number`.
    pub(crate) const fn add_number(self, number: u64) -> Self {
        let mut digits = [0; 20];
        let (mut rest, mut start) = (number, digits.len());
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        match str::from_utf8(digits.split_at(start).1) {
            Ok(digits) => self.add(digits),
            Err(_) => self,
        }
    }

    /// Returns the text.
    pub(crate) const fn text(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "a name is not UTF-8",
        }
    }

    /// Fails the compilation with this message.
    #[track_caller]
    pub(crate) const fn panic(&self) -> ! {
        panic!("{}", self.text())
    }
}

#[cfg(test)]
mod tests {
    use crate::describe::const_string::{ConstString, MAX_BYTES};

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        let most = "x".repeat(MAX_BYTES - 1);
        let message = ConstString::new("").add(&most).add("é").add("y");
        assert_eq!(message.text(), most.clone() + "y");
        assert_eq!(ConstString::new("a").add(" é").text(), "a é");
        assert_eq!(
            ConstString::new("")
                .add_number(0)
                .add(" ")
                .add_number(u64::MAX)
                .text(),
            "0 18446744073709551615"
        );
    }
}
