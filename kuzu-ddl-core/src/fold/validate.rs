//! TODO-DOC fold::validate

use super::effects::Stage;
use super::hold::Rejection;
use super::state::Fold;
use crate::event::{Change, DdlEvent, EventId, ObjectId, ObjectKind, Part};

impl Fold {
    /// Validates an event against its own ancestors alone, so that no later or remote event changes
    /// the verdict.
    pub(super) fn judge(&self, event: &DdlEvent) -> Result<(), Rejection> {
        let id = event.object();
        match event.change() {
            Change::CreateNodeTable { .. }
            | Change::CreateEdgeTable { .. }
            | Change::CreateSequence { .. }
            | Change::Unknown { .. } => {}
            Change::AddProperty { table, .. } => {
                self.expect(*table, ObjectKind::is_table, event)?
            }
            Change::AddPair {
                table, endpoints, ..
            } => {
                self.expect(*table, |kind| kind == ObjectKind::EdgeTable, event)?;
                for node in [endpoints.from, endpoints.to] {
                    self.expect(node, |kind| kind == ObjectKind::NodeTable, event)?;
                }
            }
            Change::CreateIndex { table, spec, .. } => {
                self.expect(*table, |kind| kind == ObjectKind::NodeTable, event)?;
                for property in &spec.properties {
                    self.expect_property(*property, *table, event)?;
                }
            }
            Change::DropTable
            | Change::RestoreTable
            | Change::RenameTable { .. }
            | Change::CommentOnTable { .. } => self.expect(id, ObjectKind::is_table, event)?,
            Change::DropProperty
            | Change::RestoreProperty
            | Change::RenameProperty { .. }
            | Change::CommentOnProperty { .. }
            | Change::SetType { .. }
            | Change::SetTypeBy { .. }
            | Change::SetDefault { .. }
            | Change::SetNullable { .. } => {
                self.expect(id, |kind| kind == ObjectKind::Property, event)?;
            }
            Change::DropPair => self.expect(id, |kind| kind == ObjectKind::Pair, event)?,
            Change::DropIndex => self.expect(id, |kind| kind == ObjectKind::Index, event)?,
            Change::DropSequence => self.expect(id, |kind| kind == ObjectKind::Sequence, event)?,
            Change::SetKey { key } => {
                self.expect(id, |kind| kind == ObjectKind::NodeTable, event)?;
                self.expect_property(*key, id, event)?;
            }
            Change::SetMultiplicity { .. } | Change::SetStorage { .. } => {
                self.expect(id, |kind| kind == ObjectKind::EdgeTable, event)?;
            }
            Change::Purge { of } => {
                self.expect(id, |kind| kind != ObjectKind::Pair, event)?;
                self.expect_known(*of, event)?;
            }
            Change::Resolve { part, keep } => {
                self.expect(id, |_| true, event)?;
                self.expect_known(*keep, event)?;
                let kept = self.event(*keep).filter(|kept| self.touches(kept, id));
                if *part != Part::Life
                    && kept
                        .and_then(|kept| self.written(kept, *part, id))
                        .is_none()
                {
                    return Err(Rejection::NotKnown(*keep));
                }
            }
        }
        self.expect_rows(event)
    }

    /// Rejects a restore of a purged object, whose data no longer exist.
    fn expect_rows(&self, event: &DdlEvent) -> Result<(), Rejection> {
        let purged = |dependency: &EventId| {
            let dependency = self.event(*dependency);
            let own = dependency.filter(|d| d.object() == event.object());
            own.is_some_and(|d| matches!(self.stage(d), Some(Stage::Purge(_))))
        };
        let restores = matches!(
            event.change(),
            Change::RestoreTable | Change::RestoreProperty
        );
        if restores && event.depends_on().iter().any(purged) {
            return Err(Rejection::Purged);
        }
        Ok(())
    }

    fn expect(
        &self,
        id: ObjectId,
        fits: impl Fn(ObjectKind) -> bool,
        event: &DdlEvent,
    ) -> Result<(), Rejection> {
        let known = self.object(id).filter(|_| self.knew(event, id));
        match known {
            Some(found) if fits(found.kind()) => Ok(()),
            Some(_) => Err(Rejection::WrongKind {
                change: event.change().word().to_owned(),
            }),
            None => Err(Rejection::NoObject(id)),
        }
    }

    fn expect_property(
        &self,
        id: ObjectId,
        table: ObjectId,
        event: &DdlEvent,
    ) -> Result<(), Rejection> {
        self.expect(id, |kind| kind == ObjectKind::Property, event)?;
        match self.object(id) {
            Some(property) if property.parent == Some(table) => Ok(()),
            _ => Err(Rejection::NoObject(id)),
        }
    }

    fn expect_known(&self, id: EventId, event: &DdlEvent) -> Result<(), Rejection> {
        if event.depends_on().contains(&id) {
            Ok(())
        } else {
            Err(Rejection::NotKnown(id))
        }
    }
}
