//! The canonical encoding: one byte string for one value, and bounds on everything it claims.
//!
//! Whole numbers are LEB128 in the shortest form, signed ones zigzag first; texts and lists carry
//! their length; sets are sorted without repeats. A reader that meets anything else refuses, so
//! that one value has one hash.

use super::dependencies::Dependencies;
use super::id::{EventId, ObjectId};
use super::names::{Telling, Told};
use crate::schema::{
    Expr, Float, MAX_EXPR_DEPTH, MAX_TYPE_DEPTH, Multiplicity, Operator, StorageDirection,
    StructField, Type,
};

/// The first byte of every encoded event.
pub const ENCODING_VERSION: u8 = 1;

/// The largest encoded event, in bytes.
pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// Why bytes are no canonical encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The bytes end before the value does.
    #[error("the bytes end too early, at offset {0}")]
    Truncated(usize),
    /// Bytes are left after the value.
    #[error("{0} bytes are left over")]
    Trailing(usize),
    /// More than [`MAX_EVENT_BYTES`].
    #[error("{0} bytes are more than the {MAX_EVENT_BYTES} an event may have")]
    TooLarge(usize),
    /// The version byte is not [`ENCODING_VERSION`].
    #[error("encoding version {0} is not known; this version of kuzu-ddl reads {ENCODING_VERSION}")]
    Version(u8),
    /// A value written in another than the one canonical way, or out of its range.
    #[error("not canonical at offset {offset}: {reason}")]
    Malformed {
        /// Where.
        offset: usize,
        /// What.
        reason: &'static str,
    },
}

/// Writes canonical bytes, or those of a pack.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// In a pack: where hashes and texts go.
    names: Option<Box<Telling>>,
}

impl Writer {
    /// A writer of a pack, where hashes are numbers.
    pub(super) fn packed() -> Self {
        Self {
            bytes: Vec::new(),
            names: Some(Box::default()),
        }
    }

    pub(super) fn names(&mut self) -> Option<&mut Telling> {
        self.names.as_deref_mut()
    }

    pub(super) fn parts(self) -> (Vec<u8>, Telling) {
        (
            self.bytes,
            self.names.map(|names| *names).unwrap_or_default(),
        )
    }

    /// With room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            names: None,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bytes there are by now.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A whole number that is not negative.
    pub fn uint(&mut self, mut n: u128) {
        loop {
            let low = (n & 0x7f) as u8;
            n >>= 7;
            if n == 0 {
                self.bytes.push(low);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }

    /// A length or a count.
    pub fn len(&mut self, n: usize) {
        self.uint(n as u128);
    }

    pub(crate) fn int(&mut self, n: i128) {
        self.uint(((n << 1) ^ (n >> 127)) as u128);
    }

    /// 0 or 1.
    pub fn bool(&mut self, b: bool) {
        self.byte(b.into());
    }

    /// Bytes after their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.len(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// A text after its length.
    pub fn text(&mut self, text: &str) {
        match &mut self.names {
            None => self.bytes(text.as_bytes()),
            Some(names) => {
                names.texts.extend_from_slice(text.as_bytes());
                self.len(text.len());
            }
        }
    }

    /// Bytes whose number the reader knows.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The 32 bytes of a hash.
    pub fn hash(&mut self, hash: &[u8; 32]) {
        match &mut self.names {
            None => self.bytes.extend_from_slice(hash),
            Some(names) => names.tell(hash),
        }
    }

    /// Whether there is a value, and the value.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// A set of ids, in order.
    pub fn events<'a>(
        &mut self,
        ids: impl IntoIterator<Item = &'a EventId, IntoIter: ExactSizeIterator>,
    ) {
        let ids = ids.into_iter();
        self.len(ids.len());
        ids.for_each(|id| self.hash(id.as_bytes()));
    }

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

    pub(crate) fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Bool(b) => {
                self.byte(0);
                self.bool(*b);
            }
            Expr::Int(n) => {
                self.byte(1);
                self.int(*n);
            }
            Expr::Float(Float(x)) => {
                self.byte(2);
                self.bytes.extend_from_slice(&x.to_bits().to_be_bytes());
            }
            Expr::Text(text) => {
                self.byte(3);
                self.text(text);
            }
            Expr::Bytes(bytes) => {
                self.byte(4);
                self.bytes(bytes);
            }
            Expr::List(items) => {
                self.byte(5);
                self.exprs(items);
            }
            Expr::Struct(fields) => {
                self.byte(6);
                self.len(fields.len());
                for (name, value) in fields {
                    self.text(name);
                    self.expr(value);
                }
            }
            Expr::Call(name, args) => {
                self.byte(7);
                self.text(name);
                self.exprs(args);
            }
            Expr::Cast(e, ty) => {
                self.byte(8);
                self.expr(e);
                self.ty(ty);
            }
            Expr::Negate(e) => {
                self.byte(9);
                self.expr(e);
            }
            Expr::Binary(op, a, b) => {
                self.byte(10);
                self.byte(OPERATORS.iter().position(|o| o == op).unwrap_or(0) as u8);
                self.expr(a);
                self.expr(b);
            }
            Expr::Opaque(text) => {
                self.byte(11);
                self.text(text);
            }
            Expr::Old => self.byte(12),
        }
    }

    fn exprs(&mut self, items: &[Expr]) {
        self.len(items.len());
        items.iter().for_each(|e| self.expr(e));
    }

    pub(crate) fn multiplicity(&mut self, m: Multiplicity) {
        self.byte(Multiplicity::ALL.iter().position(|x| *x == m).unwrap_or(0) as u8);
    }

    pub(crate) fn storage(&mut self, s: StorageDirection) {
        self.byte(matches!(s, StorageDirection::Fwd).into());
    }
}

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

