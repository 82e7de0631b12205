//! The text of `default_expr = "…"`, `fill = "…"` and `cast = "…"`.
//!
//! It accepts what kuzu-ddl-core's `schema::Expr` accepts; `tests::core_parity` compares the two.

mod functions;

#[cfg(test)]
pub(crate) use functions::FUNCTIONS;

use super::types::Type;

/// Maximum nesting depth. kuzu-ddl-core counts parentheses in another way, and allows more.
const MAX_DEPTH: usize = 64;

/// Maximum length, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Checks an expression.
pub(crate) fn check(text: &str) -> Result<(), String> {
    parse(text, false)
}

/// Checks the expression of a cast, which may use the `old` value.
pub(crate) fn check_cast(text: &str) -> Result<(), String> {
    parse(text, true)
}

fn parse(text: &str, is_cast: bool) -> Result<(), String> {
    if text.trim().is_empty() {
        let help = if is_cast {
            "remove the attribute: a plain CAST is the default"
        } else {
            "remove the attribute"
        };
        return Err(format!("an expression cannot be empty\nhelp: {help}"));
    }
    if text.len() > MAX_BYTES {
        return Err(format!("an expression has at most {MAX_BYTES} bytes"));
    }
    let mut parser = Parser {
        rest: text,
        is_cast,
    };
    parser.operation(1)?;
    parser.skip_whitespace();
    match parser.rest {
        "" => Ok(()),
        rest if rest.starts_with(';') => Err("unexpected `;`: expected one expression".into()),
        rest if rest.starts_with([')', ']', '}']) => Err(format!("unmatched `{}`", &rest[..1])),
        rest => Err(format!("unexpected `{rest}` after the expression")),
    }
}

struct Parser<'a> {
    rest: &'a str,
    /// Whether the expression may use `old`.
    is_cast: bool,
}

type Checked = Result<(), String>;

fn check_depth(depth: usize) -> Checked {
    if depth > MAX_DEPTH {
        return Err(format!(
            "the expression is nested more than {MAX_DEPTH} levels deep"
        ));
    }
    Ok(())
}

impl<'a> Parser<'a> {
    fn skip_whitespace(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        self.skip_whitespace();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, c: char) -> Checked {
        if self.eat(c) {
            return Ok(());
        }
        Err(match self.rest {
            "" => format!("unexpected end of the expression: missing `{c}`"),
            rest => format!("expected `{c}` before `{rest}`"),
        })
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    fn identifier(&mut self) -> &'a str {
        self.skip_whitespace();
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    /// Parses operands and the binary operators between them.
    fn operation(&mut self, depth: usize) -> Checked {
        let mut depth = depth;
        loop {
            self.unary(depth)?;
            if !['+', '-', '*', '/', '%'].into_iter().any(|c| self.eat(c)) {
                return Ok(());
            }
            depth += 1;
        }
    }

    fn unary(&mut self, mut depth: usize) -> Checked {
        while self.eat('-') {
            depth += 1;
        }
        check_depth(depth)?;
        self.skip_whitespace();
        match self.rest.chars().next() {
            None => Err("unexpected end of the expression".into()),
            Some(quote @ ('\'' | '"')) => self.string(quote),
            Some(c) if c.is_ascii_digit() => self.number(),
            Some('(') => {
                self.expect('(')?;
                self.operation(depth + 1)?;
                self.expect(')')
            }
            Some('[') => {
                self.expect('[')?;
                self.items(']', |parser| parser.operation(depth + 1))
            }
            Some('{') => {
                self.expect('{')?;
                self.items('}', |parser| parser.member(depth))
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(depth),
            Some(';') => Err("unexpected `;`: expected one expression".into()),
            Some(_) => Err(format!("expected a value before `{}`", self.rest)),
        }
    }

    fn items(&mut self, end: char, mut item: impl FnMut(&mut Self) -> Checked) -> Checked {
        if self.eat(end) {
            return Ok(());
        }
        loop {
            item(self)?;
            if !self.eat(',') {
                return self.expect(end);
            }
        }
    }

    fn member(&mut self, depth: usize) -> Checked {
        let name = self.identifier();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err("expected a STRUCT: `{name: value, …}`".into());
        }
        self.expect(':')?;
        self.operation(depth + 1)
    }

    fn name(&mut self, depth: usize) -> Checked {
        let identifier = self.identifier();
        let values: &[&str] = if self.is_cast {
            &["true", "false", "old"]
        } else {
            &["true", "false"]
        };
        if values
            .iter()
            .any(|value| value.eq_ignore_ascii_case(identifier))
        {
            return if identifier.eq_ignore_ascii_case("old") {
                self.members(depth)
            } else {
                Ok(())
            };
        }
        if !self.eat('(') {
            return Err(functions::bare_identifier_error(identifier, self.is_cast));
        }
        if identifier.eq_ignore_ascii_case("cast") {
            return self.cast(depth);
        }
        if !functions::is_known(identifier) {
            return Err(functions::unknown_function_error(identifier));
        }
        self.items(')', |parser| parser.operation(depth + 1))
    }

    /// Parses the members that follow `old`: `.a.b`.
    fn members(&mut self, mut depth: usize) -> Checked {
        while self.eat('.') {
            depth += 1;
            let name = self.identifier();
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                return Err("expected the member of a STRUCT: `old.name`".into());
            }
        }
        check_depth(depth)
    }

