//! The functions that an expression may call: those of kuzu-ddl-core's `schema::FUNCTIONS`.

use crate::suggest;

pub(crate) const FUNCTIONS: &[&str] = &[
    "abs",
    "array_value",
    "ceil",
    "coalesce",
    "concat",
    "current_date",
    "current_timestamp",
    "date",
    "epoch_ms",
    "floor",
    "gen_random_uuid",
    "interval",
    "ln",
    "list_creation",
    "log10",
    "lower",
    "ltrim",
    "make_date",
    "map",
    "md5",
    "nextval",
    "pi",
    "pow",
    "repeat",
    "reverse",
    "round",
    "rtrim",
    "sha256",
    "size",
    "sqrt",
    "substring",
    "timestamp",
    "to_days",
    "to_hours",
    "to_json",
    "to_microseconds",
    "to_milliseconds",
    "to_minutes",
    "to_months",
    "to_seconds",
    "to_timestamp",
    "to_years",
    "trim",
    "upper",
    "uuid",
];

/// Function names of other databases, and the Kùzu function for each.
const FOREIGN: &[(&str, &str)] = &[
    ("now", "current_timestamp"),
    ("getdate", "current_timestamp"),
    ("localtimestamp", "current_timestamp"),
    ("today", "current_date"),
    ("curdate", "current_date"),
    ("newid", "gen_random_uuid"),
    ("random_uuid", "gen_random_uuid"),
    ("randomuuid", "gen_random_uuid"),
    ("uuid_generate_v4", "gen_random_uuid"),
    ("next_val", "nextval"),
    ("power", "pow"),
    ("len", "size"),
    ("length", "size"),
    ("substr", "substring"),
    ("lcase", "lower"),
    ("ucase", "upper"),
];

/// Whether `name` is an allowed function. Case is ignored.
pub(super) fn is_known(name: &str) -> bool {
    FUNCTIONS
        .iter()
        .any(|function| function.eq_ignore_ascii_case(name))
}

/// Returns the allowed function that is most similar to `name`.
fn suggestion(name: &str) -> Option<&'static str> {
    let foreign = FOREIGN
        .iter()
        .find(|(foreign, _)| foreign.eq_ignore_ascii_case(name));
    foreign
        .map(|(_, kuzu)| *kuzu)
        .or_else(|| suggest::nearest(name, FUNCTIONS.iter().copied()))
}

/// Returns the error for a call of the unknown function `name`.
pub(super) fn unknown_function_error(name: &str) -> String {
    match suggestion(name) {
        Some(function) => {
            format!("unsupported function `{name}`; did you mean `{function}(…)`?")
        }
        None => format!(
            "unsupported function `{name}`\nexpected one of: {}",
            suggest::list(FUNCTIONS.iter().copied())
        ),
    }
}

/// Returns the error for the identifier `identifier` in the place of a value.
pub(super) fn bare_identifier_error(identifier: &str, cast: bool) -> String {
    if identifier.eq_ignore_ascii_case("null") && cast {
        return "a cast cannot use NULL: NULL stays NULL\n\
                help: add `on_fail = \"null\"`: a value that cannot be converted then becomes NULL\n\
                help: or name a function with `cast_with = …`"
            .into();
    }
    if identifier.eq_ignore_ascii_case("null") {
        return "NULL cannot be a default: a property without a default is NULL\n\
                help: make the field an `Option`, and remove the attribute"
            .into();
    }
    let function = if is_known(identifier) {
        Some(identifier)
    } else {
        suggestion(identifier)
    };
    match function {
        Some(function) => {
            format!("unexpected identifier `{identifier}`; did you mean `{function}()`?")
        }
        None if cast => format!(
            "unexpected identifier `{identifier}`: a cast can only use the `old` value\n\
             help: a string requires quotes: '{identifier}'"
        ),
        None => format!(
            "unexpected identifier `{identifier}`: the expression cannot use properties\n\
             help: a string requires quotes: '{identifier}'"
        ),
    }
}
