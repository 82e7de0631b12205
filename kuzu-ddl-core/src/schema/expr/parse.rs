//! Parses expressions, from users and from the engine.

use std::str::FromStr;

use super::super::limits::MAX_EXPR_DEPTH;
use super::super::types::Type;
use super::{Expr, Float, Operator, ParseExprError, shorten};

impl Expr {
    /// Parses the default that `table_info` reports for a property of type `ty`. Returns `None` if
    /// there is no default, and [`Expr::Opaque`] for a text that is not in canonical form.
    #[must_use]
    pub fn parse_engine(text: &str, ty: &Type) -> Option<Self> {
        if text.is_empty() || text == "NULL" {
            return None;
        }
        // The canonical text may exceed the length and depth allowed for user input.
        match Parser::read(text) {
            Ok(Self::Cast(inner, cast)) if cast == *ty => inner.with_bytes(ty),
            _ => None,
        }
        .filter(|expr| expr.canonical(ty) == text)
        .or_else(|| Some(Self::Opaque(text.to_owned())))
    }

    /// Converts strings to bytes where `ty` is `BLOB`: both are written as strings, and only the
    /// type distinguishes them. Returns `None` for a string that is not the text of an
    /// [`Expr::Bytes`].
    fn with_bytes(self, ty: &Type) -> Option<Self> {
        Some(match (self, ty) {
            (Self::Text(text), Type::Blob) => Self::Bytes(unescape(&text)?),
            (Self::List(items), Type::List(ty) | Type::Array(ty, _)) => Self::List(
                items
                    .into_iter()
                    .map(|e| e.with_bytes(ty))
                    .collect::<Option<_>>()?,
            ),
            (Self::Struct(fields), Type::Struct(types)) if fields.len() == types.len() => {
                let typed = fields.into_iter().zip(types);
                Self::Struct(
                    typed
                        .map(|((n, e), t)| Some((n, e.with_bytes(&t.ty)?)))
                        .collect::<Option<_>>()?,
                )
            }
            (Self::Call(name, args), Type::Map(key, value)) if name == "map" && args.len() == 2 => {
                let types = [key, value].map(|ty| Type::List(ty.clone()));
                let typed = args.into_iter().zip(types);
                Self::Call(
                    name,
                    typed
                        .map(|(e, ty)| e.with_bytes(&ty))
                        .collect::<Option<_>>()?,
                )
            }
            (expr, _) => expr,
        })
    }
}

/// Decodes `\x41\x42…`, the text of an [`Expr::Bytes`].
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut rest = text;
    let mut bytes = Vec::with_capacity(text.len() / 4);
    while !rest.is_empty() {
        rest = rest.strip_prefix("\\x")?;
        bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
        rest = &rest[2..];
    }
    Some(bytes)
}

impl FromStr for Expr {
    type Err = ParseExprError;

    fn from_str(text: &str) -> Result<Self, ParseExprError> {
        let expr = Self::parse_cast(text)?;
        expr.check_structure()?;
        Ok(expr)
    }
}

pub(in crate::schema) struct Parser<'a> {
    rest: &'a str,
}

/// The maximum nesting depth of a text. Parentheses count, and the canonical text has many.
const MAX_TEXT_DEPTH: usize = 3 * MAX_EXPR_DEPTH;

impl<'a> Parser<'a> {
    pub(in crate::schema) fn read(text: &'a str) -> Result<Expr, String> {
        let mut parser = Self { rest: text };
        let expr = parser.sum(1)?;
        parser.space();
        if parser.rest.is_empty() {
            Ok(expr)
        } else {
            Err(format!(
                "unexpected trailing text `{}`",
                shorten(parser.rest)
            ))
        }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.eat(c) {
            Ok(())
        } else {
            Err(format!("expected `{c}` before `{}`", shorten(self.rest)))
        }
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn word(&mut self) -> &'a str {
        self.space();
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    fn sum(&mut self, depth: usize) -> Result<Expr, String> {
        let mut left = self.product(depth)?;
        let mut depth = depth;
        loop {
            let op = if self.eat('+') {
                Operator::Add
            } else if self.eat('-') {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            depth += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.product(depth)?));
        }
    }

