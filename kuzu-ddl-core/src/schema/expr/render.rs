//! Renders expressions as Cypher, and substitutes the old value of a cast.

use std::fmt;

use super::super::name::string_literal;
use super::super::types::Type;
use super::{Expr, Float};

impl Expr {
    /// Returns the canonical text of this default for a property of type `ty`: what follows
    /// `DEFAULT` in DDL, and what `table_info` reports.
    #[must_use]
    pub fn canonical(&self, ty: &Type) -> String {
        match self {
            Self::Opaque(text) => text.clone(),
            expr => format!("CAST({expr} AS {ty})"),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, None)
    }
}

impl Expr {
    /// Renders a cast as Cypher, with the Cypher expression `old` as its input.
    #[must_use]
    pub fn render_with_old(&self, old: &str) -> String {
        struct With<'a>(&'a Expr, &'a str);
        impl fmt::Display for With<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, Some(self.1))
            }
        }
        With(self, old).to_string()
    }

    /// Writes canonical text, or with an expression for `old`, Cypher to execute.
    fn write(&self, f: &mut fmt::Formatter<'_>, old: Option<&str>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Float(Float(x)) => write!(f, "{x:?}"),
            Self::Text(text) => f.write_str(&string_literal(text)),
            Self::Bytes(bytes) => {
                f.write_str("'")?;
                bytes.iter().try_for_each(|b| write!(f, "\\\\x{b:02X}"))?;
                f.write_str("'")
            }
            Self::List(items) => {
                f.write_str("[")?;
                comma_separated(f, items, old)?;
                f.write_str("]")
            }
            Self::Struct(fields) => {
                f.write_str("{")?;
                for (i, (name, value)) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{name}: ")?;
                    value.write(f, old)?;
                }
                f.write_str("}")
            }
            Self::Call(name, args) => {
                match (Self::as_member(name, args), old) {
                    (Some(member), Some(old)) => return Self::write_member(f, member, old),
                    (Some((of, member)), None) => return write!(f, "{of}.{member}"),
                    (None, _) => {}
                }
                write!(f, "{name}(")?;
                comma_separated(f, args, old)?;
                f.write_str(")")
            }
            Self::Cast(e, ty) => {
                f.write_str("CAST(")?;
                e.write(f, old)?;
                write!(f, " AS {ty})")
            }
            Self::Negate(e) => {
                f.write_str("-(")?;
                e.write(f, old)?;
                f.write_str(")")
            }
            Self::Binary(op, a, b) => {
                f.write_str("(")?;
                a.write(f, old)?;
                write!(f, " {} ", op.symbol())?;
                b.write(f, old)?;
                f.write_str(")")
            }
            Self::Old => f.write_str(old.unwrap_or("old")),
            Self::Opaque(text) => f.write_str(text),
        }
    }

    /// Returns the expression with every `old` replaced by `by`.
    #[must_use]
    pub fn substitute_old(&self, by: &Self) -> Self {
        let all = |items: &[Self]| items.iter().map(|e| e.substitute_old(by)).collect();
        let boxed = |e: &Self| Box::new(e.substitute_old(by));
        match self {
            Self::Old => by.clone(),
            Self::List(items) => Self::List(all(items)),
            Self::Call(name, args) => Self::Call(name.clone(), all(args)),
            Self::Struct(fields) => Self::Struct(
                fields
                    .iter()
                    .map(|(name, e)| (name.clone(), e.substitute_old(by)))
                    .collect(),
            ),
            Self::Cast(e, ty) => Self::Cast(boxed(e), ty.clone()),
            Self::Negate(e) => Self::Negate(boxed(e)),
            Self::Binary(op, a, b) => Self::Binary(*op, boxed(a), boxed(b)),
            _ => self.clone(),
        }
    }

    /// Returns whether the expression is `CAST(old AS to)`.
    #[must_use]
    pub(crate) fn is_plain_cast(&self, to: &Type) -> bool {
        matches!(self, Self::Cast(inner, ty) if **inner == Self::Old && ty == to)
    }

    /// Returns whether the expression references the value before a change.
    #[must_use]
    pub fn references_old(&self) -> bool {
        match self {
            Self::Old => true,
            Self::List(items) | Self::Call(_, items) => items.iter().any(Self::references_old),
            Self::Struct(fields) => fields.iter().any(|(_, e)| e.references_old()),
            Self::Cast(e, _) | Self::Negate(e) => e.references_old(),
            Self::Binary(_, a, b) => a.references_old() || b.references_old(),
            _ => false,
        }
    }
}

fn comma_separated(f: &mut fmt::Formatter<'_>, items: &[Expr], old: Option<&str>) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        item.write(f, old)?;
    }
    Ok(())
}
