//! The functions that a default may call: those of the runtime's `schema::FUNCTIONS`.

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

/// What other databases call them.
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

/// Whether `name` is the name of one, in any case.
pub(super) fn is_known(name: &str) -> bool {
    FUNCTIONS
        .iter()
        .any(|function| function.eq_ignore_ascii_case(name))
}

/// The function that was meant by `name`.
fn meant(name: &str) -> Option<&'static str> {
    let foreign = FOREIGN
        .iter()
        .find(|(foreign, _)| foreign.eq_ignore_ascii_case(name));
    foreign
        .map(|(_, ours)| *ours)
        .or_else(|| suggest::nearest(name, FUNCTIONS.iter().copied()))
}

/// What to tell who called `name`.
pub(super) fn unknown(name: &str, cast: bool) -> String {
    let what = if cast { "a cast" } else { "a default" };
    match meant(name) {
        Some(meant) => {
            format!("{what} cannot call the function `{name}`: did you mean `{meant}(…)`?")
        }
        None => format!(
            "{what} cannot call the function `{name}`\nlegal: {}",
            suggest::list(FUNCTIONS.iter().copied())
        ),
    }
}

/// What to tell who wrote `word` where a value stands.
pub(super) fn bare(word: &str, cast: bool) -> String {
    if word.eq_ignore_ascii_case("null") && cast {
        return "a cast cannot speak of NULL: NULL stays NULL, and a value that cannot be cast becomes \
                NULL with `on_fail = \"null\"`; for more, name a function: `cast_with = …`"
            .into();
    }
    if word.eq_ignore_ascii_case("null") {
        return "without a default a property is NULL already: make the field an `Option`, and \
                leave the default out"
            .into();
    }
    let meant = if is_known(word) {
        Some(word)
    } else {
        meant(word)
    };
    match meant {
        Some(function) => format!("`{word}` is no value: did you mean `{function}()`?"),
        None if cast => format!(
            "`{word}` is no value: a cast reads no property but the `old` value, and a string stands \
             in quotes: '{word}'"
        ),
        None => format!(
            "`{word}` is no value: a default cannot read properties, and a string stands in \
             quotes: '{word}'"
        ),
    }
}
