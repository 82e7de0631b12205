//! A value together with the span of its tokens.

use proc_macro2::Span;

/// A value with the span of the tokens it was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> Spanned<T> {
    pub(crate) fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Applies `f` to the value and keeps the span.
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned::new(f(self.value), self.span)
    }

    /// Applies `f` to the value; a failure becomes an error at the span.
    pub(crate) fn try_map<U>(
        self,
        f: impl FnOnce(T) -> Result<U, String>,
    ) -> syn::Result<Spanned<U>> {
        let Self { value, span } = self;
        match f(value) {
            Ok(value) => Ok(Spanned { value, span }),
            Err(message) => Err(syn::Error::new(span, message)),
        }
    }
}
