//! Parses the text of a type.

use std::str::FromStr;

use super::super::limits::MAX_TYPE_DEPTH;
use super::{DEFAULT_DECIMAL, PLAIN, ParseTypeError, StructField, Type, shorten};

impl FromStr for Type {
    type Err = ParseTypeError;

    fn from_str(text: &str) -> Result<Self, ParseTypeError> {
        let mut parser = Parser { rest: text };
        let ty = parser.ty(1).and_then(|ty| {
            parser.space();
            if parser.rest.is_empty() {
                ty.check_rules().map(|()| ty)
            } else {
                Err(format!(
                    "unexpected trailing text `{}`",
                    shorten(parser.rest)
                ))
            }
        });
        ty.map_err(|reason| ParseTypeError {
            text: shorten(text),
            reason,
        })
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        self.space();
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.eat(c) {
            Ok(())
        } else {
            Err(format!("expected `{c}` before `{}`", shorten(self.rest)))
        }
    }

    fn word(&mut self) -> &'a str {
        self.space();
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn number<N: FromStr>(&mut self) -> Result<N, String> {
        let word = self.word();
        word.parse()
            .map_err(|_| format!("`{}` is not a number in range", shorten(word)))
    }

    fn ty(&mut self, depth: usize) -> Result<Type, String> {
        if depth > MAX_TYPE_DEPTH {
            return Err(format!("nested deeper than {MAX_TYPE_DEPTH} levels"));
        }
        let word = self.word();
        let mut ty = match word.to_ascii_uppercase().as_str() {
            "DECIMAL" => self.decimal()?,
            "STRUCT" => Type::Struct(self.fields(depth)?),
            "UNION" => Type::Union(self.fields(depth)?),
            "MAP" => {
                self.expect('(')?;
                let key = self.ty(depth + 1)?;
                self.expect(',')?;
                let value = self.ty(depth + 1)?;
                self.expect(')')?;
                Type::Map(Box::new(key), Box::new(value))
            }
            _ => PLAIN
                .iter()
                .find(|(text, _)| text.eq_ignore_ascii_case(word))
                .map(|(_, ty)| ty.clone())
                .ok_or_else(|| format!("unknown type name `{}`", shorten(word)))?,
        };
        let mut depth = depth;
        while self.eat('[') {
            depth += 1;
            if depth > MAX_TYPE_DEPTH {
                return Err(format!("nested deeper than {MAX_TYPE_DEPTH} levels"));
            }
            ty = if self.eat(']') {
                Type::List(Box::new(ty))
            } else {
                let n = self.number()?;
                self.expect(']')?;
                Type::Array(Box::new(ty), n)
            };
        }
        Ok(ty)
    }

    fn decimal(&mut self) -> Result<Type, String> {
        let (mut precision, mut scale) = DEFAULT_DECIMAL;
        if self.eat('(') {
            precision = self.number()?;
            self.expect(',')?;
            scale = self.number()?;
            self.expect(')')?;
        }
        Ok(Type::Decimal { precision, scale })
    }

    fn fields(&mut self, depth: usize) -> Result<Vec<StructField>, String> {
        self.expect('(')?;
        let mut fields = Vec::new();
        loop {
            let name = self.word().to_owned();
            let ty = self.ty(depth + 1)?;
            fields.push(StructField { name, ty });
            if !self.eat(',') {
                break;
            }
        }
        self.expect(')')?;
        Ok(fields)
    }
}
