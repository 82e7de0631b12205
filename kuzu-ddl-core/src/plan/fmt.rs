//! Display of durations, numbers and counts in plans and reports.

use std::fmt;
use std::time::Duration;

/// Duration that displays as seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HumanDuration(pub Duration);

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        if seconds < 0.01 {
            f.write_str("0.01 s")
        } else if seconds < 10.0 {
            write!(f, "{seconds:.2} s")
        } else {
            write!(f, "{seconds:.0} s")
        }
    }
}

/// Formats a number with thousands separators.
#[must_use]
pub fn group_digits(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Formats a count with its noun, in the singular or plural.
#[must_use]
pub fn count_noun(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", group_digits(n), if n == 1 { one } else { many })
}
