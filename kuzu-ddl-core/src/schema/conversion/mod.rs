//! The table of conversions: what becomes of a value when the type of its property changes.
//!
//! Every reader of conversions uses this table: the diff, the plan and its Cypher, the preflight
//! checks, the merge of concurrent types, and the page `docs/conversions.md`. What a value becomes
//! is defined by [`convert`](crate::conversion::convert); where the engine gives the same result,
//! a cast of the engine is used instead.

mod kind;
mod lattice;
mod nested;
mod page;
mod scalar;

pub use kind::{Conversion, ConversionMethod};
pub use page::conversions_page;

use kind::function;

use super::types::Type;

impl Type {
    /// Returns the conversion of values of this type to `to`.
    #[must_use]
    pub fn conversion_to(&self, to: &Self) -> Conversion {
        use ConversionMethod as M;
        let (from, into) = (self.storage_type(), to.storage_type());
        if from == into {
            return Conversion::Lossless(M::Cast);
        }
        for ty in [from, into] {
            if matches!(ty, Self::InternalId | Self::Unknown(_)) {
                return Conversion::Impossible {
                    help: format!("add a new property, since {ty} has no conversions"),
                };
            }
        }
        if let Some(conversion) = nested::conversion(from, into) {
            return conversion;
        }
        if from.widens_to(into) {
            return Conversion::Lossless(M::Cast);
        }
        scalar::conversion(from, into).unwrap_or_else(|| function(from, into))
    }
}