    fn product(&mut self, depth: usize) -> Result<Expr, String> {
        let mut left = self.unary(depth)?;
        let mut depth = depth;
        loop {
            let op = if self.eat('*') {
                Operator::Multiply
            } else if self.eat('/') {
                Operator::Divide
            } else if self.eat('%') {
                Operator::Modulo
            } else {
                return Ok(left);
            };
            depth += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.unary(depth)?));
        }
    }

    fn unary(&mut self, depth: usize) -> Result<Expr, String> {
        if depth > MAX_TEXT_DEPTH {
            return Err(format!("nested deeper than {MAX_EXPR_DEPTH} levels"));
        }
        if self.eat('-') {
            self.space();
            if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
                return self.number(true);
            }
            return Ok(Expr::Negate(Box::new(self.unary(depth + 1)?)));
        }
        self.primary(depth)
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, String> {
        self.space();
        match self.rest.chars().next() {
            None => Err("unexpected end of the text".into()),
            Some('\'') => self.string('\''),
            Some('"') => self.string('"'),
            Some(c) if c.is_ascii_digit() => self.number(false),
            Some('(') => {
                self.expect('(')?;
                let inner = self.sum(depth + 1)?;
                self.expect(')')?;
                Ok(inner)
            }
            Some('[') => {
                self.expect('[')?;
                Ok(Expr::List(self.items(']', depth)?))
            }
            Some('{') => self.members(depth),
            Some(_) => self.name(depth),
        }
    }

    fn items(&mut self, end: char, depth: usize) -> Result<Vec<Expr>, String> {
        let mut items = Vec::new();
        if self.eat(end) {
            return Ok(items);
        }
        loop {
            items.push(self.sum(depth + 1)?);
            if !self.eat(',') {
                self.expect(end)?;
                return Ok(items);
            }
        }
    }

    fn members(&mut self, depth: usize) -> Result<Expr, String> {
        self.expect('{')?;
        let mut fields = Vec::new();
        if self.eat('}') {
            return Ok(Expr::Struct(fields));
        }
        loop {
            let name = self.word().to_owned();
            self.expect(':')?;
            fields.push((name, self.sum(depth + 1)?));
            if !self.eat(',') {
                self.expect('}')?;
                return Ok(Expr::Struct(fields));
            }
        }
    }

    fn name(&mut self, depth: usize) -> Result<Expr, String> {
        let word = self.word();
        match word.to_ascii_lowercase().as_str() {
            "" => Err(format!("unexpected `{}`", shorten(self.rest))),
            "old" => self.members_of_old(depth),
            "true" => Ok(Expr::Bool(true)),
            "false" => Ok(Expr::Bool(false)),
            "cast" => {
                self.expect('(')?;
                let inner = self.sum(depth + 1)?;
                if !self.word().eq_ignore_ascii_case("as") {
                    return Err("expected CAST(<expression> AS <TYPE>)".into());
                }
                let ty = self.type_text()?;
                self.expect(')')?;
                Ok(Expr::Cast(Box::new(inner), ty))
            }
            function => {
                self.expect('(')?;
                Ok(Expr::Call(function.to_owned(), self.items(')', depth)?))
            }
        }
    }

    /// Parses the members that follow `old`: `.a.b`.
    fn members_of_old(&mut self, mut depth: usize) -> Result<Expr, String> {
        let mut expr = Expr::Old;
        while self.eat('.') {
            depth += 1;
            if depth > MAX_TEXT_DEPTH {
                return Err(format!("nested deeper than {MAX_EXPR_DEPTH} levels"));
            }
            let name = self.word();
            if name.is_empty() {
                return Err(format!("expected a member before `{}`", shorten(self.rest)));
            }
            expr = Expr::member(expr, name);
        }
        Ok(expr)
    }

    /// Parses the type up to the parenthesis that closes the CAST.
    fn type_text(&mut self) -> Result<Type, String> {
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
        let (text, rest) = self.rest.split_at(end.ok_or("unclosed CAST")?);
        self.rest = rest;
        text.parse::<Type>().map_err(|e| e.to_string())
    }

    fn number(&mut self, negative: bool) -> Result<Expr, String> {
        let start = self.rest;
        self.take_while(|c| c.is_ascii_digit());
        let mut whole = true;
        if self.rest.starts_with('.') {
            whole = false;
            self.rest = &self.rest[1..];
            self.take_while(|c| c.is_ascii_digit());
        }
        if self.rest.starts_with(['e', 'E']) {
            whole = false;
            self.rest = &self.rest[1..];
            if self.rest.starts_with(['+', '-']) {
                self.rest = &self.rest[1..];
            }
            self.take_while(|c| c.is_ascii_digit());
        }
        let sign = if negative { "-" } else { "" };
        let text = format!("{sign}{}", &start[..start.len() - self.rest.len()]);
        let unfit = || format!("`{}` is not a number in range", shorten(&text));
        if whole {
            text.parse().map(Expr::Int).map_err(|_| unfit())
        } else {
            text.parse()
                .map(|x| Expr::Float(Float(x)))
                .map_err(|_| unfit())
        }
    }

    fn string(&mut self, quote: char) -> Result<Expr, String> {
        let mut text = String::new();
        let mut chars = self.rest[1..].char_indices();
        while let Some((i, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[1 + i + c.len_utf8()..];
                return Ok(Expr::Text(text));
            }
            if c == '\\' {
                match chars.next() {
                    Some((_, c @ ('\\' | '\'' | '"'))) => text.push(c),
                    _ => {
                        return Err(
                            "unsupported escape: only \\\\, \\' and \\\" are portable".into()
                        );
                    }
                }
            } else {
                text.push(c);
            }
        }
        Err("unclosed string".into())
    }
}
