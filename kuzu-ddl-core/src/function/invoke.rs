//! Descriptions and wrappers of functions, one pair for each number of arguments.
//!
//! A function with another number of arguments does not match, which is a compile error at its
//! name.

use super::from_kuzu::FromKuzu;
use super::into_kuzu::Outcome;
use crate::describe::{Fault, FunctionDesc, InputDesc, KuzuType, Run};
use crate::value::Cell;

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
        pub const fn $function<$($arg: FromKuzu<'static>,)* R: Outcome>(
            _: fn($($arg),*) -> R,
            run: Run,
        ) -> FunctionDesc {
            FunctionDesc {
                module: "",
                path: "",
                inputs: &[],
                takes: Inputs::<($($arg,)*)>::DESCS,
                gives: <R::Value as KuzuType>::TYPE,
                run,
            }
        }

        /// Calls a function with the values of a row.
        ///
        /// # Errors
        ///
        /// Returns an error if a value is not valid for its argument, or if the function returned
        /// an error.
        #[doc(hidden)]
        pub fn $call<'a, $($arg: FromKuzu<'a>,)* R: Outcome>(
            function: fn($($arg),*) -> R,
            row: &'a [Cell],
        ) -> Result<Cell, Fault> {
            function($(input(row, $n)?),*).outcome()
        })*
    };
}

arities! {
    function1 call1(A 0);
    function2 call2(A 0, B 1);
    function3 call3(A 0, B 1, C 2);
    function4 call4(A 0, B 1, C 2, D 3);
    function5 call5(A 0, B 1, C 2, D 3, E 4);
    function6 call6(A 0, B 1, C 2, D 3, E 4, F 5);
}

/// Describes a function without arguments.
#[doc(hidden)]
#[must_use]
pub const fn function0<R: Outcome>(_: fn() -> R, run: Run) -> FunctionDesc {
    FunctionDesc {
        module: "",
        path: "",
        inputs: &[],
        takes: &[],
        gives: <R::Value as KuzuType>::TYPE,
        run,
    }
}

/// Calls a function without arguments.
///
/// # Errors
///
/// Returns an error if the function returned one.
#[doc(hidden)]
pub fn call0<R: Outcome>(function: fn() -> R, _: &[Cell]) -> Result<Cell, Fault> {
    function().outcome()
}

fn input<'a, T: FromKuzu<'a>>(row: &'a [Cell], n: usize) -> Result<T, Fault> {
    static NULL: Cell = Cell::Null;
    T::from_kuzu(row.get(n).unwrap_or(&NULL)).map_err(Fault::Refused)
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
        let text = [Cell::from("new york")];
        assert_eq!(call1(length, &text), Ok(Cell::Int(8)));
        assert_eq!(call1(first, &text), Ok(Cell::from("new")));
        assert_eq!(call0(|| 1.5_f64, &[]), Ok(Cell::Float(1.5)));
        let row = |a: Option<i64>, b: i64| [Cell::from(a), Cell::from(b)];
        assert_eq!(call2(sum, &row(Some(1), 2)), Ok(Cell::Int(3)));
        assert_eq!(call2(sum, &row(None, 2)), Ok(Cell::Null));
        let refused = |text: &str| Err(Fault::Refused(text.to_owned()));
        assert_eq!(call2(sum, &row(None, 13)), refused("13 brings bad luck"));
        assert_eq!(
            call2(sum, &row(None, 1 << 40)),
            refused("expected i32, found 1099511627776")
        );
        assert_eq!(call2(sum, &[]), refused("expected i32, found NULL"));
    }

    #[test]
    fn a_description_tells_the_types() {
        const DESC: FunctionDesc = function2(sum, |row| call2(sum, row));
        assert_eq!(DESC.takes.len(), 2);
        assert!(DESC.takes[0].nullable && !DESC.takes[1].nullable);
        assert_eq!(DESC.gives, crate::describe::TypeDesc::Int32);
        assert_eq!((DESC.run)(&[Cell::Int(1), Cell::Int(2)]), Ok(Cell::Int(3)));
    }
}
