//! The encoding of types and of the options of tables.

use super::CodecError;
use super::reader::Reader;
use super::writer::Writer;
use crate::schema::{MAX_TYPE_DEPTH, Multiplicity, StorageDirection, StructField, Type};

/// The types that are encoded as a tag alone.
macro_rules! plain {
    ($($tag:literal $ty:ident)*) => {
        fn tag(ty: &Type) -> Option<u8> {
            match ty {
                $(Type::$ty => Some($tag),)*
                _ => None,
            }
        }

        fn plain(tag: u8) -> Option<Type> {
            match tag {
                $($tag => Some(Type::$ty),)*
                _ => None,
            }
        }
    };
}

// A tag never changes its meaning: only ever append.
plain! {
    0 Bool
    1 Int8
    2 Int16
    3 Int32
    4 Int64
    5 Int128
    6 UInt8
    7 UInt16
    8 UInt32
    9 UInt64
    10 Float
    11 Double
    12 String
    13 Blob
    14 Uuid
    15 Date
    16 Timestamp
    17 TimestampNs
    18 TimestampMs
    19 TimestampSec
    20 TimestampTz
    21 Interval
    22 Serial
    23 Json
    24 InternalId
}

impl Writer {
    /// Writes a type.
    pub(crate) fn ty(&mut self, ty: &Type) {
        if let Some(tag) = tag(ty) {
            self.byte(tag);
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
            // Only unmanaged tables have it, and only fingerprints of live schemas encode it.
            Type::Unknown(text) => {
                self.byte(0x7f);
                self.text(text);
            }
            // Every other variant is a tag alone, which the test `every_type_is_encoded` ensures.
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

    /// Writes a multiplicity.
    pub(crate) fn multiplicity(&mut self, m: Multiplicity) {
        self.byte(Multiplicity::ALL.iter().position(|x| *x == m).unwrap_or(0) as u8);
    }

    /// Writes a storage direction.
    pub(crate) fn storage(&mut self, s: StorageDirection) {
        self.byte(matches!(s, StorageDirection::Forward).into());
    }
}

impl Reader<'_> {
    /// Reads a type and checks it.
    pub(crate) fn ty(&mut self) -> Result<Type, CodecError> {
        let ty = self.ty_at(1)?;
        match ty.check() {
            Ok(()) => Ok(ty),
            Err(_) => self.malformed("the type is invalid"),
        }
    }

    fn ty_at(&mut self, depth: usize) -> Result<Type, CodecError> {
        if depth > MAX_TYPE_DEPTH {
            return self.malformed("the type is nested too deeply");
        }
        let tag = self.byte()?;
        if let Some(plain) = plain(tag) {
            return Ok(plain);
        }
        Ok(match tag {
            0x40 => Type::Decimal {
                precision: self.byte()?,
                scale: self.byte()?,
            },
            0x41 => Type::List(Box::new(self.ty_at(depth + 1)?)),
            0x42 => {
                let Ok(n) = u64::try_from(self.uint()?) else {
                    return self.malformed("the array is too long");
                };
                Type::Array(Box::new(self.ty_at(depth + 1)?), n)
            }
            0x43 => Type::Struct(self.members(depth)?),
            0x44 => {
                let key = self.ty_at(depth + 1)?;
                Type::Map(Box::new(key), Box::new(self.ty_at(depth + 1)?))
            }
            0x45 => Type::Union(self.members(depth)?),
            _ => return self.malformed("unknown type"),
        })
    }

    fn members(&mut self, depth: usize) -> Result<Vec<StructField>, CodecError> {
        let n = self.length()?;
        let mut fields = Vec::new();
        for _ in 0..n {
            let name = self.text()?;
            let ty = self.ty_at(depth + 1)?;
            fields.push(StructField { name, ty });
        }
        Ok(fields)
    }

    /// Reads a multiplicity.
    pub(crate) fn multiplicity(&mut self) -> Result<Multiplicity, CodecError> {
        match Multiplicity::ALL.get(usize::from(self.byte()?)) {
            Some(m) => Ok(*m),
            None => self.malformed("unknown multiplicity"),
        }
    }

    /// Reads a storage direction.
    pub(crate) fn storage(&mut self) -> Result<StorageDirection, CodecError> {
        Ok(if self.bool()? {
            StorageDirection::Forward
        } else {
            StorageDirection::Both
        })
    }
}
