//! JSON string literals, as lock files and comparisons contain them.
//!
//! Both texts must not depend on the feature `json`: the lock file is read and written by peers
//! without an engine too. The format is the one of `serde_json`, byte for byte.

use std::fmt::Write as _;

/// Returns a text as a JSON string literal.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0'..'\u{20}' => {
                // Writing to a `String` cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns the text of a JSON string literal, or `None` if `literal` is not one.
pub(crate) fn unquote(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.push(unescape(&mut rest)?),
            '"' | '\0'..'\u{20}' => return None,
            _ => text.push(c),
        }
    }
    Some(text)
}

/// Returns the character of an escape sequence whose backslash has been read.
fn unescape(rest: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match rest.next()? {
        c @ ('"' | '\\' | '/') => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let first = code_unit(rest)?;
            if !(0xd800..0xdc00).contains(&first) {
                return char::from_u32(first);
            }
            // A surrogate pair, the form of characters above U+FFFF.
            let second = rest.as_str().starts_with("\\u").then(|| {
                rest.nth(1);
                code_unit(rest)
            })??;
            let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low)?
        }
        _ => return None,
    })
}

fn code_unit(rest: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit * 16 + rest.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn literal() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            any::<char>().prop_map(String::from),
            r#"\\?["\\/bfnrtux]"#,
            r"\\u[0-9a-fA-F]{4}",
            r"\\u[dD][89abAB][0-9a-f]{2}(\\u[dD][c-f][0-9a-f]{2})?",
        ];
        prop::collection::vec(part, 0..8).prop_map(|parts| format!("\"{}\"", parts.concat()))
    }

    proptest! {
        #[test]
        fn quotes_as_serde_json(text in any::<String>(), control in "[\\x00-\\x7f]*") {
            for text in [text, control] {
                let quoted = quote(&text);
                prop_assert_eq!(&quoted, &serde_json::to_string(&text).expect("a string"));
                prop_assert_eq!(unquote(&quoted), Some(text));
            }
        }

        #[test]
        fn unquotes_as_serde_json(literal in literal()) {
            prop_assert_eq!(unquote(&literal), serde_json::from_str(&literal).ok());
        }
    }

    #[test]
    fn a_single_quote_is_no_literal() {
        for text in [
            "",
            "\"",
            "a",
            "\"a",
            "a\"",
            "\"\\\"",
            "\"\\u12\"",
            "\"\\ud800\"",
        ] {
            assert_eq!(unquote(text), None, "{text}");
        }
    }
}
