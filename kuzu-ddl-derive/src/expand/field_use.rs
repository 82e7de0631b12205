//! A use of each field. The compiler would warn of fields that nobody reads, yet the database does.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ast::Field;

/// A closure that reads all fields, never called. A struct with a `repr` may be packed, and its
/// fields then allow no reference.
pub(super) fn reader(
    ident: &Ident,
    lifetimes: Option<&TokenStream>,
    repr: bool,
    fields: &[Field<'_>],
) -> Option<TokenStream> {
    let members = fields.iter().map(|field| &field.member);
    (!fields.is_empty() && !repr).then(|| {
        quote! {
            const _: fn(&#ident #lifetimes) = |row| {
                #(let _ = &row.#members;)*
            };
        }
    })
}
