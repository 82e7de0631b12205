//! Collects errors, so that all errors of a struct are reported at once.

use std::cell::RefCell;
use std::fmt::Display;
use std::thread;

use proc_macro2::Span;

/// The errors found so far.
///
/// Dropping it without [`Errors::finish`] panics: a forgotten error would be a schema that is
/// silently wrong.
pub(crate) struct Errors {
    found: RefCell<Option<Vec<syn::Error>>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            found: RefCell::new(Some(Vec::new())),
        }
    }

    /// Records an error at `span`.
    pub(crate) fn report(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Records an error of a parser.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(found) = self.found.borrow_mut().as_mut() {
            found.push(error);
        }
    }

    /// Returns the value of `result`, or records its error.
    pub(crate) fn handle<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().as_ref().is_none_or(Vec::is_empty)
    }

    /// Returns all errors as one, if there are any.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let mut found = self.found.take().into_iter().flatten();
        let Some(mut all) = found.next() else {
            return Ok(());
        };
        found.for_each(|error| all.combine(error));
        Err(all)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(
            thread::panicking() || self.found.borrow().is_none(),
            "`Errors` dropped without `finish`"
        );
    }
}
