//! Name resolution: which object each declared name refers to.
//!
//! This is the one place where names become identity.
//! In source, identity is the name unless the struct specifies otherwise. A `renamed_from` that is
//! new since the last declaration moves the object with that name, whichever object holds the new
//! name now, so that swaps and chains work. A `renamed_from` that was declared before has been
//! applied and may stay permanently.

use std::collections::{BTreeMap, BTreeSet};

use super::compatibility::explain_missing;
use super::differ::Differ;
use super::incompatibility::IncompatibilityKind;
use crate::event::ObjectId;
use crate::schema::NameKey;

/// Declared names with their objects; `None` is yet to be created.
pub(super) type ResolvedNames = BTreeMap<NameKey, Option<ObjectId>>;

/// Result of [`Differ::resolve`].
pub(super) struct NameResolution {
    pub(super) objects: ResolvedNames,
    /// Name by which the last declaration may know each existing object.
    pub(super) former_names: BTreeMap<NameKey, NameKey>,
    pub(super) refused: Vec<(NameKey, IncompatibilityKind)>,
}

/// Name space: all tables, or the properties of one table.
pub(super) struct NameScope<'a> {
    /// Table, for properties.
    pub(super) parent: Option<(&'a NameKey, ObjectId)>,
    /// Declared names, each with its former names.
    pub(super) declared: BTreeMap<&'a NameKey, &'a [String]>,
    /// The same in the last declaration; `None` if there was none.
    pub(super) last: Option<BTreeMap<&'a NameKey, &'a [String]>>,
    /// Tombstones that the last declaration did not have.
    pub(super) tombstoned: BTreeSet<&'a NameKey>,
}

impl NameScope<'_> {
    fn was_declared(&self, key: &NameKey) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| last.contains_key(key))
    }

    /// Returns the former names that the last declaration did not mention, and had as present
    /// names.
    fn newly_declared_renames(&self) -> impl Iterator<Item = (&NameKey, NameKey)> {
        let last = self.last.as_ref();
        self.declared.iter().flat_map(move |(key, olds)| {
            let before = last
                .and_then(|last| last.get(*key))
                .copied()
                .unwrap_or_default();
            olds.iter()
                .map(|old| NameKey::new(old))
                .filter(move |old| !before.iter().any(|b| NameKey::new(b) == *old))
                .filter(move |old| last.is_some_and(|last| last.contains_key(old)))
                .map(move |old| (*key, old))
        })
    }
}

impl Differ<'_> {
    /// Resolves all names of a name space. `fits` determines whether an object can have a name;
    /// `recreate` whether the application requested a new object in place of a dropped one.
    pub(super) fn resolve(
        &self,
        names: &NameScope<'_>,
        fits: impl Fn(ObjectId, &NameKey) -> bool,
        recreate: impl Fn(&NameKey) -> bool,
    ) -> NameResolution {
        let parent = names.parent.map(|(_, id)| id);
        let moves = self.requested_renames(names, parent, &fits);
        let moved: BTreeSet<ObjectId> = moves.values().map(|(id, _)| *id).collect();
        let mut claimed = moved.clone();
        let (mut resolved, mut former_names) = (ResolvedNames::new(), BTreeMap::new());
        for (key, (id, old)) in moves {
            resolved.insert(key.clone(), Some(id));
            former_names.insert(key.clone(), old);
        }
        for key in names.declared.keys() {
            if let Some(id) = self.find(parent, key).filter(|id| !moved.contains(id))
                && !resolved.contains_key(*key)
            {
                claimed.insert(id);
                resolved.insert((*key).clone(), Some(id));
                former_names.insert((*key).clone(), (*key).clone());
            }
        }
        let mut refused = Vec::new();
        for (key, olds) in &names.declared {
            if resolved.contains_key(*key) {
                continue;
            }
            let was_declared = names.was_declared(key);
            let vacated = self.find(parent, key).is_some();
            let old = olds
                .iter()
                .filter_map(|old| Some((self.find_by_former_name(names, &NameKey::new(old))?, old)))
                .find(|(id, _)| !claimed.contains(id) && fits(*id, key));
            if let (Some((id, old)), false) = (old, was_declared) {
                claimed.insert(id);
                resolved.insert((*key).clone(), Some(id));
                former_names.insert((*key).clone(), NameKey::new(old));
                continue;
            }
            let fold = self.draft.fold();
            let reason = explain_missing(
                fold,
                self.ancestor,
                names.parent,
                key,
                was_declared,
                &claimed,
            );
            match reason {
                Some(reason) if !vacated && !recreate(key) => {
                    refused.push(((*key).clone(), reason))
                }
                _ => {
                    resolved.insert((*key).clone(), None);
                }
            }
        }
        NameResolution {
            objects: resolved,
            former_names,
            refused,
        }
    }

    /// Returns the object with this name, or one that had it until a peer gave it another name
    /// which won and is not declared here.
    fn find_by_former_name(&self, names: &NameScope<'_>, old: &NameKey) -> Option<ObjectId> {
        let parent = names.parent.map(|(_, id)| id);
        let alias = || {
            let object = self.draft.fold().find_by_lost_rename(parent, old)?;
            let is = NameKey::new(&object.name.value);
            (!names.declared.contains_key(&is)).then_some(object.id)
        };
        self.find(parent, old).or_else(alias)
    }

    /// Returns the renames that the declaration newly requests. A rename is left out if the holder
    /// of its new name neither moves nor has a tombstone, because the name is not free.
    fn requested_renames<'n>(
        &self,
        names: &'n NameScope<'_>,
        parent: Option<ObjectId>,
        fits: &impl Fn(ObjectId, &NameKey) -> bool,
    ) -> BTreeMap<&'n NameKey, (ObjectId, NameKey)> {
        let mut moves: BTreeMap<&NameKey, (ObjectId, NameKey)> = BTreeMap::new();
        for (key, old) in names.newly_declared_renames() {
            if let Some(id) = self
                .find_by_former_name(names, &old)
                .filter(|id| fits(*id, key))
            {
                moves.entry(key).or_insert((id, old));
            }
        }
        loop {
            let leaving: BTreeSet<ObjectId> = moves.values().map(|(id, _)| *id).collect();
            let before = moves.len();
            moves.retain(|key, (id, _)| {
                names.tombstoned.contains(*key)
                    || self
                        .find(parent, key)
                        .is_none_or(|holder| holder == *id || leaving.contains(&holder))
            });
            if moves.len() == before {
                return moves;
            }
        }
    }
}
