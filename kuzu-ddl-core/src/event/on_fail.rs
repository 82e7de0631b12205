//! The fallback for rows whose cast fails.

use serde::{Deserialize, Serialize};

use super::codec::CodecError;
use super::codec::reader::Reader;
use super::codec::writer::Writer;
use crate::schema::Expr;

/// The value of a row whose old value cannot be converted. A cast that yields NULL for a value has
/// failed as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFail {
    /// No fallback: the change is rejected while such a row exists.
    #[default]
    Abort,
    /// The row gets NULL.
    Null,
    /// The row gets this value: the declared default of the property at the time of the change.
    #[serde(alias = "Use")]
    Default(Expr),
}

impl OnFail {
    /// Encodes the fallback.
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Abort => w.byte(0),
            Self::Null => w.byte(1),
            Self::Default(expr) => {
                w.byte(2);
                w.expr(expr);
            }
        }
    }

    /// Decodes a fallback and checks its expression.
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        match r.byte()? {
            0 => Ok(Self::Abort),
            1 => Ok(Self::Null),
            2 => {
                let expr = r.expr()?;
                if expr.check_structure().is_err() {
                    return r.malformed("the fallback of a failed cast is invalid");
                }
                Ok(Self::Default(expr))
            }
            _ => r.malformed("unknown fallback of a failed cast"),
        }
    }
}
