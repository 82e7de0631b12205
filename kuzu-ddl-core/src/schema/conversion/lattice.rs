//! Lossless widenings: the partial order of types shared by automatic type changes and merging.
//!
//! `a` widens to `b` if every value of `a` is a value of `b` that compares equal and has the same
//! meaning. Integers widen to larger integers and to decimals and floats that hold them exactly;
//! containers widen with their members. Nothing widens to `STRING`: the text of a number is not
//! that number. Timestamps do not widen to finer units, whose range is smaller.

use super::super::types::{StructField, Type};

/// Returns the bits and signedness of an integer type.
pub(super) fn integer(ty: &Type) -> Option<(u32, bool)> {
    Some(match ty {
        Type::Int8 => (8, true),
        Type::Int16 => (16, true),
        Type::Int32 => (32, true),
        Type::Int64 | Type::Serial => (64, true),
        Type::Int128 => (128, true),
        Type::UInt8 => (8, false),
        Type::UInt16 => (16, false),
        Type::UInt32 => (32, false),
        Type::UInt64 => (64, false),
        _ => return None,
    })
}

/// Returns the number of decimal digits that hold every value of an integer type.
fn digits((bits, signed): (u32, bool)) -> u8 {
    match (bits, signed) {
        (8, _) => 3,
        (16, _) => 5,
        (32, _) => 10,
        (64, true) => 19,
        (64, false) => 20,
        _ => 39,
    }
}

/// Returns the number of integer bits that a float type holds exactly.
pub(super) fn mantissa(ty: &Type) -> Option<u32> {
    match ty {
        Type::Float => Some(24),
        Type::Double => Some(53),
        _ => None,
    }
}

impl Type {
    /// Returns the name of the type family. A primary key may change within its family and still
    /// identify the same rows.
    #[must_use]
    pub fn family(&self) -> String {
        match self {
            _ if integer(self).is_some() => "integer".into(),
            _ if mantissa(self).is_some() => "float".into(),
            Self::Decimal { .. } => "decimal".into(),
            other => other.to_string(),
        }
    }

    /// Returns whether every value of `self` is a value of `to`, so that a change loses nothing and
    /// cannot fail. A type widens to itself.
    #[must_use]
    pub fn widens_to(&self, to: &Self) -> bool {
        if self == to {
            return true;
        }
        if let Some((bits, signed)) = integer(self) {
            if let Some((to_bits, to_signed)) = integer(to) {
                // SERIAL is an INT64 with a sequence: it widens to INT64, INT64 does not widen to
                // it.
                return *to != Self::Serial
                    && match (signed, to_signed) {
                        (true, false) => false,
                        (false, true) => to_bits > bits,
                        _ => to_bits >= bits,
                    };
            }
            if let Some(held) = mantissa(to) {
                return bits - u32::from(signed) <= held;
            }
            if let Self::Decimal { precision, scale } = to {
                return precision - scale >= digits((bits, signed));
            }
        }
        match (self, to) {
            (Self::Float, Self::Double) => true,
            (
                Self::Decimal { precision, scale },
                Self::Decimal {
                    precision: to_precision,
                    scale: to_scale,
                },
            ) => to_scale >= scale && to_precision - to_scale >= precision - scale,
            (Self::List(a) | Self::Array(a, _), Self::List(b)) => a.widens_to(b),
            (Self::Array(a, n), Self::Array(b, m)) => n == m && a.widens_to(b),
            (Self::Map(k, v), Self::Map(to_k, to_v)) => k.widens_to(to_k) && v.widens_to(to_v),
            (Self::Struct(a), Self::Struct(b)) => members(a, b),
            _ => false,
        }
    }

    /// Returns whether a change to `to` loses no value and cannot fail: a widening, or a change to
    /// `SERIAL`, which stores `INT64` values.
    ///
    /// Merging requires the stricter [`widens_to`](Self::widens_to): of the two, `INT64` is the
    /// wider type because it has no sequence.
    #[must_use]
    pub fn is_subtype_of(&self, to: &Self) -> bool {
        self.widens_to(to) || self.widens_to(to.storage_type())
    }

    /// Returns the type of the stored values: `INT64` for `SERIAL`, otherwise the type itself.
    #[must_use]
    pub fn storage_type(&self) -> &Self {
        match self {
            Self::Serial => &Self::Int64,
            other => other,
        }
    }

