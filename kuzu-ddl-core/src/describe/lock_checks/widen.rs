//! The order of lossless widenings over constants.
//!
//! It repeats [`Type::widens_to`](crate::schema::Type::widens_to), which cannot run in a constant;
//! a test ensures that both agree.

use super::super::type_text::word;
use super::super::types::{MemberDesc, TypeDesc};

/// Returns whether every value of `from` is a value of `to`.
pub(crate) const fn widens(from: &TypeDesc, to: &TypeDesc) -> bool {
    if same(from, to) {
        return true;
    }
    if let Some((bits, signed)) = integer(from) {
        if let Some((to_bits, to_signed)) = integer(to) {
            let room = match (signed, to_signed) {
                (true, false) => false,
                (false, true) => to_bits > bits,
                _ => to_bits >= bits,
            };
            return room && !matches!(to, TypeDesc::Serial);
        }
        let magnitude = if signed { bits - 1 } else { bits };
        return match to {
            TypeDesc::Float => magnitude <= 24,
            TypeDesc::Double => magnitude <= 53,
            TypeDesc::Decimal(precision, scale) => {
                precision.saturating_sub(*scale) >= digits(bits, signed)
            }
            _ => false,
        };
    }
    match (from, to) {
        (TypeDesc::Float, TypeDesc::Double) => true,
        (TypeDesc::Decimal(p, s), TypeDesc::Decimal(q, t)) => {
            *t >= *s && q.saturating_sub(*t) >= p.saturating_sub(*s)
        }
        (TypeDesc::List(a) | TypeDesc::Array(a, _), TypeDesc::List(b)) => widens(a, b),
        (TypeDesc::Array(a, n), TypeDesc::Array(b, m)) => *n == *m && widens(a, b),
        (TypeDesc::Map(k, v), TypeDesc::Map(l, w)) => widens(k, l) && widens(v, w),
        (TypeDesc::Struct(a), TypeDesc::Struct(b)) => members(a, b, false),
        _ => false,
    }
}

/// Returns whether a change to `to` loses no value and cannot fail; repeats
/// [`Type::fits_in`](crate::schema::Type::fits_in).
pub(crate) const fn fits(from: &TypeDesc, to: &TypeDesc) -> bool {
    widens(from, to) || (matches!(to, TypeDesc::Serial) && widens(from, &TypeDesc::Int64))
}

/// Returns whether two types are equal, because a derived `PartialEq` cannot run in a constant.
pub(super) const fn same(a: &TypeDesc, b: &TypeDesc) -> bool {
    match (a, b) {
        (TypeDesc::Decimal(p, s), TypeDesc::Decimal(q, t)) => *p == *q && *s == *t,
        (TypeDesc::List(a), TypeDesc::List(b)) => same(a, b),
        (TypeDesc::Array(a, n), TypeDesc::Array(b, m)) => *n == *m && same(a, b),
        (TypeDesc::Map(k, v), TypeDesc::Map(l, w)) => same(k, l) && same(v, w),
        (TypeDesc::Struct(a), TypeDesc::Struct(b)) | (TypeDesc::Union(a), TypeDesc::Union(b)) => {
            members(a, b, true)
        }
        _ => {
            let name = word(a);
            !name.is_empty() && equal(name, word(b))
        }
    }
}

const fn members(a: &[MemberDesc], b: &[MemberDesc], exact: bool) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        let fits = if exact {
            same(&a[i].ty, &b[i].ty)
        } else {
            widens(&a[i].ty, &b[i].ty)
        };
        if !fits || !equal(a[i].name, b[i].name) {
            return false;
        }
        i += 1;
    }
    true
}

pub(super) const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// Returns the bits and signedness of an integer type.
const fn integer(ty: &TypeDesc) -> Option<(u32, bool)> {
    Some(match ty {
        TypeDesc::Int8 => (8, true),
        TypeDesc::Int16 => (16, true),
        TypeDesc::Int32 => (32, true),
        TypeDesc::Int64 | TypeDesc::Serial => (64, true),
        TypeDesc::Int128 => (128, true),
        TypeDesc::UInt8 => (8, false),
        TypeDesc::UInt16 => (16, false),
        TypeDesc::UInt32 => (32, false),
        TypeDesc::UInt64 => (64, false),
        _ => return None,
    })
}

/// Returns the number of decimal digits that hold every value of an integer type.
const fn digits(bits: u32, signed: bool) -> u8 {
    match (bits, signed) {
        (8, _) => 3,
        (16, _) => 5,
        (32, _) => 10,
        (64, true) => 19,
        (64, false) => 20,
        _ => 39,
    }
}

#[cfg(test)]
mod tests {
    use crate::describe::lock_checks::widen::{fits, same, widens};
    use crate::describe::types::{MemberDesc, TypeDesc};
    use crate::schema::Type;

    const fn member(name: &'static str, ty: TypeDesc) -> MemberDesc {
        MemberDesc { name, ty }
    }

    /// Every type without inner types, decimals on both sides of each limit, and nested types in
    /// all containers.
    fn all() -> Vec<TypeDesc> {
        use TypeDesc as T;
        let plain = [
            T::Bool,
            T::Int8,
            T::Int16,
            T::Int32,
            T::Int64,
            T::Int128,
            T::UInt8,
            T::UInt16,
            T::UInt32,
            T::UInt64,
            T::Float,
            T::Double,
            T::String,
            T::Blob,
            T::Uuid,
            T::Date,
            T::Timestamp,
            T::TimestampNs,
            T::TimestampMs,
            T::TimestampSec,
            T::TimestampTz,
            T::Interval,
            T::Serial,
            T::Json,
            T::InternalId,
        ];
        let limits = [3, 5, 10, 19, 20, 38].into_iter();
        let decimals = limits
            .flat_map(|p| [(p, 0), (p, 2), (p - 1, 0)])
            .map(|(p, s)| T::Decimal(p, s));
        let parts = [
            T::List(&T::Int8),
            T::List(&T::Int16),
            T::Array(&T::Int8, 2),
            T::Array(&T::Int8, 3),
            T::Array(&T::Int16, 2),
            T::List(&T::List(&T::Int8)),
            T::List(&T::Array(&T::Int8, 2)),
            T::Map(&T::String, &T::Int8),
            T::Map(&T::String, &T::Int32),
            T::Map(&T::Int8, &T::Int8),
            T::Struct(&[const { member("a", T::Int8) }]),
            T::Struct(&[const { member("a", T::Int64) }]),
            T::Struct(&[const { member("A", T::Int8) }]),
            T::Struct(&[
                const { member("a", T::Int8) },
                const { member("b", T::Bool) },
            ]),
            T::Union(&[const { member("a", T::Int8) }]),
            T::Union(&[const { member("a", T::Int16) }]),
        ];
        plain.into_iter().chain(decimals).chain(parts).collect()
    }

    #[test]
    fn it_is_the_order_of_the_model() {
        for a in &all() {
            for b in &all() {
                let (from, to) = (Type::from(a), Type::from(b));
                assert_eq!(widens(a, b), from.widens_to(&to), "{from} to {to}");
                assert_eq!(fits(a, b), from.is_subtype_of(&to), "{from} into {to}");
                assert_eq!(same(a, b), from == to, "{from} and {to}");
            }
        }
    }
}
