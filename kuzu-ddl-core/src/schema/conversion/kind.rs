//! The classes of conversions, and how they are computed.

use super::super::types::Type;

/// What a change from one type to another does to the values.
///
/// NULL stays NULL in every conversion.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::schema::{Conversion, Type};
///
/// assert!(matches!(Type::Int32.conversion_to(&Type::Int64), Conversion::Lossless(_)));
/// assert!(matches!(Type::Int64.conversion_to(&Type::Int32), Conversion::IfFits(_)));
/// assert!(matches!(Type::Date.conversion_to(&Type::Int64), Conversion::NeedsExpression { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conversion {
    /// Every value has a result, which determines the value.
    Lossless(ConversionMethod),
    /// Every value has a result, which may hold less: a rounded number, or a struct without one of
    /// its members.
    Lossy(ConversionMethod),
    /// Values without a result are counted before any change.
    IfFits(ConversionMethod),
    /// Only an expression or a function of the application can define the result.
    NeedsExpression {
        /// The remedy.
        help: String,
    },
    /// No expression gives a value of the target type.
    Impossible {
        /// The remedy.
        help: String,
    },
}

/// How a conversion is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConversionMethod {
    /// The engine's CAST. Where a value has no result, the cast fails.
    Cast,
    /// The engine's CAST of an operand that is not a column, since the CAST of a column gives all
    /// rows the value of the first.
    WrappedCast,
    /// The engine's CAST, for values that satisfy a condition.
    CheckedCast,
    /// A struct of the converted members.
    Members,
    /// [`convert`](crate::conversion::convert), in batches of rows.
    Rust,
}

impl Conversion {
    /// Returns whether every value has a result.
    #[must_use]
    pub fn is_total(&self) -> bool {
        matches!(self, Self::Lossless(_) | Self::Lossy(_))
    }

    /// Returns the method, or `None` if there is no built-in conversion.
    #[must_use]
    pub fn method(&self) -> Option<ConversionMethod> {
        match self {
            Self::Lossless(method) | Self::Lossy(method) | Self::IfFits(method) => Some(*method),
            Self::NeedsExpression { .. } | Self::Impossible { .. } => None,
        }
    }

    /// Returns the remedy, if there is no built-in conversion.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::NeedsExpression { help } | Self::Impossible { help } => Some(help),
            _ => None,
        }
    }

    /// Returns the same conversion by another method.
    pub(super) fn by(self, method: ConversionMethod) -> Self {
        match self {
            Self::Lossless(_) => Self::Lossless(method),
            Self::Lossy(_) => Self::Lossy(method),
            Self::IfFits(_) => Self::IfFits(method),
            none => none,
        }
    }

    /// Returns the conversion of a value that consists of parts with these conversions.
    pub(super) fn and(self, other: Self) -> Self {
        use Conversion as C;
        match (self, other) {
            (none @ C::Impossible { .. }, _) | (_, none @ C::Impossible { .. }) => none,
            (none @ C::NeedsExpression { .. }, _) | (_, none @ C::NeedsExpression { .. }) => none,
            (fits @ C::IfFits(_), _) | (_, fits @ C::IfFits(_)) => fits,
            (lossy @ C::Lossy(_), _) | (_, lossy @ C::Lossy(_)) => lossy,
            (lossless, C::Lossless(_)) => lossless,
        }
    }
}

/// The conversion of two types between which only a function can decide.
pub(super) fn function(from: &Type, to: &Type) -> Conversion {
    Conversion::NeedsExpression {
        help: format!(
            "name a function from {from} to {to} with `#[kuzu(cast_with = path::to::function)]`"
        ),
    }
}
