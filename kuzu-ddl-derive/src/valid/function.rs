//! The rules for fields with a function that makes their values.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::ast::{Field, Table};
use crate::attr::{At, Function};
use crate::error::Ctxt;

/// Checks what the fields say of functions.
pub(crate) fn valid(cx: &Ctxt, table: &Table<'_>) {
    for field in &table.fields {
        let attrs = &field.attrs;
        if let Some(function) = &attrs.cast_with {
            one_way(cx, function, attrs.says("cast"), "cast", "cast_with");
        }
        let Some(function) = &attrs.fill_with else {
            continue;
        };
        one_way(cx, function, attrs.says("fill"), "fill", "fill_with");
        if attrs.says("cast_with") {
            cx.error(
                function.span(),
                "`cast_with` and `fill_with` on one field: let the function of `cast_with` take an \
                 `Option`, and it is called for rows without a value too",
            );
        }
        for input in &function.inputs {
            known(cx, table, field, input);
        }
    }
}

fn one_way(cx: &Ctxt, function: &Function, both: bool, text: &str, with: &str) {
    if both {
        cx.error(
            function.span(),
            format!("`{text}` and `{with}` say the same in two ways: leave one of them out"),
        );
    }
}

fn known(cx: &Ctxt, table: &Table<'_>, field: &Field<'_>, input: &At<String>) {
    match resolve(table, &input.value) {
        Some(name) if name == field.name.value => cx.error(
            input.span,
            "a function fills a property that has no value yet, so it cannot take it",
        ),
        Some(_) => {}
        None => cx.error(
            input.span,
            format!(
                "`{}` is no property of this struct, and none that it says is dropped",
                input.value
            ),
        ),
    }
}

/// The property that an input names: by its name in Kùzu, or by that of its field.
fn resolve<'a>(table: &'a Table<'_>, input: &str) -> Option<&'a str> {
    let mut fields = table.fields.iter();
    let field = fields.find(|field| {
        let is_field = matches!(&field.member, syn::Member::Named(ident) if ident == input);
        is_field || field.name.value.eq_ignore_ascii_case(input)
    });
    let mut dropped = table.attrs.dropped.iter().map(|name| name.value.as_str());
    field
        .map(|field| field.name.value.as_str())
        .or_else(|| dropped.find(|name| name.eq_ignore_ascii_case(input)))
}

/// What a field says of functions, as fields of its description.
pub(crate) fn expand(table: &Table<'_>, field: &Field<'_>) -> [Option<TokenStream>; 2] {
    let said = |word: &str, function: TokenStream| {
        let word = Ident::new(word, Span::call_site());
        quote!(#word: __kuzu::Some(#function),)
    };
    let cast = field.attrs.cast_with.as_ref();
    let fill = field.attrs.fill_with.as_ref();
    [
        cast.map(|function| said("cast_with", function.expand(1, &[]))),
        fill.map(|function| {
            let inputs = function.inputs.iter();
            let inputs: Vec<&str> = inputs
                .filter_map(|input| resolve(table, &input.value))
                .collect();
            said("fill_with", function.expand(function.inputs.len(), &inputs))
        }),
    ]
}

/// The constant that does not compile if a function's types do not suit the properties.
pub(crate) fn check(
    table: &Table<'_>,
    field: &Field<'_>,
    desc: &TokenStream,
) -> Option<TokenStream> {
    let functions = [&field.attrs.cast_with, &field.attrs.fill_with];
    let function = functions.into_iter().flatten().next()?;
    let at = table
        .fields
        .iter()
        .position(|other| std::ptr::eq(other, field))?;
    let at = proc_macro2::Literal::usize_unsuffixed(at);
    Some(quote_spanned! {function.span()=>
        const _: () = __kuzu::check::function(#desc, #at);
    })
}
