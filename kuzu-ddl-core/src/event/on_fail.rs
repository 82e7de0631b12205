//! What a row gets when its cast fails.

use serde::{Deserialize, Serialize};

use super::codec::CodecError;
use super::codec::reader::Reader;
use super::codec::writer::Writer;
use crate::schema::Expr;

/// What a row gets of whose `old` value no new one can be made. A cast that makes NULL of a value
/// has failed, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFail {
    /// Nothing: the change is refused while there is such a row.
    #[default]
    Abort,
    /// NULL.
    Null,
    /// This value: the default that the property had in the source when the change was made.
    Use(Expr),
}

impl OnFail {
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Abort => w.byte(0),
            Self::Null => w.byte(1),
            Self::Use(expr) => {
                w.byte(2);
                w.expr(expr);
            }
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        match r.byte()? {
            0 => Ok(Self::Abort),
            1 => Ok(Self::Null),
            2 => {
                let expr = r.expr()?;
                if expr.check_parts().is_err() {
                    return r.bad("what a failed cast gives is not legal");
                }
                Ok(Self::Use(expr))
            }
            _ => r.bad("what follows a failed cast is 0, 1 or 2"),
        }
    }
}
