//! Random schemas with rows, and random edits of them.

mod column;
mod declare;
mod edit;
mod index;
mod sequence;
mod table;
mod value;

use kuzu_ddl::declared::desc::OnFailDesc;
use kuzu_ddl::schema::{Expr, IndexKind, Multiplicity, StorageDirection, Type};

pub(super) use edit::{Edit, edits, starts};
pub(super) use value::{differs_by_row, value};

/// A schema as a person thinks of it: things with identities, whatever their names are.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) tables: Vec<ModelTable>,
    sequences: Vec<ModelSequence>,
    next: u32,
    /// Counts versions, so that an edit can tell what has rows from what is new.
    version: u32,
}

#[derive(Clone, Debug)]
pub(super) struct ModelTable {
    pub(super) id: u32,
    pub(super) name: String,
    /// Ids of the node tables each pair joins; empty for a node table.
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) multiplicity: Multiplicity,
    storage: StorageDirection,
    /// Which property is a node table's primary key.
    key: u32,
    pub(super) properties: Vec<ModelProperty>,
    pub(super) indexes: Vec<ModelIndex>,
    comment: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct ModelProperty {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) default: Option<Expr>,
    pub(super) nullable: bool,
    comment: Option<String>,
    /// The version it came with.
    version: u32,
    /// How the present type came from the last version's.
    pub(super) change: Option<TypeChange>,
    /// What rows get that have no value.
    pub(super) fill: Option<Expr>,
}

/// A change of type.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeChange {
    /// `None` where every old value is a new one.
    pub(super) cast: Option<&'static str>,
    /// What rows get whose cast fails; `None` where it cannot fail.
    pub(super) on_fail: Option<OnFailDesc>,
}

#[derive(Clone, Debug)]
pub(super) struct ModelIndex {
    pub(super) name: String,
    pub(super) kind: IndexKind,
    /// Ids of properties.
    pub(super) on: Vec<u32>,
    option: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Debug)]
struct ModelSequence {
    name: String,
    start: i64,
    increment: i64,
    /// Whether a default counts by it, or ever did: such a one cannot be dropped.
    used: bool,
}

impl ModelTable {
    pub(super) fn key(&self) -> &ModelProperty {
        self.property(self.key).unwrap_or(&self.properties[0])
    }

    pub(super) fn property(&self, id: u32) -> Option<&ModelProperty> {
        self.properties.iter().find(|p| p.id == id)
    }

    pub(super) fn is_node(&self) -> bool {
        self.pairs.is_empty()
    }

    fn is_key(&self, property: u32) -> bool {
        self.is_node() && self.key == property
    }

    /// Whether rows may be without a value, though the next version says that they get one.
    pub(super) fn may_lack(&self, property: u32) -> bool {
        let may = |p: &ModelProperty| p.nullable || p.fill.is_some();
        !self.is_key(property) && self.property(property).is_none_or(may)
    }
}

impl Model {
    pub(super) fn table(&self, id: u32) -> Option<&ModelTable> {
        self.tables.iter().find(|t| t.id == id)
    }

    fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// The next version: what there is by now has rows.
    pub(super) fn release(&mut self) {
        self.version += 1;
        for property in self.tables.iter_mut().flat_map(|t| &mut t.properties) {
            property.change = None;
            property.fill = None;
        }
    }
}

fn pick<T>(items: &[T], n: u16) -> Option<usize> {
    (!items.is_empty()).then(|| usize::from(n) % items.len())
}

/// Plain and awkward names, all different.
fn name(word: &str, id: u32, n: u16) -> String {
    match n % 7 {
        0 => format!("{word} {id}"),
        1 => format!("{word}'{id}\""),
        2 => format!("ORDER{word}{id}"),
        3 => format!("{word}é🦀{id}"),
        _ => format!("{word}{id}"),
    }
}

/// Another name, or the same in another case.
fn renamed(name: &str, id: u32, n: u16) -> String {
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
