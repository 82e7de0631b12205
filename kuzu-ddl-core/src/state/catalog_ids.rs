//! TODO-DOC state::catalog_ids

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Inspection;
use crate::event::ObjectId;
use crate::fold::{Body, Fold, Object};
use crate::schema::Key;

/// The engine's numbers of the objects, as they were at the last apply. Known to this database alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Tables, by the engine's id.
    pub tables: BTreeMap<ObjectId, u64>,
    /// Properties, by their number within their table.
    pub properties: BTreeMap<ObjectId, u64>,
}

impl Places {
    /// The numbers of all live objects of `fold` that `found` has under their names. Those in `except`
    /// keep what `last` says of them.
    #[must_use]
    pub fn of(fold: &Fold, found: &Inspection, except: &BTreeSet<ObjectId>, last: &Self) -> Self {
        let mut places = Self::default();
        for table in fold
            .objects()
            .filter(|o| o.kind().is_table() && o.is_live())
        {
            let key = Key::new(&fold.physical(table));
            note(
                &mut places.tables,
                table.id,
                found.ids.get(&key),
                except,
                &last.tables,
            );
            let numbers = found.numbers.get(&key);
            for property in properties(fold, table.id) {
                let name = Key::new(&fold.physical(property));
                let number = numbers.and_then(|numbers| numbers.get(&name));
                let (places, last) = (&mut places.properties, &last.properties);
                note(places, property.id, number, except, last);
            }
        }
        places
    }
}

fn note(
    places: &mut BTreeMap<ObjectId, u64>,
    id: ObjectId,
    number: Option<&u64>,
    except: &BTreeSet<ObjectId>,
    last: &BTreeMap<ObjectId, u64>,
) {
    let kept = except.contains(&id).then(|| last.get(&id));
    if let Some(number) = kept.unwrap_or(number) {
        places.insert(id, *number);
    }
}

pub(crate) fn properties(fold: &Fold, table: ObjectId) -> impl Iterator<Item = &Object> {
    let live = fold.children(table).filter(|child| child.is_live());
    live.filter(|child| matches!(child.body, Body::Property(_)))
}