    /// Returns the smallest type that both types widen to.
    #[must_use]
    pub fn join(&self, other: &Self) -> Option<Self> {
        if self.widens_to(other) {
            return Some(other.clone());
        }
        if other.widens_to(self) {
            return Some(self.clone());
        }
        match (self, other) {
            (Self::List(a) | Self::Array(a, _), Self::List(b) | Self::Array(b, _)) => {
                a.join(b).map(|t| Self::List(Box::new(t)))
            }
            (Self::Map(k, v), Self::Map(l, w)) => {
                Some(Self::Map(Box::new(k.join(l)?), Box::new(v.join(w)?)))
            }
            (Self::Struct(a), Self::Struct(b)) if a.len() == b.len() => {
                let fields = a.iter().zip(b).map(|(a, b)| {
                    let ty = (a.name == b.name).then(|| a.ty.join(&b.ty)).flatten()?;
                    Some(StructField {
                        name: a.name.clone(),
                        ty,
                    })
                });
                fields.collect::<Option<_>>().map(Self::Struct)
            }
            (
                Self::Decimal {
                    precision: p,
                    scale: s,
                },
                Self::Decimal {
                    precision: q,
                    scale: t,
                },
            ) => {
                let scale = *s.max(t);
                let precision = (p - s).max(q - t) + scale;
                (precision <= crate::schema::MAX_DECIMAL_PRECISION)
                    .then_some(Self::Decimal { precision, scale })
            }
            _ => CHAIN
                .iter()
                .find(|t| self.widens_to(t) && other.widens_to(t))
                .cloned(),
        }
    }
}

fn members(a: &[StructField], b: &[StructField]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.name == b.name && a.ty.widens_to(&b.ty))
}

/// The numeric types from narrow to wide. The first that holds both types is their join.
const CHAIN: [Type; 7] = [
    Type::Int16,
    Type::Int32,
    Type::Int64,
    Type::Int128,
    Type::Float,
    Type::Double,
    Type::Decimal {
        precision: 38,
        scale: 0,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> Type {
        text.parse().expect(text)
    }

    #[test]
    fn widenings() {
        for (from, to) in [
            ("INT8", "INT16"),
            ("UINT8", "INT16"),
            ("UINT64", "INT128"),
            ("INT32", "DOUBLE"),
            ("INT16", "FLOAT"),
            ("SERIAL", "INT64"),
            ("INT64", "DECIMAL(19, 0)"),
            ("DECIMAL(10, 2)", "DECIMAL(12, 4)"),
            ("INT8[3]", "INT64[]"),
            ("STRUCT(a INT8, b STRING)", "STRUCT(a INT32, b STRING)"),
            ("MAP(INT8, INT8)", "MAP(INT8, INT16)"),
        ] {
            assert!(ty(from).widens_to(&ty(to)), "{from} {to}");
            assert!(!ty(to).widens_to(&ty(from)), "{to} {from}");
        }
        for (from, to) in [
            ("INT64", "DOUBLE"),
            ("INT32", "FLOAT"),
            ("UINT8", "INT8"),
            ("INT8", "UINT16"),
            ("INT64", "STRING"),
            ("INT64", "SERIAL"),
            ("DECIMAL(10, 2)", "DECIMAL(11, 4)"),
            ("TIMESTAMP", "TIMESTAMP_NS"),
            ("STRUCT(a INT8)", "STRUCT(b INT8)"),
            ("INT8[3]", "INT8[4]"),
        ] {
            assert!(!ty(from).widens_to(&ty(to)), "{from} {to}");
        }
    }

    #[test]
    fn into_a_counter() {
        for from in ["INT8", "UINT32", "INT64", "SERIAL"] {
            assert!(ty(from).is_subtype_of(&Type::Serial), "{from}");
        }
        for from in ["UINT64", "INT128", "DOUBLE", "STRING"] {
            assert!(!ty(from).is_subtype_of(&Type::Serial), "{from}");
        }
        assert!(Type::Serial.is_subtype_of(&Type::Int128));
    }

    /// Checks the laws of a partial order over all small types. Merging depends on them.
    #[test]
    fn it_is_an_order_with_joins() {
        let all: Vec<Type> = [
            "INT8",
            "INT16",
            "INT32",
            "INT64",
            "INT128",
            "UINT8",
            "UINT16",
            "UINT32",
            "UINT64",
            "FLOAT",
            "DOUBLE",
            "STRING",
            "SERIAL",
            "DECIMAL(5, 0)",
            "DECIMAL(20, 2)",
            "INT8[]",
            "INT16[2]",
            "DOUBLE[]",
        ]
        .map(ty)
        .into();
        for a in &all {
            for b in &all {
                assert!(a == b || !(a.widens_to(b) && b.widens_to(a)), "{a} {b}");
                assert_eq!(a.join(b), b.join(a), "{a} {b}");
                if let Some(join) = a.join(b) {
                    assert!(a.widens_to(&join) && b.widens_to(&join), "{a} {b} {join}");
                }
                for c in &all {
                    assert!(
                        !(a.widens_to(b) && b.widens_to(c)) || a.widens_to(c),
                        "{a} {b} {c}"
                    );
                }
            }
        }
    }
}
