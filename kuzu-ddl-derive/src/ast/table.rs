//! A struct that declares a table.

use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, GenericParam, Generics, Ident};

use super::field::{Field, has_repr, kuzu_name, parse_fields};
use crate::attr::Attrs;
use crate::attr::keyword::Target;
use crate::error::Errors;
use crate::spanned::Spanned;
use crate::syntax::name;

/// The kind of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableKind {
    Node,
    Edge,
}

/// A struct that declares a table.
pub(crate) struct Table<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) kind: TableKind,
    pub(crate) attrs: Attrs,
    pub(crate) name: Spanned<String>,
    pub(crate) fields: Vec<Field<'a>>,
    pub(crate) has_repr: bool,
}

impl TableKind {
    /// Returns the name of the derive and of its trait.
    pub(crate) fn derive_name(self) -> &'static str {
        match self {
            Self::Node => "KuzuNode",
            Self::Edge => "KuzuEdge",
        }
    }

    fn target(self) -> Target {
        match self {
            Self::Node => Target::Node,
            Self::Edge => Target::Edge,
        }
    }

    fn field_target(self) -> Target {
        match self {
            Self::Node => Target::NodeField,
            Self::Edge => Target::EdgeField,
        }
    }
}

impl<'a> Table<'a> {
    pub(crate) fn parse(errors: &Errors, input: &'a DeriveInput, kind: TableKind) -> Self {
        let attrs = Attrs::parse(errors, &input.attrs, kind.target());
        let name = attrs
            .name
            .clone()
            .unwrap_or_else(|| kuzu_name(&input.ident));
        let fields = fields_of(errors, input, kind).map_or(Vec::new(), |fields| {
            parse_fields(errors, fields, kind.field_target(), &attrs)
        });
        for param in &input.generics.params {
            let (span, what) = match param {
                GenericParam::Lifetime(_) => continue,
                GenericParam::Type(param) => (param.ident.span(), "type"),
                GenericParam::Const(param) => (param.ident.span(), "const"),
            };
            errors.report(
                span,
                format!(
                    "a table cannot have {what} parameters\nhelp: declare one struct per table"
                ),
            );
        }
        Self {
            ident: &input.ident,
            generics: &input.generics,
            kind,
            attrs,
            name,
            fields,
            has_repr: has_repr(input),
        }
    }

    /// Returns the field with `primary_key`.
    pub(crate) fn primary_key(&self) -> Option<&Field<'a>> {
        self.fields
            .iter()
            .find(|field| field.attrs.primary_key.is_some())
    }

    /// Returns the property that `input`, an input of a function, refers to: by the name of a
    /// property, present or dropped, or by the name of its field.
    pub(crate) fn input_property(&self, input: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| {
            let is_field = matches!(&field.member, syn::Member::Named(ident) if ident == input);
            is_field || name::is_same_name(&field.name.value, input)
        });
        let mut dropped = self.attrs.dropped.iter().map(|name| name.value.as_str());
        field
            .map(|field| field.name.value.as_str())
            .or_else(|| dropped.find(|name| name::is_same_name(name, input)))
    }
}

/// Returns the named fields, or the empty fields of an edge without properties.
fn fields_of<'a>(errors: &Errors, input: &'a DeriveInput, kind: TableKind) -> Option<&'a Fields> {
    let derive = kind.derive_name();
    let (span, message) = match &input.data {
        Data::Struct(data) => match &data.fields {
            fields @ Fields::Named(_) => return Some(fields),
            fields @ Fields::Unit if kind == TableKind::Edge => return Some(fields),
            Fields::Unnamed(fields) if fields.unnamed.is_empty() && kind == TableKind::Edge => {
                return Some(&data.fields);
            }
            Fields::Unnamed(fields) => (
                fields.span(),
                format!("`{derive}` requires named fields: they name the properties"),
            ),
            Fields::Unit => (
                input.ident.span(),
                "a node table requires fields, one of them with `#[kuzu(primary_key)]`".into(),
            ),
        },
        Data::Enum(data) => (
            data.enum_token.span,
            format!(
                "`{derive}` can only be derived for structs\n\
                 help: derive `KuzuType` to store the enum in a property"
            ),
        ),
        Data::Union(data) => (
            data.union_token.span,
            format!("`{derive}` can only be derived for structs"),
        ),
    };
    errors.report(span, message);
    None
}
