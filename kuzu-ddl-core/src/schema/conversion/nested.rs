//! Conversions from and to types with inner types.

use super::super::types::{StructField, Type};
use super::kind::{Conversion, ConversionMethod as M, function};

/// Returns the conversion, or `None` if neither type has inner types or the change is a widening.
pub(super) fn conversion(from: &Type, to: &Type) -> Option<Conversion> {
    use Type as T;
    if let T::Union(members) = to {
        return Some(into_union(from, to, members));
    }
    if from.widens_to(to) && !matches!(from, T::Struct(_)) {
        return None;
    }
    Some(match (from, to) {
        (T::Array(_, n), T::Array(_, m)) if n != m => Conversion::NeedsExpression {
            help: format!(
                "no value of {from} has {m} elements: name a function from {from} to {to} with \
                 `#[kuzu(cast_with = path::to::function)]`"
            ),
        },
        (T::List(a) | T::Array(a, _), T::List(b) | T::Array(b, _)) => {
            let shorter = matches!((from, to), (T::List(_), T::Array(..)));
            elements((from, a), (to, b), shorter)
        }
        (T::Struct(a), T::Struct(b)) => structs((from, a), (to, b)),
        (T::String, T::List(_) | T::Array(..) | T::Struct(_) | T::Map(..)) => from_text(from, to),
        (T::List(_) | T::Array(..) | T::Struct(_) | T::Map(..) | T::Union(_), T::String) => {
            Conversion::Lossy(M::Cast)
        }
        (from, to) if has_members(from) || has_members(to) => function(from, to),
        _ => return None,
    })
}

fn has_members(ty: &Type) -> bool {
    use Type as T;
    matches!(
        ty,
        T::List(_) | T::Array(..) | T::Struct(_) | T::Map(..) | T::Union(_)
    )
}

/// A value becomes the first member that has exactly its type, a text the first member that
/// accepts it.
fn into_union(from: &Type, to: &Type, members: &[StructField]) -> Conversion {
    let has_own = members.iter().any(|member| member.ty == *from);
    if *from == Type::String {
        if members.iter().all(|member| reads_text(&member.ty)) {
            return if has_own {
                Conversion::Lossy(M::WrappedCast)
            } else {
                Conversion::IfFits(M::WrappedCast)
            };
        }
    } else if has_own && !has_members(from) && *from != Type::Json {
        return Conversion::Lossless(M::WrappedCast);
    }
    Conversion::NeedsExpression {
        help: format!(
            "name a function from {from} to a member of {to} with \
             `#[kuzu(cast_with = path::to::function)]`"
        ),
    }
}

/// Returns whether the engine reads values of this type from text without silent errors.
fn reads_text(ty: &Type) -> bool {
    use Type as T;
    match ty {
        T::Bool
        | T::Int8
        | T::Int16
        | T::Int32
        | T::Int64
        | T::Int128
        | T::UInt8
        | T::UInt16
        | T::UInt32
        | T::UInt64
        | T::Float
        | T::Double
        | T::String
        | T::Uuid
        | T::Date
        | T::Timestamp
        | T::TimestampTz => true,
        T::List(of) | T::Array(of, _) => reads_text(of),
        T::Struct(members) => members.iter().all(|member| reads_text(&member.ty)),
        T::Map(key, value) => reads_text(key) && reads_text(value),
        _ => false,
    }
}

fn from_text(from: &Type, to: &Type) -> Conversion {
    if reads_text(to) {
        Conversion::IfFits(M::WrappedCast)
    } else {
        function(from, to)
    }
}

/// Returns the conversion of lists, each of whose elements is converted.
fn elements((from, a): (&Type, &Type), (to, b): (&Type, &Type), shorter: bool) -> Conversion {
    let each = a.conversion_to(b);
    let is_list = |ty: &Type| matches!(ty, Type::List(_) | Type::Array(..));
    if is_list(a) != is_list(b) || !(is_simple(a) && is_simple(b)) || each.method().is_none() {
        return match each {
            Conversion::NeedsExpression { .. } | Conversion::Impossible { .. } => each,
            _ => function(from, to),
        };
    }
    let each = each.by(M::Rust);
    if shorter {
        each.and(Conversion::IfFits(M::Rust))
    } else {
        each
    }
}

/// Returns whether values of the type travel between engine and Rust, alone and in lists.
fn is_simple(ty: &Type) -> bool {
    use Type as T;
    match ty {
        // The engine crashes on casts of lists of lists of decimals.
        T::List(of) | T::Array(of, _) => is_simple(of) && !has_decimal(of),
        T::Struct(_) | T::Map(..) | T::Union(_) => false,
        T::Json | T::Interval | T::Serial | T::InternalId | T::Unknown(_) => false,
        _ => true,
    }
}

fn has_decimal(ty: &Type) -> bool {
    match ty {
        Type::List(of) | Type::Array(of, _) => {
            has_decimal(of) || matches!(**of, Type::Decimal { .. })
        }
        _ => false,
    }
}

/// Returns the struct of the members of `b`, where each member without a source is the next one of
/// `a` that has its type and that `b` lost.
fn renamed_members(a: &[StructField], b: &[StructField]) -> String {
    let has = |members: &[StructField], name: &str| members.iter().any(|m| m.name == name);
    let mut lost: Vec<_> = a.iter().filter(|old| !has(b, &old.name)).collect();
    let members = b.iter().map(|new| {
        let name = &new.name;
        if has(a, name) {
            return format!("{name}: old.{name}");
        }
        match lost.iter().position(|old| old.ty == new.ty) {
            Some(at) => format!("{name}: old.{}", lost.remove(at).name),
            None => format!("{name}: …"),
        }
    });
    let members: Vec<String> = members.collect();
    format!("{{{}}}", members.join(", "))
}

/// Returns the conversion of structs, whose members are matched by name.
fn structs((from, a): (&Type, &[StructField]), (to, b): (&Type, &[StructField])) -> Conversion {
    let source = |member: &StructField| a.iter().find(|old| old.name == member.name);
    let lost = a.iter().any(|old| b.iter().all(|new| new.name != old.name));
    let gained = b.iter().any(|new| source(new).is_none());
    if lost && gained {
        return Conversion::NeedsExpression {
            help: format!(
                "write the members that are renamed, because they are matched by name: \
                 `#[kuzu(cast = \"{}\")]`",
                renamed_members(a, b)
            ),
        };
    }
    let mut whole = if lost {
        Conversion::Lossy(M::Members)
    } else {
        Conversion::Lossless(M::Members)
    };
    let mut plain = true;
    let mut simple = true;
    for (member, old) in b.iter().filter_map(|new| Some((new, source(new)?))) {
        plain &= old.ty == member.ty || (is_cast(&old.ty) && old.ty.widens_to(&member.ty));
        simple &= in_struct(&old.ty) && in_struct(&member.ty);
        whole = whole.and(old.ty.conversion_to(&member.ty));
    }
    match whole {
        whole if whole.method().is_none() => whole,
        whole if plain => whole.by(M::Members),
        whole if simple && a.iter().all(|old| in_struct(&old.ty)) => whole.by(M::Rust),
        _ => function(from, to),
    }
}

/// Returns whether a member of the type is widened by a CAST of its own.
fn is_cast(ty: &Type) -> bool {
    in_struct(ty)
}

/// Returns whether a member of the type travels between engine and Rust in its struct.
fn in_struct(ty: &Type) -> bool {
    is_simple(ty) && !matches!(ty, Type::List(_) | Type::Array(..))
}
