//! Differences from the lock file that depend on types, as constants: each does not compile if its
//! difference could lose data.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::table::table_desc;
use super::types::type_desc;
use crate::ast::{Field, Table};
use crate::attr::EndpointAttr;
use crate::error::Errors;
use crate::lock::{Comparison, LockFile, LockedProperty, compare};

/// Compares `table` with the lock file. Returns the constants, and a mention of the file.
pub(super) fn checks(errors: &Errors, table: &Table<'_>, file: &LockFile) -> TokenStream {
    let tracked = track_lock_file(file);
    let checks = compare(errors, table, file).map(|comparison| {
        let desc = &table_desc(table);
        property_checks(table, &comparison, desc)
            .into_iter()
            .chain(pair_check(table, &comparison, desc))
            .collect::<TokenStream>()
    });
    quote!(#tracked #checks)
}

/// Mentions the file, so that cargo compiles the package again when the file has changed.
fn track_lock_file(file: &LockFile) -> Option<TokenStream> {
    let path = file.tracked_path()?;
    Some(quote!(
        const _: &[u8] = __kuzu::include_bytes!(#path);
    ))
}

fn property_checks(
    table: &Table<'_>,
    comparison: &Comparison<'_>,
    desc: &TokenStream,
) -> Vec<TokenStream> {
    let Comparison {
        former, removed, ..
    } = comparison;
    let fields = || table.fields.iter().zip(former).enumerate();
    let mut checks: Vec<TokenStream> = fields()
        .filter_map(|(index, (field, former))| match former {
            Some(former) => Some(retained_check(desc, index, field, former)),
            None => added_check(desc, index, field, removed),
        })
        .collect();
    let added = fields().filter(|(_, (_, former))| former.is_none());
    let added: Vec<usize> = added.map(|(index, _)| index).collect();
    let removed = removed.iter();
    checks.extend(removed.map(|property| removed_check(table, desc, property, &added)));
    checks
}

fn retained_check(
    desc: &TokenStream,
    index: usize,
    field: &Field<'_>,
    former: &LockedProperty,
) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    let (ty, nullable) = (type_desc(&former.ty), former.nullable);
    quote_spanned! {field.ty.span()=>
        const _: () = __kuzu::lock_checks::check_retained(#desc, #index, &#ty, #nullable);
    }
}

/// The types of the removed properties are passed along: a field of the same type may be a rename,
/// and is then reported there.
fn added_check(
    desc: &TokenStream,
    index: usize,
    field: &Field<'_>,
    removed: &[&LockedProperty],
) -> Option<TokenStream> {
    let attrs = &field.attrs;
    let has_value = attrs.default.is_some() || attrs.fill.is_some() || attrs.fill_with.is_some();
    if has_value && attrs.primary_key.is_none() {
        return None;
    }
    let index = Literal::usize_unsuffixed(index);
    let removed = removed.iter().map(|property| type_desc(&property.ty));
    Some(quote_spanned! {field.name.span=>
        const _: () = __kuzu::lock_checks::check_added(#desc, #index, &[#(#removed),*]);
    })
}

fn removed_check(
    table: &Table<'_>,
    desc: &TokenStream,
    removed: &LockedProperty,
    added: &[usize],
) -> TokenStream {
    let (name, ty) = (&removed.name, type_desc(&removed.ty));
    let added = added.iter().map(|index| Literal::usize_unsuffixed(*index));
    quote_spanned! {table.ident.span()=>
        const _: () = __kuzu::lock_checks::report_removed(#desc, #name, &#ty, &[#(#added),*]);
    }
}

/// Checks for removed pairs. The present and former names of the endpoints are known to their
/// structs only.
fn pair_check(
    table: &Table<'_>,
    comparison: &Comparison<'_>,
    desc: &TokenStream,
) -> Option<TokenStream> {
    let endpoints = table
        .attrs
        .pairs
        .iter()
        .flat_map(|pair| [&pair.from, &pair.to])
        .filter_map(|endpoint| match endpoint {
            EndpointAttr::Type(ty) => Some(quote!(<#ty as __kuzu::KuzuTable>::DESC)),
            EndpointAttr::Name(_) => None,
        });
    let locked = comparison.pairs.iter();
    let locked = locked.map(|(from, to)| quote!(__kuzu::PairDesc { from: #from, to: #to }));
    (locked.len() > 0).then(|| {
        quote_spanned! {table.ident.span()=>
            const _: () = __kuzu::lock_checks::check_pairs(#desc, &[#(#endpoints),*], &[#(#locked),*]);
        }
    })
}
