//! The indexes of a table.

use super::table::Table;
use crate::attr::IndexAttr;
use crate::attr::index_options::IndexKind;
use crate::spanned::Spanned;

/// An index with its name and its properties.
pub(crate) struct Index<'a> {
    pub(crate) attr: &'a IndexAttr,
    /// Empty where an index on the struct has no name, which is an error.
    pub(crate) name: Spanned<String>,
    /// The names of the indexed properties.
    pub(crate) properties: Vec<Spanned<String>>,
}

impl<'a> Table<'a> {
    /// Returns the indexes declared on the struct, then those on its fields.
    pub(crate) fn indexes(&self) -> Vec<Index<'_>> {
        let on_struct = self.attrs.indexes.iter().map(|attr| Index {
            attr,
            name: attr
                .name
                .clone()
                .unwrap_or_else(|| Spanned::new(String::new(), attr.span)),
            properties: attr.on.clone(),
        });
        let on_fields = self.fields.iter().flat_map(|field| {
            let property = &field.name.value;
            field.attrs.indexes.iter().map(move |attr| {
                let suffix = match attr.kind {
                    IndexKind::FullText => "fts",
                    IndexKind::Vector => "vec",
                };
                let default_name = || Spanned::new(format!("{property}_{suffix}"), attr.span);
                Index {
                    attr,
                    name: attr.name.clone().unwrap_or_else(default_name),
                    properties: vec![Spanned::new(property.clone(), attr.span)],
                }
            })
        });
        on_struct.chain(on_fields).collect()
    }
}
