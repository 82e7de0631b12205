//! Descriptions of the functions of `cast_with` and `fill_with`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::types::TypeDesc;
use crate::value::Value;

/// A pointer to a wrapper that calls a function with the values of one row.
pub type FunctionPtr = fn(&[Value]) -> Result<Value, FunctionError>;

/// The description of a function, from its attribute.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDesc {
    /// The module that contains the attribute.
    pub module: &'static str,
    /// The path of the function, as spelled in the attribute.
    pub path: &'static str,
    /// The names of the properties that a `fill_with` reads; a `cast_with` reads only the old
    /// value.
    pub inputs: &'static [&'static str],
    /// The types of the arguments.
    pub arguments: &'static [InputDesc],
    /// The type of the return value.
    pub returns: TypeDesc,
    /// The wrapper that calls the function.
    pub pointer: FunctionPtr,
}

/// An argument of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputDesc {
    /// The type of the argument.
    pub ty: TypeDesc,
    /// Whether it accepts NULL, as an `Option<T>`.
    pub nullable: bool,
}

/// Error returned when a function returns no value for a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// The function returned an error, or a stored value is not valid for the Rust type of the
    /// argument.
    #[error("{0}")]
    Refused(String),
    /// The function panicked.
    #[error("the function panicked: {0}")]
    Panicked(String),
}

impl FunctionDesc {
    /// Returns the name of the function in events and ledgers: its path, starting with the crate
    /// name, as spelled in the source.
    ///
    /// `crate`, `self` and `super` are resolved against the module, and any other path is relative
    /// to the module. An imported function has the name under which it was imported.
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

    /// Calls the function with the values of a row, catching panics.
    ///
    /// # Errors
    ///
    /// Returns a [`FunctionError`] if the function fails or panics, or if a value is not valid for
    /// its argument.
    pub fn call(&self, row: &[Value]) -> Result<Value, FunctionError> {
        // The function can access none of our state but the row, which is read-only.
        catch_unwind(AssertUnwindSafe(|| (self.pointer)(row))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(FunctionError::Panicked(text.unwrap_or_default()))
        })
    }

    /// Returns whether one of the arguments accepts NULL.
    #[must_use]
    pub fn accepts_null(&self) -> bool {
        self.arguments.iter().any(|input| input.nullable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::describe_fn0;
    use crate::schema::name::is_function_path;
    use crate::value::Value;

    fn desc(module: &'static str, path: &'static str) -> FunctionDesc {
        FunctionDesc {
            module,
            path,
            pointer: |_| panic!("no more than {}", 5),
            ..describe_fn0::<i64>(|| 1, |_| Ok(Value::Null))
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
        assert_eq!(fault, Err(FunctionError::Panicked("no more than 5".into())));
    }
}
