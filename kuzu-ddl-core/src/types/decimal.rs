//! Decimals whose precision and scale are part of the Rust type.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::describe::{KuzuType, TypeDesc};
use crate::schema::MAX_DECIMAL_PRECISION;

/// A decimal with at most `P` digits, `S` of them after the decimal point: `DECIMAL(P, S)`.
///
/// `P` is 1 to 38 and `S` at most `P`; anything else does not compile. The value has at most 28
/// digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal<const P: u8, const S: u8>(rust_decimal::Decimal);

/// Error returned when a number is not a valid [`Decimal`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// The number has more digits before or after the decimal point than the type holds.
    #[error("{value} is out of range for DECIMAL({precision}, {scale})")]
    Fit {
        /// The rejected number.
        value: rust_decimal::Decimal,
        /// The total number of digits of the type.
        precision: u8,
        /// The number of digits after the decimal point.
        scale: u8,
    },
    /// The text is not a number.
    #[error("not a decimal number: {0}")]
    Text(String),
}

impl<const P: u8, const S: u8> Decimal<P, S> {
    /// Wraps `value` if it fits without rounding.
    ///
    /// # Errors
    ///
    /// Returns [`DecimalError::Fit`] if `value` has too many digits.
    pub fn new(value: rust_decimal::Decimal) -> Result<Self, DecimalError> {
        const {
            assert!(
                shape_is_legal(P, S),
                "a DECIMAL has a precision of 1 to 38, and a scale of at most the precision"
            )
        };
        let short = value.normalize();
        let digits_before = digits(short.trunc().mantissa());
        if short.scale() > u32::from(S) || digits_before > u32::from(P - S) {
            return Err(DecimalError::Fit {
                value,
                precision: P,
                scale: S,
            });
        }
        Ok(Self(value))
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> rust_decimal::Decimal {
        self.0
    }
}

const fn shape_is_legal(precision: u8, scale: u8) -> bool {
    precision >= 1 && precision <= MAX_DECIMAL_PRECISION && scale <= precision
}

fn digits(number: i128) -> u32 {
    number
        .unsigned_abs()
        .checked_ilog10()
        .map_or(0, |log| log + 1)
}

#[diagnostic::do_not_recommend]
impl<const P: u8, const S: u8> KuzuType for Decimal<P, S> {
    const TYPE: TypeDesc = {
        assert!(
            shape_is_legal(P, S),
            "a DECIMAL has a precision of 1 to 38, and a scale of at most the precision"
        );
        TypeDesc::Decimal(P, S)
    };
}

impl<const P: u8, const S: u8> Deref for Decimal<P, S> {
    type Target = rust_decimal::Decimal;

    fn deref(&self) -> &rust_decimal::Decimal {
        &self.0
    }
}

impl<const P: u8, const S: u8> TryFrom<rust_decimal::Decimal> for Decimal<P, S> {
    type Error = DecimalError;

    fn try_from(value: rust_decimal::Decimal) -> Result<Self, DecimalError> {
        Self::new(value)
    }
}

impl<const P: u8, const S: u8> From<Decimal<P, S>> for rust_decimal::Decimal {
    fn from(decimal: Decimal<P, S>) -> Self {
        decimal.0
    }
}

impl<const P: u8, const S: u8> fmt::Display for Decimal<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const P: u8, const S: u8> FromStr for Decimal<P, S> {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let value = rust_decimal::Decimal::from_str_exact(text)
            .map_err(|e| DecimalError::Text(e.to_string()))?;
        Self::new(value)
    }
}

// As text, because a float would round.
impl<const P: u8, const S: u8> Serialize for Decimal<P, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, const P: u8, const S: u8> Deserialize<'de> for Decimal<P, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_on_both_sides_of_the_point_are_counted() {
        type D = Decimal<5, 2>;
        for fits in ["999.99", "-999.99", "0", "0.01", "1.50", "1.5000"] {
            assert!(fits.parse::<D>().is_ok(), "{fits}");
        }
        for unfit in ["1000", "0.001", "-1000.1", "x", ""] {
            assert!(unfit.parse::<D>().is_err(), "{unfit}");
        }
        assert!("0.12".parse::<Decimal<2, 2>>().is_ok());
        assert!("1".parse::<Decimal<2, 2>>().is_err());
    }

    #[test]
    fn serde_keeps_every_digit() {
        let d: Decimal<20, 10> = "1.0000000001".parse().expect("it fits");
        let json = serde_json::to_string(&d).expect("it is plain data");
        assert_eq!(json, "\"1.0000000001\"");
        assert_eq!(
            serde_json::from_str::<Decimal<20, 10>>(&json).expect("as written"),
            d
        );
        assert!(serde_json::from_str::<Decimal<3, 1>>(&json).is_err());
    }
}
