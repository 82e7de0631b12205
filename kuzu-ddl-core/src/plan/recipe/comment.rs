//! Comments: on tables in the catalog, on properties in the ledger.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::operation::Operation;
use crate::fold::Object;

impl<'a> PlanBuilder<'a> {
    pub(in crate::plan) fn comments(&mut self, table: &ExistingTable<'_>) {
        if !table.object.is_live() {
            return;
        }
        let text = table.object.comment.value.clone();
        let before = self
            .before
            .object(table.object.id)
            .map(|before| &before.comment.value);
        let is_unchanged = self.ignored.contains(&table.object.id) && before == Some(&text);
        if text != table.live.comment && !is_unchanged {
            let operation = Operation::CommentOnTable {
                table: table.name.clone(),
                text,
            };
            self.push(operation, &[&table.name], Vec::new());
        }
        self.property_comments(table.object, &table.name);
    }

    /// Plans the comments on properties. They are in the ledger, so only a difference of the events
    /// counts.
    pub(in crate::plan) fn property_comments(&mut self, table: &Object, name: &str) {
        let mut changed = Vec::new();
        for child in self
            .after
            .children(table.id)
            .filter(|child| child.is_live())
        {
            let before_name = self
                .before
                .object(child.id)
                .and_then(|o| o.comment.value.clone());
            if before_name != child.comment.value {
                changed.push((self.after.database_name(child), child.comment.value.clone()));
            }
        }
        changed.sort();
        for (property, text) in changed {
            let table = name.to_owned();
            let operation = Operation::CommentOnProperty {
                table,
                property,
                text,
            };
            self.push(operation, &[name], Vec::new());
        }
    }
}
