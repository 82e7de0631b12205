//! Texts from outside on one line: names, comments, expressions, and messages of engines.
//!
//! A peer, a row or a catalog decides over them. Shown as they are, they could add lines such as
//! `help:` to a message, or control the terminal.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// Returns a text from outside on one line. Characters that break a line, control a terminal or
/// change the direction of the text are escaped as in Rust.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_escaped(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    Cow::Owned(line)
}

/// Whether a character can break a line, control a terminal or hide text.
fn is_escaped(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// Formats a text with parts from outside on one line: see [`one_line`].
///
/// # Errors
///
/// Fails where the formatter fails.
pub fn fmt_one_line(
    f: &mut fmt::Formatter<'_>,
    text: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    write!(Line(f), "{}", Text(text))
}

struct Text<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Text<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

/// A formatter that escapes what is written to it.
struct Line<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Line<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(&one_line(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_add_a_line_or_control_a_terminal_is_escaped() {
        assert_eq!(one_line("Person Ünï 数"), "Person Ünï 数");
        assert_eq!(one_line("a\nhelp: b"), "a\\nhelp: b");
        assert_eq!(one_line("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(one_line("a\u{2028}b\u{202e}c"), "a\\u{2028}b\\u{202e}c");
        struct Name;
        impl fmt::Display for Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt_one_line(f, |f| f.write_str("drop x\r\ny"))
            }
        }
        assert_eq!(Name.to_string(), "drop x\\r\\ny");
    }
}
