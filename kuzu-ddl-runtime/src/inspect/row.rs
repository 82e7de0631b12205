//! TODO-DOC inspect::row

use kuzu_ddl_core::value::{Cell, Row};

use crate::engine::{EngineError, EngineErrorKind};

/// The cells of a row that must have exactly `N`.
pub(super) fn cells<const N: usize>(row: Row, call: &str) -> Result<[Cell; N], EngineError> {
    row.try_into().map_err(|_| strange(call))
}

/// A catalog call whose result is not what this version knows.
pub(super) fn strange(call: &str) -> EngineError {
    EngineError::new(
        EngineErrorKind::Other,
        "the catalog call returned something this version of kuzu-ddl does not understand",
        call,
    )
}

pub(super) fn text(cell: &Cell, call: &str) -> Result<String, EngineError> {
    cell.text().map(str::to_owned).ok_or_else(|| strange(call))
}

pub(super) fn int<T: TryFrom<i128>>(cell: &Cell, call: &str) -> Result<T, EngineError> {
    cell.int()
        .and_then(|n| n.try_into().ok())
        .ok_or_else(|| strange(call))
}

pub(super) fn bool(cell: &Cell, call: &str) -> Result<bool, EngineError> {
    cell.bool().ok_or_else(|| strange(call))
}
