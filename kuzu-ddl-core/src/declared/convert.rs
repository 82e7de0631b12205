//! Conversions from constant descriptions to the owned model.

use crate::describe::{ExprDesc, MemberDesc, TypeDesc};
use crate::schema::{Expr, Float, ParseExprError, StructField, Type};

impl From<&TypeDesc> for Type {
    fn from(desc: &TypeDesc) -> Self {
        match *desc {
            TypeDesc::Bool => Self::Bool,
            TypeDesc::Int8 => Self::Int8,
            TypeDesc::Int16 => Self::Int16,
            TypeDesc::Int32 => Self::Int32,
            TypeDesc::Int64 => Self::Int64,
            TypeDesc::Int128 => Self::Int128,
            TypeDesc::UInt8 => Self::UInt8,
            TypeDesc::UInt16 => Self::UInt16,
            TypeDesc::UInt32 => Self::UInt32,
            TypeDesc::UInt64 => Self::UInt64,
            TypeDesc::Float => Self::Float,
            TypeDesc::Double => Self::Double,
            TypeDesc::String => Self::String,
            TypeDesc::Blob => Self::Blob,
            TypeDesc::Uuid => Self::Uuid,
            TypeDesc::Date => Self::Date,
            TypeDesc::Timestamp => Self::Timestamp,
            TypeDesc::TimestampNs => Self::TimestampNs,
            TypeDesc::TimestampMs => Self::TimestampMs,
            TypeDesc::TimestampSec => Self::TimestampSec,
            TypeDesc::TimestampTz => Self::TimestampTz,
            TypeDesc::Interval => Self::Interval,
            TypeDesc::Decimal(precision, scale) => Self::Decimal { precision, scale },
            TypeDesc::Serial => Self::Serial,
            TypeDesc::Json => Self::Json,
            TypeDesc::InternalId => Self::InternalId,
            TypeDesc::List(t) => Self::List(Box::new(t.into())),
            TypeDesc::Array(t, n) => Self::Array(Box::new(t.into()), n),
            TypeDesc::Struct(members) => Self::Struct(fields(members)),
            TypeDesc::Map(k, v) => Self::Map(Box::new(k.into()), Box::new(v.into())),
            TypeDesc::Union(members) => Self::Union(fields(members)),
            // Only handwritten descriptions can hold it; `Type::check` rejects the result.
            TypeDesc::Invalid => Self::Unknown(String::new()),
        }
    }
}

fn fields(members: &[MemberDesc]) -> Vec<StructField> {
    members
        .iter()
        .map(|member| StructField {
            name: member.name.to_owned(),
            ty: (&member.ty).into(),
        })
        .collect()
}

impl TryFrom<&ExprDesc> for Expr {
    type Error = ParseExprError;

    fn try_from(desc: &ExprDesc) -> Result<Self, ParseExprError> {
        Ok(match *desc {
            ExprDesc::Bool(b) => Self::Bool(b),
            ExprDesc::Int(n) => Self::Int(n),
            ExprDesc::Float(x) => Self::Float(Float(x)),
            ExprDesc::Text(text) => Self::Text(text.to_owned()),
            ExprDesc::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            ExprDesc::List(items) => {
                Self::List(items.iter().map(Self::try_from).collect::<Result<_, _>>()?)
            }
            ExprDesc::Engine(text) => text.parse()?,
        })
    }
}
