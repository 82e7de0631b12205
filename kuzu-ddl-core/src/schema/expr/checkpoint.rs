//! Constants that the engine stores but cannot checkpoint next to other values (bug B33).
//!
//! The engine negates the least value of a column of 128-bit integers to compress it. The negation
//! of the least `INT128` overflows, and a nil UUID is stored as this number. A column of equal values is
//! not compressed this way, so the failure appears with the first other value.

use super::super::types::Type;
use super::Expr;

impl Expr {
    /// Returns why the engine cannot checkpoint rows with this value of type `ty`, with the
    /// remedies, if it cannot. Only constants are recognised.
    #[must_use]
    pub fn checkpoint_error(&self, ty: &Type) -> Option<&'static str> {
        match (self, ty) {
            (Self::Text(text), Type::Uuid) if is_nil_uuid(text) => Some(
                "Kùzu 0.11.3 cannot checkpoint a table that holds both the nil UUID and other \
                 UUIDs\n\
                 help: allow NULL in place of the nil UUID: use an `Option`\n\
                 help: or use \"ffffffff-ffff-ffff-ffff-ffffffffffff\"",
            ),
            (Self::Int(i128::MIN), Type::Int128) => Some(
                "Kùzu 0.11.3 cannot checkpoint a table that holds both the least INT128 and \
                 others\n\
                 help: use a larger number",
            ),
            (Self::Cast(value, ty), _) => value.checkpoint_error(ty),
            (Self::Call(function, values), _) => {
                let ty = if function == "uuid" { &Type::Uuid } else { ty };
                values.iter().find_map(|value| value.checkpoint_error(ty))
            }
            (Self::List(items), Type::List(ty) | Type::Array(ty, _)) => {
                items.iter().find_map(|item| item.checkpoint_error(ty))
            }
            // The keys and the values of `map([…], […])`.
            (Self::List(items), Type::Map(key, value)) => items.iter().find_map(|item| {
                let key = item.checkpoint_error(key);
                key.or_else(|| item.checkpoint_error(value))
            }),
            (Self::Struct(members), Type::Struct(fields)) => {
                let mut members = members.iter().zip(fields);
                members.find_map(|((_, value), field)| value.checkpoint_error(&field.ty))
            }
            _ => None,
        }
    }
}

fn is_nil_uuid(text: &str) -> bool {
    let digits = || text.bytes().filter(u8::is_ascii_hexdigit);
    let rest_is_punctuation = text
        .bytes()
        .all(|b| b.is_ascii_hexdigit() || b"-{}".contains(&b));
    digits().count() == 32 && digits().all(|digit| digit == b'0') && rest_is_punctuation
}

#[cfg(test)]
mod tests {
    use crate::schema::{Expr, Type};

    #[test]
    fn constants_are_found_in_every_place() {
        let error = |text: &str, ty: &str| {
            let expr = Expr::parse_cast(text).map_err(|e| e.to_string())?;
            let ty: Type = ty.parse().map_err(|e| format!("{e}"))?;
            Ok::<_, String>(expr.checkpoint_error(&ty).is_some())
        };
        let nil = "'00000000-0000-0000-0000-000000000000'";
        let one = "'00000000-0000-0000-0000-000000000001'";
        for (template, ty) in [
            ("$", "UUID"),
            ("uuid($)", "UUID"),
            ("CAST($ AS UUID)", "STRING"),
            ("coalesce(old, $)", "UUID"),
            ("[$]", "UUID[]"),
            ("{a: 1, b: $}", "STRUCT(a INT64, b UUID)"),
            ("map(['k'], [$])", "MAP(STRING, UUID)"),
        ] {
            assert_eq!(
                error(&template.replace('$', nil), ty),
                Ok(true),
                "{template}"
            );
            assert_eq!(
                error(&template.replace('$', one), ty),
                Ok(false),
                "{template}"
            );
        }
        assert_eq!(error(nil, "STRING"), Ok(false));
        let least = Expr::Int(i128::MIN);
        assert!(least.checkpoint_error(&Type::Int128).is_some());
        assert!(Expr::Int(-1).checkpoint_error(&Type::Int128).is_none());
    }
}
