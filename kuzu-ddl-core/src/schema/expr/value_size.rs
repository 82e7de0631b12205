//! What an expression can yield: every row stores it, so a few bytes must not become megabytes.

use super::super::limits::{MAX_EXPR_OLD_FACTOR, MAX_EXPR_VALUE_BYTES};
use super::Expr;

/// An upper bound of the size of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ValueSize {
    /// The number of bytes from constants.
    bytes: u64,
    /// The number of times that the old value occurs.
    old: u64,
}

/// The size of a number, in bytes.
const NUMBER_BYTES: u64 = 8;

/// The size of a hash as text, in bytes.
const HASH_BYTES: u64 = 64;

impl ValueSize {
    const NUMBER: Self = Self {
        bytes: NUMBER_BYTES,
        old: 0,
    };

    fn plus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(other.bytes),
            old: self.old.saturating_add(other.old),
        }
    }

    fn times(self, n: u64) -> Self {
        Self {
            bytes: self.bytes.saturating_mul(n),
            old: self.old.saturating_mul(n),
        }
    }

    fn checked(self) -> Result<Self, String> {
        if self.bytes > MAX_EXPR_VALUE_BYTES {
            return Err(format!(
                "it can yield {} bytes for each row, at most {MAX_EXPR_VALUE_BYTES}\n\
                 help: use a shorter value",
                self.bytes
            ));
        }
        if self.old > MAX_EXPR_OLD_FACTOR {
            return Err(format!(
                "it repeats the old value {} times, at most {MAX_EXPR_OLD_FACTOR}\n\
                 help: use a shorter value",
                self.old
            ));
        }
        Ok(self)
    }
}

impl Expr {
    /// Returns an upper bound of what this expression can yield, if it and all its parts are within
    /// the limits.
    pub(super) fn value_size(&self) -> Result<ValueSize, String> {
        let size = match self {
            Self::Text(text) | Self::Opaque(text) => ValueSize {
                bytes: text.len() as u64,
                old: 0,
            },
            Self::Bytes(bytes) => ValueSize {
                bytes: bytes.len() as u64,
                old: 0,
            },
            Self::Old => ValueSize { bytes: 0, old: 1 },
            Self::Call(name, args) => match (name.as_str(), args.as_slice()) {
                ("repeat", [text, count]) => text.value_size()?.times(repetitions(count)?),
                (name, args) => {
                    let all = sum(args.iter())?;
                    match name {
                        "md5" | "sha256" => ValueSize {
                            bytes: HASH_BYTES,
                            old: 0,
                        },
                        "size" | "ln" | "log10" | "pi" | "pow" | "sqrt" => ValueSize::NUMBER,
                        _ => all,
                    }
                }
            },
            Self::List(items) => sum(items.iter())?,
            Self::Struct(fields) => sum(fields.iter().map(|(_, e)| e))?,
            Self::Cast(e, _) | Self::Negate(e) => e.value_size()?,
            Self::Binary(_, a, b) => a.value_size()?.plus(b.value_size()?),
            _ => ValueSize::NUMBER,
        };
        size.checked()
    }
}

fn sum<'e>(mut parts: impl Iterator<Item = &'e Expr>) -> Result<ValueSize, String> {
    parts.try_fold(ValueSize { bytes: 0, old: 0 }, |sum, part| {
        Ok(sum.plus(part.value_size()?))
    })
}

/// Returns how often `repeat` repeats.
fn repetitions(count: &Expr) -> Result<u64, String> {
    match count {
        Expr::Int(n) => Ok(u64::try_from((*n).max(0)).unwrap_or(u64::MAX)),
        Expr::Cast(inner, _) => repetitions(inner),
        _ => Err("the second argument of `repeat` must be a number\nhelp: write the number".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Expr;

    #[test]
    fn what_an_expression_yields_is_limited() {
        let read = |text: &str| Expr::parse_cast(text).map_err(|e| e.to_string());
        for text in [
            "repeat('x', 2000000)",
            "repeat(repeat('x', 1000), 1000)",
            "md5(repeat('x', 2000000))",
            "concat(repeat('x', 65536), 'y')",
            "repeat('x', size('abc'))",
            "repeat('x', 1000 * 1000)",
            "repeat('x', CAST(2000000 AS INT64))",
            "repeat('x', -(-(2000000)))",
            "repeat(old, 2000)",
            "CAST(repeat('1,', 1000000) AS INT64[])",
        ] {
            let e = read(text).expect_err(text);
            assert!(e.contains("help: "), "{text}: {e}");
        }
        for text in [
            "repeat('x', 65536)",
            "repeat('x', -1)",
            "repeat(old, 3)",
            "concat(old, '-', old)",
            "md5(repeat('x', 1000))",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
    }
}
