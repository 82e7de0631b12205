//! Cells from and to the values of the crate `kuzu`.

use kuzu::{LogicalType, Value};
use kuzu_ddl_core::value::Cell;

/// Whether the crate hands over every value of this type. Of the others it panics on some: dates
/// outside the years that `time` knows, decimals of more than 96 bits, intervals, nodes that hold
/// such values.
pub(super) fn is_readable(ty: &LogicalType) -> bool {
    use LogicalType as T;
    match ty {
        T::Any
        | T::Serial
        | T::Bool
        | T::Int8
        | T::Int16
        | T::Int32
        | T::Int64
        | T::Int128
        | T::UInt8
        | T::UInt16
        | T::UInt32
        | T::UInt64
        | T::Float
        | T::Double
        | T::String
        | T::Blob
        | T::UUID
        | T::InternalID => true,
        T::List { child_type } | T::Array { child_type, .. } => is_readable(child_type),
        T::Struct { fields } => fields.iter().all(|(_, ty)| is_readable(ty)),
        _ => false,
    }
}

pub(super) fn to_cell(value: Value) -> Cell {
    match value {
        Value::Null(_) => Cell::Null,
        Value::Bool(b) => Cell::Bool(b),
        Value::Int8(n) => Cell::Int(n.into()),
        Value::Int16(n) => Cell::Int(n.into()),
        Value::Int32(n) => Cell::Int(n.into()),
        Value::Int64(n) => Cell::Int(n.into()),
        Value::Int128(n) => Cell::Int(n),
        Value::UInt8(n) => Cell::Int(n.into()),
        Value::UInt16(n) => Cell::Int(n.into()),
        Value::UInt32(n) => Cell::Int(n.into()),
        Value::UInt64(n) => Cell::Int(n.into()),
        Value::Float(x) => Cell::Float(x.into()),
        Value::Double(x) => Cell::Float(x),
        Value::String(text) => Cell::Text(text),
        Value::Blob(bytes) => Cell::Bytes(bytes),
        Value::List(_, items) | Value::Array(_, items) => {
            Cell::List(items.into_iter().map(to_cell).collect())
        }
        Value::Struct(fields) => Cell::Struct(
            fields
                .into_iter()
                .map(|(name, v)| (name, to_cell(v)))
                .collect(),
        ),
        other => Cell::Other(other.to_string()),
    }
}

/// `cell` as a parameter. The crate does not check that the elements of a list are of one type, and
/// the engine would read them as if they were, so it is checked here.
pub(super) fn to_value(cell: &Cell) -> Result<Value, String> {
    Ok(value_as(cell, &settled(type_of(cell)?)))
}

/// An empty list and a NULL must be of some type, too.
fn settled(ty: LogicalType) -> LogicalType {
    use LogicalType as T;
    match ty {
        T::Any => T::String,
        T::List { child_type } => T::List {
            child_type: Box::new(settled(*child_type)),
        },
        T::Struct { fields } => T::Struct {
            fields: fields
                .into_iter()
                .map(|(name, ty)| (name, settled(ty)))
                .collect(),
        },
        ty => ty,
    }
}

fn type_of(cell: &Cell) -> Result<LogicalType, String> {
    Ok(match cell {
        Cell::Null => LogicalType::Any,
        Cell::Bool(_) => LogicalType::Bool,
        Cell::Int(n) if i64::try_from(*n).is_ok() => LogicalType::Int64,
        Cell::Int(_) => LogicalType::Int128,
        Cell::Float(_) => LogicalType::Double,
        Cell::Text(_) | Cell::Other(_) => LogicalType::String,
        Cell::Bytes(_) => LogicalType::Blob,
        Cell::List(items) => {
            let child = items
                .iter()
                .try_fold(LogicalType::Any, |ty, item| join(ty, type_of(item)?))?;
            LogicalType::List {
                child_type: Box::new(child),
            }
        }
        Cell::Struct(fields) => LogicalType::Struct {
            fields: fields
                .iter()
                .map(|(name, cell)| Ok((name.clone(), type_of(cell)?)))
                .collect::<Result<_, String>>()?,
        },
    })
}

/// The type that holds values of both.
fn join(a: LogicalType, b: LogicalType) -> Result<LogicalType, String> {
    use LogicalType as T;
    match (a, b) {
        (T::Any, ty) | (ty, T::Any) => Ok(ty),
        (T::Int64, T::Int128) | (T::Int128, T::Int64) => Ok(T::Int128),
        (T::List { child_type: a }, T::List { child_type: b }) => Ok(T::List {
            child_type: Box::new(join(*a, *b)?),
        }),
        (T::Struct { fields: a }, T::Struct { fields: b })
            if a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.0 == b.0) =>
        {
            let fields = a
                .into_iter()
                .zip(b)
                .map(|(a, b)| Ok((a.0, join(a.1, b.1)?)));
            Ok(T::Struct {
                fields: fields.collect::<Result<_, String>>()?,
            })
        }
        (a, b) if a == b => Ok(a),
        (a, b) => Err(format!("a list holds both {a:?} and {b:?}")),
    }
}

/// `cell` as a value of exactly the type `ty`, which has been joined from it.
fn value_as(cell: &Cell, ty: &LogicalType) -> Value {
    match (cell, ty) {
        (Cell::Bool(b), _) => Value::Bool(*b),
        (Cell::Int(n), LogicalType::Int128) => Value::Int128(*n),
        (Cell::Int(n), _) => i64::try_from(*n).map_or(Value::Int128(*n), Value::Int64),
        (Cell::Float(x), _) => Value::Double(*x),
        (Cell::Text(text) | Cell::Other(text), _) => Value::String(text.clone()),
        (Cell::Bytes(bytes), _) => Value::Blob(bytes.clone()),
        (Cell::List(items), LogicalType::List { child_type }) => {
            let items = items
                .iter()
                .map(|item| value_as(item, child_type))
                .collect();
            Value::List((**child_type).clone(), items)
        }
        (Cell::Struct(fields), LogicalType::Struct { fields: types }) => Value::Struct(
            fields
                .iter()
                .zip(types)
                .map(|((name, cell), (_, ty))| (name.clone(), value_as(cell, ty)))
                .collect(),
        ),
        (Cell::Null | Cell::List(_) | Cell::Struct(_), ty) => Value::Null(ty.clone()),
    }
}
