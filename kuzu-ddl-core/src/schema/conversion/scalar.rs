//! Conversions between types without inner types.

use super::super::types::Type;
use super::kind::{Conversion, ConversionMethod as M};
use super::lattice::{integer, mantissa};

/// Returns the conversion that is not a widening; `None` if there is none.
pub(super) fn conversion(from: &Type, to: &Type) -> Option<Conversion> {
    use Conversion::{IfFits, Lossless, Lossy};
    use Type as T;
    Some(match (from, to) {
        (T::String, to) => return from_text(to),
        // The engine writes six digits after the point, misplaces the sign of small decimals, and
        // does not escape the backslash of a BLOB.
        (T::Float | T::Double | T::Decimal { .. } | T::Blob, T::String) => Lossless(M::Rust),
        // The engine writes microseconds.
        (T::TimestampNs, T::String) => Lossy(M::Cast),
        (_, T::String) => Lossless(M::Cast),
        (T::Bool, to) if integer(to).is_some() => Lossless(M::Rust),
        (from, T::Bool) if integer(from).is_some() => IfFits(M::Rust),
        (from, to) if is_number(from) && is_number(to) => numbers(from, to),
        (from, to) if from.is_time() && to.is_time() => IfFits(M::Rust),
        _ => return None,
    })
}

fn from_text(to: &Type) -> Option<Conversion> {
    use Type as T;
    Some(match to {
        T::Bool => Conversion::IfFits(M::CheckedCast),
        to if integer(to).is_some() => Conversion::IfFits(M::CheckedCast),
        T::Interval => Conversion::IfFits(M::Cast),
        T::Json => Conversion::IfFits(M::WrappedCast),
        to if is_number(to) || to.is_time() => Conversion::IfFits(M::Rust),
        T::Uuid | T::Blob => Conversion::IfFits(M::Rust),
        _ => return None,
    })
}

/// Returns the conversion between numbers, where it is not a widening.
fn numbers(from: &Type, to: &Type) -> Conversion {
    use Conversion::{IfFits, Lossy};
    let (integral, float) = (integer(from).is_some(), mantissa(from).is_some());
    match to {
        to if mantissa(to).is_some() => match from {
            // See `conversion::number` for the number that a FLOAT does not hold.
            Type::Int32 | Type::Int64 | Type::Int128 | Type::Decimal { .. }
                if *to == Type::Float =>
            {
                IfFits(M::Rust)
            }
            // The engine rounds twice.
            Type::Int128 | Type::Decimal { .. } => Lossy(M::Rust),
            _ if integral => Lossy(M::Cast),
            // The engine turns large numbers into infinity.
            _ => IfFits(M::Rust),
        },
        to if integer(to).is_some() && (integral || float) => IfFits(M::CheckedCast),
        // The engine wraps around.
        _ => IfFits(M::Rust),
    }
}

pub(super) fn is_number(ty: &Type) -> bool {
    integer(ty).is_some() || mantissa(ty).is_some() || matches!(ty, Type::Decimal { .. })
}
