//! Types with values, defaults and conversions.

use crate::fixture::Numbers;

/// A type with values, as Cypher that is cast to it, and a default, as the notation has it.
pub(super) struct Kind {
    pub(super) ty: &'static str,
    values: &'static [&'static str],
    pub(super) default: Option<&'static str>,
}

const fn kind(
    ty: &'static str,
    values: &'static [&'static str],
    default: Option<&'static str>,
) -> Kind {
    Kind {
        ty,
        values,
        default,
    }
}

/// All types. No DOUBLE is NaN: a checkpoint may lose the other values of its column (B43).
pub(super) const KINDS: &[Kind] = &[
    kind("BOOL", &["true", "false"], Some("true")),
    kind("INT8", &["-127", "127", "0"], Some("-7")),
    kind("INT16", &["-32767", "32767", "0"], None),
    kind("INT32", &["-2147483647", "2147483647", "12"], None),
    kind("INT64", &["9007199254740993", "-5", "0"], Some("-7")),
    kind(
        "INT128",
        &["'170141183460469231731687303715884105727'", "-1"],
        None,
    ),
    kind("UINT8", &["0", "255"], None),
    kind("UINT16", &["0", "65535"], None),
    kind("UINT32", &["0", "4294967295"], None),
    kind("UINT64", &["0", "'18446744073709551615'"], None),
    kind("FLOAT", &["0.1", "-3.4e38", "1.0"], None),
    kind(
        "DOUBLE",
        &["0.1", "0.1234567890123456", "-1.7e308", "5e-324"],
        Some("1.5"),
    ),
    kind(
        "DECIMAL(10, 2)",
        &["'0.01'", "'-99999999.99'", "'1.10'"],
        Some("'12.50'"),
    ),
    kind("DECIMAL(18, 3)", &["'0.001'", "'-99999999.999'"], None),
    kind(
        "STRING",
        &[
            "''",
            "' x '",
            "'x, y'",
            "'{a: 1}'",
            "'été'",
            "'12'",
            "'a \\'b\\''",
        ],
        Some("'its'"),
    ),
    kind("BLOB", &["'\\\\x00\\\\xFF'", "'abc'"], None),
    kind(
        "UUID",
        &[
            "'00000000-0000-0000-0000-000000000001'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        ],
        None,
    ),
    kind(
        "DATE",
        &["'0001-01-01'", "'9999-12-31'", "'2020-02-29'"],
        Some("'2020-02-29'"),
    ),
    kind(
        "TIMESTAMP",
        &["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"],
        None,
    ),
    kind(
        "TIMESTAMP_SEC",
        &["'2000-01-01 00:00:01'", "'1969-12-31 23:59:59'"],
        None,
    ),
    kind("TIMESTAMP_MS", &["'2000-01-01 00:00:01.001'"], None),
    kind("TIMESTAMP_NS", &["'2000-01-01 00:00:01.000000001'"], None),
    kind(
        "TIMESTAMP_TZ",
        &["'2000-01-01 00:00:01.000001+00:00'"],
        None,
    ),
    kind(
        "INTERVAL",
        &["'1 year 2 days 3 hours'", "'2 hours 5 minutes'"],
        None,
    ),
    kind(
        "json",
        &["'{\"a\": 1.0}'", "'[1, \"x\"]'", "'null'", "' 5 '"],
        None,
    ),
    kind(
        "INT64[]",
        &["[1, 2]", "[]", "[NULL, 3]", "[4]"],
        Some("[1, -2]"),
    ),
    kind(
        "STRING[]",
        &["['', ' x ', 'a, b']", "[NULL]", "['[1]']"],
        None,
    ),
    kind("FLOAT[2]", &["[0.1, 1.0]", "[-1.5, 0.0]"], None),
    kind("INT64[][]", &["[[1], [2, 3]]", "[[]]"], None),
    kind(
        "STRUCT(a STRING, b DOUBLE)",
        &[
            "{a: '', b: 0.1}",
            "{a: ' x, y ', b: 1e300}",
            "{a: NULL, b: 0.0}",
        ],
        None,
    ),
    kind(
        "STRUCT(l INT64[], s STRUCT(x BOOL))",
        &["{l: [1, 2], s: {x: true}}", "{l: [3], s: {x: false}}"],
        None,
    ),
    kind("STRUCT(a INT64)[]", &["[{a: 1}, {a: 2}]", "[{a: 3}]"], None),
    kind(
        "MAP(STRING, INT64)",
        &["map(['a', ' b '], [1, 2])", "map([''], [3])"],
        None,
    ),
    kind(
        "MAP(INT64, STRING[])",
        &["map([1, 2], [['x'], ['y', '']])"],
        None,
    ),
    kind("UNION(a INT64, b STRING)", &["7", "' t '", "''"], None),
];

impl Kind {
    /// A value as Cypher; some are NULL.
    pub(super) fn value(&self, numbers: &mut Numbers) -> String {
        let value = if numbers.one_in(5) {
            "NULL"
        } else {
            numbers.pick(self.values)
        };
        format!("CAST({value} AS {})", self.ty)
    }
}

/// The type that a conversion leads to, with the cast; every value of `ty` can be converted, and
/// most conversions lose data.
pub(super) fn successor(ty: &str, numbers: &mut Numbers) -> (String, String) {
    let integers = ["INT8", "INT16", "INT32", "INT64"];
    let mut choices: Vec<(String, String)> = vec![(
        "STRUCT(s ".to_owned() + ty + ", n INT64)",
        "{s: old, n: 1}".to_owned(),
    )];
    let mut add = |to: &str, cast: &str| choices.push((to.to_owned(), cast.to_owned()));
    if ty != "STRING" {
        add("STRING", "CAST(old AS STRING)");
        add("STRING", "upper(CAST(old AS STRING))");
        add("STRING", "repeat(CAST(old AS STRING), 0)");
    }
    if let Some(at) = integers.iter().position(|integer| *integer == ty) {
        if let Some(wider) = integers.get(at + 1) {
            add(wider, &format!("CAST(old AS {wider})"));
        }
        add("DOUBLE", "CAST(old AS DOUBLE) + 0.5");
        add("INT128", "CAST(old AS INT128)");
        add("BLOB", "CAST('x' AS BLOB)");
    }
    match ty {
        "STRING" => {
            add("INT64", "size(old)");
        }
        "DOUBLE" | "FLOAT" => add("INT64", "size(CAST(old AS STRING))"),
        "DATE" => add("TIMESTAMP", "CAST(old AS TIMESTAMP)"),
        "INT64[]" | "STRING[]" | "INT64[][]" => add("INT64", "size(old)"),
        _ => {}
    }
    choices.swap_remove(numbers.below(choices.len()))
}
