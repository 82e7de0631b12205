//! Fallibility of casts, where it can be determined without running them.
//!
//! The engine has no TRY_CAST, and one value that cannot be cast fails the whole statement: CASE
//! evaluates all its branches on all rows. But a cast from STRING to a UNION never fails: it
//! chooses the first member that accepts the text. In a WHERE next to the scan, its tag shows which
//! rows a plain CAST accepts. (Its value must not be used: where rows are handled one by one, the
//! engine reads that of another row. There is a test of both.)

use crate::schema::{ConversionMethod, Expr, StructField, Type, integer_range};

/// Whether, and on which values, an expression can fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallibility {
    /// The expression has a value for every row.
    Infallible,
    /// The expression fails unless this condition holds, which itself never fails and is never
    /// NULL.
    FailsUnless(String),
    /// Only a trial run can determine it.
    Unknown,
}

/// Determines the fallibility of `expr`, where `old` is of type `ty` and its Cypher is `text`.
pub(in crate::plan) fn cast_fallibility(expr: &Expr, ty: &Type, text: &str) -> Fallibility {
    let (found, _) = Judge { ty, text }.of(expr);
    match found {
        None => Fallibility::Unknown,
        Some(conditions) if conditions.is_empty() => Fallibility::Infallible,
        Some(conditions) => Fallibility::FailsUnless(format!("({})", conditions.join(" AND "))),
    }
}

struct Judge<'a> {
    ty: &'a Type,
    text: &'a str,
}

/// Conditions, or `None` where they are unknown; and the type, where it is known.
type Found = (Option<Vec<String>>, Option<Type>);

impl Judge<'_> {
    fn of(&self, expr: &Expr) -> Found {
        let never = |ty: Type| (Some(Vec::new()), Some(ty));
        match expr {
            Expr::Old => never(self.ty.clone()),
            Expr::Text(_) => never(Type::String),
            Expr::Bool(_) => never(Type::Bool),
            Expr::Int(n) if i64::try_from(*n).is_ok() => never(Type::Int64),
            Expr::Cast(inner, ty) => (self.cast(inner, ty), Some(ty.clone())),
            Expr::Call(name, args) => match Expr::as_member(name, args) {
                Some((of, member)) => self.member(of, member),
                None => self.call(name, args),
            },
            Expr::Struct(members) => self.members(members),
            _ => (None, None),
        }
    }

    fn member(&self, of: &Expr, name: &str) -> Found {
        let (conditions, ty) = self.of(of);
        let Some(Type::Struct(members)) = ty else {
            return (None, None);
        };
        match members.into_iter().find(|member| member.name == name) {
            Some(member) => (conditions, Some(member.ty)),
            None => (None, None),
        }
    }

    fn members(&self, given: &[(String, Expr)]) -> Found {
        let mut all = Some(Vec::new());
        let mut members = Some(Vec::new());
        for (name, expr) in given {
            let (conditions, ty) = self.of(expr);
            all = all.zip(conditions).map(|(all, new)| [all, new].concat());
            members = members.zip(ty).map(|(mut members, ty)| {
                let name = name.clone();
                members.push(StructField { name, ty });
                members
            });
        }
        (all, members.map(Type::Struct))
    }

    /// Handles string functions that have a value for any input.
    fn call(&self, name: &str, args: &[Expr]) -> Found {
        let found: Vec<Found> = args.iter().map(|arg| self.of(arg)).collect();
        let strings = found.iter().all(|(_, ty)| *ty == Some(Type::String));
        let legal = match name {
            "lower" | "upper" | "trim" | "ltrim" | "rtrim" | "reverse" => strings,
            "concat" | "coalesce" => strings && !args.is_empty(),
            "substring" => {
                let positive = |e: &Expr| matches!(e, Expr::Int(n) if *n > 0);
                let text = found.first().is_some_and(|f| f.1 == Some(Type::String));
                text && args.len() == 3 && args[1..].iter().all(positive)
            }
            _ => false,
        };
        if !legal {
            return (None, None);
        }
        let all = found
            .into_iter()
            .try_fold(Vec::new(), |mut all, (conditions, _)| {
                all.extend(conditions?);
                Some(all)
            });
        (all, Some(Type::String))
    }

    fn cast(&self, inner: &Expr, to: &Type) -> Option<Vec<String>> {
        let (conditions, from) = self.of(inner);
        let (mut conditions, from) = (conditions?, from?);
        let conversion = from.conversion_to(to);
        let by_engine = conversion.method() != Some(ConversionMethod::Rust);
        if (conversion.is_total() && by_engine) || *to == Type::String {
            return Some(conditions);
        }
        // A condition must not fail itself, so its operand must be infallible.
        if !conditions.is_empty() {
            return None;
        }
        if conversion.method() != Some(ConversionMethod::CheckedCast) {
            return None;
        }
        let text = inner.render_with_old(self.text);
        conditions.push(condition(&text, &from, to)?);
        Some(conditions)
    }
}

