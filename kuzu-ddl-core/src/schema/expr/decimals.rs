//! Decimals in lists: where the engine would read them from texts, it crashes (bug B40).

use super::super::types::Type;
use super::Expr;

/// The functions that yield a number.
const NUMERIC: [&str; 10] = [
    "abs", "ceil", "floor", "ln", "log10", "nextval", "pi", "pow", "round", "sqrt",
];

impl Expr {
    /// Returns whether texts may become the elements of a list of decimals, or the keys or values of
    /// a map. Only what surely yields numbers is accepted.
    pub(crate) fn may_give_decimals_as_text(&self, ty: &Type) -> bool {
        if !has_listed_decimal(ty, false) {
            return false;
        }
        match (self, ty) {
            (Self::List(items), Type::List(of) | Type::Array(of, _)) => any_unsafe(items, of),
            (Self::Call(name, args), Type::List(of) | Type::Array(of, _))
                if name == "list_creation" || name == "array_value" =>
            {
                any_unsafe(args, of)
            }
            (Self::Call(name, args), Type::Map(key, value)) if name == "map" => {
                let lists = [key, value].map(|of| Type::List(of.clone()));
                let mut parts = args.iter().zip(&lists);
                parts.any(|(arg, list)| arg.may_give_decimals_as_text(list))
            }
            (Self::Call(name, args), ty) if name == "coalesce" => {
                args.iter().any(|arg| arg.may_give_decimals_as_text(ty))
            }
            (Self::Struct(given), Type::Struct(wanted)) => given
                .iter()
                .zip(wanted)
                .any(|(given, wanted)| given.1.may_give_decimals_as_text(&wanted.ty)),
            (Self::Cast(inner, through), ty) => {
                (through != ty && has_text(through)) || inner.may_give_decimals_as_text(through)
            }
            // The types of the old values are checked where they are known.
            (Self::Old, _) => false,
            _ => true,
        }
    }

    fn is_surely_a_number(&self) -> bool {
        match self {
            Self::Int(_) | Self::Float(_) => true,
            Self::Negate(inner) => inner.is_surely_a_number(),
            Self::Binary(_, a, b) => a.is_surely_a_number() && b.is_surely_a_number(),
            Self::Cast(_, ty) => !has_text(ty),
            Self::Call(name, _) => NUMERIC.contains(&name.as_str()),
            _ => false,
        }
    }
}

fn any_unsafe(items: &[Expr], of: &Type) -> bool {
    let is_decimal = matches!(of, Type::Decimal { .. });
    items.iter().any(|item| {
        (is_decimal && !item.is_surely_a_number()) || item.may_give_decimals_as_text(of)
    })
}

/// Returns whether the type has decimals in a list, an array or a map.
fn has_listed_decimal(ty: &Type, listed: bool) -> bool {
    match ty {
        Type::Decimal { .. } => listed,
        Type::List(of) | Type::Array(of, _) => has_listed_decimal(of, true),
        Type::Map(key, value) => has_listed_decimal(key, true) || has_listed_decimal(value, true),
        Type::Struct(fields) | Type::Union(fields) => {
            let mut fields = fields.iter();
            fields.any(|field| has_listed_decimal(&field.ty, listed))
        }
        _ => false,
    }
}

fn has_text(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Blob | Type::Json => true,
        Type::List(of) | Type::Array(of, _) => has_text(of),
        Type::Map(key, value) => has_text(key) || has_text(value),
        Type::Struct(fields) | Type::Union(fields) => {
            let mut fields = fields.iter();
            fields.any(|field| has_text(&field.ty))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::types::Type;
    use super::super::Expr;

    #[test]
    fn only_numbers_become_listed_decimals() {
        let is_refused = |text: &str, ty: &str| {
            let ty: Type = ty.parse().expect(ty);
            Expr::parse_cast(text).is_ok_and(|expr| expr.may_give_decimals_as_text(&ty))
                || Expr::parse_cast(text).is_err()
        };
        let list = "DECIMAL(18, 0)[]";
        for text in [
            "['12.5']",
            "list_creation('12.5')",
            "coalesce(['12.5'])",
            "CAST(list_creation('12.5') AS DECIMAL(18, 0)[])",
            "CAST(['12.5'] AS STRING[])",
            "[concat('1', '2')]",
        ] {
            assert!(is_refused(text, list), "{text}");
        }
        assert!(is_refused(
            "map(['a'], ['1'])",
            "MAP(STRING, DECIMAL(18, 0))"
        ));
        assert!(is_refused("{a: ['1']}", "STRUCT(a DECIMAL(18, 0)[])"));
        for text in [
            "[12.5, -1]",
            "[CAST('12.5' AS DECIMAL(18, 1))]",
            "[1 + 2]",
            "[]",
            "old",
        ] {
            assert!(!is_refused(text, list), "{text}");
        }
        assert!(!is_refused(
            "map(['a'], [1.5])",
            "MAP(STRING, DECIMAL(18, 0))"
        ));
        assert!(!is_refused("{a: '12.5'}", "STRUCT(a DECIMAL(18, 0))"));
        assert!(!is_refused("['x']", "STRING[]"));
    }
}
