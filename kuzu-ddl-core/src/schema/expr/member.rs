//! Members of the old value in a cast: `old.city`, which is `struct_extract(old, 'city')`.

use std::fmt;

use super::super::name::string_literal;
use super::super::types::Type;
use super::{Expr, ParseExprError, is_word, shorten};

/// The function that returns a member of a `STRUCT`.
const STRUCT_EXTRACT: &str = "struct_extract";

impl Expr {
    /// Returns the expression for a member of a `STRUCT`.
    pub(super) fn member(of: Self, name: &str) -> Self {
        Self::Call(
            STRUCT_EXTRACT.to_owned(),
            vec![of, Self::Text(name.to_owned())],
        )
    }

    /// Returns the `STRUCT` and the member if the call returns a member of the old value, or of one
    /// of its members.
    pub(crate) fn as_member<'a>(function: &str, args: &'a [Self]) -> Option<(&'a Self, &'a str)> {
        match args {
            [of, Self::Text(name)] if function == STRUCT_EXTRACT && is_word(name) => {
                of.is_member_path().then_some((of, name))
            }
            _ => None,
        }
    }

    /// Returns whether the expression is the old value, or a member of it at any depth.
    fn is_member_path(&self) -> bool {
        match self {
            Self::Old => true,
            Self::Call(function, args) => Self::as_member(function, args).is_some(),
            _ => false,
        }
    }

    /// Writes the member `name` of `of` as Cypher. The engine gives arbitrary members to a NULL, so
    /// each `STRUCT` on the way is compared with NULL.
    pub(super) fn write_member(
        f: &mut fmt::Formatter<'_>,
        (of, name): (&Self, &str),
        old: &str,
    ) -> fmt::Result {
        let mut names = vec![name];
        let mut outer = of;
        while let Self::Call(function, args) = outer
            && let Some((of, name)) = Self::as_member(function, args)
        {
            names.push(name);
            outer = of;
        }
        let mut value = old.to_owned();
        let mut nulls = Vec::new();
        for name in names.iter().rev() {
            nulls.push(format!("{value} IS NULL"));
            value = format!("{STRUCT_EXTRACT}({value}, {})", string_literal(name));
        }
        let any = nulls.join(" OR ");
        write!(f, "CASE WHEN {any} THEN NULL ELSE {value} END")
    }

    /// Checks that the members which this cast reads exist, where `old` is of type `from`.
    ///
    /// # Errors
    ///
    /// Returns the first member that does not exist.
    pub fn check_members(&self, from: &Type) -> Result<(), ParseExprError> {
        self.read_members(from).map(drop).map_err(|reason| {
            let text = shorten(&self.to_string());
            ParseExprError { text, reason }
        })
    }

    /// Returns the type of the expression, where it is known.
    fn read_members(&self, from: &Type) -> Result<Option<Type>, String> {
        let all = |items: &[Self]| {
            let mut items = items.iter();
            items.try_for_each(|item| item.read_members(from).map(drop))
        };
        match self {
            Self::Old => return Ok(Some(from.clone())),
            Self::Call(name, args) => {
                let Some((of, member)) = Self::as_member(name, args) else {
                    return all(args).map(|()| None);
                };
                return match of.read_members(from)? {
                    None => Ok(None),
                    Some(ty) => member_type(&ty, member).map(Some),
                };
            }
            Self::List(items) => all(items)?,
            Self::Struct(members) => members
                .iter()
                .try_for_each(|(_, e)| e.read_members(from).map(drop))?,
            Self::Cast(inner, ty) => {
                inner.read_members(from)?;
                return Ok(Some(ty.clone()));
            }
            Self::Negate(inner) => drop(inner.read_members(from)?),
            Self::Binary(_, a, b) => {
                a.read_members(from)?;
                b.read_members(from)?;
            }
            _ => {}
        }
        Ok(None)
    }
}

fn member_type(ty: &Type, name: &str) -> Result<Type, String> {
    let Type::Struct(members) = ty else {
        return Err(format!("{ty} has no members, so not `{name}`"));
    };
    let found = members.iter().find(|member| member.name == name);
    found.map(|member| member.ty.clone()).ok_or_else(|| {
        let names: Vec<&str> = members.iter().map(|m| m.name.as_str()).collect();
        let names = names.join(", ");
        format!("{ty} has no member `{name}`\nhelp: use one of its members: {names}")
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::types::Type;
    use super::super::Expr;

    #[test]
    fn members_must_exist() {
        let ty: Type = "STRUCT(a INT64, b STRUCT(c STRING))"
            .parse()
            .expect("a type");
        let check = |text: &str| {
            let expr = Expr::parse_cast(text).expect(text);
            expr.check_members(&ty).map_err(|e| e.reason)
        };
        for text in ["{x: old.a, y: old.b.c}", "concat(old.b.c, 'x')", "md5('x')"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for (text, missing) in [
            (
                "{x: old.z}",
                "no member `z`\nhelp: use one of its members: a, b",
            ),
            (
                "[old.b.z]",
                "no member `z`\nhelp: use one of its members: c",
            ),
            ("-(old.a.z)", "INT64 has no members"),
            ("CAST(old.z AS INT8) + 1", "no member `z`"),
        ] {
            let e = check(text).expect_err(text);
            assert!(e.contains(missing), "{text}: {e}");
        }
    }

    #[test]
    fn only_members_of_the_old_value_are_read() {
        for text in [
            "struct_extract({a: 1}, 'a')",
            "struct_extract(old, concat('a', ''))",
            "struct_extract(old, 'a.b')",
            "struct_extract(coalesce(old.a, old.b), 'a')",
            "old.",
            "old.a.",
        ] {
            assert!(Expr::parse_cast(text).is_err(), "{text}");
        }
    }

    /// A cast of a few bytes comes from a peer, so its Cypher must not double with each level.
    #[test]
    fn the_cypher_of_a_deep_member_is_short() {
        let deep = Expr::parse_cast(&format!("old{}", ".a".repeat(60))).expect("a cast");
        assert!(deep.render_with_old("x.p").len() < 100_000);
        let two = Expr::parse_cast("old.a.b").expect("a cast");
        assert_eq!(
            two.render_with_old("x.p"),
            "CASE WHEN x.p IS NULL OR struct_extract(x.p, 'a') IS NULL THEN NULL \
             ELSE struct_extract(struct_extract(x.p, 'a'), 'b') END"
        );
    }
}
