//! The canonical encoding: exactly one byte string per value, with bounds on every claimed size.
//!
//! Integers are LEB128 in the shortest form, signed ones zigzag-encoded first; texts and lists are
//! prefixed with their length; sets are sorted and unique. A reader rejects anything else, so that
//! one value has one hash.

pub(in crate::event) mod expr;
pub(in crate::event) mod reader;
pub(in crate::event) mod types;
pub(crate) mod writer;

/// The first byte of every encoded event.
pub const ENCODING_VERSION: u8 = 1;

/// The maximum length of an encoded event, in bytes.
pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// Error returned when bytes are not a canonical encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The bytes end within a value.
    #[error("unexpected end at offset {0}")]
    Truncated(usize),
    /// Bytes follow the value.
    #[error("trailing bytes: {0}")]
    Trailing(usize),
    /// The event is longer than [`MAX_EVENT_BYTES`].
    #[error("the event is too large: {0} bytes, at most {MAX_EVENT_BYTES}")]
    TooLarge(usize),
    /// The version byte is not [`ENCODING_VERSION`].
    #[error("unsupported encoding version {0}: this version of kuzu-ddl reads {ENCODING_VERSION}")]
    Version(u8),
    /// A value is not in its canonical form, or is out of range.
    #[error("not canonical at offset {offset}: {reason}")]
    Malformed {
        /// The offset in the input, in bytes.
        offset: usize,
        /// The reason.
        reason: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::reader::Reader;
    use super::writer::Writer;
    use crate::schema::Type;

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
        assert!(Reader::new(&[0xff, 0xff, 3]).length().is_err());
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
