//! Catalog ids of objects, as recorded at the last apply.
//!
//! An out-of-band rename keeps the catalog id, so the recorded ids distinguish it from a drop and a
//! new object.

use std::collections::BTreeMap;

use crate::catalog::CatalogSnapshot;
use crate::event::ObjectId;
use crate::fold::{Fold, Object, ObjectBody};
use crate::schema::NameKey;

/// Catalog ids of the objects, as of the last apply. Only this database knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogIds {
    /// Tables, by their table id.
    pub tables: BTreeMap<ObjectId, u64>,
    /// Properties, by their column id within their table.
    pub properties: BTreeMap<ObjectId, u64>,
}

impl CatalogIds {
    /// Records the ids of all live objects of `fold` that `found` has under their names. Objects in
    /// `tolerated`, whose names in the database may differ, get the id given there, or none.
    #[must_use]
    pub fn from_catalog(
        fold: &Fold,
        found: &CatalogSnapshot,
        tolerated: &BTreeMap<ObjectId, Option<u64>>,
    ) -> Self {
        let mut ids = Self::default();
        let of = |object: &Object, number: Option<&u64>| {
            let tolerated = tolerated.get(&object.id).copied();
            Some((object.id, tolerated.unwrap_or(number.copied())?))
        };
        for table in fold
            .objects()
            .filter(|o| o.kind().is_table() && o.is_live())
        {
            let key = NameKey::new(&fold.database_name(table));
            ids.tables.extend(of(table, found.table_ids.get(&key)));
            let columns = found.column_ids.get(&key);
            for property in properties(fold, table.id) {
                let name = NameKey::new(&fold.database_name(property));
                let number = columns.and_then(|columns| columns.get(&name));
                ids.properties.extend(of(property, number));
            }
        }
        ids
    }
}

pub(crate) fn properties(fold: &Fold, table: ObjectId) -> impl Iterator<Item = &Object> {
    let live = fold.children(table).filter(|child| child.is_live());
    live.filter(|child| matches!(child.body, ObjectBody::Property(_)))
}
