//! TODO-DOC plan::recipe::prior_values

use super::super::builder::{Builder, Kept};
use super::super::value::{Original, Stage, Value};
use crate::event::ObjectId;
use crate::schema::{Key, Property, Type};

impl<'a> Builder<'a> {
    /// Returns the archived column with the prior values of a property that returns to an earlier
    /// type.
    pub(in crate::plan) fn original(
        &self,
        id: ObjectId,
        table: &Kept<'a>,
        (was, is): (&Property, &Property),
    ) -> Option<Original> {
        if was.ty == is.ty || !is_comparable(&was.ty) {
            return None;
        }
        let before = self.before.object(id)?;
        let mut beside = before
            .beside
            .iter()
            .filter(|column| column.ty.stored() == is.ty.stored());
        let properties = &table.live.properties;
        if let Some(live) = beside.find_map(|c| properties.get(&Key::new(&c.name))) {
            return Some(Original {
                made: Value::same(&live.name, &live.ty),
                by_function: false,
                default: None,
                beside: true,
                partial: false,
            });
        }
        let archives = &before.archives;
        let column = |i: usize| {
            let archive = archives.get(i).filter(|archive| !archive.purged)?;
            let live = table.live.properties.get(&Key::new(&archive.name))?;
            (live.ty == *is.ty.stored()).then_some(live)
        };
        let (last, live) = (0..archives.len())
            .rev()
            .find_map(|i| Some((i, column(i)?)))?;
        // One plan may have made several changes, which then share the column of the last one.
        let first = (0..=last)
            .rev()
            .find(|i| *archives[*i].ty.stored() == live.ty)?;
        let changes = archives[first..]
            .iter()
            .filter(|archive| archive.ty != archive.to);
        let by_function = changes.clone().any(|archive| archive.function.is_some());
        let filled = changes
            .clone()
            .next_back()
            .and_then(|a| self.filled.get(&a.by));
        if by_function && !self.said.goes_back(id) {
            return None;
        }
        let stages = changes.map(|a| Stage {
            cast: a.cast.clone(),
            to: a.to.clone(),
            on_fail: a.on_fail.clone(),
        });
        let made = Value {
            stages: stages.collect(),
            to: was.ty.clone(),
            fill: filled.cloned(),
            ..Value::same(&live.name, &live.ty)
        };
        // With other types, whatever the column held could be cast before as well.
        let risky = live.ty == Type::String;
        let default = live
            .default
            .as_ref()
            .filter(|expr| risky && expr.is_constant());
        Some(Original {
            made,
            by_function,
            default: default.map(|expr| expr.canonical(&live.ty)),
            beside: false,
            partial: false,
        })
    }
}

/// Returns whether the engine can compare values of the type for equality.
fn is_comparable(ty: &Type) -> bool {
    match ty {
        Type::Struct(_) | Type::Map(..) | Type::Union(_) | Type::Json | Type::Unknown(_) => false,
        Type::List(of) | Type::Array(of, _) => is_comparable(of),
        _ => true,
    }
}
