//! Changes that some engines make in place and others only through a rebuild.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::render::statement::{count_rows, count_values};
use super::purge::purge_hazards_of;
use crate::event::{ObjectId, OnFail};
use crate::fold::ArchivedColumn;
use crate::schema::{Expr, NameKey, Property, Type};

impl<'a> PlanBuilder<'a> {
    /// Returns whether the engine changes the type of a property itself: where the change is
    /// lossless and no cast is specified.
    pub(in crate::plan) fn can_alter_type(&self, id: ObjectId) -> bool {
        let Some((was, is)) = self.changed(id).filter(|_| self.capabilities.alter_type) else {
            return false;
        };
        let plain = |archive: &&ArchivedColumn| {
            archive.cast.is_none() && archive.function.is_none() && archive.on_fail == OnFail::Abort
        };
        let counts = [&was.ty, &is.ty].contains(&&Type::Serial);
        was.default == is.default
            && !counts
            && was.ty.widens_to(&is.ty)
            && self.new_casts(id).iter().all(plain)
    }

    pub(in crate::plan) fn alter_type(
        &mut self,
        table: &ExistingTable<'a>,
        property: Property,
        path: String,
    ) {
        let node = table.live.kind.is_node();
        let count = count_rows(&table.live.name, node);
        let hazards = vec![Hazard::new(HazardKind::BreaksOlderApps, path, Some(count))];
        let operation = Operation::AlterType {
            table: table.name.clone(),
            property: property.name,
            ty: property.ty,
        };
        self.push(operation, &[&table.name], hazards);
    }

    /// Returns the purged columns of a table if they can be dropped in place.
    fn droppable(&self, table: &ExistingTable<'a>) -> Option<Vec<(NameKey, String)>> {
        let columns = self.purged_columns(table);
        let mut indexed = table.live.indexes.values().flat_map(|i| &i.properties);
        let free = !indexed.any(|key| columns.iter().any(|(column, _)| column == key));
        (self.capabilities.drop_property && free).then_some(columns)
    }

    /// Returns whether a table must be rebuilt to drop a column.
    pub(in crate::plan) fn purges_by_rebuild(&self, table: &ExistingTable<'a>) -> bool {
        self.purges_column(table) && self.droppable(table).is_none()
    }

    pub(in crate::plan) fn drop_properties(&mut self, table: &ExistingTable<'a>) {
        for (key, path) in self.droppable(table).unwrap_or_default() {
            let Some(property) = table.live.properties.get(&key) else {
                continue;
            };
            let count = self.count_values(table, &property.name);
            let operation = Operation::DropProperty {
                table: table.name.clone(),
                property: property.name.clone(),
            };
            self.push(operation, &[&table.name], purge_hazards_of(&path, &count));
        }
    }

    /// Returns the query that counts the values of a column, with the names before the plan.
    pub(in crate::plan) fn count_values(&self, table: &ExistingTable<'_>, column: &str) -> String {
        count_values(&table.live.name, table.live.kind.is_node(), column)
    }

    /// Returns the expression to which a new column is SET after the ADD: a default that the engine
    /// would evaluate again on replay.
    pub(in crate::plan) fn set_expression(&self, property: &Property) -> Option<Expr> {
        let fresh = |expr: &&Expr| !expr.is_constant() && !matches!(expr, Expr::Opaque(_));
        let default = property.default.as_ref().filter(fresh)?;
        self.capabilities
            .replay_evaluates_defaults
            .then(|| default.clone())
    }
}
