//! The page of the documentation that lists all conversions.

use std::fmt::Write as _;

use super::kind::{Conversion, ConversionMethod};
use crate::schema::Type;

/// The types of the page, each with the class that its pairs show.
const TYPES: [&str; 28] = [
    "BOOL",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "INT128",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "FLOAT",
    "DOUBLE",
    "DECIMAL(18, 3)",
    "DECIMAL(38, 0)",
    "STRING",
    "BLOB",
    "UUID",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_NS",
    "TIMESTAMP_TZ",
    "INTERVAL",
    "json",
    "INT64[]",
    "INT64[3]",
    "STRUCT(a INT64)",
    "MAP(STRING, INT64)",
    "UNION(a INT64, b STRING)",
];

/// Returns the text of `docs/conversions.md`.
#[must_use]
pub fn conversions_page() -> String {
    let types: Vec<Type> = TYPES.iter().filter_map(|text| text.parse().ok()).collect();
    let mut page = HEAD.to_owned();
    page.push_str("| from | lossless | lossy | if the value fits |\n|---|---|---|---|\n");
    for from in &types {
        let mut columns = [Vec::new(), Vec::new(), Vec::new()];
        for to in types.iter().filter(|to| *to != from) {
            let column = match from.conversion_to(to) {
                Conversion::Lossless(method) => Some((0, method)),
                Conversion::Lossy(method) => Some((1, method)),
                Conversion::IfFits(method) => Some((2, method)),
                Conversion::NeedsExpression { .. } | Conversion::Impossible { .. } => None,
            };
            if let Some((column, method)) = column {
                let mark = if method == ConversionMethod::Rust {
                    "\\*"
                } else {
                    ""
                };
                columns[column].push(format!("`{to}`{mark}"));
            }
        }
        let cells = columns.map(|cell| {
            if cell.is_empty() {
                "–".into()
            } else {
                cell.join(", ")
            }
        });
        let _ = writeln!(page, "| `{from}` | {} |", cells.join(" | "));
    }
    page.push_str(TAIL);
    page
}

const HEAD: &str = "# Conversions

What becomes of the values of a property whose type changes. This page is generated from the table
`Type::conversion_to`; `UPDATE_EXPECT=1 cargo test -p kuzu-ddl-core conversions_page` rewrites it.

A widening (an `INT32` that becomes an `INT64`) needs no attribute. Any other conversion is
declared with `#[kuzu(cast = \"CAST(old AS T)\")]`. Values that do not fit are counted and named
before any change; `on_fail = \"null\"` or `on_fail = \"default\"` gives them a value. A pair that is
not listed needs an expression of your own (`cast`) or a function (`cast_with`).

| class | meaning |
|---|---|
| lossless | every value has a result, from which it can be computed again |
| lossy | every value has a result, which may hold less |
| if the value fits | values without a result are counted before any change |

Types marked \\* are computed by kuzu-ddl, in batches within the transaction of the migration, since
the cast of the engine is wrong, or missing. The others are computed by the engine.

";

const TAIL: &str = "
`TIMESTAMP_MS` and `TIMESTAMP_SEC` are converted as `TIMESTAMP`, `SERIAL` as `INT64`.

## Rules

- NULL stays NULL, also as an element or a member.
- **Integers.** A number out of the range of the target type does not fit. The least value of a
  signed type does not fit either: Kùzu 0.11.3 may store it as 0. A widening keeps it.
- **Floats.** To an integer: the number must be in the range, then it is rounded to the nearest
  integer, ties to even. To a `DECIMAL`: the exact binary value is rounded, ties to even. To
  `FLOAT`: the nearest float; a number beyond the largest does not fit. NaN and the infinities fit
  only into floats and `STRING`.
- **`FLOAT` columns.** The number −2147483648 does not fit: Kùzu 0.11.3 may store it as 0. The
  engine may also lose large negative numbers of a `FLOAT` column at a checkpoint if other numbers
  of the column have a fraction, also without a migration. Prefer `DOUBLE`.
- **Decimals** are rounded to the nearest number, ties away from zero.
- **`BOOL`** becomes 0 or 1. Of the integers, only 0 and 1 become a `BOOL`.
- **Times.** A time loses the digits that the target type does not have, towards the past. Times of
  the years 1 to 9999 fit; into `TIMESTAMP_NS`, those of 1677-09-21 00:12:43.145225 to 2262-04-11
  23:47:16.854775. All times are UTC. A `TIMESTAMP_NS` that is converted from or to another type
  keeps six digits: Kùzu 0.11.3 neither reads nor writes more in a text. A value that is not
  converted keeps its nanoseconds.
- **From text.** Spaces around the text are ignored. Integers: digits without leading zeros, or
  digits after `-`. Decimals: digits, perhaps after `-` and with a point. Floats: also with an
  exponent, or `inf`, `infinity`; a number beyond the largest does not fit, nor does `nan`, next
  to which Kùzu 0.11.3 may read all values of the column as NaN. `BOOL`: `true`, `t`, `1`, `false`,
  `f`, `0`. `UUID`: 32 hexadecimal digits, with or without hyphens and braces; the nil UUID does not
  fit, since Kùzu 0.11.3 may then fail to write checkpoints. Times: `2020-01-31`, or
  `2020-01-31 03:04:05.123456`, with `T` in place of the space, and with `Z`, `+01` or `+01:30`;
  leap seconds do not fit. `BLOB`: ASCII, and `\\xHH` for any other byte. json, `INTERVAL` and nested
  types: as the engine reads its own text.
- **To text.** Numbers: the shortest text that is read as the same number. `BOOL`: `True`, `False`.
  `BLOB`: as it is read. Nested types: the text of the engine, which does not mark the limits of
  texts within.
- **Lists.** Each element is converted; a list with an element that does not fit does not fit as a
  whole. A list becomes an array if it has as many elements. An array never gets another length.
- **Structs.** Members are matched by name, in any order. A new member is NULL, a lost one is
  archived with the old column. To rename a member, write them all:
  `cast = \"{town: old.city, zip: old.zip}\"`.
- **Unions.** A value becomes the first member of exactly its type; a text, the first member that
  accepts it.
";

#[cfg(test)]
mod tests {
    #[test]
    fn conversions_page() {
        let page = super::conversions_page();
        expect_test::expect_file!["../../../../docs/conversions.md"].assert_eq(&page);
    }
}
