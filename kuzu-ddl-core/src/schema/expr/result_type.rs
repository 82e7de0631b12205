//! The types of what functions and casts yield.

use super::super::types::Type;
use super::super::types::range::integer_range;
use super::{Expr, ParseExprError, shorten};

impl Expr {
    /// Returns the type of a call or a cast, where it follows from the function.
    fn result_type(&self) -> Option<Type> {
        let name = match self {
            Self::Cast(_, ty) => return Some(ty.clone()),
            Self::Call(name, _) => name.as_str(),
            _ => return None,
        };
        Some(match name {
            "current_date" | "date" | "make_date" => Type::Date,
            "current_timestamp" => Type::TimestampTz,
            "epoch_ms" | "timestamp" | "to_timestamp" => Type::Timestamp,
            "interval" | "to_days" | "to_hours" | "to_microseconds" | "to_milliseconds"
            | "to_minutes" | "to_months" | "to_seconds" | "to_years" => Type::Interval,
            "gen_random_uuid" | "uuid" => Type::Uuid,
            "nextval" | "size" => Type::Int64,
            "abs" | "ceil" | "floor" | "ln" | "log10" | "pi" | "pow" | "round" | "sqrt" => {
                Type::Double
            }
            "lower" | "ltrim" | "md5" | "repeat" | "rtrim" | "sha256" | "substring" | "trim"
            | "upper" => Type::String,
            "to_json" => Type::Json,
            _ => return None,
        })
    }

    /// Checks that this default surely yields values of `ty`: the engine converts all of them, or at
    /// least numbers to numbers and times to times. Events are read without this check.
    ///
    /// # Errors
    ///
    /// Returns the type of the values, with the remedy.
    pub(crate) fn check_result(&self, ty: &Type) -> Result<(), ParseExprError> {
        match self.result_type() {
            Some(is) if !becomes(&is, ty) => Err(ParseExprError {
                text: shorten(&self.to_string()),
                reason: format!(
                    "expected {ty}, found {is}\n\
                     help: write a value of that type, or `CAST(… AS {ty})`"
                ),
            }),
            _ => Ok(()),
        }
    }
}

fn becomes(from: &Type, to: &Type) -> bool {
    let (from, to) = (from.storage_type(), to.storage_type());
    from == to
        || (is_number(from) && is_number(to))
        || (from.is_time() && to.is_time())
        || (*to == Type::String && (is_number(from) || from.is_time()))
        || from.conversion_to(to).is_total()
}

fn is_number(ty: &Type) -> bool {
    integer_range(ty).is_some() || matches!(ty, Type::Float | Type::Double | Type::Decimal { .. })
}

#[cfg(test)]
mod tests {
    use super::super::Expr;

    #[test]
    fn a_default_yields_values_of_the_type() {
        let yields = |text: &str, ty: &str| {
            let expr = text.parse::<Expr>().expect(text);
            let ty = ty.parse().expect(ty);
            // A ledger may have it.
            assert!(expr.check(&ty).is_ok());
            expr.check_result(&ty).is_ok()
        };
        for (text, ty) in [
            ("nextval('s')", "INT8"),
            ("nextval('s')", "STRING"),
            ("current_timestamp()", "DATE"),
            ("current_timestamp()", "TIMESTAMP_NS"),
            ("gen_random_uuid()", "STRING"),
            ("CAST(5 AS INT64)", "DECIMAL(10, 2)"),
            ("coalesce('a', 'b')", "INT64"),
            ("to_json('a')", "json"),
        ] {
            assert!(yields(text, ty), "{text} {ty}");
        }
        for (text, ty) in [
            ("nextval('s')", "DATE"),
            ("nextval('s')", "BOOL"),
            ("gen_random_uuid()", "INT64"),
            ("current_date()", "INT64"),
            ("lower('A')", "INT64"),
            ("CAST('its' AS STRING)", "json"),
            ("CAST('5' AS INT64)", "INT64[]"),
        ] {
            assert!(!yields(text, ty), "{text} {ty}");
        }
    }
}
