//! Descriptions and wrappers of functions, one pair for each number of arguments.
//!
//! A function with another number of arguments does not match, which is a compile error at its
//! name.

use super::from_kuzu::FromKuzu;
use super::into_kuzu::FunctionReturn;
use crate::describe::{FunctionDesc, FunctionError, FunctionPtr, InputDesc, KuzuType};
use crate::value::Value;

/// The arguments of a function, as types.
struct Inputs<T>(std::marker::PhantomData<T>);

macro_rules! arities {
    ($($function:ident $call:ident($($arg:ident $n:tt),*);)*) => {
        $(impl<$($arg: KuzuType),*> Inputs<($($arg,)*)> {
            const DESCS: &'static [InputDesc] =
                &[$(InputDesc { ty: $arg::TYPE, nullable: $arg::NULLABLE }),*];
        }

        /// Describes a function; the attribute adds its location and its inputs.
        #[doc(hidden)]
        #[must_use]
        pub const fn $function<$($arg: FromKuzu<'static>,)* R: FunctionReturn>(
            _: fn($($arg),*) -> R,
            run: FunctionPtr,
        ) -> FunctionDesc {
            FunctionDesc {
                module: "",
                path: "",
                inputs: &[],
                arguments: Inputs::<($($arg,)*)>::DESCS,
                returns: <R::Value as KuzuType>::TYPE,
                pointer: run,
            }
        }

        /// Calls a function with the values of a row.
        ///
        /// # Errors
        ///
        /// Returns an error if a value is not valid for its argument, or if the function returned
        /// an error.
        #[doc(hidden)]
        pub fn $call<'a, $($arg: FromKuzu<'a>,)* R: FunctionReturn>(
            function: fn($($arg),*) -> R,
            row: &'a [Value],
        ) -> Result<Value, FunctionError> {
            function($(input(row, $n)?),*).outcome()
        })*
    };
}

arities! {
    describe_fn1 invoke_fn1(A 0);
    describe_fn2 invoke_fn2(A 0, B 1);
    describe_fn3 invoke_fn3(A 0, B 1, C 2);
    describe_fn4 invoke_fn4(A 0, B 1, C 2, D 3);
    describe_fn5 invoke_fn5(A 0, B 1, C 2, D 3, E 4);
    describe_fn6 invoke_fn6(A 0, B 1, C 2, D 3, E 4, F 5);
}

/// Describes a function without arguments.
#[doc(hidden)]
#[must_use]
pub const fn describe_fn0<R: FunctionReturn>(_: fn() -> R, run: FunctionPtr) -> FunctionDesc {
    FunctionDesc {
        module: "",
        path: "",
        inputs: &[],
        arguments: &[],
        returns: <R::Value as KuzuType>::TYPE,
        pointer: run,
    }
}

/// Calls a function without arguments.
///
/// # Errors
///
/// Returns an error if the function returned one.
#[doc(hidden)]
pub fn invoke_fn0<R: FunctionReturn>(
    function: fn() -> R,
    _: &[Value],
) -> Result<Value, FunctionError> {
    function().outcome()
}

fn input<'a, T: FromKuzu<'a>>(row: &'a [Value], n: usize) -> Result<T, FunctionError> {
    static NULL: Value = Value::Null;
    T::from_kuzu(row.get(n).unwrap_or(&NULL)).map_err(FunctionError::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(text: &str) -> i64 {
        i64::try_from(text.len()).unwrap_or(i64::MAX)
    }

    fn first(text: &str) -> &str {
        text.split(' ').next().unwrap_or_default()
    }

    fn sum(a: Option<i32>, b: i32) -> Result<Option<i32>, String> {
        match (a, b) {
            (_, 13) => Err("13 brings bad luck".into()),
            (None, _) => Ok(None),
            (Some(a), b) => Ok(Some(a + b)),
        }
    }

    #[test]
    fn functions_of_every_form_are_called() {
        let text = [Value::from("new york")];
        assert_eq!(invoke_fn1(length, &text), Ok(Value::Int(8)));
        assert_eq!(invoke_fn1(first, &text), Ok(Value::from("new")));
        assert_eq!(invoke_fn0(|| 1.5_f64, &[]), Ok(Value::Float(1.5)));
        let row = |a: Option<i64>, b: i64| [Value::from(a), Value::from(b)];
        assert_eq!(invoke_fn2(sum, &row(Some(1), 2)), Ok(Value::Int(3)));
        assert_eq!(invoke_fn2(sum, &row(None, 2)), Ok(Value::Null));
        let refused = |text: &str| Err(FunctionError::Refused(text.to_owned()));
        assert_eq!(
            invoke_fn2(sum, &row(None, 13)),
            refused("13 brings bad luck")
        );
        assert_eq!(
            invoke_fn2(sum, &row(None, 1 << 40)),
            refused("expected i32, found 1099511627776")
        );
        assert_eq!(invoke_fn2(sum, &[]), refused("expected i32, found NULL"));
    }

    #[test]
    fn a_description_has_the_types() {
        const DESC: FunctionDesc = describe_fn2(sum, |row| invoke_fn2(sum, row));
        assert_eq!(DESC.arguments.len(), 2);
        assert!(DESC.arguments[0].nullable && !DESC.arguments[1].nullable);
        assert_eq!(DESC.returns, crate::describe::TypeDesc::Int32);
        assert_eq!(
            (DESC.pointer)(&[Value::Int(1), Value::Int(2)]),
            Ok(Value::Int(3))
        );
    }
}
