//! Consistency of one table, seen through the aliases of its fields.

use super::super::const_string::ConstString;
use super::super::table::{PairDesc, TableDesc, TableKindDesc};
use super::super::types::TypeDesc;
use super::schema_set::same;
use crate::schema::limits::{MAX_ARRAY_LENGTH, MAX_TYPE_COLUMNS, MAX_TYPE_DEPTH};

/// Returns the table, and rejects invalid types and contradictions. The derive has already checked
/// the names in its own tokens.
#[track_caller]
pub const fn table(desc: &'static TableDesc) -> &'static TableDesc {
    let mut i = 0;
    while i < desc.properties.len() {
        let property = &desc.properties[i];
        let what = match shape(&property.ty, 1, 1) {
            None if columns(&property.ty) > MAX_TYPE_COLUMNS => Some(
                "the engine needs more than 1024 columns for it\nhelp: use fewer members, or a list \
                 or map of them",
            ),
            what => what,
        };
        if let Some(what) = what {
            ConstString::new("invalid type of the property `")
                .add(property.name)
                .add("`: ")
                .add(what)
                .panic();
        }
        i += 1;
    }
    if let TableKindDesc::Edge {
        pairs,
        dropped_pairs,
        ..
    } = desc.kind
    {
        each_once(pairs);
        none_dropped(pairs, dropped_pairs);
    }
    desc
}

/// Returns what is wrong with a type, in arrays of that many elements in all.
const fn shape(ty: &TypeDesc, depth: usize, elements: u64) -> Option<&'static str> {
    if depth > MAX_TYPE_DEPTH {
        return Some("nested deeper than 64 levels");
    }
    match ty {
        TypeDesc::Serial if depth > 1 => {
            Some("SERIAL cannot be nested in another type\nhelp: make the field a `Serial`")
        }
        TypeDesc::Array(_, 0) => Some("an array needs at least one element"),
        TypeDesc::Array(ty, n) => {
            let all = elements.saturating_mul(*n);
            if all > MAX_ARRAY_LENGTH {
                return Some("an array may have at most 1000000 elements\nhelp: use a `Vec`");
            }
            shape(ty, depth + 1, all)
        }
        TypeDesc::List(ty) => shape(ty, depth + 1, elements),
        TypeDesc::Map(key, value) => match shape(key, depth + 1, elements) {
            None => shape(value, depth + 1, elements),
            some => some,
        },
        TypeDesc::Struct(members) | TypeDesc::Union(members) => {
            let mut i = 0;
            while i < members.len() {
                if let Some(what) = shape(&members[i].ty, depth + 1, elements) {
                    return Some(what);
                }
                i += 1;
            }
            None
        }
        _ => None,
    }
}

/// Returns the number of columns that the engine stores: one for each type that the type contains,
/// itself included.
const fn columns(ty: &TypeDesc) -> u64 {
    match ty {
        TypeDesc::Array(ty, _) | TypeDesc::List(ty) => 1 + columns(ty),
        TypeDesc::Map(key, value) => 2 + columns(key) + columns(value),
        TypeDesc::Struct(members) | TypeDesc::Union(members) => {
            let (mut all, mut i) = (1, 0);
            while i < members.len() {
                all += columns(&members[i].ty);
                i += 1;
            }
            all
        }
        _ => 1,
    }
}

const fn is(a: &PairDesc, b: &PairDesc) -> bool {
    same(a.from, b.from) && same(a.to, b.to)
}

const fn names(message: ConstString, pair: &PairDesc) -> ConstString {
    message
        .add("`from = ")
        .add(pair.from)
        .add(", to = ")
        .add(pair.to)
        .add("`")
}

#[track_caller]
const fn each_once(pairs: &[PairDesc]) {
    let mut i = 1;
    while i < pairs.len() {
        let mut j = 0;
        while j < i {
            // The endpoint of a derive that failed has no name.
            if is(&pairs[i], &pairs[j]) && !pairs[i].from.is_empty() && !pairs[i].to.is_empty() {
                names(ConstString::new("duplicate pair "), &pairs[i])
                    .add("\nhelp: remove one")
                    .panic();
            }
            j += 1;
        }
        i += 1;
    }
}

#[track_caller]
const fn none_dropped(pairs: &[PairDesc], dropped: &[PairDesc]) {
    let mut i = 0;
    while i < pairs.len() {
        let mut j = 0;
        while j < dropped.len() {
            if is(&pairs[i], &dropped[j]) && !pairs[i].from.is_empty() && !pairs[i].to.is_empty() {
                names(ConstString::new("the pair "), &pairs[i])
                    .add(" is both declared and marked as dropped\nhelp: remove one of the two")
                    .panic();
            }
            j += 1;
        }
        i += 1;
    }
}
