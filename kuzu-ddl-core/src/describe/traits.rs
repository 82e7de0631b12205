//! The traits that the derives implement.

use super::table::{PropertyDesc, TableDesc};
use super::types::TypeDesc;

/// A struct that describes a table. Implemented by `#[derive(KuzuNode)]` and `#[derive(KuzuEdge)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    label = "derive `KuzuNode` or `KuzuEdge` for it"
)]
pub trait KuzuTable {
    /// The description of the table.
    const DESC: &'static TableDesc;
}

/// A struct that describes a node table.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a node table",
    label = "endpoints of rel tables are structs with `#[derive(KuzuNode)]`"
)]
pub trait KuzuNode: KuzuTable {
    /// The name of the table, as endpoints of rel tables refer to it.
    #[doc(hidden)]
    const NAME: &'static str = Self::DESC.name;
}

/// A struct that describes a rel table.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rel table",
    label = "derive `KuzuEdge` for it"
)]
pub trait KuzuEdge: KuzuTable {}

/// A Rust type with a corresponding Kùzu type.
///
/// Field types are resolved through this trait, never through tokens, so aliases, newtypes and
/// generics work.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Kùzu type",
    label = "no Kùzu type is known for this field",
    note = "derive `KuzuType` for it, or name a type with `#[kuzu(type = \"…\")]`; for types of the crate `chrono`, enable the feature `chrono` of `kuzu-ddl`"
)]
pub trait KuzuType {
    /// The engine's type.
    const TYPE: TypeDesc;
    /// Whether a value may be NULL, as for `Option<T>`.
    const NULLABLE: bool = false;

    /// A nameless property of this type, from which the derives build the properties of a table.
    /// Mentioning the field's type once yields one error if it is not a Kùzu type.
    #[doc(hidden)]
    const PROPERTY: PropertyDesc = PropertyDesc {
        ty: Self::TYPE,
        nullable: Self::NULLABLE,
        ..PropertyDesc::EMPTY
    };
}
