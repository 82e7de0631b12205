//! Checks of expressions: structure, functions, limits, and literals against the property's type.

use super::super::limits::{MAX_EXPR_BYTES, MAX_EXPR_DEPTH};
use super::super::types::Type;
use super::super::types::range::integer_range;
use super::parse::Parser;
use super::{Expr, FUNCTIONS, Float, ParseExprError, is_word, shorten};

impl Expr {
    /// Checks this default for a property of type `ty`: known functions, finite numbers, depth,
    /// size, and literals that fit `ty`.
    ///
    /// # Errors
    ///
    /// Returns the first rule that the expression violates.
    pub fn check(&self, ty: &Type) -> Result<(), ParseExprError> {
        let fail = |reason: String| ParseExprError {
            text: shorten(&self.to_string()),
            reason,
        };
        self.check_structure()?;
        self.fits(ty).map_err(fail)
    }

    /// Checks this default without a type; see [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// Returns the first rule that the expression violates.
    pub fn check_structure(&self) -> Result<(), ParseExprError> {
        self.check_cast()?;
        if self.references_old() {
            let reason =
                "`old` is the value before a type change and has no meaning in a default".into();
            return Err(ParseExprError {
                text: shorten(&self.to_string()),
                reason,
            });
        }
        Ok(())
    }

    /// Checks this cast without a type; unlike a default it may reference the `old` value.
    ///
    /// # Errors
    ///
    /// Returns the first rule that the expression violates.
    pub fn check_cast(&self) -> Result<(), ParseExprError> {
        let mut budget = MAX_EXPR_BYTES;
        self.check_at(1, &mut budget)
            .and_then(|()| self.value_size().map(drop))
            .map_err(|reason| ParseExprError {
                text: shorten(&self.to_string()),
                reason,
            })
    }

    /// Parses a cast: an expression that may reference the `old` value.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a valid expression.
    pub fn parse_cast(text: &str) -> Result<Self, ParseExprError> {
        let fail = |reason: String| ParseExprError {
            text: shorten(text),
            reason,
        };
        if text.len() > MAX_EXPR_BYTES {
            return Err(fail(format!("longer than {MAX_EXPR_BYTES} bytes")));
        }
        let expr = Parser::read(text).map_err(fail)?;
        expr.check_cast()?;
        Ok(expr)
    }

    fn check_at(&self, depth: usize, budget: &mut usize) -> Result<(), String> {
        if depth > MAX_EXPR_DEPTH {
            return Err(format!("nested deeper than {MAX_EXPR_DEPTH} levels"));
        }
        let cost = match self {
            Self::Text(t) | Self::Opaque(t) => t.len(),
            Self::Bytes(b) => b.len() * 4,
            _ => 8,
        };
        *budget = budget
            .checked_sub(cost)
            .ok_or_else(|| format!("longer than {MAX_EXPR_BYTES} bytes"))?;
        match self {
            Self::Float(Float(x)) if !x.is_finite() => Err("the number is not finite".into()),
            Self::Text(t) if t.contains('\0') => Err("the string contains a NUL".into()),
            Self::Opaque(_) => Err("the engine reports it only in part".into()),
            Self::Call(name, args) => {
                if let Some((of, _)) = Self::as_member(name, args) {
                    return of.check_at(depth + 1, budget);
                }
                if !FUNCTIONS.contains(&name.as_str()) {
                    return Err(format!(
                        "unknown function `{}`; expected one of {}",
                        shorten(name),
                        FUNCTIONS.join(", ")
                    ));
                }
                args.iter().try_for_each(|a| a.check_at(depth + 1, budget))
            }
            Self::List(items) => items.iter().try_for_each(|e| e.check_at(depth + 1, budget)),
            Self::Struct(fields) => fields.iter().try_for_each(|(name, e)| {
                if !is_word(name) {
                    return Err(format!(
                        "the member name {:?} may have only letters, digits and underscores",
                        shorten(name)
                    ));
                }
                e.check_at(depth + 1, budget)
            }),
            Self::Cast(e, ty) => {
                ty.check().map_err(|e| e.to_string())?;
                if e.may_give_decimals_as_text(ty) {
                    return Err(DECIMALS_AS_TEXT.into());
                }
                e.check_at(depth + 1, budget)
            }
            Self::Negate(e) => e.check_at(depth + 1, budget),
            Self::Binary(_, a, b) => {
                a.check_at(depth + 1, budget)?;
                b.check_at(depth + 1, budget)
            }
            _ => Ok(()),
        }
    }

