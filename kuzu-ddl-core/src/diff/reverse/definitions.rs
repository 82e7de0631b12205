//! TODO-DOC diff::reverse::definitions

use super::Way;
use crate::event::{Change, IndexSpec, ObjectId, OnFail, SequenceSpec};
use crate::fold::Body;
use crate::schema::{Expr, Type};

impl Way<'_> {
    /// Reverts types, defaults, nullability, multiplicities and storage directions; keys last,
    /// since the property that becomes the key must have its type.
    pub(in crate::diff) fn bodies(&mut self) {
        let mut objects = self.all(|object| object.is_live());
        objects.retain(|id| self.wanted(*id));
        for id in objects.iter().copied() {
            let was = self.then.object(id).map(|object| object.body.clone());
            let is = self.draft.fold().object(id).map(|o| o.body.clone());
            let (Some(was), Some(is)) = (was, is) else {
                continue;
            };
            self.tell_of_functions(id);
            for change in changes(&was, &is) {
                self.draft.set(id, change);
            }
        }
        for id in objects {
            let Some(Body::NodeTable { key }) = self.then.object(id).map(|o| &o.body) else {
                continue;
            };
            let key = self.here(*key);
            if self.draft.fold().key(id) != Some(key) {
                self.draft.set(id, Change::SetKey { key });
            }
        }
    }

    /// Reports values that a function computed: they cannot be distinguished from values written
    /// since.
    fn tell_of_functions(&mut self, id: ObjectId) {
        let known = self.then.object(id).map_or(0, |o| o.archives.len());
        let archives = self.draft.fold().object(id).map(|o| o.archives.as_slice());
        let mut since = archives.unwrap_or_default().iter().skip(known);
        if let Some(function) = since.find_map(|archive| archive.function.clone()) {
            self.told(
                id,
                &format!(
                    "the values from before the function {function} are restored, also in rows \
                     written since"
                ),
            );
        }
    }

    /// Reverts the indexes; they hold no data, so what was dropped or changed is created again.
    pub(in crate::diff) fn indexes(&mut self) {
        for id in self.all(|o| matches!(o.body, Body::Index(_)) && o.is_live()) {
            let table = self.draft.fold().object(id).and_then(|o| o.parent);
            if !self.wanted(id) && table.is_some_and(|table| self.wanted(table)) {
                self.draft.drop(id);
            }
        }
        let mut wanted: Vec<(String, ObjectId, IndexSpec)> = Vec::new();
        for index in self.then.objects().filter(|object| object.is_live()) {
            let (Body::Index(spec), Some(table)) = (&index.body, index.parent) else {
                continue;
            };
            if self.wanted(table) && !self.is_live(index.id) {
                let properties = spec.properties.iter().map(|id| self.here(*id)).collect();
                let spec = IndexSpec {
                    properties,
                    ..spec.clone()
                };
                wanted.push((index.name.value.clone(), self.here(table), spec));
            }
        }
        wanted.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        for (name, table, spec) in wanted {
            self.draft.create_index(table, &name, spec);
        }
    }

    /// Creates sequences that were dropped since, which restart.
    pub(in crate::diff) fn sequences(&mut self) {
        let gone = self.then.objects().filter(|object| object.is_live());
        let mut gone: Vec<(String, SequenceSpec)> = gone
            .filter(|object| !self.is_live(object.id))
            .filter_map(|object| match &object.body {
                Body::Sequence(spec) => Some((object.name.value.clone(), *spec)),
                _ => None,
            })
            .collect();
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, spec) in gone {
            let why = "was dropped; restarts at its start value";
            self.lost.push(format!("sequence {name}: {why}"));
            self.draft.create_sequence(&name, spec);
        }
    }

    pub(in crate::diff) fn comments(&mut self) {
        for id in self.all(|o| o.is_live() && !matches!(o.body, Body::Pair(_))) {
            let Some(was) = self.then.object(id).filter(|was| was.is_live()) else {
                continue;
            };
            let text = was.comment.value.clone();
            let is = self.draft.fold().object(id).map(|o| &o.comment.value);
            if is != Some(&text) {
                self.draft.comment(id, text);
            }
        }
        // A recreated object had its comment then.
        for (id, made) in self.anew.clone() {
            let comment = self.then.object(id).map(|was| was.comment.value.clone());
            if let Some(Some(text)) = comment {
                self.draft.comment(made, Some(text));
            }
        }
    }
}

/// Returns the expression that casts back a row written since; `None` is a plain CAST. Where the
/// engine has no such cast, the value's text decides: without rows that need it, nothing fails.
fn cast_back(from: &Type, to: &Type) -> Option<Expr> {
    let text = || Expr::Cast(Box::new(Expr::Old), Type::String);
    (!from.has_cast_to(to)).then(text)
}

/// Returns the inverse of a type change.
pub(in crate::diff) fn change_back(from: &Type, to: &Type) -> Change {
    Change::SetType {
        ty: to.clone(),
        cast: cast_back(from, to),
        on_fail: OnFail::Abort,
    }
}

/// Returns the changes that turn the body `is` into `was`.
fn changes(was: &Body, is: &Body) -> Vec<Change> {
    let mut out = Vec::new();
    match (was, is) {
        (Body::Property(was), Body::Property(is)) => {
            if was.ty != is.ty {
                out.push(change_back(&is.ty, &was.ty));
            }
            if was.default != is.default {
                let default = was.default.clone();
                out.push(Change::SetDefault { default });
            }
            if was.nullable != is.nullable {
                let nullable = was.nullable;
                out.push(Change::SetNullable { nullable });
            }
        }
        (
            Body::EdgeTable {
                multiplicity,
                storage,
            },
            Body::EdgeTable {
                multiplicity: m,
                storage: s,
            },
        ) => {
            if multiplicity != m {
                let multiplicity = *multiplicity;
                out.push(Change::SetMultiplicity { multiplicity });
            }
            if storage != s {
                out.push(Change::SetStorage { storage: *storage });
            }
        }
        _ => {}
    }
    out
}
