//! Rust functions that make values: `cast_with` and `fill_with`.
//!
//! A derive describes a function by a [`FunctionDesc`]: what it takes, what it gives, and a pointer to
//! a call of it. Which types can go in and out, [`FromKuzu`] and [`IntoKuzu`] say, so a wrong signature
//! is an error of the compiler at the function's name. Code is never part of the history: an event
//! names the function ([`FunctionDesc::name`]), and a database whose program has no function of that
//! name refuses to guess.

mod call;
mod from;
mod into;
mod text;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

pub use call::*;
pub use from::FromKuzu;
pub use into::{IntoKuzu, Outcome};

use crate::declared::desc::TypeDesc;
use crate::engine::Cell;
use crate::schema::Type;

/// A call of a function with the values of one row.
pub type Run = fn(&[Cell]) -> Result<Cell, Fault>;

/// A function as its attribute describes it.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDesc {
    /// The module that the attribute stands in.
    pub module: &'static str,
    /// The function's path as the attribute spells it.
    pub path: &'static str,
    /// The properties that a `fill_with` takes, by name; a `cast_with` takes the old value alone.
    pub inputs: &'static [&'static str],
    /// The types of its arguments.
    pub takes: &'static [InputDesc],
    /// The type that it gives.
    pub gives: TypeDesc,
    /// Calls it.
    pub run: Run,
}

/// An argument of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputDesc {
    /// Its type.
    pub ty: TypeDesc,
    /// Whether it takes NULL: `Option<T>`.
    pub nullable: bool,
}

/// Why a function gave no value for a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It returned an error, or what is in the database is no value of the argument's Rust type.
    #[error("{0}")]
    Refused(String),
    /// It panicked.
    #[error("it panicked: {0}")]
    Panicked(String),
}

impl FunctionDesc {
    /// The name by which events and ledgers know the function: its path from the crate's name on, as
    /// the source spells it. `crate`, `self` and `super` are resolved against the module, and any other
    /// path is taken to start there; what a `use` brings in counts under the name it has here.
    #[must_use]
    pub fn name(&self) -> String {
        let mut names: Vec<&str> = self.module.split("::").collect();
        for (i, part) in self.path.split("::").map(str::trim).enumerate() {
            match part {
                "" if i == 0 => names.clear(),
                "crate" => names.truncate(1),
                "super" => {
                    names.pop();
                }
                "self" => {}
                part => names.push(part),
            }
        }
        names.join("::")
    }

    /// Calls it; a panic is caught.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn call(&self, row: &[Cell]) -> Result<Cell, Fault> {
        // A function sees nothing of ours but the row, which is read only.
        catch_unwind(AssertUnwindSafe(|| (self.run)(row))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Fault::Panicked(text.unwrap_or_default()))
        })
    }

    /// Whether it takes NULL as one of its arguments.
    #[must_use]
    pub fn takes_null(&self) -> bool {
        self.takes.iter().any(|input| input.nullable)
    }
}

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

/// The longest name of a function, in bytes.
pub const MAX_FUNCTION_PATH_BYTES: usize = 1024;

/// Whether `name` can be that of a function.
#[must_use]
pub fn is_function_path(name: &str) -> bool {
    let legal = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '#')
    };
    name.len() <= MAX_FUNCTION_PATH_BYTES && name.split("::").all(legal)
}

/// The type by way of which values of `ty` are read: the engine's crate hands over not all of them
/// safely, and the others are read as text.
#[must_use]
pub fn readable(ty: &Type) -> Type {
    match ty {
        Type::Date
        | Type::Timestamp
        | Type::TimestampNs
        | Type::TimestampMs
        | Type::TimestampSec
        | Type::TimestampTz
        | Type::Interval
        | Type::Decimal { .. }
        | Type::Json
        | Type::Map(..)
        | Type::Union(_)
        | Type::Unknown(_) => Type::String,
        Type::List(of) => Type::List(Box::new(readable(of))),
        Type::Array(of, n) => Type::Array(Box::new(readable(of)), *n),
        ty => ty.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desc(module: &'static str, path: &'static str) -> FunctionDesc {
        FunctionDesc {
            module,
            path,
            run: |_| panic!("no more than {}", 5),
            ..function0::<i64>(|| 1, |_| Ok(Cell::Null))
        }
    }

    #[test]
    fn a_name_starts_with_the_crate() {
        for (path, name) in [
            ("cents", "shop::model::cents"),
            ("self :: cents", "shop::model::cents"),
            ("super::cents", "shop::cents"),
            ("crate::money::cents", "shop::money::cents"),
            ("::money::cents", "money::cents"),
            ("money::cents", "shop::model::money::cents"),
        ] {
            let found = desc("shop::model", path).name();
            assert_eq!(found, name);
            assert!(is_function_path(&found));
        }
        for bad in ["", "a::", "a b", "a;b", "a::\n"] {
            assert!(!is_function_path(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_panic_is_caught() {
        let fault = desc("a", "b").call(&[]);
        assert_eq!(fault, Err(Fault::Panicked("no more than 5".into())));
    }
}
