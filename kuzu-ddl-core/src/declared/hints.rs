//! Hints of structs about the past of their tables, and the functions of a program.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::describe::{FunctionDesc, OnFailDesc};
use crate::event::OnFail;
use crate::schema::{NameKey, Pair, Property};

/// The functions of a program, by name. All instances are equal: compiled code is not part of the
/// declaration, and the names are in the hints.
#[derive(Clone, Debug, Default)]
pub struct Functions(BTreeMap<String, FunctionDesc>);

impl Functions {
    /// Adds a function.
    pub(crate) fn add(&mut self, function: &FunctionDesc) {
        self.0.insert(function.name(), *function);
    }

    /// Returns the function of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FunctionDesc> {
        self.0.get(name)
    }
}

impl PartialEq for Functions {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Functions {}

/// The function that backfills a property, with the properties that it reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillFunction {
    /// The name of the function.
    pub function: String,
    /// The names of the properties that it reads.
    pub inputs: Vec<String>,
}

impl From<&FunctionDesc> for FillFunction {
    fn from(function: &FunctionDesc) -> Self {
        Self {
            function: function.name(),
            inputs: function
                .inputs
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        }
    }
}

/// Returns the fallback for a row whose cast fails. The default is copied into the event, because
/// it may have changed by the time a peer applies the event.
pub(crate) fn on_fail(hints: &TableHints, name: &NameKey, property: &Property) -> OnFail {
    match hints.on_fail.get(name) {
        None | Some(OnFailDesc::Abort) => OnFail::Abort,
        Some(OnFailDesc::Null) => OnFail::Null,
        Some(OnFailDesc::Default) => match &property.default {
            Some(expr) => OnFail::Default(expr.clone()),
            None => OnFail::Null,
        },
    }
}

/// What a struct declares beyond the shape of its table. Maps are keyed by the current name of a
/// property.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHints {
    /// The former names of the table, in declaration order.
    pub renamed_from: Vec<String>,
    /// The former names of properties.
    #[serde(alias = "properties")]
    pub property_renames: BTreeMap<NameKey, Vec<String>>,
    /// The tombstones of properties.
    pub dropped: BTreeSet<NameKey>,
    /// The tombstones of `FROM`–`TO` pairs.
    pub dropped_pairs: BTreeSet<Pair>,
    /// For type changes: the expression that converts an `old` value.
    #[serde(default)]
    pub casts: BTreeMap<NameKey, String>,
    /// For type changes: the function that converts an old value.
    #[serde(default)]
    #[serde(alias = "casts_with")]
    pub cast_functions: BTreeMap<NameKey, String>,
    /// The fallback for rows whose cast fails; absent if such rows reject the change.
    #[serde(default)]
    #[serde(alias = "on_fails")]
    pub on_fail: BTreeMap<NameKey, OnFailDesc>,
    /// The expression that backfills existing rows without a value.
    #[doc(alias = "backfill")]
    #[serde(default)]
    pub fills: BTreeMap<NameKey, String>,
    /// The function that backfills existing rows without a value.
    #[doc(alias = "backfill")]
    #[serde(default)]
    #[serde(alias = "fills_with")]
    pub fill_functions: BTreeMap<NameKey, FillFunction>,
    /// The properties in field order, which is the column order of a new table.
    #[serde(alias = "order")]
    pub column_order: Vec<NameKey>,
    /// The source location of the struct as `file:line`, for messages.
    pub origin: String,
    /// The package of the struct, for the lock file.
    #[serde(default)]
    #[serde(alias = "krate")]
    pub package: String,
}
