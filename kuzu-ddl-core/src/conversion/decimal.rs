//! Decimals as a mantissa and a number of digits after the point.

use crate::schema::MAX_DECIMAL_PRECISION;

/// A decimal: `mantissa` divided by ten to the power of `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) mantissa: i128,
    pub(super) scale: u8,
}

impl Decimal {
    /// Reads the engine's text of a `DECIMAL(_, scale)`.
    ///
    /// The engine pads small negative numbers before the sign: it writes `0.000-1` for −0.0001, so
    /// only the digits count.
    pub(super) fn stored(text: &str, scale: u8) -> Option<Self> {
        let mut mantissa = 0_i128;
        let mut negative = false;
        for c in text.chars() {
            match c {
                '-' => negative = true,
                '.' => {}
                c => {
                    mantissa = mantissa
                        .checked_mul(10)?
                        .checked_add(c.to_digit(10)?.into())?
                }
            }
        }
        let mantissa = if negative { -mantissa } else { mantissa };
        Some(Self { mantissa, scale })
    }

    /// Parses `-12.345`, rounded to `scale` digits after the point, ties away from zero.
    pub(super) fn parse(text: &str, scale: u8) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let scale_digits = usize::from(scale);
        let digit = |i: usize| fraction.as_bytes().get(i).map_or(0, |b| b - b'0');
        let mut mantissa = 0_i128;
        let kept = (0..scale_digits).map(digit);
        for n in whole.bytes().map(|b| b - b'0').chain(kept) {
            mantissa = mantissa.checked_mul(10)?.checked_add(n.into())?;
        }
        mantissa += i128::from(digit(scale_digits) >= 5);
        let mantissa = if negative { -mantissa } else { mantissa };
        Some(Self { mantissa, scale })
    }

    /// Rounds to another number of digits after the point, ties away from zero.
    pub(super) fn rescale(self, scale: u8) -> Option<Self> {
        let mantissa = if scale >= self.scale {
            self.mantissa.checked_mul(power(scale - self.scale)?)?
        } else {
            let unit = power(self.scale - scale)?;
            let (whole, rest) = (self.mantissa / unit, self.mantissa % unit);
            let up = rest.unsigned_abs() >= unit.unsigned_abs().div_ceil(2);
            whole + if up { rest.signum() } else { 0 }
        };
        Some(Self { mantissa, scale })
    }

    /// Returns the number as text if it has at most `precision` digits.
    pub(super) fn format(self, precision: u8) -> Option<String> {
        let limit = power(precision.min(MAX_DECIMAL_PRECISION))?;
        (self.mantissa.unsigned_abs() < limit.unsigned_abs()).then(|| self.to_text())
    }

    /// Returns the number as text.
    pub(super) fn to_text(self) -> String {
        let scale = usize::from(self.scale);
        let digits = format!("{:0>1$}", self.mantissa.unsigned_abs(), scale + 1);
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        }
    }
}

fn power(digits: u8) -> Option<i128> {
    10_i128.checked_pow(digits.into())
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn texts_are_rounded_away_from_zero() {
        for (text, scale, want) in [
            ("12.345", 2, "12.35"),
            ("-12.345", 2, "-12.35"),
            ("0.5", 0, "1"),
            (".5", 1, "0.5"),
            ("5.", 1, "5.0"),
            ("-0.0000000001", 10, "-0.0000000001"),
            ("-0", 2, "0.00"),
        ] {
            let decimal = Decimal::parse(text, scale).expect(text);
            assert_eq!(decimal.to_text(), want, "{text}");
        }
        for text in ["", ".", "-", "1e3", "+1", "1.2.3", "١"] {
            assert_eq!(Decimal::parse(text, 2), None, "{text}");
        }
    }

    #[test]
    fn a_misplaced_sign_is_read() {
        let small = Decimal::stored("0.00000000-1", 10).expect("a decimal");
        assert_eq!(small.to_text(), "-0.0000000001");
    }

    #[test]
    fn a_change_of_scale_rounds() {
        let decimal = |mantissa, scale| Decimal { mantissa, scale };
        for (mantissa, want) in [(125, 13), (124, 12), (-125, -13), (-124, -12), (0, 0)] {
            assert_eq!(decimal(mantissa, 2).rescale(1), Some(decimal(want, 1)));
        }
        assert_eq!(decimal(5, 0).rescale(2), Some(decimal(500, 2)));
        assert_eq!(decimal(i128::MAX, 0).rescale(1), None);
    }
}
