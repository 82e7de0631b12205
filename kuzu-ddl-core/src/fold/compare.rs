//! Comparison of two folded states.

use super::state::Fold;
use crate::schema::{Comparison, NameKey, RenameMap, compare_with_renames};

/// Compares two states of events. Objects that both have are matched by their identity, so that a
/// rename is reported as one, also between two databases of one history.
#[must_use]
pub fn compare(from: &Fold, to: &Fold) -> Comparison {
    let mut renames = RenameMap::default();
    let moved = |object: &crate::fold::object::Object| {
        let now = to.object(object.id).filter(|now| now.is_live())?;
        object.is_live().then(|| {
            let name_before = NameKey::new(&from.database_name(object));
            (name_before, NameKey::new(&to.database_name(now)))
        })
    };
    for table in from.objects().filter(|object| object.kind().is_table()) {
        let Some((name_before, name_after)) = moved(table) else {
            continue;
        };
        for (old, new) in from.children(table.id).filter_map(moved) {
            renames.properties.insert((name_before.clone(), old), new);
        }
        renames.tables.insert(name_before, name_after);
    }
    compare_with_renames(&from.schema(), &to.schema(), &renames)
}