/// Tag = position. Only ever append.
const OPERATORS: [Operator; 5] = [
    Operator::Add,
    Operator::Subtract,
    Operator::Multiply,
    Operator::Divide,
    Operator::Modulo,
];

/// Reads canonical bytes, or those of a pack, and refuses all others.
#[derive(Debug)]
pub struct Reader<'a> {
    all: &'a [u8],
    at: usize,
    /// In a pack: where hashes and texts come from.
    names: Option<Box<Told<'a>>>,
}

impl<'a> Reader<'a> {
    /// At the start of these bytes.
    #[must_use]
    pub fn new(all: &'a [u8]) -> Self {
        Self {
            all,
            at: 0,
            names: None,
        }
    }

    /// A reader of a pack, where hashes are numbers.
    pub(super) fn packed(all: &'a [u8], names: Told<'a>) -> Self {
        Self {
            all,
            at: 0,
            names: Some(Box::new(names)),
        }
    }

    /// What the pack has told so far.
    pub(super) fn told(&mut self) -> Result<&mut Told<'a>, CodecError> {
        self.names.as_deref_mut().ok_or(CodecError::Malformed {
            offset: 0,
            reason: "it is not a pack",
        })
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = &self.all[self.at..];
        self.at = self.all.len();
        rest
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.all.len() - self.at
    }

    /// An error at this place.
    pub fn bad<T>(&self, reason: &'static str) -> Result<T, CodecError> {
        Err(CodecError::Malformed {
            offset: self.at,
            reason,
        })
    }

    /// An error if bytes are left.
    pub fn end(&self) -> Result<(), CodecError> {
        match self.all.len() - self.at {
            0 => Ok(()),
            n => Err(CodecError::Trailing(n)),
        }
    }

    /// So many bytes.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], CodecError> {
        let end = self.at.checked_add(n).filter(|end| *end <= self.all.len());
        let end = end.ok_or(CodecError::Truncated(self.all.len()))?;
        let taken = &self.all[self.at..end];
        self.at = end;
        Ok(taken)
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, CodecError> {
        Ok(self.take(1)?[0])
    }

    /// A whole number in its shortest form.
    pub fn uint(&mut self) -> Result<u128, CodecError> {
        let mut n = 0_u128;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            let low = u128::from(byte & 0x7f);
            if (low << shift) >> shift != low {
                return self.bad("the number has more than 128 bits");
            }
            n |= low << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return self.bad("the number is not in its shortest form");
                }
                return Ok(n);
            }
        }
        self.bad("the number has more than 128 bits")
    }

    /// A count of things that take at least one byte each: it can never claim more than is there.
    pub fn count(&mut self) -> Result<usize, CodecError> {
        self.len()
    }

    /// A length in bytes, or a count.
    pub(crate) fn len(&mut self) -> Result<usize, CodecError> {
        let n = self.uint()?;
        let told = self.names.as_ref().map_or(0, |names| names.left());
        match usize::try_from(n) {
            Ok(n) if n <= self.left() + told => Ok(n),
            _ => Err(CodecError::Truncated(self.all.len())),
        }
    }

    pub(crate) fn int(&mut self) -> Result<i128, CodecError> {
        let n = self.uint()?;
        Ok(((n >> 1) as i128) ^ -((n & 1) as i128))
    }

    /// 0 or 1.
    pub fn bool(&mut self) -> Result<bool, CodecError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => self.bad("a boolean is 0 or 1"),
        }
    }

    /// Bytes after their length.
    pub fn bytes(&mut self) -> Result<&'a [u8], CodecError> {
        let n = self.len()?;
        self.take(n)
    }

    /// A text after its length.
    pub fn text(&mut self) -> Result<String, CodecError> {
        let bytes = if self.names.is_some() {
            let n = self.len()?;
            self.names
                .as_mut()
                .map_or(Ok(&[][..]), |names| names.text(n))?
        } else {
            self.bytes()?
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => self.bad("the text is not UTF-8"),
        }
    }

    fn hash(&mut self) -> Result<[u8; 32], CodecError> {
        if let Some(names) = &mut self.names {
            return names.hash();
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(self.take(32)?);
        Ok(hash)
    }

    pub(crate) fn object(&mut self) -> Result<ObjectId, CodecError> {
        self.hash().map(ObjectId::from_bytes)
    }

    /// The id of an event.
    pub fn event(&mut self) -> Result<EventId, CodecError> {
        self.hash().map(EventId::from_bytes)
    }

    /// Whether there is a value, and the value.
    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        if self.bool()? {
            read(self).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A set of ids, in order and without repeats.
    pub fn events(&mut self) -> Result<Dependencies, CodecError> {
        let n = self.len()?;
        // The count is a claim: room is made as the ids come.
        let mut ids = Vec::with_capacity(n.min(4));
        for _ in 0..n {
            let id = EventId::from_bytes(self.hash()?);
            if ids.last().is_some_and(|last| *last >= id) {
                return self.bad("the set is not sorted");
            }
            ids.push(id);
        }
        Ok(Dependencies::of_sorted(ids))
    }

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

    pub(crate) fn expr(&mut self) -> Result<Expr, CodecError> {
        self.expr_at(1)
    }

    fn expr_at(&mut self, depth: usize) -> Result<Expr, CodecError> {
        if depth > MAX_EXPR_DEPTH {
            return self.bad("the expression nests too deep");
        }
        Ok(match self.byte()? {
            0 => Expr::Bool(self.bool()?),
            1 => Expr::Int(self.int()?),
            2 => {
                let mut bits = [0; 8];
                bits.copy_from_slice(self.take(8)?);
                Expr::Float(Float(f64::from_bits(u64::from_be_bytes(bits))))
            }
            3 => Expr::Text(self.text()?),
            4 => Expr::Bytes(self.bytes()?.to_vec()),
            5 => Expr::List(self.exprs(depth)?),
            6 => {
                let n = self.len()?;
                let mut fields = Vec::new();
                for _ in 0..n {
                    let name = self.text()?;
                    fields.push((name, self.expr_at(depth + 1)?));
                }
                Expr::Struct(fields)
            }
            7 => {
                let name = self.text()?;
                Expr::Call(name, self.exprs(depth)?)
            }
            8 => {
                let inner = self.expr_at(depth + 1)?;
                Expr::Cast(Box::new(inner), self.ty()?)
            }
            9 => Expr::Negate(Box::new(self.expr_at(depth + 1)?)),
            10 => {
                let Some(op) = OPERATORS.get(usize::from(self.byte()?)).copied() else {
                    return self.bad("the operator is not known");
                };
                let left = self.expr_at(depth + 1)?;
                Expr::Binary(op, Box::new(left), Box::new(self.expr_at(depth + 1)?))
            }
            11 => Expr::Opaque(self.text()?),
            12 => Expr::Old,
            _ => return self.bad("the expression is not known"),
        })
    }

    fn exprs(&mut self, depth: usize) -> Result<Vec<Expr>, CodecError> {
        let n = self.len()?;
        let mut items = Vec::new();
        for _ in 0..n {
            items.push(self.expr_at(depth + 1)?);
        }
        Ok(items)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        for n in [0, 1, -1, 63, 64, -65, i128::MAX, i128::MIN, i64::MIN.into()] {
            let mut w = Writer::default();
            w.int(n);
            let bytes = w.finish();
            let mut r = Reader::new(&bytes);
            assert_eq!(r.int(), Ok(n));
            assert_eq!(r.end(), Ok(()));
        }
        assert!(Reader::new(&[0x80, 0]).uint().is_err());
        assert!(Reader::new(&[0xff; 40]).uint().is_err());
        assert!(Reader::new(&[0xff, 0xff, 3]).len().is_err());
    }

    #[test]
    fn every_type_is_encoded() {
        for text in [
            "BOOL",
            "INT128",
            "json",
            "INTERNAL_ID",
            "SERIAL",
            "DECIMAL(38, 0)",
            "STRUCT(a MAP(STRING, INT64[3]), b UNION(x UUID)[])",
        ] {
            let ty: Type = text.parse().expect(text);
            let mut w = Writer::default();
            w.ty(&ty);
            let bytes = w.finish();
            assert!(!bytes.contains(&0xff), "{text}");
            assert_eq!(Reader::new(&bytes).ty(), Ok(ty));
        }
    }

    #[test]
    fn hostile_nesting_is_refused() {
        assert!(Reader::new(&[0x41; 100_000]).ty().is_err());
        assert!(Reader::new(&[9; 100_000]).expr().is_err());
        assert!(Reader::new(&[0xff; 16]).ty().is_err());
    }
}
