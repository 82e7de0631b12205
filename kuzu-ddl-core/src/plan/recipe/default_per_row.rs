//! Defaults whose value varies per row.
//!
//! ALTER … ADD evaluates such a default once for every 2,048 rows and stores that one value: the
//! column stays short. What a SET writes to the other rows can be read, and is zero again after the
//! next checkpoint. A sequence's next INT64, without a cast, fills all rows; with anything else the
//! node table is rebuilt, and each new row evaluates its default. (On rels the engine rejects the
//! ADD.)

use super::super::builder::{ExistingTable, PlanBuilder, is_purged};
use crate::fold::Object;
use crate::schema::{Expr, Property, Type};

impl<'a> PlanBuilder<'a> {
    /// Returns whether the table must be rebuilt because of the default of a new or changed
    /// property.
    pub(in crate::plan) fn needs_rebuild_for_default(&self, table: &ExistingTable<'a>) -> bool {
        let mut children = self.after.children(table.object.id);
        let node = table.live.kind.is_node();
        children.any(|child| {
            let changed = self.live_property(child, table).and(self.changed(child.id));
            let is = match changed {
                Some((_, is)) => Some(is),
                None if node && self.is_new_property(child, table) => self.after.property(child),
                None => None,
            };
            is.is_some_and(|is| self.varies_per_row(&is))
        })
    }

    /// Returns whether each row must evaluate the default itself, and the ADD does not do so.
    pub(in crate::plan) fn varies_per_row(&self, property: &Property) -> bool {
        !self.capabilities.add_default_per_row && varies_per_row(property)
    }

    /// Returns whether a property is new in an existing table.
    pub(in crate::plan) fn is_new_property(
        &self,
        child: &Object,
        table: &ExistingTable<'_>,
    ) -> bool {
        !is_purged(child)
            && !self.ignored.contains(&child.id)
            && self.live_property(child, table).is_none()
    }
}

/// Returns whether each row must evaluate the default itself.
fn varies_per_row(property: &Property) -> bool {
    match &property.default {
        Some(Expr::Call(name, _)) if name == "nextval" => property.ty != Type::Int64,
        Some(expr) => differs(expr),
        None => false,
    }
}

fn differs(expr: &Expr) -> bool {
    match expr {
        Expr::Call(name, args) => {
            matches!(name.as_str(), "gen_random_uuid" | "nextval") || args.iter().any(differs)
        }
        Expr::List(items) => items.iter().any(differs),
        Expr::Struct(fields) => fields.iter().any(|(_, e)| differs(e)),
        Expr::Cast(e, _) | Expr::Negate(e) => differs(e),
        Expr::Binary(_, a, b) => differs(a) || differs(b),
        _ => false,
    }
}
