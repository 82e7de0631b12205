//! Source locations as literals. They are cheaper to compile than a `file!()` and a `line!()` for
//! each struct, and correct inside `macro_rules!`, too.

use proc_macro2::Span;

/// Returns the line number, from 1, or 0 outside a compiler, in unit tests.
pub(super) fn line(span: Span) -> u32 {
    if proc_macro::is_available() {
        u32::try_from(span.unwrap().line()).unwrap_or(u32::MAX)
    } else {
        0
    }
}

/// Returns the path of the file as the compiler displays it.
pub(super) fn file(span: Span) -> String {
    if proc_macro::is_available() {
        span.unwrap().file()
    } else {
        String::new()
    }
}

/// Returns the name of the package that is being compiled.
pub(super) fn package() -> String {
    std::env::var("CARGO_PKG_NAME").unwrap_or_default()
}
