//! Edits of properties.

use kuzu_ddl_core::describe::OnFailDesc;
use kuzu_ddl_core::schema::Type;

use super::schema::{Model, ModelProperty, TypeChange, name, pick, renamed};
use super::value::{differs_by_row, failing, fill, successor, types};

impl Model {
    pub(super) fn new_property(&mut self, n: u16) -> ModelProperty {
        let types = types();
        let (ty, default) = types[usize::from(n) % types.len()].clone();
        let id = self.id();
        ModelProperty {
            id,
            name: name("p", id, n / 5),
            ty,
            default: default.filter(|_| !n.is_multiple_of(3)),
            // In a table with rows they must get a value: see `add_required`.
            nullable: self.version > 0 || !n.is_multiple_of(4),
            comment: None,
            version: self.version,
            change: None,
            fill: None,
        }
    }

    /// A property that fits; the second argument of `fit` is whether it is its table's key.
    fn one(
        &mut self,
        n: u16,
        fit: impl Fn(&ModelProperty, bool) -> bool,
    ) -> Option<&mut ModelProperty> {
        let mut places = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            let fit = |p: &ModelProperty| fit(p, table.is_key(p.id));
            let all = table.properties.iter().enumerate();
            places.extend(
                all.filter(|(_, p)| fit(p))
                    .map(|(property, _)| (at, property)),
            );
        }
        let (table, property) = places[pick(&places, n)?];
        Some(&mut self.tables[table].properties[property])
    }

    /// One change per version, of a property that has rows.
    fn can_change(&self) -> impl Fn(&ModelProperty) -> bool + use<> {
        let version = self.version;
        move |p| p.version < version && p.change.is_none() && p.fill.is_none()
    }

    pub(super) fn change_type(&mut self, n: u16, c: u16) {
        let free = self.can_change();
        let fit = |p: &ModelProperty, _| free(p) && successor(&p.ty, c).is_some();
        let Some(property) = self.one(n, fit) else {
            return;
        };
        if let Some((ty, cast)) = successor(&property.ty, c) {
            if cast.is_some()
                || ty == Type::Serial
                || property.default.as_ref().is_some_and(differs_by_row)
            {
                property.default = None;
            }
            property.ty = ty;
            let on_fail = None;
            property.change = Some(TypeChange { cast, on_fail });
        }
    }

    /// Some rows get NULL, the default, or the fill.
    pub(super) fn change_type_with_failures(&mut self, n: u16, c: u16) {
        let free = self.can_change();
        let fit = |p: &ModelProperty, key: bool| !key && free(p) && failing(&p.ty, c).is_some();
        let Some(property) = self.one(n, fit) else {
            return;
        };
        let Some((ty, cast)) = failing(&property.ty, c) else {
            return;
        };
        let default = types().into_iter().find(|(known, _)| *known == ty);
        property.default = default.and_then(|(_, default)| default);
        property.fill = fill(&ty).filter(|_| !property.nullable);
        let on_fail = if property.default.is_some() && !n.is_multiple_of(3) {
            OnFailDesc::Default
        } else {
            OnFailDesc::Null
        };
        property.ty = ty;
        property.change = Some(TypeChange {
            cast: Some(cast),
            on_fail: Some(on_fail),
        });
    }

    pub(super) fn change_default(&mut self, n: u16, c: u16) {
        let version = self.version;
        // Failing rows get the default.
        let fit = |p: &ModelProperty, _| p.change.is_none_or(|c| c.on_fail.is_none());
        let Some(property) = self.one(n, fit) else {
            return;
        };
        let has_rows = property.version < version;
        let mut types = types().into_iter();
        let default = types.find(|(ty, _)| *ty == property.ty);
        if c.is_multiple_of(4) && (property.nullable || has_rows) {
            property.default = None;
        } else if let Some((_, Some(default))) = default {
            property.default = Some(default);
        }
    }

    pub(super) fn change_nullable(&mut self, n: u16) {
        let free = self.can_change();
        if let Some(property) = self.one(n, |p, key| !key && free(p)) {
            property.nullable = !property.nullable;
        }
    }

    /// A new property with a value in every row: by a fill, a default, or both.
    pub(super) fn add_required(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let mut property = self.new_property(b);
        property.fill = fill(&property.ty).filter(|_| !c.is_multiple_of(4));
        property.nullable = property.fill.is_none() && property.default.is_none();
        self.tables[table].properties.push(property);
    }

    /// The property becomes required, and rows with NULL get the fill.
    pub(super) fn require(&mut self, n: u16) {
        let free = self.can_change();
        let fit =
            |p: &ModelProperty, key: bool| !key && free(p) && p.nullable && fill(&p.ty).is_some();
        if let Some(property) = self.one(n, fit) {
            property.fill = fill(&property.ty);
            property.nullable = false;
        }
    }

    /// Another key among the properties that have rows: all values differ and none is NULL.
    pub(super) fn change_key(&mut self, table: Option<usize>, b: u16) {
        let Some(table) = table.filter(|t| self.tables[*t].is_node()) else {
            return;
        };
        let version = self.version;
        let table = &mut self.tables[table];
        let fails = |change: TypeChange| change.on_fail.is_some();
        let fit: Vec<u32> = table
            .properties
            .iter()
            .filter(|p| p.version < version && p.ty.can_be_key() && p.ty != Type::Bool)
            .filter(|p| p.fill.is_none() && !p.change.is_some_and(fails))
            // It was a BOOL before.
            .filter(|p| p.ty != Type::String || p.change.is_none())
            .map(|p| p.id)
            .collect();
        if let Some(at) = pick(&fit, b) {
            table.key = fit[at];
            for property in &mut table.properties {
                if property.id == fit[at] {
                    property.nullable = false;
                    property.default = None;
                }
            }
        }
    }

    pub(super) fn add_property(&mut self, table: Option<usize>, n: u16) {
        let property = self.new_property(n);
        if let Some(table) = table {
            self.tables[table].properties.push(property);
        }
    }

    /// Never a primary key.
    pub(super) fn drop_property(&mut self, table: Option<usize>, n: u16) {
        let Some(table) = table else { return };
        let table = &mut self.tables[table];
        let free = |at: &usize| !table.is_key(table.properties[*at].id);
        let free: Vec<usize> = (0..table.properties.len()).filter(free).collect();
        if let Some(at) = pick(&free, n) {
            table.properties.remove(free[at]);
        }
    }

    pub(super) fn rename_property(&mut self, n: u16, c: u16) {
        let id = self.id();
        if let Some(property) = self.one(n, |_, _| true) {
            property.name = renamed(&property.name, id, c);
        }
    }

    pub(super) fn swap_properties(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let properties = &mut self.tables[table].properties;
        if let (Some(b), Some(c)) = (pick(properties, b), pick(properties, c)) {
            let name = properties[b].name.clone();
            properties[b].name = std::mem::replace(&mut properties[c].name, name);
        }
    }

    /// One property takes the name of another, which gets a new one.
    pub(super) fn chain_properties(&mut self, table: Option<usize>, b: u16, c: u16) {
        let id = self.id();
        let Some(table) = table else { return };
        let properties = &mut self.tables[table].properties;
        let (Some(b), Some(c)) = (pick(properties, b), pick(properties, c)) else {
            return;
        };
        if b != c {
            let free = format!("renamed {id}");
            properties[b].name = std::mem::replace(&mut properties[c].name, free);
        }
    }
}