/// Returns the condition under which the value `text` of type `from` can be cast to `to`.
///
/// The least value of a signed type is excluded: the engine may store it as 0.
fn condition(text: &str, from: &Type, to: &Type) -> Option<String> {
    let fits = if *from == Type::String {
        let reads = format!("union_tag(CAST({text} AS UNION(v {to}, s STRING))) = 'v'");
        match integer_range(to) {
            Some((low, _)) if low < 0 => {
                let least = low.unsigned_abs();
                format!("{reads} AND NOT regexp_full_match({text}, '\\\\s*-0*{least}\\\\s*')")
            }
            _ => reads,
        }
    } else {
        let (low, high) = integer_range(to)?;
        let least = if low < 0 { low + 1 } else { low };
        match from {
            // The engine casts numbers just above the largest to the smallest.
            Type::Float | Type::Double if high <= i128::from(u32::MAX) => {
                format!("({text} >= {least}.0 AND {text} <= {high}.0)")
            }
            Type::Float | Type::Double => {
                let above = if low < 0 { ">" } else { ">=" };
                let (low, high) = (low as f64, high as f64);
                format!("({text} {above} {low:?} AND {text} < {high:?})")
            }
            _ => {
                let (from_low, from_high) = integer_range(from)?;
                let at_least = (from_low < least).then(|| format!("{text} >= {least}"));
                let at_most = (from_high > high).then(|| format!("{text} <= {high}"));
                let both: Vec<String> = at_least.into_iter().chain(at_most).collect();
                format!("({})", both.join(" AND "))
            }
        }
    };
    Some(format!("({text} IS NULL OR {fits})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict_of(cast: &str, from: &str) -> String {
        let (expr, ty) = (Expr::parse_cast(cast), from.parse());
        match cast_fallibility(&expr.expect("a cast"), &ty.expect("a type"), "x.p") {
            Fallibility::Infallible => "never".into(),
            Fallibility::FailsUnless(condition) => condition,
            Fallibility::Unknown => "unknown".into(),
        }
    }

    #[test]
    fn verdicts() {
        for (cast, from, want) in [
            ("old", "INT64", "never"),
            ("CAST(old AS STRING)", "DOUBLE", "never"),
            ("CAST(old AS INT64)", "INT32", "never"),
            (
                "CAST(old AS INT32)",
                "STRING",
                "((x.p IS NULL OR union_tag(CAST(x.p AS UNION(v INT32, s STRING))) = 'v' \
                 AND NOT regexp_full_match(x.p, '\\\\s*-0*2147483648\\\\s*')))",
            ),
            (
                "CAST(CAST(trim(old) AS INT8) AS INT64)",
                "STRING",
                "((trim(x.p) IS NULL OR union_tag(CAST(trim(x.p) AS UNION(v INT8, s STRING))) = 'v' \
                 AND NOT regexp_full_match(trim(x.p), '\\\\s*-0*128\\\\s*')))",
            ),
            (
                "CAST(old AS INT8)",
                "INT64",
                "((x.p IS NULL OR (x.p >= -127 AND x.p <= 127)))",
            ),
            (
                "CAST(old AS INT8)",
                "UINT8",
                "((x.p IS NULL OR (x.p <= 127)))",
            ),
            (
                "CAST(old AS INT32)",
                "DOUBLE",
                "((x.p IS NULL OR (x.p >= -2147483647.0 AND x.p <= 2147483647.0)))",
            ),
            (
                "CAST(old AS INT64)",
                "DOUBLE",
                "((x.p IS NULL OR (x.p > -9.223372036854776e18 AND x.p < 9.223372036854776e18)))",
            ),
            (
                "{town: old.city, n: CAST(old.n AS INT64)}",
                "STRUCT(city STRING, n INT32)",
                "never",
            ),
            ("{town: old.no}", "STRUCT(city STRING)", "unknown"),
            ("CAST(old AS UUID)", "STRING", "unknown"),
            ("CAST(old AS INT8) * 2", "STRING", "unknown"),
            ("CAST(CAST(old AS INT64) AS INT8)", "STRING", "unknown"),
            ("lower(old)", "INT64", "unknown"),
        ] {
            assert_eq!(verdict_of(cast, from), want, "{cast} {from}");
        }
    }
}
