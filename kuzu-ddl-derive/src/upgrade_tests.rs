//! `upgrade_tests!`: a test for each released lock file.

use std::path::Path;
use std::{env, fs};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

/// The folder of the released lock files, next to `Cargo.toml`.
const FOLDER: &str = "locks";

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(|dir| Path::new(&dir).join(FOLDER));
    let expanded = parse_crate_path.parse2(input).and_then(|crate_path| {
        let folder = folder.as_deref().and_then(Path::to_str);
        let folder = folder.ok_or_else(|| error("the path of the package is not valid UTF-8"))?;
        tests(&crate_path, folder)
    });
    expanded.unwrap_or_else(syn::Error::into_compile_error)
}

fn error(message: impl std::fmt::Display) -> syn::Error {
    syn::Error::new(Span::call_site(), message)
}

/// Parses an optional `crate = "…"`, as the derives accept it.
fn parse_crate_path(input: ParseStream) -> syn::Result<TokenStream> {
    if input.is_empty() {
        return Ok(quote!(::kuzu_ddl));
    }
    if input.parse::<Token![crate]>().is_err() {
        return Err(input.error("expected `crate = \"…\"` or no arguments"));
    }
    input.parse::<Token![=]>()?;
    let path: syn::Path = input.parse::<LitStr>()?.parse()?;
    Ok(quote!(#path))
}

fn tests(crate_path: &TokenStream, folder: &str) -> syn::Result<TokenStream> {
    let entries = fs::read_dir(folder).map_err(|reason| {
        error(format!(
            "cannot read {folder}: {reason}\n\
             help: store a copy of `kuzu-schema.lock` there with each release: `{FOLDER}/v1.lock`"
        ))
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
            #[#crate_path::__private::test]
            fn #test() {
                #crate_path::__private::upgrade(#crate_path::__private::include_str!(#path));
            }
        }
    });
    Ok(quote! {
        #(#tests)*
        #[#crate_path::__private::test]
        fn all_lock_files_have_upgrade_tests() {
            #crate_path::__private::all_locks(#folder, &[#(#names),*]);
        }
    })
}
