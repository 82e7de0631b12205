//! A use of each field. The compiler would warn about fields that no code reads, although the
//! database stores them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ast::Field;

/// Returns a closure that reads all fields and is never called. There is none for a struct with a
/// `repr`: it may be packed, and then allows no references to its fields.
pub(super) fn use_fields(
    ident: &Ident,
    lifetimes: Option<&TokenStream>,
    has_repr: bool,
    fields: &[Field<'_>],
) -> Option<TokenStream> {
    let members = fields.iter().map(|field| &field.member);
    (!fields.is_empty() && !has_repr).then(|| {
        quote! {
            const _: fn(&#ident #lifetimes) = |row| {
                #(let _ = &row.#members;)*
            };
        }
    })
}
