//! TODO-DOC describe::function

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::types::TypeDesc;
use crate::value::Cell;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::function0;
    use crate::schema::name::is_function_path;
    use crate::value::Cell;

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
            ("crate::function::cents", "shop::cents"),
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
