//! The encoding of expressions: defaults and casts.

use super::CodecError;
use super::reader::Reader;
use super::writer::Writer;
use crate::schema::{Expr, Float, MAX_EXPR_DEPTH, Operator};

/// The tag of an operator is its position. Only ever append.
const OPERATORS: [Operator; 5] = [
    Operator::Add,
    Operator::Subtract,
    Operator::Multiply,
    Operator::Divide,
    Operator::Modulo,
];

impl Writer {
    /// Writes an expression.
    pub(crate) fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Bool(b) => {
                self.byte(0);
                self.bool(*b);
            }
            Expr::Int(n) => {
                self.byte(1);
                self.int(*n);
            }
            Expr::Float(Float(x)) => {
                self.byte(2);
                self.raw(&x.to_bits().to_be_bytes());
            }
            Expr::Text(text) => {
                self.byte(3);
                self.text(text);
            }
            Expr::Bytes(bytes) => {
                self.byte(4);
                self.bytes(bytes);
            }
            Expr::List(items) => {
                self.byte(5);
                self.exprs(items);
            }
            Expr::Struct(fields) => {
                self.byte(6);
                self.len(fields.len());
                for (name, value) in fields {
                    self.text(name);
                    self.expr(value);
                }
            }
            Expr::Call(name, args) => {
                self.byte(7);
                self.text(name);
                self.exprs(args);
            }
            Expr::Cast(e, ty) => {
                self.byte(8);
                self.expr(e);
                self.ty(ty);
            }
            Expr::Negate(e) => {
                self.byte(9);
                self.expr(e);
            }
            Expr::Binary(op, a, b) => {
                self.byte(10);
                self.byte(OPERATORS.iter().position(|o| o == op).unwrap_or(0) as u8);
                self.expr(a);
                self.expr(b);
            }
            Expr::Opaque(text) => {
                self.byte(11);
                self.text(text);
            }
            Expr::Old => self.byte(12),
        }
    }

    fn exprs(&mut self, items: &[Expr]) {
        self.len(items.len());
        items.iter().for_each(|e| self.expr(e));
    }
}

impl Reader<'_> {
    /// Reads an expression; its rules are checked by the caller.
    pub(crate) fn expr(&mut self) -> Result<Expr, CodecError> {
        self.expr_at(1)
    }

    fn expr_at(&mut self, depth: usize) -> Result<Expr, CodecError> {
        if depth > MAX_EXPR_DEPTH {
            return self.malformed("the expression is nested too deeply");
        }
        Ok(match self.byte()? {
            0 => Expr::Bool(self.bool()?),
            1 => Expr::Int(self.int()?),
            2 => {
                let mut bits = [0; 8];
                bits.copy_from_slice(self.take(8)?);
                Expr::Float(Float(f64::from_bits(u64::from_be_bytes(bits))))
            }
            3 => Expr::Text(self.text()?),
            4 => Expr::Bytes(self.bytes()?.to_vec()),
            5 => Expr::List(self.exprs(depth)?),
            6 => {
                let n = self.length()?;
                let mut fields = Vec::new();
                for _ in 0..n {
                    let name = self.text()?;
                    fields.push((name, self.expr_at(depth + 1)?));
                }
                Expr::Struct(fields)
            }
            7 => {
                let name = self.text()?;
                Expr::Call(name, self.exprs(depth)?)
            }
            8 => {
                let inner = self.expr_at(depth + 1)?;
                Expr::Cast(Box::new(inner), self.ty()?)
            }
            9 => Expr::Negate(Box::new(self.expr_at(depth + 1)?)),
            10 => {
                let Some(op) = OPERATORS.get(usize::from(self.byte()?)).copied() else {
                    return self.malformed("unknown operator");
                };
                let left = self.expr_at(depth + 1)?;
                Expr::Binary(op, Box::new(left), Box::new(self.expr_at(depth + 1)?))
            }
            11 => Expr::Opaque(self.text()?),
            12 => Expr::Old,
            _ => return self.malformed("unknown expression"),
        })
    }

    fn exprs(&mut self, depth: usize) -> Result<Vec<Expr>, CodecError> {
        let n = self.length()?;
        let mut items = Vec::new();
        for _ in 0..n {
            items.push(self.expr_at(depth + 1)?);
        }
        Ok(items)
    }
}
