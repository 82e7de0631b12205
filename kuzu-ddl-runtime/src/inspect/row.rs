//! Decodes rows of catalog calls.

use kuzu_ddl_core::value::{Row, Value};

use crate::engine::{EngineError, EngineErrorKind};

/// Returns the cells of a row, which must have exactly `N`.
pub(super) fn cells<const N: usize>(row: Row, call: &str) -> Result<[Value; N], EngineError> {
    row.try_into().map_err(|_| unexpected_result(call))
}

/// Creates the error for a catalog call whose result this version does not understand.
pub(super) fn unexpected_result(call: &str) -> EngineError {
    EngineError::new(
        EngineErrorKind::Other,
        "the catalog call returned a result that this version of kuzu-ddl does not understand",
        call,
    )
}

pub(super) fn text(cell: &Value, call: &str) -> Result<String, EngineError> {
    cell.text()
        .map(str::to_owned)
        .ok_or_else(|| unexpected_result(call))
}

pub(super) fn int<T: TryFrom<i128>>(cell: &Value, call: &str) -> Result<T, EngineError> {
    cell.int()
        .and_then(|n| n.try_into().ok())
        .ok_or_else(|| unexpected_result(call))
}

pub(super) fn bool(cell: &Value, call: &str) -> Result<bool, EngineError> {
    cell.bool().ok_or_else(|| unexpected_result(call))
}
