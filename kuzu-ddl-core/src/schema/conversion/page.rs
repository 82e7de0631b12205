//! The page of the documentation that lists all conversions.

/// Returns the text of `docs/conversions.md`.
#[must_use]
pub fn conversions_page() -> String {
    String::new()
}
