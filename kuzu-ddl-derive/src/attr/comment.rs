//! Doc comments as comments of tables and properties.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::spanned::Spanned;

/// Returns the doc comment among `attributes`, without the indentation after `///`, or `None` if
/// there is no text.
pub(super) fn doc_comment(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        if !meta.path.is_ident("doc") {
            continue;
        }
        // `#[doc = include_str!(…)]` addresses readers of the documentation, not of the database.
        let Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) = &meta.value
        else {
            continue;
        };
        let text = text.value();
        if text.contains('\n') {
            lines.extend(block_lines(&text));
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

/// Returns the lines of a `/** … */` comment, without a leading `*` on each.
fn block_lines(text: &str) -> Vec<String> {
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

/// Checks the text of `comment = "…"`.
pub(super) fn checked(text: Spanned<String>) -> syn::Result<String> {
    if text.value.contains('\0') {
        return Err(syn::Error::new(
            text.span,
            "a comment cannot contain a NUL character",
        ));
    }
    Ok(text.value)
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::doc_comment;

    fn comment(item: syn::ItemStruct) -> Option<String> {
        doc_comment(&item.attrs)
    }

    #[test]
    fn indentation_is_removed_and_lines_are_kept() {
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
    fn leading_stars_of_blocks_are_removed() {
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
    fn absent_and_empty_comments_are_none() {
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
