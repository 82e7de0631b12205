//! The pipeline: parse, check, and emit either the description or the errors.

mod source_location;

mod lifetime;

mod field_use;

mod fallback;

mod types;

mod literal;

mod function;

mod index;

mod property;

mod reserved;

mod table;

mod value_type;

mod lock;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::DeriveInput;

use crate::ast::{Table, TableKind, ValueType};
use crate::attr::Attrs;
use crate::error::Errors;
use crate::lock::load_lock_file;
use crate::valid;

/// Expands `KuzuNode` or `KuzuEdge`.
pub(crate) fn derive_table(input: TokenStream, kind: TableKind) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::new();
    let table = Table::parse(&errors, &input, kind);
    valid::check_table(&errors, &table);
    let crate_path = crate_path(&table.attrs);
    let lock_file = load_lock_file(table.ident).filter(|_| table.attrs.skip_registration.is_none());
    let lock_checks = lock_file.map(|file| lock::checks(&errors, &table, &file));
    match errors.finish() {
        Ok(()) => table::expand(&table, &crate_path, lock_checks.as_ref()),
        Err(error) => fallback::table(&input, kind, &crate_path, &error),
    }
}

/// Expands `KuzuType`.
pub(crate) fn derive_value_type(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::new();
    let value = ValueType::parse(&errors, &input);
    valid::check_value_type(&errors, &value);
    let crate_path = crate_path(&value.attrs);
    match errors.finish() {
        Ok(()) => value_type::expand(&value, &crate_path),
        Err(error) => fallback::value_type(&input, &crate_path, &error),
    }
}

/// Returns the path of `kuzu_ddl`.
fn crate_path(attrs: &Attrs) -> TokenStream {
    attrs
        .crate_path
        .as_ref()
        .map_or_else(|| quote!(::kuzu_ddl), ToTokens::to_token_stream)
}
