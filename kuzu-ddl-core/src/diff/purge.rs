//! Purges that the application requests.

use super::archive_entry::{ArchiveEntry, archive_entries};
use super::differ::Differ;
use super::incompatibility::IncompatibilityKind;
use crate::schema::NameKey;

impl Differ<'_> {
    /// Purges what the application requested by name.
    pub(super) fn purge_requested(&mut self) {
        for path in &self.options.purge {
            let requested = NameKey::new(path);
            let all = archive_entries(self.draft.fold());
            let is = |name: &str| NameKey::new(name) == requested;
            let mut found: Vec<ArchiveEntry> = all
                .into_iter()
                .filter(|archived| is(&archived.origin) || is(&archived.name))
                .collect();
            if let Some(exact) = found.iter().position(|archived| is(&archived.name)) {
                found = vec![found.swap_remove(exact)];
            }
            match &found[..] {
                [one] => self.draft.purge(one.object, one.by),
                [] => self.refuse_unknown_archive(path, "purged"),
                several => {
                    let names = several.iter().map(|a| a.name.clone()).collect();
                    let reason = IncompatibilityKind::ArchiveAmbiguous { names };
                    self.refuse(path.clone(), String::new(), reason);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Change, DdlEvent, ObjectId, PropertySpec};
    use crate::fold::{ChangeBuilder, ConflictKind, Fold, Object, Rejection};
    use crate::schema::Type;

    /// Returns a table with a dropped property, and the events so far.
    fn dropped() -> (Fold, Vec<DdlEvent>, ObjectId) {
        let spec = |ty| PropertySpec {
            ty,
            nullable: true,
            default: None,
        };
        let mut draft = ChangeBuilder::new(Fold::default());
        let table = draft.create_node_table("A", "id", spec(Type::Int64));
        let property = draft.add_property(table, "s", spec(Type::String));
        draft.archive(property);
        let (fold, events) = draft.finish();
        (fold, events, property)
    }

    #[test]
    fn a_restore_that_did_not_know_of_the_purge_wins() {
        let (fold, mut events, id) = dropped();
        let found = archive_entries(&fold);
        assert_eq!(found.len(), 1);
        let (mut one, mut other) = (ChangeBuilder::new(fold.clone()), ChangeBuilder::new(fold));
        one.purge(id, found[0].by);
        other.restore(id);
        events.extend(one.finish().1);
        events.extend(other.finish().1);
        for turn in 0..2 {
            let merged = Fold::from_events(&events);
            assert!(merged.object(id).is_some_and(Object::is_live), "{turn}");
            let kinds: Vec<_> = merged.conflicts().iter().map(|c| c.kind).collect();
            assert_eq!(kinds, [ConflictKind::DropBlocked]);
            events.reverse();
        }
    }

    #[test]
    fn a_restore_that_knew_of_the_purge_is_rejected() {
        let (fold, mut events, id) = dropped();
        let mut draft = ChangeBuilder::new(fold.clone());
        draft.purge(id, archive_entries(&fold)[0].by);
        assert!(archive_entries(draft.fold()).is_empty());
        let heads = draft.fold().object(id).map(|o| o.lifecycle.heads.clone());
        let restore = DdlEvent::new(
            id,
            heads.iter().flatten().copied().collect(),
            Change::RestoreProperty,
        );
        events.extend(draft.finish().1);
        events.push(restore.clone());
        let merged = Fold::from_events(&events);
        assert_eq!(
            merged.rejected_events().get(&restore.id()),
            Some(&Rejection::Purged)
        );
    }

    /// The name yields the same new object, whether a peer has purged or not.
    #[test]
    fn a_purge_does_not_change_who_comes_next() {
        let (fold, _, id) = dropped();
        let by = archive_entries(&fold)[0].by;
        let table = fold.object(id).and_then(|o| o.parent).expect("a table");
        let spec = PropertySpec {
            ty: Type::String,
            nullable: true,
            default: None,
        };
        let (mut one, mut other) = (ChangeBuilder::new(fold.clone()), ChangeBuilder::new(fold));
        one.purge(id, by);
        assert_eq!(
            one.add_property(table, "s", spec.clone()),
            other.add_property(table, "s", spec)
        );
    }
}
