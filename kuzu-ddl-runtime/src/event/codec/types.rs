//! Types, and the words of tables.

use super::{CodecError, Reader, Writer};
use crate::schema::{MAX_TYPE_DEPTH, Multiplicity, StorageDirection, StructField, Type};

/// Tag = position. Only ever append.
const PLAIN_TYPES: &[Type] = &[
    Type::Bool,
    Type::Int8,
    Type::Int16,
    Type::Int32,
    Type::Int64,
    Type::Int128,
    Type::UInt8,
    Type::UInt16,
    Type::UInt32,
    Type::UInt64,
    Type::Float,
    Type::Double,
    Type::String,
    Type::Blob,
    Type::Uuid,
    Type::Date,
    Type::Timestamp,
    Type::TimestampNs,
    Type::TimestampMs,
    Type::TimestampSec,
    Type::TimestampTz,
    Type::Interval,
    Type::Serial,
    Type::Json,
    Type::InternalId,
];

impl Writer {
    pub(crate) fn ty(&mut self, ty: &Type) {
        if let Some(tag) = PLAIN_TYPES.iter().position(|t| t == ty) {
            self.byte(tag as u8);
            return;
        }
        match ty {
            Type::Decimal { precision, scale } => {
                self.byte(0x40);
                self.byte(*precision);
                self.byte(*scale);
            }
            Type::List(t) => {
                self.byte(0x41);
                self.ty(t);
            }
            Type::Array(t, n) => {
                self.byte(0x42);
                self.uint((*n).into());
                self.ty(t);
            }
            Type::Struct(fields) => self.members(0x43, fields),
            Type::Map(k, v) => {
                self.byte(0x44);
                self.ty(k);
                self.ty(v);
            }
            Type::Union(fields) => self.members(0x45, fields),
            // Only foreign tables have it, and only fingerprints of live schemas meet it.
            Type::Unknown(text) => {
                self.byte(0x7f);
                self.text(text);
            }
            // Every other variant is in PLAIN_TYPES; the test `every_type_is_encoded` holds it so.
            _ => self.byte(0xff),
        }
    }

    fn members(&mut self, tag: u8, fields: &[StructField]) {
        self.byte(tag);
        self.len(fields.len());
        for field in fields {
            self.text(&field.name);
            self.ty(&field.ty);
        }
    }

    pub(crate) fn multiplicity(&mut self, m: Multiplicity) {
        self.byte(Multiplicity::ALL.iter().position(|x| *x == m).unwrap_or(0) as u8);
    }

    pub(crate) fn storage(&mut self, s: StorageDirection) {
        self.byte(matches!(s, StorageDirection::Fwd).into());
    }
}

impl Reader<'_> {
    pub(crate) fn ty(&mut self) -> Result<Type, CodecError> {
        let ty = self.ty_at(1)?;
        match ty.check() {
            Ok(()) => Ok(ty),
            Err(_) => self.bad("the type breaks a rule of its own"),
        }
    }

    fn ty_at(&mut self, depth: usize) -> Result<Type, CodecError> {
        if depth > MAX_TYPE_DEPTH {
            return self.bad("the type nests too deep");
        }
        let tag = self.byte()?;
        if let Some(plain) = PLAIN_TYPES.get(usize::from(tag)) {
            return Ok(plain.clone());
        }
        Ok(match tag {
            0x40 => Type::Decimal {
                precision: self.byte()?,
                scale: self.byte()?,
            },
            0x41 => Type::List(Box::new(self.ty_at(depth + 1)?)),
            0x42 => {
                let Ok(n) = u64::try_from(self.uint()?) else {
                    return self.bad("the array is too long");
                };
                Type::Array(Box::new(self.ty_at(depth + 1)?), n)
            }
            0x43 => Type::Struct(self.members(depth)?),
            0x44 => {
                let key = self.ty_at(depth + 1)?;
                Type::Map(Box::new(key), Box::new(self.ty_at(depth + 1)?))
            }
            0x45 => Type::Union(self.members(depth)?),
            _ => return self.bad("the type is not known"),
        })
    }

    fn members(&mut self, depth: usize) -> Result<Vec<StructField>, CodecError> {
        let n = self.len()?;
        let mut fields = Vec::new();
        for _ in 0..n {
            let name = self.text()?;
            let ty = self.ty_at(depth + 1)?;
            fields.push(StructField { name, ty });
        }
        Ok(fields)
    }

    pub(crate) fn multiplicity(&mut self) -> Result<Multiplicity, CodecError> {
        match Multiplicity::ALL.get(usize::from(self.byte()?)) {
            Some(m) => Ok(*m),
            None => self.bad("the multiplicity is not known"),
        }
    }

    pub(crate) fn storage(&mut self) -> Result<StorageDirection, CodecError> {
        Ok(if self.bool()? {
            StorageDirection::Fwd
        } else {
            StorageDirection::Both
        })
    }
}
