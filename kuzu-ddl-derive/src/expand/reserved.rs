//! Warnings about names that are Cypher keywords.
//!
//! Stable Rust has no warnings of a macro. The use of a deprecated constant is one that points at the
//! name, and that the lint `deprecated` controls.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::ast::Table;
use crate::spanned::Spanned;
use crate::syntax::name::is_keyword;

/// Returns constants that warn of the names of the table and its properties that are Cypher
/// keywords, unless `allow_reserved` allows them.
pub(super) fn warnings(table: &Table<'_>) -> Vec<TokenStream> {
    if table.attrs.allow_reserved.is_some() {
        return Vec::new();
    }
    let fields = table.fields.iter();
    let fields = fields.filter(|field| field.attrs.allow_reserved.is_none());
    let properties = fields.map(|field| ("property", &field.name));
    std::iter::once(("table", &table.name))
        .chain(properties)
        .filter(|(_, name)| is_keyword(&name.value))
        .map(|(what, name)| warning(what, name))
        .collect()
}

fn warning(what: &str, name: &Spanned<String>) -> TokenStream {
    let keyword = &name.value;
    let note = format!(
        "the name of the {what} `{keyword}` is a Cypher keyword and needs backticks in your own \
         Cypher\n\
         help: choose another name: `#[kuzu(name = \"…\")]`\n\
         help: or allow it: `#[kuzu(allow_reserved)]`"
    );
    quote_spanned! {name.span=>
        const _: () = {
            #[deprecated(note = #note)]
            const KEYWORD: () = ();
            KEYWORD
        };
    }
}
