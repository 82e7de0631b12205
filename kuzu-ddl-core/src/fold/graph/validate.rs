//! Validation of an event against its own ancestors.
//!
//! No later or remote event changes the verdict, so all peers reject the same events.

use super::super::hold::Rejection;
use super::super::state::Fold;
use super::effects::LifecycleChange;
use crate::event::{Aspect, Change, DdlEvent, EventId, ObjectId, ObjectKind};

impl Fold {
    /// Validates an event against its own ancestors alone, so that no later or remote event changes
    /// the verdict.
    pub(in crate::fold) fn validate(&self, event: &DdlEvent) -> Result<(), Rejection> {
        let id = event.object();
        match event.change() {
            Change::CreateNodeTable { .. }
            | Change::CreateEdgeTable { .. }
            | Change::CreateSequence { .. }
            | Change::Unknown { .. } => {}
            Change::AddProperty { table, .. } => {
                self.require_object(*table, ObjectKind::is_table, event)?
            }
            Change::AddPair {
                table, endpoints, ..
            } => {
                self.require_object(*table, |kind| kind == ObjectKind::EdgeTable, event)?;
                for node in [endpoints.from, endpoints.to] {
                    self.require_object(node, |kind| kind == ObjectKind::NodeTable, event)?;
                }
            }
            Change::CreateIndex { table, spec, .. } => {
                self.require_object(*table, |kind| kind == ObjectKind::NodeTable, event)?;
                for property in &spec.properties {
                    self.require_property(*property, *table, event)?;
                }
            }
            Change::DropTable
            | Change::RestoreTable
            | Change::RenameTable { .. }
            | Change::CommentOnTable { .. } => {
                self.require_object(id, ObjectKind::is_table, event)?
            }
            Change::DropProperty
            | Change::RestoreProperty
            | Change::RenameProperty { .. }
            | Change::CommentOnProperty { .. }
            | Change::SetType { .. }
            | Change::SetTypeWith { .. }
            | Change::SetDefault { .. }
            | Change::SetNullable { .. } => {
                self.require_object(id, |kind| kind == ObjectKind::Property, event)?;
            }
            Change::DropPair | Change::RestorePair => {
                self.require_object(id, |kind| kind == ObjectKind::Pair, event)?
            }
            Change::DropIndex => {
                self.require_object(id, |kind| kind == ObjectKind::Index, event)?
            }
            Change::DropSequence => {
                self.require_object(id, |kind| kind == ObjectKind::Sequence, event)?
            }
            Change::SetPrimaryKey { key } => {
                self.require_object(id, |kind| kind == ObjectKind::NodeTable, event)?;
                self.require_property(*key, id, event)?;
            }
            Change::SetMultiplicity { .. } | Change::SetStorage { .. } => {
                self.require_object(id, |kind| kind == ObjectKind::EdgeTable, event)?;
            }
            Change::Purge { archived_by } => {
                self.require_object(id, |_| true, event)?;
                self.require_seen(*archived_by, event)?;
            }
            Change::Resolve { aspect, keep } => {
                self.require_object(id, |_| true, event)?;
                self.require_seen(*keep, event)?;
                let winner = self.event(*keep).filter(|winner| self.touches(winner, id));
                if *aspect != Aspect::Lifecycle
                    && winner
                        .and_then(|winner| self.written(winner, *aspect, id))
                        .is_none()
                {
                    return Err(Rejection::UnknownReference(*keep));
                }
            }
        }
        self.require_not_purged(event)
    }

    /// Rejects a restore of a purged object, whose data no longer exist.
    fn require_not_purged(&self, event: &DdlEvent) -> Result<(), Rejection> {
        let purged = |dependency: &EventId| {
            let dependency = self.event(*dependency);
            let own = dependency.filter(|d| d.object() == event.object());
            own.is_some_and(|d| matches!(self.lifecycle_change(d), Some(LifecycleChange::Purge(_))))
        };
        let restores = matches!(
            event.change(),
            Change::RestoreTable | Change::RestoreProperty | Change::RestorePair
        );
        if restores && event.depends_on().iter().any(purged) {
            return Err(Rejection::Purged);
        }
        Ok(())
    }

    fn require_object(
        &self,
        id: ObjectId,
        fits: impl Fn(ObjectKind) -> bool,
        event: &DdlEvent,
    ) -> Result<(), Rejection> {
        let known = self.object(id).filter(|_| self.saw_object(event, id));
        match known {
            Some(found) if fits(found.kind()) => Ok(()),
            Some(_) => Err(Rejection::WrongKind {
                change: event.change().as_str().to_owned(),
            }),
            None => Err(Rejection::UnknownObject(id)),
        }
    }

    fn require_property(
        &self,
        id: ObjectId,
        table: ObjectId,
        event: &DdlEvent,
    ) -> Result<(), Rejection> {
        self.require_object(id, |kind| kind == ObjectKind::Property, event)?;
        match self.object(id) {
            Some(property) if property.parent == Some(table) => Ok(()),
            _ => Err(Rejection::UnknownObject(id)),
        }
    }

    fn require_seen(&self, id: EventId, event: &DdlEvent) -> Result<(), Rejection> {
        if event.depends_on().contains(&id) {
            Ok(())
        } else {
            Err(Rejection::UnknownReference(id))
        }
    }
}
