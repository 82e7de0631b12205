//! Types with their values, and their possible successors.

use kuzu_ddl_core::schema::{Expr, Float, Type};

/// An array that a vector index accepts.
fn vector(item: Type) -> Type {
    Type::Array(Box::new(item), 2)
}

/// Types with a default, where one exists.
pub(super) fn types() -> Vec<(Type, Option<Expr>)> {
    let text = |s: &str| Expr::Text(s.into());
    let decimal = Type::Decimal {
        precision: 10,
        scale: 2,
    };
    vec![
        (Type::Int64, Some(Expr::Int(-7))),
        (Type::String, Some(text("it's \\ \"quoted\" ☃"))),
        (Type::Bool, Some(Expr::Bool(true))),
        (Type::Double, Some(Expr::Float(Float(1.5)))),
        (Type::Int8, None),
        (Type::Date, Some(text("2020-02-29"))),
        (
            Type::Uuid,
            Some(Expr::Call("gen_random_uuid".into(), Vec::new())),
        ),
        (
            Type::List(Box::new(Type::Int64)),
            Some(Expr::List(vec![Expr::Int(1), Expr::Int(-2)])),
        ),
        (decimal, Some(text("12.50"))),
        (Type::Blob, Some(Expr::Bytes(vec![0, 65, 255]))),
        (vector(Type::Float), None),
        (Type::String, None),
    ]
}

/// A value for rows that have none, different from the default.
pub(super) fn fill(ty: &Type) -> Option<Expr> {
    Some(match ty {
        Type::Int8 | Type::Int32 | Type::Int64 | Type::Int128 => Expr::Int(99),
        Type::String => Expr::Text("filled in 'row'".into()),
        Type::Bool => Expr::Bool(false),
        Type::Double => Expr::Float(Float(-0.5)),
        Type::Date | Type::Timestamp => Expr::Text("1999-12-31".into()),
        Type::Uuid => Expr::Text("ffffffff-0000-0000-0000-000000000000".into()),
        Type::List(_) => Expr::List(Vec::new()),
        Type::Array(..) => Expr::List([0.5, 1.0].map(|x| Expr::Float(Float(x))).into()),
        Type::Decimal { .. } => Expr::Text("-3.25".into()),
        Type::Blob => Expr::Cast(Box::new(Expr::Text("\\x07".into())), Type::Blob),
        _ => return None,
    })
}

/// Whether each row gets its own value.
pub(in crate::oracle) fn differs_by_row(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(name, _) if name == "gen_random_uuid" || name == "nextval")
}

/// The Cypher of the value of row `n`. Some texts are numbers, and some numbers are large.
pub(in crate::oracle) fn value(ty: &Type, n: i64) -> String {
    let literal = match ty {
        Type::Int8 => n.to_string(),
        Type::Int32 | Type::Int64 | Type::Serial | Type::Int128 if n % 3 == 0 => {
            (n * 1000).to_string()
        }
        Type::Int32 | Type::Int64 | Type::Serial | Type::Int128 => n.to_string(),
        Type::String if n % 4 == 0 => format!("'{n}'"),
        Type::String => format!("'row {n} \\' '"),
        Type::Bool => (n % 2 == 0).to_string(),
        Type::Double => format!("{n}.25"),
        Type::Date | Type::Timestamp => format!("'2021-01-{:02}'", n % 28 + 1),
        Type::Uuid => format!("'00000000-0000-0000-0000-{n:012}'"),
        Type::List(_) => format!("[{n}, {}]", n + 1),
        Type::Array(..) => format!("[{n}.0, 1.0]"),
        Type::Blob => format!("'\\\\x{n:02X}'"),
        _ => format!("{n}.5"),
    };
    format!("CAST({literal} AS {ty})")
}

/// Successors of a type, with a cast where the change may lose data. Every value can be converted,
/// and different values stay different.
pub(super) fn successor(ty: &Type, n: u16) -> Option<(Type, Option<&'static str>)> {
    let decimal = Type::Decimal {
        precision: 14,
        scale: 3,
    };
    let choices: Vec<(Type, Option<&'static str>)> = match ty {
        Type::Int8 => vec![(Type::Int32, None), (Type::Double, None)],
        Type::Int32 => vec![(Type::Int64, None)],
        Type::Int64 => vec![
            (Type::Int128, None),
            (Type::String, Some("upper(CAST(old AS STRING))")),
            (Type::Double, Some("CAST(old AS DOUBLE) + 0.5")),
            (Type::Int32, Some("CAST(old AS INT32)")),
            (Type::Serial, None),
        ],
        Type::Serial => vec![
            (Type::Int64, None),
            (Type::String, Some("CAST(old AS STRING)")),
        ],
        Type::Decimal { precision: 10, .. } => vec![(decimal, None)],
        Type::Bool => vec![(Type::String, Some("CAST(old AS STRING)"))],
        Type::Date => vec![(Type::Timestamp, Some("CAST(old AS TIMESTAMP)"))],
        Type::Uuid => vec![(Type::String, Some("upper(CAST(old AS STRING))"))],
        Type::Array(item, _) if **item == Type::Float => {
            vec![(vector(Type::Double), Some("CAST(old AS DOUBLE[2])"))]
        }
        _ => return None,
    };
    Some(choices[usize::from(n) % choices.len()].clone())
}

/// Successors of a type by a cast that fails in some rows.
pub(super) fn failing(ty: &Type, n: u16) -> Option<(Type, &'static str)> {
    let choices = match ty {
        Type::Int64 => vec![
            (Type::Int8, "CAST(old AS INT8)"),
            (Type::Int8, "CAST(old + 1 AS INT8)"),
            (Type::Date, "make_date(2020, old, 1)"),
        ],
        Type::String => vec![
            (Type::Int64, "CAST(old AS INT64)"),
            (Type::Int32, "CAST(trim(old) AS INT32)"),
            (Type::Double, "CAST(old AS DOUBLE) * 2"),
        ],
        _ => return None,
    };
    Some(choices[usize::from(n) % choices.len()].clone())
}
