//! Values of the model, their Cypher, and the boundary values of each type.

use kuzu_ddl_core::schema::Type;
use kuzu_ddl_core::value::Value;

/// A value of a property, independent of how engine and library represent it.
#[derive(Clone, Debug)]
pub(super) enum Val {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    /// The digits of a decimal as an integer; the type has the scale.
    Decimal(i128),
    Text(String),
    Bytes(Vec<u8>),
    /// Microseconds since 1970.
    Micros(i128),
    List(Vec<Val>),
    Struct(Vec<(String, Val)>),
}

impl PartialEq for Val {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Struct(a), Self::Struct(b)) => a == b,
            (a, b) => format!("{a:?}") == format!("{b:?}"),
        }
    }
}

const DAY: i128 = 86_400_000_000;

/// The days from 1970-01-01 to a date, counted year by year.
fn days(year: i64, month: usize, day: i64) -> i64 {
    let leap = |y: i64| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    let years = if year >= 1970 { 1970..year } else { year..1970 };
    let whole: i64 = years.map(|y| if leap(y) { 366 } else { 365 }).sum();
    let whole = if year >= 1970 { whole } else { -whole };
    let lengths = [
        31,
        28 + i64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    whole + lengths[..month - 1].iter().sum::<i64>() + day - 1
}

/// The microseconds of `2020-01-31` or `2020-01-31 03:04:05.000006`.
pub(super) fn micros(text: &str) -> i128 {
    let text = text.strip_suffix("+00").unwrap_or(text);
    let (date, clock) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let parts: Vec<i64> = date
        .split('-')
        .map(|part| part.parse().expect(text))
        .collect();
    let month = usize::try_from(parts[1]).expect(text);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let seconds = clock.split(':').fold(0_i128, |all, part| {
        all * 60 + part.parse::<i128>().expect(text)
    });
    let fraction: i128 = format!("{fraction:0<6}").parse().expect(text);
    i128::from(days(parts[0], month, parts[2])) * DAY + seconds * 1_000_000 + fraction
}

/// Reads a value of the engine.
pub(super) fn read(value: &Value, ty: &Type) -> Val {
    let words = |value: &Value| match value {
        Value::Text(text) | Value::Other(text) => text.clone(),
        other => panic!("{other:?} is no text of {ty}"),
    };
    match (ty, value) {
        (_, Value::Null) => Val::Null,
        (Type::List(of) | Type::Array(of, _), Value::List(items)) => {
            Val::List(items.iter().map(|item| read(item, of)).collect())
        }
        (Type::Struct(types), Value::Struct(members)) => Val::Struct(
            types
                .iter()
                .zip(members)
                .map(|(ty, (name, value))| (name.clone(), read(value, &ty.ty)))
                .collect(),
        ),
        (Type::Decimal { .. }, value) => {
            let text = words(value);
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let n: i128 = digits.parse().expect("digits");
            Val::Decimal(if text.contains('-') { -n } else { n })
        }
        (
            Type::Date
            | Type::Timestamp
            | Type::TimestampMs
            | Type::TimestampNs
            | Type::TimestampSec
            | Type::TimestampTz,
            value,
        ) => Val::Micros(micros(&words(value))),
        (_, Value::Bool(b)) => Val::Bool(*b),
        (_, Value::Int(n)) => Val::Int(*n),
        (_, Value::Float(x)) => Val::Float(*x),
        (_, Value::Bytes(bytes)) => Val::Bytes(bytes.clone()),
        (_, value) => Val::Text(words(value)),
    }
}

/// The sources of the matrix: each type, with its values as Cypher.
pub(super) fn sources() -> Vec<(Type, Vec<String>)> {
    let mut all: Vec<(Type, Vec<String>)> = Vec::new();
    let cast = |ty: &Type, texts: &[&str]| -> Vec<String> {
        texts
            .iter()
            .map(|text| format!("CAST('{text}' AS {ty})"))
            .collect()
    };
    for (name, bits, signed) in [
        ("INT8", 8, true),
        ("INT16", 16, true),
        ("INT32", 32, true),
        ("INT64", 64, true),
        ("INT128", 128, true),
        ("UINT8", 8, false),
        ("UINT16", 16, false),
        ("UINT32", 32, false),
        ("UINT64", 64, false),
    ] {
        all.push((name.parse().expect(name), integers(name, bits, signed)));
    }
    for name in ["FLOAT", "DOUBLE"] {
        let texts = [
            "0",
            "-0.0",
            "-1",
            "1",
            "0.5",
            "1.5",
            "2.5",
            "-2.5",
            "nan",
            "inf",
            "-inf",
            "5e-324",
            "1e-40",
            "1e300",
            "3.5e38",
            "-3.4e38",
            "127.4",
            "127.6",
            "-127.5",
            "-128",
            "255",
            "2147483647.6",
            "4294967295",
            "9223372036854775808",
            "-9223372036854775808",
            "18446744073709551615",
            "1.7e38",
            "0.1",
            "1.005",
            "-123456.789",
            "0.125",
        ];
        let ty: Type = name.parse().expect(name);
        let values = texts.iter().map(|text| format!("CAST('{text}' AS {ty})"));
        all.push((ty.clone(), values.collect()));
    }
    for (name, texts) in TEXTS {
        let ty: Type = name.parse().expect(name);
        all.push((ty.clone(), cast(&ty, texts)));
    }
    for (name, values) in LITERALS {
        let ty: Type = name.parse().expect(name);
        let values = values.iter().map(|value| format!("CAST({value} AS {ty})"));
        all.push((ty.clone(), values.collect()));
    }
    let texts = STRINGS.iter().map(|text| format!("'{text}'"));
    all.push((Type::String, texts.collect()));
    all
}

/// The least value comes with the greatest, without which the engine would store 0 (B34); the
/// least INT128 cannot be stored at all.
fn integers(name: &str, bits: u32, signed: bool) -> Vec<String> {
    let high = if signed {
        i128::MAX >> (128 - bits)
    } else {
        i128::MAX >> (127 - bits)
    };
    let low = if signed { -high } else { 0 };
    let mut values = vec![low, high, 0, 1, 5];
    if signed && bits < 128 {
        values.push(low - 1);
    }
    let limits = [7, 8, 15, 16, 24, 31, 32, 53, 63, 64, 100].map(|n| 1_i128 << n);
    for limit in limits {
        values.extend([limit - 1, limit, limit + 1, -limit, 1 - limit, -limit - 1]);
    }
    values.extend([
        -1,
        99,
        100,
        999,
        1_000,
        12_345,
        99_999,
        100_000,
        9_999_999_999,
    ]);
    values.retain(|n| (low - i128::from(signed && bits < 128)..=high).contains(n));
    values.sort_unstable();
    values.dedup();
    values
        .into_iter()
        .map(|n| format!("CAST('{n}' AS {name})"))
        .collect()
}

const TEXTS: &[(&str, &[&str])] = &[
    ("BOOL", &["true", "false"]),
    (
        "DECIMAL(5, 2)",
        &[
            "0", "999.99", "-999.99", "-0.01", "0.5", "2.5", "-2.5", "127.5", "1.00",
        ],
    ),
    (
        "DECIMAL(18, 3)",
        &[
            "0",
            "999999999999999.999",
            "-999999999999999.999",
            "-0.001",
            "0.5",
            "1.5",
            "12.345",
            "-12.345",
            "255.499",
            "1.000",
        ],
    ),
    (
        "DECIMAL(38, 10)",
        &[
            "0",
            "9999999999999999999999999999.9999999999",
            "-9999999999999999999999999999.9999999999",
            "-0.0000000001",
            "0.005",
            "1.005",
            "9223372036854775807.5",
            "18446744073709551615",
            "-1",
        ],
    ),
    (
        "DECIMAL(38, 0)",
        &[
            "0",
            "-1",
            "99999999999999999999999999999999999999",
            "1",
            "128",
        ],
    ),
    (
        "DATE",
        &[
            "0001-01-01",
            "1677-09-21",
            "1677-09-22",
            "1969-12-31",
            "1970-01-01",
            "2020-02-29",
            "2262-04-11",
            "2262-04-12",
            "9999-12-31",
        ],
    ),
    ("TIMESTAMP", MOMENTS),
    ("TIMESTAMP_MS", MOMENTS),
    ("TIMESTAMP_SEC", MOMENTS),
    ("TIMESTAMP_TZ", MOMENTS),
    (
        "TIMESTAMP_NS",
        &[
            "1677-09-21 00:12:44",
            "1969-12-31 23:59:59.999999",
            "1970-01-01",
            "2020-02-29 01:02:03",
            "2262-04-11 23:47:16.854775",
            "1960-01-31 23:59:59.123456",
        ],
    ),
    (
        "UUID",
        &[
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "0123abcd-0000-4000-8000-000000000001",
        ],
    ),
    (
        "BLOB",
        &["", "abc", "\\\\x00\\\\xFF", "\\\\x5Cx41", "a b", "\\\\x27"],
    ),
    (
        "INTERVAL",
        &[
            "1 year 2 months 3 days 04:05:06.000007",
            "0 days",
            "400 days",
        ],
    ),
];

const MOMENTS: &[&str] = &[
    "0001-01-01 00:00:00",
    "1677-09-21 00:12:43",
    "1677-09-21 00:12:44",
    "1960-01-31 23:59:59.123456",
    "1969-12-31 23:59:59.999999",
    "1970-01-01",
    "2016-12-31 23:59:59",
    "2020-02-29 01:02:03.000001",
    "2262-04-11 23:47:16.854775",
    "2262-04-11 23:47:17",
    "9999-12-31 23:59:59.999999",
];

const LITERALS: &[(&str, &[&str])] = &[
    (
        "INT64[]",
        &["[1, NULL, 3]", "[]", "[NULL]", "[300]", "[-1, 127]"],
    ),
    ("DOUBLE[]", &["[1.5, NULL]", "[]", "[1e300]", "[0.1, -0.0]"]),
    (
        "STRING[]",
        &[
            "['1', NULL, ' 2 ']",
            "[]",
            "['x']",
            "['12.5']",
            "['2020-01-01', '']",
        ],
    ),
    (
        "DECIMAL(5, 2)[]",
        &["[1.25, NULL, -0.01]", "[]", "[999.99]"],
    ),
    ("INT32[2]", &["[1, 2]", "[300, NULL]", "[-1, 65536]"]),
    ("FLOAT[2]", &["[1.5, 2.5]", "[0.1, NULL]"]),
    ("INT64[][]", &["[[1, NULL], []]", "[]", "[[300]]"]),
];

const STRINGS: &[&str] = &[
    "",
    " ",
    " x ",
    "12",
    " 12 ",
    "\t12",
    "-1",
    "0",
    "-0",
    "007",
    "127",
    "128",
    "-127",
    "-128",
    "-00128",
    " -128 ",
    "+5",
    "1 2",
    "255",
    "32768",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "170141183460469231731687303715884105727",
    "1.5",
    "2.5",
    "-0.004",
    ".5",
    "5.",
    "1e3",
    "1e400",
    "-1E-400",
    "3.5e38",
    "nan",
    "-inf",
    "Infinity",
    "0x10",
    "1_000",
    "é",
    "true",
    "F",
    "t",
    "yes",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-ffff-ffff-ffff-ffffffffffff",
    "{0123abcd-0000-4000-8000-000000000001}",
    "0123abcd000040008000000000000001",
    "0001-01-01",
    "2020-1-3",
    "2020/01/31",
    "2020-02-30",
    "10000-01-01",
    "1677-09-21 00:12:43.145224",
    "1677-09-21 00:12:44",
    "2262-04-11 23:47:16.854775",
    "2262-04-11 23:47:16.854776",
    "9999-12-31 23:59:59.999999",
    "2016-12-31 23:59:60",
    "2020-01-01T00:00:00Z",
    "2020-01-01 00:00:00+01:30",
    "2020-01-01 00:00:00.1234567",
    "9999-12-31 23:59:59-01:00",
    "abc",
    "\\\\x41\\\\xff",
    "\\\\x4",
    "999.995",
    "99999999999999999999999999999999999999",
];

/// Types that are targets only.
pub(super) const MORE: [&str; 9] = [
    "INT8[]",
    "INT128[]",
    "FLOAT[]",
    "DECIMAL(6, 1)[]",
    "DATE[]",
    "INT64[2]",
    "INT32[3]",
    "STRING[2]",
    "INT8[][]",
];
