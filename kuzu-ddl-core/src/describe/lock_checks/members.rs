//! Members of structs that change, in constants.

use super::super::const_string::ConstString;
use super::super::types::MemberDesc;
use super::widen::{equal, same};

/// Returns whether `b` has each member of `a`, with the same type.
pub(super) const fn keeps_members(a: &[MemberDesc], b: &[MemberDesc]) -> bool {
    let mut i = 0;
    while i < a.len() {
        match named(b, a[i].name) {
            Some(at) if same(&a[i].ty, &b[at].ty) => i += 1,
            _ => return false,
        }
    }
    true
}

/// Returns whether a member of `b` may be a member of `a` under another name.
pub(super) const fn may_rename_members(a: &[MemberDesc], b: &[MemberDesc]) -> bool {
    has_other(a, b) && has_other(b, a)
}

/// Appends the expression of a struct of the members of `b`. The members without a source are the
/// members of their type that `b` lost, in order.
pub(super) const fn with_renamed_members(
    message: ConstString,
    a: &[MemberDesc],
    b: &[MemberDesc],
) -> ConstString {
    let mut message = message.add("{");
    let mut i = 0;
    while i < b.len() {
        let separator = if i == 0 { "" } else { ", " };
        message = message.add(separator).add(b[i].name).add(": ");
        message = match source(a, b, i) {
            Some(at) => message.add("old.").add(a[at].name),
            None => message.add("…"),
        };
        i += 1;
    }
    message.add("}")
}

/// Returns the member of `a` that the member `at` of `b` probably was.
const fn source(a: &[MemberDesc], b: &[MemberDesc], at: usize) -> Option<usize> {
    let same_name = named(a, b[at].name);
    if same_name.is_some() {
        return same_name;
    }
    let mut skipped = 0;
    let mut i = 0;
    while i < at {
        if named(a, b[i].name).is_none() && same(&b[i].ty, &b[at].ty) {
            skipped += 1;
        }
        i += 1;
    }
    let mut i = 0;
    while i < a.len() {
        if named(b, a[i].name).is_none() && same(&a[i].ty, &b[at].ty) {
            if skipped == 0 {
                return Some(i);
            }
            skipped -= 1;
        }
        i += 1;
    }
    None
}

/// Returns whether `a` has a member whose name `b` does not have.
const fn has_other(a: &[MemberDesc], b: &[MemberDesc]) -> bool {
    let mut i = 0;
    while i < a.len() {
        if named(b, a[i].name).is_none() {
            return true;
        }
        i += 1;
    }
    false
}

const fn named(members: &[MemberDesc], name: &str) -> Option<usize> {
    let mut i = 0;
    while i < members.len() {
        if equal(members[i].name, name) {
            return Some(i);
        }
        i += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{keeps_members, may_rename_members, with_renamed_members};
    use crate::describe::const_string::ConstString;
    use crate::describe::types::{MemberDesc, TypeDesc};
    use crate::schema::Type;

    const fn member(name: &'static str, ty: TypeDesc) -> MemberDesc {
        MemberDesc { name, ty }
    }

    #[test]
    fn renamed_members_are_paired_by_type() {
        let old = [
            member("city", TypeDesc::String),
            member("zip", TypeDesc::Int64),
            member("street", TypeDesc::String),
        ];
        let new = [
            member("town", TypeDesc::String),
            member("zip", TypeDesc::Int64),
            member("road", TypeDesc::String),
            member("floor", TypeDesc::Int8),
        ];
        assert!(may_rename_members(&old, &new));
        assert!(!may_rename_members(&old, &old[1..]));
        assert!(keeps_members(&old[1..], &old) && !keeps_members(&old, &new));
        let text = with_renamed_members(ConstString::new(""), &old, &new);
        let expected = "{town: old.city, zip: old.zip, road: old.street, floor: …}";
        assert_eq!(text.text(), expected);
        // The plan proposes the same.
        let ty = |members: &[MemberDesc]| {
            let members = members
                .iter()
                .map(|m| format!("{} {}", m.name, Type::from(&m.ty)));
            let text = format!("STRUCT({})", members.collect::<Vec<_>>().join(", "));
            text.parse::<Type>().expect("a type")
        };
        let conversion = ty(&old).conversion_to(&ty(&new));
        assert!(
            conversion
                .help()
                .is_some_and(|help| help.contains(expected))
        );
    }
}
