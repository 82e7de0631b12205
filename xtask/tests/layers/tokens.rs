//! The modules of a file, from its tokens: definitions, imports and paths, those in tests excepted.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The names of a path, as written.
pub(crate) type Path = Vec<String>;

/// How a module refers to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `use`; the last name of the path may be `*`.
    Import,
    /// `pub use`, also with a restricted visibility.
    Reexport,
    /// `a::b` in code.
    Inline,
}

/// A path in a module.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) kind: Kind,
    pub(crate) path: Path,
}

/// A module, without its tests.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// The modules with files of their own, in the order of their declarations.
    pub(crate) children: Vec<String>,
    pub(crate) inline: Vec<(String, Module)>,
    pub(crate) definitions: BTreeSet<String>,
    /// The names that `use` brings into scope.
    pub(crate) bindings: BTreeMap<String, Path>,
    pub(crate) globs: Vec<Path>,
    pub(crate) references: Vec<Reference>,
    /// The identifiers in code.
    pub(crate) identifiers: BTreeSet<String>,
}

impl Module {
    pub(crate) fn parse(text: &str) -> Self {
        let tokens: TokenStream = text.parse().expect("Rust tokens");
        Self::from_tokens(tokens)
    }

    fn from_tokens(tokens: TokenStream) -> Self {
        let mut module = Self::default();
        module.collect(tokens, true);
        module
    }

    /// Collects from tokens of the module itself, or of a body in it.
    fn collect(&mut self, tokens: TokenStream, is_top: bool) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut visible = false;
        while let Some(tree) = trees.get(at) {
            let rest = &trees[at + 1..];
            let was_visible = std::mem::take(&mut visible);
            at += 1;
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if let Some(attribute) = attribute(rest) {
                        at += 1;
                        if is_test(attribute) {
                            at += item_length(&trees[at..]);
                        }
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                TokenTree::Group(group) => self.collect(group.stream(), false),
                TokenTree::Ident(ident) => match (&ident.to_string()[..], rest) {
                    ("pub", [TokenTree::Group(group), ..])
                        if group.delimiter() == Delimiter::Parenthesis =>
                    {
                        at += 1;
                        visible = true;
                    }
                    ("pub", _) => visible = true,
                    ("use", [next, ..]) if !is_punct(next, '<') => {
                        let length = rest.iter().take_while(|t| !is_punct(t, ';')).count();
                        self.import(Vec::new(), &rest[..length], was_visible);
                        at += length;
                    }
                    ("mod", [TokenTree::Ident(name), end, ..]) if is_top => {
                        match end {
                            TokenTree::Group(body) => {
                                let module = Self::from_tokens(body.stream());
                                self.inline.push((name.to_string(), module));
                            }
                            _ => self.children.push(name.to_string()),
                        }
                        at += 2;
                    }
                    ("macro_rules", [_, TokenTree::Ident(name), ..]) => {
                        self.definitions.insert(name.to_string());
                        at += 2;
                    }
                    (
                        "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union",
                        [TokenTree::Ident(name), ..],
                    ) if !["fn", "mut", "unsafe"]
                        .iter()
                        .any(|keyword| name == keyword) =>
                    {
                        if is_top {
                            self.definitions.insert(name.to_string());
                        }
                        at += 1;
                    }
                    _ => {
                        if starts_path(&trees[..at - 1]) {
                            at += self.inline_path(&trees[at - 1..]);
                        }
                    }
                },
            }
        }
    }

    /// Collects the path that starts here; returns the number of tokens after its first one.
    fn inline_path(&mut self, trees: &[TokenTree]) -> usize {
        let mut path = vec![trees[0].to_string()];
        let mut rest = &trees[1..];
        while let [a, b, TokenTree::Ident(name), ..] = rest
            && is_punct(a, ':')
            && is_punct(b, ':')
        {
            path.push(name.to_string());
            rest = &rest[3..];
        }
        self.identifiers.insert(path[0].clone());
        let length = (path.len() - 1) * 3;
        if path.len() > 1 {
            let kind = Kind::Inline;
            self.references.push(Reference { kind, path });
        }
        length
    }

    /// Collects the use tree `trees`, whose parents are `path`.
    fn import(&mut self, mut path: Path, mut trees: &[TokenTree], is_visible: bool) {
        loop {
            match trees {
                [a, b, rest @ ..] if is_punct(a, ':') && is_punct(b, ':') => trees = rest,
                [TokenTree::Group(group)] => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for tree in inner.split(|t| is_punct(t, ',')) {
                        if !tree.is_empty() {
                            self.import(path.clone(), tree, is_visible);
                        }
                    }
                    return;
                }
                [star] if is_punct(star, '*') => {
                    self.globs.push(path.clone());
                    path.push("*".to_owned());
                    self.refer(path, is_visible);
                    return;
                }
                [TokenTree::Ident(name), rest @ ..] => {
                    let alias = match rest {
                        [TokenTree::Ident(keyword), alias] if keyword == "as" => Some(alias),
                        _ => None,
                    };
                    if name != "self" || path.is_empty() {
                        path.push(name.to_string());
                    }
                    if alias.is_some() || rest.is_empty() {
                        self.bind(path, alias.map(ToString::to_string), is_visible);
                        return;
                    }
                    trees = rest;
                }
                _ => return,
            }
        }
    }

    fn bind(&mut self, path: Path, alias: Option<String>, is_visible: bool) {
        let name = alias.or_else(|| path.last().cloned()).unwrap_or_default();
        self.bindings.entry(name).or_insert_with(|| path.clone());
        self.refer(path, is_visible);
    }

    fn refer(&mut self, path: Path, is_visible: bool) {
        let kind = if is_visible {
            Kind::Reexport
        } else {
            Kind::Import
        };
        self.references.push(Reference { kind, path });
    }
}

/// Returns the group of the attribute, after its `#`.
fn attribute(rest: &[TokenTree]) -> Option<&Group> {
    match rest {
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Bracket => Some(group),
        _ => None,
    }
}

/// Whether an attribute excludes its item from all builds but those of tests.
fn is_test(attribute: &Group) -> bool {
    let text = attribute.stream().to_string().replace(' ', "");
    text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// Returns the number of tokens of the item that `trees` start with.
fn item_length(trees: &[TokenTree]) -> usize {
    let is_use = trees
        .iter()
        .take_while(|tree| !is_punct(tree, ';'))
        .find_map(|tree| match tree {
            TokenTree::Ident(ident) if ident == "use" => Some(true),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(false),
            _ => None,
        });
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && is_use != Some(true),
        _ => is_punct(tree, ';') || is_punct(tree, ','),
    };
    trees
        .iter()
        .position(ends)
        .map_or(trees.len(), |end| end + 1)
}

/// Whether the token after `before` can start a path: it continues none, and is not a field, a
/// lifetime or of a macro's own crate.
fn starts_path(before: &[TokenTree]) -> bool {
    match before {
        [.., a, b] if is_punct(a, ':') && is_punct(b, ':') => false,
        [.., last] => !['.', '$', '\''].iter().any(|sign| is_punct(last, *sign)),
        [] => true,
    }
}

fn is_punct(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}
