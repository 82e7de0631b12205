//! What the caller wants deleted for ever.

use super::{Differ, Reason};
use crate::event::{EventId, ObjectId};
use crate::fold::{Fold, Life, Object};
use crate::schema::Key;

/// Something archived: a dropped table or property, or the column from before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Archived {
    /// The object that it is or was a part of.
    pub(crate) object: ObjectId,
    /// The event that archived it.
    pub(crate) by: EventId,
    /// `Table` or `Table.property`, as it was called.
    pub(crate) origin: String,
    /// The same with the name that it has in the database: no two are the same.
    pub(crate) name: String,
    /// Whether it is the column from before a change, and the property itself is another.
    pub(crate) is_column: bool,
}

/// Everything that is archived by the events, whether this database ever had it or not. What is in
/// an archived table goes with the table.
pub(crate) fn archived(fold: &Fold) -> Vec<Archived> {
    let mut out = Vec::new();
    for table in fold.objects().filter(|object| object.kind().is_table()) {
        if let Life::Archived(by) = table.life.value {
            out.push(Archived {
                object: table.id,
                by,
                origin: table.name.value.clone(),
                name: fold.physical(table),
                is_column: false,
            });
        } else if table.is_live() {
            let here = fold
                .children(table.id)
                .flat_map(|child| of_property(fold, table, child));
            out.extend(here);
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

fn of_property(fold: &Fold, table: &Object, property: &Object) -> Vec<Archived> {
    let origin = format!("{}.{}", table.name.value, property.name.value);
    let at = |name: &str| format!("{}.{name}", fold.physical(table));
    let mut out = Vec::new();
    if let Life::Archived(by) = property.life.value
        && fold.property(property).is_some()
    {
        out.push(Archived {
            object: property.id,
            by,
            origin: origin.clone(),
            name: at(&fold.physical(property)),
            is_column: false,
        });
    }
    let columns = property.archives.iter().filter(|archive| !archive.purged);
    out.extend(columns.map(|archive| Archived {
        object: property.id,
        by: archive.by,
        origin: origin.clone(),
        name: at(&archive.name),
        is_column: true,
    }));
    out
}

impl Differ<'_> {
    /// Deletes for ever what the caller asked for by name.
    pub(super) fn purges(&mut self) {
        for path in &self.options.purge {
            let wanted = Key::new(path);
            let all = archived(self.draft.fold());
            let is = |name: &str| Key::new(name) == wanted;
            let mut found: Vec<Archived> = all
                .into_iter()
                .filter(|archived| is(&archived.origin) || is(&archived.name))
                .collect();
            if let Some(exact) = found.iter().position(|archived| is(&archived.name)) {
                found = vec![found.swap_remove(exact)];
            }
            match &found[..] {
                [one] => self.draft.purge(one.object, one.by),
                [] => self.refuse(path.clone(), String::new(), Reason::NothingArchived),
                several => {
                    let names = several.iter().map(|a| a.name.clone()).collect();
                    let reason = Reason::SeveralArchived { names };
                    self.refuse(path.clone(), String::new(), reason);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Change, DdlEvent, PropertySpec};
    use crate::fold::{ConflictKind, Draft, Rejection};
    use crate::schema::Type;

    /// A table with a dropped property, and the events so far.
    fn dropped() -> (Fold, Vec<DdlEvent>, ObjectId) {
        let spec = |ty| PropertySpec {
            ty,
            nullable: true,
            default: None,
        };
        let mut draft = Draft::new(Fold::default());
        let table = draft.create_node_table("A", "id", spec(Type::Int64));
        let property = draft.add_property(table, "s", spec(Type::String));
        draft.drop(property);
        let (fold, events) = draft.finish();
        (fold, events, property)
    }

    #[test]
    fn a_restore_that_did_not_know_of_the_purge_wins() {
        let (fold, mut events, id) = dropped();
        let found = archived(&fold);
        assert_eq!(found.len(), 1);
        let (mut one, mut other) = (Draft::new(fold.clone()), Draft::new(fold));
        one.purge(id, found[0].by);
        other.restore(id);
        events.extend(one.finish().1);
        events.extend(other.finish().1);
        for turn in 0..2 {
            let merged = Fold::of(&events);
            assert!(merged.object(id).is_some_and(Object::is_live), "{turn}");
            let kinds: Vec<_> = merged.conflicts().iter().map(|c| c.kind).collect();
            assert_eq!(kinds, [ConflictKind::DropBlocked]);
            events.reverse();
        }
    }

    #[test]
    fn a_restore_that_knew_of_the_purge_is_rejected() {
        let (fold, mut events, id) = dropped();
        let mut draft = Draft::new(fold.clone());
        draft.purge(id, archived(&fold)[0].by);
        assert!(archived(draft.fold()).is_empty());
        let heads = draft.fold().object(id).map(|o| o.life.heads.clone());
        let restore = DdlEvent::new(
            id,
            heads.iter().flatten().copied().collect(),
            Change::RestoreProperty,
        );
        events.extend(draft.finish().1);
        events.push(restore.clone());
        let merged = Fold::of(&events);
        assert_eq!(
            merged.rejected().get(&restore.id()),
            Some(&Rejection::Purged)
        );
    }

    /// The name is free for the same new object, whether a peer has purged or not.
    #[test]
    fn a_purge_does_not_change_who_comes_next() {
        let (fold, _, id) = dropped();
        let by = archived(&fold)[0].by;
        let table = fold.object(id).and_then(|o| o.parent).expect("a table");
        let spec = PropertySpec {
            ty: Type::String,
            nullable: true,
            default: None,
        };
        let (mut one, mut other) = (Draft::new(fold.clone()), Draft::new(fold));
        one.purge(id, by);
        assert_eq!(
            one.add_property(table, "s", spec.clone()),
            other.add_property(table, "s", spec)
        );
    }
}
