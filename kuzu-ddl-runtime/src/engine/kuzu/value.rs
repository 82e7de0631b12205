//! Converts values from and to those of the crate `kuzu`.

use kuzu::LogicalType;
use kuzu_ddl_core::value::Value;

/// Returns whether the crate converts every value of this type. It panics on some values of the
/// other types: dates outside the years of `time`, decimals of more than 96 bits, intervals, and
/// nodes that contain such values.
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

pub(super) fn from_kuzu(value: kuzu::Value) -> Value {
    match value {
        kuzu::Value::Null(_) => Value::Null,
        kuzu::Value::Bool(b) => Value::Bool(b),
        kuzu::Value::Int8(n) => Value::Int(n.into()),
        kuzu::Value::Int16(n) => Value::Int(n.into()),
        kuzu::Value::Int32(n) => Value::Int(n.into()),
        kuzu::Value::Int64(n) => Value::Int(n.into()),
        kuzu::Value::Int128(n) => Value::Int(n),
        kuzu::Value::UInt8(n) => Value::Int(n.into()),
        kuzu::Value::UInt16(n) => Value::Int(n.into()),
        kuzu::Value::UInt32(n) => Value::Int(n.into()),
        kuzu::Value::UInt64(n) => Value::Int(n.into()),
        kuzu::Value::Float(x) => Value::Float(x.into()),
        kuzu::Value::Double(x) => Value::Float(x),
        kuzu::Value::String(text) => Value::Text(text),
        kuzu::Value::Blob(bytes) => Value::Bytes(bytes),
        kuzu::Value::List(_, items) | kuzu::Value::Array(_, items) => {
            Value::List(items.into_iter().map(from_kuzu).collect())
        }
        kuzu::Value::Struct(fields) => Value::Struct(
            fields
                .into_iter()
                .map(|(name, v)| (name, from_kuzu(v)))
                .collect(),
        ),
        other => Value::Other(other.to_string()),
    }
}

/// Converts `cell` to a parameter. The crate does not check that the elements of a list have one
/// type, and the engine would read them as if they had, so it is checked here.
pub(super) fn to_kuzu(cell: &Value) -> Result<kuzu::Value, String> {
    Ok(value_as(cell, &resolve_any(type_of(cell)?)))
}

/// Replaces `Any`: an empty list and a NULL need a type, too.
fn resolve_any(ty: LogicalType) -> LogicalType {
    use LogicalType as T;
    match ty {
        T::Any => T::String,
        T::List { child_type } => T::List {
            child_type: Box::new(resolve_any(*child_type)),
        },
        T::Struct { fields } => T::Struct {
            fields: fields
                .into_iter()
                .map(|(name, ty)| (name, resolve_any(ty)))
                .collect(),
        },
        ty => ty,
    }
}

fn type_of(cell: &Value) -> Result<LogicalType, String> {
    Ok(match cell {
        Value::Null => LogicalType::Any,
        Value::Bool(_) => LogicalType::Bool,
        Value::Int(n) if i64::try_from(*n).is_ok() => LogicalType::Int64,
        Value::Int(_) => LogicalType::Int128,
        Value::Float(_) => LogicalType::Double,
        Value::Text(_) | Value::Other(_) => LogicalType::String,
        Value::Bytes(_) => LogicalType::Blob,
        Value::List(items) => {
            let child = items
                .iter()
                .try_fold(LogicalType::Any, |ty, item| join(ty, type_of(item)?))?;
            LogicalType::List {
                child_type: Box::new(child),
            }
        }
        Value::Struct(fields) => LogicalType::Struct {
            fields: fields
                .iter()
                .map(|(name, cell)| Ok((name.clone(), type_of(cell)?)))
                .collect::<Result<_, String>>()?,
        },
    })
}

/// Returns the type that holds values of both types.
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
        (a, b) => Err(format!("a list contains both {a:?} and {b:?}")),
    }
}

/// Converts `cell` to a value of exactly the type `ty`, which was joined from it.
fn value_as(cell: &Value, ty: &LogicalType) -> kuzu::Value {
    match (cell, ty) {
        (Value::Bool(b), _) => kuzu::Value::Bool(*b),
        (Value::Int(n), LogicalType::Int128) => kuzu::Value::Int128(*n),
        (Value::Int(n), _) => i64::try_from(*n).map_or(kuzu::Value::Int128(*n), kuzu::Value::Int64),
        (Value::Float(x), _) => kuzu::Value::Double(*x),
        (Value::Text(text) | Value::Other(text), _) => kuzu::Value::String(text.clone()),
        (Value::Bytes(bytes), _) => kuzu::Value::Blob(bytes.clone()),
        (Value::List(items), LogicalType::List { child_type }) => {
            let items = items
                .iter()
                .map(|item| value_as(item, child_type))
                .collect();
            kuzu::Value::List((**child_type).clone(), items)
        }
        (Value::Struct(fields), LogicalType::Struct { fields: types }) => kuzu::Value::Struct(
            fields
                .iter()
                .zip(types)
                .map(|((name, cell), (_, ty))| (name.clone(), value_as(cell, ty)))
                .collect(),
        ),
        (Value::Null | Value::List(_) | Value::Struct(_), ty) => kuzu::Value::Null(ty.clone()),
    }
}
