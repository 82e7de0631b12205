//! Doc comments as comments of tables and properties.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::attr::At;

/// The doc comment among `attributes`, without the indentation that `/// ` makes. `None` if there
/// is none, or nothing in it.
pub(crate) fn read(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        if !meta.path.is_ident("doc") {
            continue;
        }
        // `#[doc = include_str!(…)]` is for readers of the documentation, not of the database.
        let Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) = &meta.value
        else {
            continue;
        };
        let text = text.value();
        if text.contains('\n') {
            lines.extend(block(&text));
        } else {
            lines.push(text);
        }
    }
    let indent = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let lines: Vec<_> = lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or("").trim_end())
        .collect();
    let text = lines.join("\n").trim_matches('\n').replace('\0', "");
    (!text.trim().is_empty()).then_some(text)
}

/// The lines of a `/** … */`, without the stars that some put at the start of each.
fn block(text: &str) -> Vec<String> {
    let inner = || text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let stars = inner().next().is_some() && inner().all(|line| line.trim_start().starts_with('*'));
    text.lines()
        .enumerate()
        .map(|(i, line)| {
            if i == 0 {
                line.trim_start().to_owned()
            } else if stars {
                line.trim_start()
                    .trim_start_matches('*')
                    .trim_start()
                    .to_owned()
            } else {
                line.to_owned()
            }
        })
        .collect()
}

/// `comment = "…"`.
pub(crate) fn checked(text: At<String>) -> syn::Result<String> {
    if text.value.contains('\0') {
        return Err(syn::Error::new(text.span, "a comment cannot contain a NUL"));
    }
    Ok(text.value)
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::read;

    fn comment(item: syn::ItemStruct) -> Option<String> {
        read(&item.attrs)
    }

    #[test]
    fn indentation_goes_and_lines_stay() {
        let item = parse_quote! {
            /// A person.
            ///
            ///   - with a list
            struct A;
        };
        assert_eq!(
            comment(item).as_deref(),
            Some("A person.\n\n  - with a list")
        );
    }

    #[test]
    fn blocks_lose_their_stars() {
        let item = parse_quote! {
            /** A person.
             * Of flesh and blood.
             */
            struct A;
        };
        assert_eq!(
            comment(item).as_deref(),
            Some("A person.\nOf flesh and blood.")
        );
    }

    #[test]
    fn nothing_is_none() {
        assert_eq!(
            comment(parse_quote! { #[doc(hidden)] #[doc = "  "] struct A; }),
            None
        );
        assert_eq!(
            comment(parse_quote! { #[doc = include_str!("x")] struct A; }),
            None
        );
    }
}
