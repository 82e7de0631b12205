//! Types whose values a SET does not keep.
//!
//! Where the elements of a list, array or map are nested themselves, the engine loses what a SET
//! wrote into them: it can be read until the next CHECKPOINT, and is empty or zero afterwards. A
//! row that is created keeps its values. So a node table is rebuilt where such a column would be
//! SET; rel tables are rebuilt anyway.

use super::super::builder::{ExistingTable, PlanBuilder};
use crate::fold::Object;
use crate::schema::{Property, Type};

impl<'a> PlanBuilder<'a> {
    /// Returns whether the table must be rebuilt because a property would be SET otherwise.
    pub(in crate::plan) fn needs_rebuild_for_elements(&self, table: &ExistingTable<'a>) -> bool {
        let mut children = self.after.children(table.object.id);
        !self.capabilities.set_nested_elements && children.any(|child| self.sets(child, table))
    }

    /// Returns whether a property whose elements are nested would be SET.
    fn sets(&self, child: &Object, table: &ExistingTable<'a>) -> bool {
        let Some(is) = self.after.property(child) else {
            return false;
        };
        if !has_nested_elements(&is.ty) || self.ignored.contains(&child.id) {
            return false;
        }
        match self.live_property(child, table) {
            Some(_) if self.changed(child.id).is_some() => !self.can_alter_type(child.id),
            Some(_) => self.becomes_required(child.id) && self.has_fill(table, &is),
            None => {
                self.is_new_property(child, table)
                    && (self.has_fill(table, &is) || self.set_expression(&is).is_some())
            }
        }
    }

    fn has_fill(&self, table: &ExistingTable<'a>, property: &Property) -> bool {
        self.fill(&table.name, &property.name).is_some()
            || self.uses_fill_function(&table.name, &property.name)
    }
}

/// Returns whether the type contains a list, array or map whose elements are nested.
fn has_nested_elements(ty: &Type) -> bool {
    match ty {
        Type::List(of) | Type::Array(of, _) => is_nested(of),
        Type::Map(..) => true,
        Type::Struct(fields) | Type::Union(fields) => {
            fields.iter().any(|field| has_nested_elements(&field.ty))
        }
        _ => false,
    }
}

fn is_nested(ty: &Type) -> bool {
    matches!(
        ty,
        Type::List(_) | Type::Array(..) | Type::Map(..) | Type::Struct(_) | Type::Union(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_elements() {
        for (ty, nested) in [
            ("INT64[]", false),
            ("STRING[3]", false),
            ("STRUCT(l INT64[], s STRUCT(a STRING[]))", false),
            ("UNION(a INT64, b STRING[])", false),
            ("json", false),
            ("MAP(STRING, INT64)", true),
            ("INT64[][]", true),
            ("INT64[2][]", true),
            ("STRUCT(a INT64)[]", true),
            ("STRUCT(m MAP(STRING, INT64))", true),
            ("UNION(a INT64, b MAP(STRING, INT64))", true),
        ] {
            let parsed: Type = ty.parse().expect("a type");
            assert_eq!(has_nested_elements(&parsed), nested, "{ty}");
        }
    }
}
