//! Defaults whose value differs by row.
//!
//! ALTER … ADD evaluates such a default once for every 2,048 rows and stores that one value: the
//! column stays short. What a SET writes to the other rows can be read, and is zero again after the
//! next checkpoint. A sequence's next INT64, as it is, fills all rows; with anything else the node
//! table is made anew, and each new row evaluates its default. (On rels the engine refuses the ADD.)

use super::super::builder::{Builder, Kept};
use crate::fold::Object;
use crate::schema::{Expr, Property, Type};

impl<'a> Builder<'a> {
    /// Whether the table must be made anew for a property that is added, or gets another default.
    pub(in crate::plan) fn fills_by_row(&self, table: &Kept<'a>) -> bool {
        let mut children = self.after.children(table.object.id);
        let node = table.object.is_live() && table.live.kind.is_node();
        children.any(|child| {
            let changed = self.here(child, table).and(self.changed(child.id));
            let is = match changed {
                Some((_, is)) => Some(is),
                None if node && self.is_added(child, table) => self.after.property(child),
                None => None,
            };
            is.is_some_and(|is| self.is_by_row(&is))
        })
    }

    /// Whether each row must evaluate the default for itself, and would not where it is added.
    pub(in crate::plan) fn is_by_row(&self, property: &Property) -> bool {
        !self.can.add_by_row && is_by_row(property)
    }

    /// Whether a property is yet to be made in a table that is there.
    pub(in crate::plan) fn is_added(&self, child: &Object, table: &Kept<'_>) -> bool {
        child.is_live() && !self.leave.contains(&child.id) && self.here(child, table).is_none()
    }
}

/// Whether each row must evaluate the default for itself.
fn is_by_row(property: &Property) -> bool {
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
