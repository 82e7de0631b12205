//! Where a struct stands, as literals: cheaper to compile than `file!()` and `line!()` for each, and
//! right also inside `macro_rules!`.

use proc_macro2::Span;

/// The line, from 1. 0 where there is no compiler, in our own tests.
pub(crate) fn line(span: Span) -> u32 {
    if proc_macro::is_available() {
        u32::try_from(span.unwrap().line()).unwrap_or(u32::MAX)
    } else {
        0
    }
}

/// The file, as the compiler names it.
pub(crate) fn file(span: Span) -> String {
    if proc_macro::is_available() {
        span.unwrap().file()
    } else {
        String::new()
    }
}

/// The package that is being compiled.
pub(crate) fn krate() -> String {
    std::env::var("CARGO_PKG_NAME").unwrap_or_default()
}
