//! `upgrades!`: a test for each old lock.

use std::path::Path;
use std::{env, fs};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

/// Where old locks are, beside `Cargo.toml`.
const FOLDER: &str = "locks";

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(|dir| Path::new(&dir).join(FOLDER));
    let made = krate.parse2(input).and_then(|krate| {
        let folder = folder.as_deref().and_then(Path::to_str);
        let folder =
            folder.ok_or_else(|| here("the folder of this package has no name in UTF-8"))?;
        tests(&krate, folder)
    });
    made.unwrap_or_else(syn::Error::into_compile_error)
}

fn here(message: impl std::fmt::Display) -> syn::Error {
    syn::Error::new(Span::call_site(), message)
}

/// Nothing, or `crate = "…"`, as the derives have it.
fn krate(input: ParseStream) -> syn::Result<TokenStream> {
    if input.is_empty() {
        return Ok(quote!(::kuzu_ddl));
    }
    if input.parse::<Token![crate]>().is_err() {
        return Err(input.error("expected nothing, or `crate = \"…\"`"));
    }
    input.parse::<Token![=]>()?;
    let path: syn::Path = input.parse::<LitStr>()?.parse()?;
    Ok(quote!(#path))
}

fn tests(krate: &TokenStream, folder: &str) -> syn::Result<TokenStream> {
    let entries = fs::read_dir(folder).map_err(|error| {
        here(format!("{folder}: {error}; keep a copy of each `kuzu-schema.lock` that went out there: `{FOLDER}/v1.lock`"))
    })?;
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".lock")).collect();
    names.sort();
    let tests = names.iter().map(|name| {
        let path = format!("{folder}/{name}");
        let stem = name.trim_end_matches(".lock");
        let stem = stem
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
            .to_ascii_lowercase();
        let test = Ident::new(&format!("upgrade_from_{stem}"), Span::call_site());
        quote! {
            #[#krate::__private::test]
            fn #test() {
                #krate::__private::upgrade(#krate::__private::include_str!(#path));
            }
        }
    });
    Ok(quote! {
        #(#tests)*
        #[#krate::__private::test]
        fn upgrades_are_all_compiled() {
            #krate::__private::all_locks(#folder, &[#(#names),*]);
        }
    })
}
