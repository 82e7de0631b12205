//! Catalog ids of objects, as recorded at the last apply.
//!
//! An out-of-band rename keeps the catalog id, so the recorded ids distinguish it from a drop and a
//! new object.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Records the ids of all live objects of `fold` that `found` has under their names. Those in
    /// `except` keep their ids from `last`.
    #[must_use]
    pub fn from_catalog(
        fold: &Fold,
        found: &CatalogSnapshot,
        except: &BTreeSet<ObjectId>,
        last: &Self,
    ) -> Self {
        let mut ids = Self::default();
        for table in fold
            .objects()
            .filter(|o| o.kind().is_table() && o.is_live())
        {
            let key = NameKey::new(&fold.database_name(table));
            insert_id(
                &mut ids.tables,
                table.id,
                found.table_ids.get(&key),
                except,
                &last.tables,
            );
            let numbers = found.column_ids.get(&key);
            for property in properties(fold, table.id) {
                let name = NameKey::new(&fold.database_name(property));
                let number = numbers.and_then(|numbers| numbers.get(&name));
                let (ids, last) = (&mut ids.properties, &last.properties);
                insert_id(ids, property.id, number, except, last);
            }
        }
        ids
    }
}

fn insert_id(
    ids: &mut BTreeMap<ObjectId, u64>,
    id: ObjectId,
    number: Option<&u64>,
    except: &BTreeSet<ObjectId>,
    last: &BTreeMap<ObjectId, u64>,
) {
    let retained = except.contains(&id).then(|| last.get(&id));
    if let Some(number) = retained.unwrap_or(number) {
        ids.insert(id, *number);
    }
}

pub(crate) fn properties(fold: &Fold, table: ObjectId) -> impl Iterator<Item = &Object> {
    let live = fold.children(table).filter(|child| child.is_live());
    live.filter(|child| matches!(child.body, ObjectBody::Property(_)))
}
