//! TODO-DOC declared::hints

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::describe::{FunctionDesc, OnFailDesc};
use crate::event::OnFail;
use crate::schema::{Key, Pair, Property};

/// The functions that a program has, by name. All are equal: what is compiled in is no part of what is
/// declared, and the names stand in the hints.
#[derive(Clone, Debug, Default)]
pub struct Functions(BTreeMap<String, FunctionDesc>);

impl Functions {
    /// Takes a function up.
    pub(crate) fn add(&mut self, function: &FunctionDesc) {
        self.0.insert(function.name(), *function);
    }

    /// The function of that name.
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

/// What a property is filled with where a function makes it, as the source says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillBy {
    /// The function's name.
    pub function: String,
    /// The properties that it takes.
    pub inputs: Vec<String>,
}

impl From<&FunctionDesc> for FillBy {
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

/// What a row gets whose cast fails. The default goes into the event as it is now: it may be another by
/// the time that the event is carried out elsewhere.
pub(crate) fn on_fail(hints: &TableHints, name: &Key, wanted: &Property) -> OnFail {
    match hints.on_fails.get(name) {
        None | Some(OnFailDesc::Abort) => OnFail::Abort,
        Some(OnFailDesc::Null) => OnFail::Null,
        Some(OnFailDesc::Default) => match &wanted.default {
            Some(expr) => OnFail::Use(expr.clone()),
            None => OnFail::Null,
        },
    }
}

/// What a struct says beside its table's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHints {
    /// Earlier names of the table, in the order given.
    pub renamed_from: Vec<String>,
    /// Earlier names of properties, by the property's present name.
    pub properties: BTreeMap<Key, Vec<String>>,
    /// Tombstones of properties.
    pub dropped: BTreeSet<Key>,
    /// Tombstones of FROM–TO pairs.
    pub dropped_pairs: BTreeSet<Pair>,
    /// After changes of type: how a new value is made of the `old` one, by the property's present name.
    #[serde(default)]
    pub casts: BTreeMap<Key, String>,
    /// After changes of type: the function that makes a new value of the old one, by the property's
    /// present name.
    #[serde(default)]
    pub casts_with: BTreeMap<Key, String>,
    /// What a row gets whose cast fails, by the property's present name; nothing is said where the
    /// change is to be refused.
    #[serde(default)]
    pub on_fails: BTreeMap<Key, OnFailDesc>,
    /// What existing rows get that have no value yet, by the property's present name.
    #[serde(default)]
    pub fills: BTreeMap<Key, String>,
    /// The function that makes it, by the property's present name.
    #[serde(default)]
    pub fills_with: BTreeMap<Key, FillBy>,
    /// The properties in the order of the fields: the column order of a new table.
    pub order: Vec<Key>,
    /// Where the struct stands, for messages: `file:line`.
    pub origin: String,
    /// The package of the struct, for the lock file.
    #[serde(default)]
    pub krate: String,
}
