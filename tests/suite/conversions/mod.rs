//! Conversions of values: every pair of types, by boundary values, against an independent oracle.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod defaults;
mod faults;
mod keys;
mod matrix;
mod oracle;
mod shapes;
mod values;
