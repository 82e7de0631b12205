//! The pipeline: parse, read, check, and write either the description or the mistakes.

mod fallback;
mod field_use;
mod lifetime;
mod source_location;
mod table;
mod value;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::DeriveInput;

use crate::ast::{Table, Value};
use crate::attr::Attrs;
use crate::attr::keyword::Place;
use crate::error::Ctxt;
use crate::{lock, valid};

/// `KuzuNode` and `KuzuEdge`.
pub(crate) fn table(input: TokenStream, place: Place) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let cx = Ctxt::new();
    let table = Table::read(&cx, &input, place);
    valid::table(&cx, &table);
    let krate = krate(&table.attrs);
    let locked = lock::compare(&cx, &table, &table::desc(&table));
    match cx.check() {
        Ok(()) => table::expand(&table, &krate, &locked),
        Err(error) => fallback::table(&input, place, &krate, &error),
    }
}

/// `KuzuType`.
pub(crate) fn value(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let cx = Ctxt::new();
    let value = Value::read(&cx, &input);
    valid::value(&cx, &value);
    let krate = krate(&value.attrs);
    match cx.check() {
        Ok(()) => value::expand(&value, &krate),
        Err(error) => fallback::value(&input, &krate, &error),
    }
}

/// The path of `kuzu_ddl`.
fn krate(attrs: &Attrs) -> TokenStream {
    attrs
        .krate
        .as_ref()
        .map_or_else(|| quote!(::kuzu_ddl), ToTokens::to_token_stream)
}
