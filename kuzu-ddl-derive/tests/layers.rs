//! Imports go one way: each `lib.rs` and `mod.rs` lists its modules in the order of the data flow,
//! and a module imports only modules above it. So there are no circles, neither between folders nor
//! between the files of a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

type ModulePath = Vec<String>;

/// A file: its tokens, and the modules that it declares, in order.
struct Module {
    tokens: TokenStream,
    children: Vec<String>,
}

#[test]
fn modules_import_only_modules_above_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    load(&src.join("lib.rs"), &src, Vec::new(), &mut modules);
    assert!(modules.len() > 10, "modules are missing");
    let mut violations = Vec::new();
    for (path, module) in &modules {
        let mut imports = Vec::new();
        collect(module.tokens.clone(), &mut imports);
        for import in imports
            .into_iter()
            .filter_map(|import| resolve(path, import))
        {
            if !is_allowed(&modules, path, &import) {
                violations.push(format!("{} imports {}", path.join("::"), import.join("::")));
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// Reads the file of a module, and those of the modules that it declares in `folder`.
fn load(file: &Path, folder: &Path, path: ModulePath, modules: &mut BTreeMap<ModulePath, Module>) {
    let text = fs::read_to_string(file).expect("a source file");
    let tokens: TokenStream = text.parse().expect("Rust tokens");
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let declared = trees.windows(3).filter_map(|window| match window {
        [
            TokenTree::Ident(keyword),
            TokenTree::Ident(name),
            TokenTree::Punct(end),
        ] if keyword == "mod" && end.as_char() == ';' => Some(name.to_string()),
        _ => None,
    });
    let children: Vec<String> = declared.collect();
    for child in &children {
        let folder = folder.join(child);
        let flat = folder.with_extension("rs");
        let file = if flat.exists() {
            flat
        } else {
            folder.join("mod.rs")
        };
        let mut path = path.clone();
        path.push(child.clone());
        load(&file, &folder, path, modules);
    }
    modules.insert(path, Module { tokens, children });
}

/// Collects the paths that start with `crate` or `super`, those in unit tests excepted.
fn collect(tokens: TokenStream, imports: &mut Vec<ModulePath>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        // The second `super` of `super::super` belongs to the path that the first one starts.
        let starts_path = !ends_in_separator(&trees[..at]);
        at += 1;
        match tree {
            TokenTree::Ident(ident) if starts_path && (ident == "crate" || ident == "super") => {
                continue_path(vec![ident.to_string()], &trees[at..], imports);
            }
            TokenTree::Ident(ident) if ident == "mod" && is_ident(trees.get(at), "tests") => {
                at += 2
            }
            TokenTree::Group(group) => collect(group.stream(), imports),
            _ => {}
        }
    }
}

/// Continues `path` with the tokens that follow it: `::name`, or `::{…}` with several paths.
fn continue_path(mut path: ModulePath, mut trees: &[TokenTree], imports: &mut Vec<ModulePath>) {
    while let [TokenTree::Punct(a), TokenTree::Punct(b), next, rest @ ..] = trees
        && a.as_char() == ':'
        && b.as_char() == ':'
    {
        match next {
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let is_comma =
                    |tree: &TokenTree| matches!(tree, TokenTree::Punct(p) if p.as_char() == ',');
                for item in inner.split(is_comma) {
                    if let [TokenTree::Ident(ident), rest @ ..] = item {
                        let mut path = path.clone();
                        path.push(ident.to_string());
                        continue_path(path, rest, imports);
                    }
                }
                return;
            }
            _ => break,
        }
        trees = rest;
    }
    imports.push(path);
}

/// Whether `trees` end in `::`.
fn ends_in_separator(trees: &[TokenTree]) -> bool {
    matches!(trees, [.., TokenTree::Punct(a), TokenTree::Punct(b)]
        if a.as_char() == ':' && b.as_char() == ':')
}

fn is_ident(tree: Option<&TokenTree>, name: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(ident)) if ident == name)
}

/// Returns `import`, which module `path` contains, from the root of the crate. A visibility such as
/// `pub(super)` is not an import.
fn resolve(path: &[String], import: ModulePath) -> Option<ModulePath> {
    let supers = import.iter().take_while(|name| *name == "super").count();
    let (base, rest) = if supers == 0 {
        (&[][..], &import[1..])
    } else {
        (&path[..path.len().checked_sub(supers)?], &import[supers..])
    };
    (!rest.is_empty()).then(|| base.iter().chain(rest).cloned().collect())
}

/// Whether `import` leads to a module above `path`, or into `path` itself.
fn is_allowed(modules: &BTreeMap<ModulePath, Module>, path: &[String], import: &[String]) -> bool {
    let common = path.iter().zip(import).take_while(|(a, b)| a == b).count();
    let (Some(own), Some(other)) = (path.get(common), import.get(common)) else {
        return true;
    };
    let siblings = &modules[&path[..common]].children;
    let position = |name| siblings.iter().position(|sibling| sibling == name);
    // What is no module is an item of an enclosing module, which lists this one below it.
    position(other).is_some_and(|other| Some(other) < position(own))
}
