//! Functions that compute values, as constants: `FunctionDesc`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::ast::{Field, Table};
use crate::attr::FunctionAttr;

/// Returns the functions of a field as fields of its `PropertyDesc`: `cast_with`, `fill_with`.
pub(super) fn function_descs(table: &Table<'_>, field: &Field<'_>) -> [Option<TokenStream>; 2] {
    let member = |keyword: &str, function: TokenStream| {
        let keyword = Ident::new(keyword, Span::call_site());
        quote!(#keyword: __kuzu::Some(#function),)
    };
    let cast = field.attrs.cast_with.as_ref();
    let fill = field.attrs.fill_with.as_ref();
    [
        cast.map(|function| member("cast_with", function_desc(function, 1, &[]))),
        fill.map(|function| {
            let inputs = function.inputs.iter();
            let inputs: Vec<&str> = inputs
                .filter_map(|input| table.input_property(&input.value))
                .collect();
            let arity = function.inputs.len();
            member("fill_with", function_desc(function, arity, &inputs))
        }),
    ]
}

/// Returns the `FunctionDesc`. A wrong signature is an error at the path.
fn function_desc(function: &FunctionAttr, arity: usize, inputs: &[&str]) -> TokenStream {
    let (path, text) = (&function.path, function.path_text());
    let describe = Ident::new(&format!("function{arity}"), Span::call_site());
    let call = Ident::new(&format!("call{arity}"), Span::call_site());
    let inputs = inputs.iter().map(|name| Literal::string(name));
    let described = quote_spanned! {function.span()=>
        __kuzu::#describe(#path, |row| __kuzu::#call(#path, row))
    };
    quote! {
        __kuzu::FunctionDesc {
            module: __kuzu::module_path!(),
            path: #text,
            inputs: &[#(#inputs),*],
            ..#described
        }
    }
}

/// Returns a constant that does not compile if the types of a function do not match those of its
/// properties. `desc` is the `TableDesc`, and `index` the position of the field.
pub(super) fn function_check(
    field: &Field<'_>,
    index: usize,
    desc: &TokenStream,
) -> Option<TokenStream> {
    let functions = [&field.attrs.cast_with, &field.attrs.fill_with];
    let function = functions.into_iter().flatten().next()?;
    let index = Literal::usize_unsuffixed(index);
    Some(quote_spanned! {function.span()=>
        const _: () = __kuzu::const_checks::function(#desc, #index);
    })
}