    fn cast(&mut self, depth: usize) -> Checked {
        self.operation(depth + 1)?;
        if !self.identifier().eq_ignore_ascii_case("as") {
            return Err("expected `CAST(value AS TYPE)`".into());
        }
        let mut open = 0_usize;
        let end = self.rest.find(|c| {
            match c {
                '(' => open += 1,
                ')' if open == 0 => return true,
                ')' => open -= 1,
                _ => {}
            }
            false
        });
        let Some(end) = end else {
            return Err("unexpected end of the expression: missing `)`".into());
        };
        let (ty, rest) = self.rest.split_at(end);
        Type::parse(ty)?;
        self.rest = rest;
        self.expect(')')
    }

    fn number(&mut self) -> Checked {
        let start = self.rest;
        let digits = |c: char| c.is_ascii_digit();
        self.take_while(digits);
        let mut is_integer = true;
        if let Some(rest) = self.rest.strip_prefix('.') {
            (self.rest, is_integer) = (rest, false);
            self.take_while(digits);
        }
        if let Some(rest) = self.rest.strip_prefix(['e', 'E']) {
            (self.rest, is_integer) = (rest.strip_prefix(['+', '-']).unwrap_or(rest), false);
            self.take_while(digits);
        }
        let text = &start[..start.len() - self.rest.len()];
        let fits = if is_integer {
            // The absolute value of the smallest INT128 is one more than the largest.
            text.parse().is_ok_and(|n: u128| n <= 1 << 127)
        } else {
            text.parse().is_ok_and(f64::is_finite)
        };
        if fits {
            Ok(())
        } else {
            Err(format!("the number `{text}` is out of range"))
        }
    }

    fn string(&mut self, quote: char) -> Checked {
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\0' => return Err("a string cannot contain a NUL character".into()),
                '\\' if !matches!(chars.next(), Some((_, '\\' | '\'' | '"'))) => {
                    return Err(
                        "unsupported escape sequence: only \\\\, \\' and \\\" have the same \
                         meaning in all engines\nhelp: write the character itself"
                            .into(),
                    );
                }
                _ if c == quote => {
                    self.rest = &self.rest[i + 1..];
                    return Ok(());
                }
                _ => {}
            }
        }
        Err("unterminated string in the expression".into())
    }
}

#[cfg(test)]
mod tests {
    use super::{check, check_cast};

    #[test]
    fn only_a_cast_may_use_the_old_value() {
        assert!(check_cast("concat(CAST(old AS STRING), ' years')").is_ok());
        assert!(check("CAST(old AS STRING)").is_err());
        for (text, want) in [
            (
                "coalesce(old, null)",
                "a cast cannot use NULL: NULL stays NULL",
            ),
            ("f(old)", "unsupported function `f`"),
            (
                "",
                "an expression cannot be empty\nhelp: remove the attribute: a plain CAST",
            ),
            ("old; RETURN 1", "unexpected `;`"),
            (
                "concat(old, other)",
                "unexpected identifier `other`: a cast can only use the `old` value",
            ),
        ] {
            let message = check_cast(text).expect_err(text);
            assert!(message.starts_with(want), "{text}: {message}");
        }
    }

    #[test]
    fn errors_are_explained() {
        for (text, want) in [
            (
                "",
                "an expression cannot be empty\nhelp: remove the attribute",
            ),
            ("f(", "unsupported function `f`"),
            ("upper('a'", "unexpected end of the expression: missing `)`"),
            ("1)", "unmatched `)`"),
            ("1; DROP TABLE a", "unexpected `;`: expected one expression"),
            (
                "NOW()",
                "unsupported function `NOW`; did you mean `current_timestamp(…)`?",
            ),
            (
                "current_timestamp",
                "unexpected identifier `current_timestamp`; did you mean `current_timestamp()`?",
            ),
            (
                "CAST('1' AS BIGINT)",
                "unknown type `BIGINT`; did you mean `INT64`?",
            ),
            ("'a", "unterminated string in the expression"),
        ] {
            let message = check(text).expect_err(text);
            assert!(message.starts_with(want), "{text}: {message}");
        }
    }
}
