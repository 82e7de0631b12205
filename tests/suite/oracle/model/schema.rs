//! The model of a schema.

use kuzu_ddl_core::describe::OnFailDesc;
use kuzu_ddl_core::schema::{Expr, IndexKind, Multiplicity, StorageDirection, Type};

/// A schema as objects with identities, independent of their names.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Model {
    pub(in crate::oracle) tables: Vec<ModelTable>,
    pub(super) sequences: Vec<ModelSequence>,
    pub(super) next: u32,
    /// Counts versions, so that an edit can distinguish properties with rows from new ones.
    pub(super) version: u32,
}

#[derive(Clone, Debug)]
pub(in crate::oracle) struct ModelTable {
    pub(in crate::oracle) id: u32,
    pub(in crate::oracle) name: String,
    /// Ids of the node tables of each pair; empty for a node table.
    pub(in crate::oracle) pairs: Vec<(u32, u32)>,
    pub(in crate::oracle) multiplicity: Multiplicity,
    pub(super) storage: StorageDirection,
    /// The primary key of a node table, as a property id.
    pub(super) key: u32,
    pub(in crate::oracle) properties: Vec<ModelProperty>,
    pub(in crate::oracle) indexes: Vec<ModelIndex>,
    pub(super) comment: Option<String>,
}

#[derive(Clone, Debug)]
pub(in crate::oracle) struct ModelProperty {
    pub(in crate::oracle) id: u32,
    pub(in crate::oracle) name: String,
    pub(in crate::oracle) ty: Type,
    pub(in crate::oracle) default: Option<Expr>,
    pub(in crate::oracle) nullable: bool,
    pub(super) comment: Option<String>,
    /// The version that added it.
    pub(super) version: u32,
    /// How the type changed since the last version.
    pub(in crate::oracle) change: Option<TypeChange>,
    /// The value of rows that have none.
    pub(in crate::oracle) fill: Option<Expr>,
}

/// A change of type.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct TypeChange {
    /// `None` where every old value is valid in the new type.
    pub(in crate::oracle) cast: Option<&'static str>,
    /// The value of rows whose cast fails; `None` where it cannot fail.
    pub(in crate::oracle) on_fail: Option<OnFailDesc>,
}

#[derive(Clone, Debug)]
pub(in crate::oracle) struct ModelIndex {
    pub(in crate::oracle) name: String,
    pub(in crate::oracle) kind: IndexKind,
    /// Ids of properties.
    pub(in crate::oracle) on: Vec<u32>,
    pub(super) option: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Debug)]
pub(super) struct ModelSequence {
    pub(super) name: String,
    pub(super) start: i64,
    pub(super) increment: i64,
    /// Whether a default uses it, or ever used it: such a sequence cannot be dropped.
    pub(super) used: bool,
}

impl ModelTable {
    pub(in crate::oracle) fn key(&self) -> &ModelProperty {
        self.property(self.key).unwrap_or(&self.properties[0])
    }

    pub(in crate::oracle) fn property(&self, id: u32) -> Option<&ModelProperty> {
        self.properties.iter().find(|p| p.id == id)
    }

    pub(in crate::oracle) fn is_node(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(super) fn is_key(&self, property: u32) -> bool {
        self.is_node() && self.key == property
    }

    /// Whether rows may have no value, although the next version may fill it.
    pub(in crate::oracle) fn may_lack(&self, property: u32) -> bool {
        let may = |p: &ModelProperty| p.nullable || p.fill.is_some();
        !self.is_key(property) && self.property(property).is_none_or(may)
    }
}

impl Model {
    pub(in crate::oracle) fn table(&self, id: u32) -> Option<&ModelTable> {
        self.tables.iter().find(|t| t.id == id)
    }

    pub(super) fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Starts the next version: all existing properties have rows from now on.
    pub(in crate::oracle) fn release(&mut self) {
        self.version += 1;
        for property in self.tables.iter_mut().flat_map(|t| &mut t.properties) {
            property.change = None;
            property.fill = None;
        }
    }
}

pub(super) fn pick<T>(items: &[T], n: u16) -> Option<usize> {
    (!items.is_empty()).then(|| usize::from(n) % items.len())
}

/// Plain and awkward names, all different.
pub(super) fn name(word: &str, id: u32, n: u16) -> String {
    match n % 7 {
        0 => format!("{word} {id}"),
        1 => format!("{word}'{id}\""),
        2 => format!("ORDER{word}{id}"),
        3 => format!("{word}é🦀{id}"),
        _ => format!("{word}{id}"),
    }
}

/// Another name, or the same in another case.
pub(super) fn renamed(name: &str, id: u32, n: u16) -> String {
    match n % 4 {
        0 => {
            let upper = name.to_ascii_uppercase();
            if upper == name {
                name.to_ascii_lowercase()
            } else {
                upper
            }
        }
        1 => format!("renamed{id}"),
        _ => format!("renamed {id}"),
    }
}