    /// Checks that the literals fit `ty`. What only the engine can decide (calls, texts of dates)
    /// passes here and is evaluated in the rehearsal.
    fn fits(&self, ty: &Type) -> Result<(), String> {
        let no = |what: &str| Err(format!("expected {ty}, found {what}"));
        if self.may_give_decimals_as_text(ty) {
            return Err(DECIMALS_AS_TEXT.into());
        }
        match (self, ty) {
            (_, Type::Serial) => Err(
                "a SERIAL property cannot have a default, because the engine numbers its rows"
                    .into(),
            ),
            (Self::Bool(_), Type::Bool) => Ok(()),
            (Self::Int(n), ty) => match integer_range(ty) {
                Some((low, high)) if *n < low || *n > high => {
                    Err(format!("{n} is out of range for {ty} ({low} to {high})"))
                }
                Some(_) => Ok(()),
                None => match ty {
                    Type::Float | Type::Double | Type::Decimal { .. } | Type::Json => Ok(()),
                    Type::Union(_) => Ok(()),
                    _ => no("an integer"),
                },
            },
            (
                Self::Float(_),
                Type::Float | Type::Double | Type::Decimal { .. } | Type::Json | Type::Union(_),
            ) => Ok(()),
            (Self::Float(_), _) => no("a number with a point"),
            (Self::Bool(_), Type::Json | Type::Union(_)) => Ok(()),
            (Self::Bool(_), _) => no("a boolean"),
            (Self::Bytes(_), Type::Blob) => Ok(()),
            (Self::Bytes(_), _) => no("a byte string"),
            (
                Self::Text(_),
                Type::String
                | Type::Uuid
                | Type::Date
                | Type::Timestamp
                | Type::TimestampNs
                | Type::TimestampMs
                | Type::TimestampSec
                | Type::TimestampTz
                | Type::Interval
                | Type::Decimal { .. }
                | Type::Json
                | Type::Union(_),
            ) => Ok(()),
            (Self::Text(_), Type::Blob) => Err("bytes are written as b\"…\"".into()),
            (Self::Text(_), _) => no("a string"),
            (Self::List(items), Type::List(t)) => items.iter().try_for_each(|e| e.fits(t)),
            (Self::List(items), Type::Array(t, n)) => {
                if items.len() as u64 != *n {
                    return Err(format!(
                        "expected the {n} elements of {ty}, found {}",
                        items.len()
                    ));
                }
                items.iter().try_for_each(|e| e.fits(t))
            }
            (Self::List(_), _) => no("a list"),
            (Self::Struct(given), Type::Struct(wanted)) => {
                if given.len() != wanted.len()
                    || given.iter().zip(wanted).any(|(g, w)| g.0 != w.name)
                {
                    return Err(format!("the members differ from those of {ty}"));
                }
                given
                    .iter()
                    .zip(wanted)
                    .try_for_each(|(g, w)| g.1.fits(&w.ty))
            }
            (Self::Struct(_), _) => no("a struct"),
            (
                Self::Call(..)
                | Self::Cast(..)
                | Self::Negate(_)
                | Self::Binary(..)
                | Self::Old
                | Self::Opaque(_),
                _,
            ) => Ok(()),
        }
    }

    /// Returns whether evaluating this default may fail in a way that only the engine can detect.
    #[must_use]
    pub fn is_fallible(&self) -> bool {
        !matches!(
            self,
            Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Opaque(_)
        )
    }

    /// Returns whether every row gets the same value, so that the engine can fill all existing rows
    /// at once.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Call(name, args) => {
                !matches!(
                    name.as_str(),
                    "current_date" | "current_timestamp" | "gen_random_uuid" | "nextval" | "uuid"
                ) && args.iter().all(Self::is_constant)
            }
            Self::List(items) => items.iter().all(Self::is_constant),
            Self::Struct(fields) => fields.iter().all(|(_, e)| e.is_constant()),
            Self::Cast(e, _) | Self::Negate(e) => e.is_constant(),
            Self::Binary(_, a, b) => a.is_constant() && b.is_constant(),
            _ => true,
        }
    }
}

/// The reason why an expression is refused that gives decimals as texts.
const DECIMALS_AS_TEXT: &str = "Kùzu 0.11.3 crashes where texts become the elements of a list of DECIMAL, or the keys or \
     values of a MAP\nhelp: write the decimals as numbers, for example `[12.5]`";
