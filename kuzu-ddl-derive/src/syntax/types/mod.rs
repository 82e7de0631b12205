//! The text of `type = "…"`.
//!
//! It accepts what kuzu-ddl-core's `schema::Type` accepts; `tests::core_parity` compares the two.

mod names;

use super::name;

/// Maximum nesting depth of a type.
const MAX_DEPTH: usize = 64;

/// A Kùzu type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// A type without arguments, as the variant of `TypeDesc`.
    Plain(&'static str),
    Decimal(u8, u8),
    List(Box<Type>),
    Array(Box<Type>, u64),
    Struct(Vec<(String, Type)>),
    Map(Box<Type>, Box<Type>),
    Union(Vec<(String, Type)>),
}

impl Type {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { rest: text };
        let ty = parser.parse_type(1)?;
        parser.skip_whitespace();
        if !parser.rest.is_empty() {
            return Err(names::trailing_text_error(text, parser.rest));
        }
        Ok(ty)
    }
}

struct Parser<'a> {
    rest: &'a str,
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

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.eat(c) {
            return Ok(());
        }
        Err(match self.rest {
            "" => format!("missing `{c}` at the end"),
            rest => format!("expected `{c}` before `{rest}`"),
        })
    }

    fn token(&mut self) -> &'a str {
        self.skip_whitespace();
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    fn number<N: std::str::FromStr>(&mut self) -> Result<N, String> {
        let token = self.token();
        token
            .parse()
            .map_err(|_| format!("invalid number `{token}`"))
    }

    fn parse_type(&mut self, depth: usize) -> Result<Type, String> {
        self.skip_whitespace();
        let token = self.token();
        let mut ty = match token.to_ascii_uppercase().as_str() {
            _ if depth > MAX_DEPTH => {
                return Err(format!(
                    "the type is nested more than {MAX_DEPTH} levels deep"
                ));
            }
            "" if self.rest.is_empty() => return Err("missing type at the end".into()),
            "" => return Err(format!("expected a type before `{}`", self.rest)),
            "DECIMAL" => self.decimal()?,
            "STRUCT" => Type::Struct(self.members(depth)?),
            "UNION" => Type::Union(self.members(depth)?),
            "MAP" => {
                self.expect('(')?;
                let key = self.parse_type(depth + 1)?;
                self.expect(',')?;
                let value = self.parse_type(depth + 1)?;
                self.expect(')')?;
                Type::Map(Box::new(key), Box::new(value))
            }
            upper => {
                Type::Plain(names::variant(upper).ok_or_else(|| names::unknown_type_error(token))?)
            }
        };
        if depth > 1 && ty == Type::Plain("Serial") {
            return Err("SERIAL cannot be nested in another type".into());
        }
        let mut depth = depth;
        while self.eat('[') {
            depth += 1;
            if depth > MAX_DEPTH {
                return Err(format!(
                    "the type is nested more than {MAX_DEPTH} levels deep"
                ));
            }
            if ty == Type::Plain("Serial") {
                return Err("SERIAL cannot be nested in another type".into());
            }
            ty = if self.eat(']') {
                Type::List(Box::new(ty))
            } else {
                let n = self.number()?;
                self.expect(']')?;
                if n == 0 {
                    return Err("an array has at least one element, not 0".into());
                }
                Type::Array(Box::new(ty), n)
            };
        }
        Ok(ty)
    }

    fn decimal(&mut self) -> Result<Type, String> {
        if !self.eat('(') {
            return Ok(Type::Decimal(18, 3));
        }
        let precision: u8 = self.number()?;
        self.expect(',')?;
        let scale: u8 = self.number()?;
        self.expect(')')?;
        if !(1..=38).contains(&precision) {
            return Err(format!(
                "the precision of a DECIMAL is from 1 to 38, not {precision}\n\
                 help: the widest is `DECIMAL(38, {scale})`"
            ));
        }
        if scale > precision {
            return Err(format!(
                "the scale of a DECIMAL is at most its precision: {scale} is more than {precision}"
            ));
        }
        Ok(Type::Decimal(precision, scale))
    }

    fn members(&mut self, depth: usize) -> Result<Vec<(String, Type)>, String> {
        self.expect('(')?;
        let mut members: Vec<(String, Type)> = Vec::new();
        loop {
            let member = self.token().to_owned();
            if member.is_empty() {
                return Err("missing member name: expected letters, digits and underscores".into());
            }
            name::check_member(&member)?;
            if members.iter().any(|(name, _)| *name == member) {
                return Err(format!("duplicate member `{member}`"));
            }
            members.push((member, self.parse_type(depth + 1)?));
            if !self.eat(',') {
                break;
            }
        }
        self.expect(')')?;
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_parsed() {
        let plain = |variant| Box::new(Type::Plain(variant));
        for (text, want) in [
            (" int ", Type::Plain("Int32")),
            ("DECIMAL", Type::Decimal(18, 3)),
            ("decimal( 10 , 2 )", Type::Decimal(10, 2)),
            (
                "json[3][]",
                Type::List(Box::new(Type::Array(plain("Json"), 3))),
            ),
            (
                "MAP(STRING, INT64)",
                Type::Map(plain("String"), plain("Int64")),
            ),
            (
                "STRUCT(a INT8, A DATE)",
                Type::Struct(vec![
                    ("a".into(), Type::Plain("Int8")),
                    ("A".into(), Type::Plain("Date")),
                ]),
            ),
        ] {
            assert_eq!(Type::parse(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn errors_are_explained() {
        for (text, want) in [
            ("VARCHAR", "unknown type `VARCHAR`; did you mean `STRING`?"),
            ("INT64[", "invalid number ``"),
            ("MAP(STRING)", "expected `,` before `)`"),
            ("STRUCT(a INT64", "missing `)` at the end"),
            (
                "DECIMAL(39, 1)",
                "the precision of a DECIMAL is from 1 to 38, not 39\n\
                 help: the widest is `DECIMAL(38, 1)`",
            ),
            ("SERIAL[]", "SERIAL cannot be nested in another type"),
            (
                "INT64 NULL",
                "unexpected `NULL` after the type `INT64`\nhelp: add `nullable` to the field",
            ),
        ] {
            assert_eq!(Type::parse(text), Err(want.into()), "{text}");
        }
    }
}
