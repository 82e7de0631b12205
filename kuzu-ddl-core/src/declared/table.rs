//! Builds one table and its hints from a description.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Mistake, MistakeKind, place};
use super::hints::TableHints;
use super::indexes;
use super::renames::{Renamed, renamed};
use crate::describe::{FunctionDesc, KindDesc, PairDesc, Place, PropertyDesc, TableDesc};
use crate::schema::name::{check_property, check_table};
use crate::schema::{Expr, Key, Pair, Property, Table, TableKind, Type};

/// Builds the table and its hints. Issues are added to `mistakes`; the table is then unusable, but
/// checking continues.
pub(super) fn build(desc: &'static TableDesc, mistakes: &mut Vec<Mistake>) -> (Table, TableHints) {
    let mut builder = Builder { desc, mistakes };
    if let Err(error) = check_table(desc.name) {
        builder.report(place(desc), error.into());
    }
    let properties = builder.properties();
    let kind = builder.kind(&properties);
    builder.past();
    let comment = builder.comment(desc.name, desc.comment, place(desc));
    let hints = TableHints {
        renamed_from: owned(desc.renamed_from),
        properties: desc
            .properties
            .iter()
            .filter(|property| !property.renamed_from.is_empty())
            .map(|property| (Key::of_static(property.name), owned(property.renamed_from)))
            .collect(),
        dropped: desc.dropped.iter().map(|name| Key::new(name)).collect(),
        dropped_pairs: match desc.kind {
            KindDesc::Edge { dropped_pairs, .. } => dropped_pairs.iter().map(pair).collect(),
            KindDesc::Node { .. } => BTreeSet::new(),
        },
        casts: said(desc, |property| property.cast),
        casts_with: by(desc, |property| property.cast_with.as_ref())
            .map(|(key, function)| (key, function.name()))
            .collect(),
        on_fails: desc
            .properties
            .iter()
            .filter_map(|property| Some((Key::of_static(property.name), property.on_fail?)))
            .collect(),
        fills: said(desc, |property| property.fill),
        fills_with: by(desc, |property| property.fill_with.as_ref())
            .map(|(key, function)| (key, function.into()))
            .collect(),
        order: desc
            .properties
            .iter()
            .map(|property| Key::of_static(property.name))
            .collect(),
        origin: place(desc).to_string(),
        krate: desc.origin.krate.to_owned(),
    };
    let mut table = Table {
        name: desc.name.to_owned(),
        kind,
        properties,
        indexes: BTreeMap::new(),
        comment,
    };
    indexes::build(desc, &mut table, mistakes);
    (table, hints)
}

/// Returns a text attribute of the properties that have it.
fn said(
    desc: &TableDesc,
    text: impl Fn(&PropertyDesc) -> Option<&'static str>,
) -> BTreeMap<Key, String> {
    let said = desc
        .properties
        .iter()
        .filter_map(|property| Some((property, text(property)?)));
    said.map(|(property, text)| (Key::of_static(property.name), text.to_owned()))
        .collect()
}

/// Returns a function attribute of the properties that have it.
fn by(
    desc: &TableDesc,
    function: impl Fn(&PropertyDesc) -> Option<&FunctionDesc>,
) -> impl Iterator<Item = (Key, &FunctionDesc)> {
    let properties = desc.properties.iter();
    properties
        .filter_map(move |property| Some((Key::of_static(property.name), function(property)?)))
}

/// Returns an endpoint as spelled by the struct of a rel table.
pub(super) fn spelled(desc: &TableDesc, key: &Key) -> String {
    let pairs = match desc.kind {
        KindDesc::Edge { pairs, .. } => pairs,
        KindDesc::Node { .. } => &[],
    };
    pairs
        .iter()
        .flat_map(|pair| [pair.from, pair.to])
        .find(|name| Key::new(name) == *key)
        .map_or_else(|| key.to_string(), str::to_owned)
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn pair(desc: &PairDesc) -> Pair {
    Pair {
        from: Key::of_static(desc.from),
        to: Key::of_static(desc.to),
    }
}

struct Builder<'a> {
    pub(super) desc: &'static TableDesc,
    pub(super) mistakes: &'a mut Vec<Mistake>,
}

impl Builder<'_> {
    fn report(&mut self, place: Place, kind: MistakeKind) {
        self.mistakes.push(Mistake {
            place,
            table: self.desc.name.to_owned(),
            kind,
        });
    }

    /// Returns the location of a field. Handwritten descriptions may not have one.
    fn field(&self, property: &PropertyDesc) -> Place {
        let line = if property.line == 0 {
            self.desc.origin.line
        } else {
            property.line
        };
        Place {
            line,
            ..place(self.desc)
        }
    }

    fn properties(&mut self) -> BTreeMap<Key, Property> {
        let mut map = BTreeMap::new();
        for desc in self.desc.properties {
            let property = self.property(desc);
            if map.insert(Key::of_static(desc.name), property).is_some() {
                let mut all = self.desc.properties.iter();
                let first = all.find(|first| first.name.eq_ignore_ascii_case(desc.name));
                let kind = MistakeKind::DuplicateProperty {
                    property: desc.name.to_owned(),
                    other: first.map_or_else(|| place(self.desc), |first| self.field(first)),
                };
                self.report(self.field(desc), kind);
            }
        }
        map
    }

    fn property(&mut self, desc: &PropertyDesc) -> Property {
        let place = self.field(desc);
        let name = desc.name.to_owned();
        for name in [desc.name].iter().chain(desc.renamed_from) {
            if let Err(error) = check_property(name) {
                self.report(place, error.into());
            }
        }
        let ty = Type::from(&desc.ty);
        if let Err(error) = ty.check() {
            self.report(
                place,
                MistakeKind::Type {
                    property: name.clone(),
                    error,
                },
            );
        }
        let default = desc.default.as_ref().and_then(|desc| {
            let expr = Expr::try_from(desc).and_then(|expr| expr.check(&ty).map(|()| expr));
            expr.map_err(|error| {
                self.report(
                    place,
                    MistakeKind::Default {
                        property: name.clone(),
                        error,
                    },
                )
            })
            .ok()
        });
        let comment = self.comment(desc.name, desc.comment, place);
        Property {
            name,
            ty,
            nullable: desc.nullable,
            default,
            comment,
        }
    }

    fn comment(&mut self, of: &str, comment: Option<&str>, place: Place) -> Option<String> {
        let comment = comment.filter(|text| !text.is_empty())?;
        if comment.contains('\0') {
            self.report(place, MistakeKind::Comment(of.to_owned()));
        }
        Some(comment.to_owned())
    }

    fn kind(&mut self, properties: &BTreeMap<Key, Property>) -> TableKind {
        let here = place(self.desc);
        match self.desc.kind {
            KindDesc::Node { primary_key } => {
                let key = Key::new(primary_key);
                match properties.get(&key) {
                    None => self.report(here, MistakeKind::KeyMissing(primary_key.to_owned())),
                    Some(property) if property.nullable => {
                        self.report(here, MistakeKind::KeyNullable(property.name.clone()));
                    }
                    Some(property) if !property.ty.can_be_key() => {
                        let kind = MistakeKind::KeyType {
                            property: property.name.clone(),
                            ty: property.ty.to_string(),
                        };
                        self.report(here, kind);
                    }
                    Some(_) => {}
                }
                TableKind::Node { primary_key: key }
            }
            KindDesc::Edge {
                pairs,
                dropped_pairs,
                multiplicity,
                storage,
            } => {
                if pairs.is_empty() {
                    self.report(here, MistakeKind::NoPair);
                }
                let mut set = BTreeSet::new();
                for desc in pairs {
                    if !set.insert(pair(desc)) {
                        let kind = MistakeKind::DuplicatePair {
                            from: desc.from.to_owned(),
                            to: desc.to.to_owned(),
                        };
                        self.report(here, kind);
                    }
                }
                for desc in dropped_pairs {
                    for name in [desc.from, desc.to] {
                        if let Err(error) = check_table(name) {
                            self.report(here, error.into());
                        }
                    }
                    if set.contains(&pair(desc)) {
                        let words = format!("{} → {}", desc.from, desc.to);
                        self.report(here, MistakeKind::DroppedYetDeclared(words));
                    }
                }
                TableKind::Edge {
                    pairs: set,
                    multiplicity: Some(multiplicity),
                    storage,
                }
            }
        }
    }

    /// Checks the former names and tombstones of properties.
    fn past(&mut self) {
        let here = place(self.desc);
        let all = self.desc.properties.iter().map(|property| Renamed {
            name: property.name,
            earlier: property.renamed_from,
            place: self.field(property),
        });
        let mut found = Vec::new();
        renamed(all, |place, kind| found.push((place, kind)));
        for (place, kind) in found {
            self.report(place, kind);
        }
        for old in self.desc.dropped {
            if let Err(error) = check_property(old) {
                self.report(here, error.into());
            }
            // A property that was renamed may take the name of a dropped one.
            let present = self.desc.properties.iter().find(|property| {
                property.name.eq_ignore_ascii_case(old) && property.renamed_from.is_empty()
            });
            if let Some(property) = present {
                self.report(
                    here,
                    MistakeKind::DroppedYetDeclared(property.name.to_owned()),
                );
            }
            let heir = self.desc.properties.iter().find(|property| {
                property
                    .renamed_from
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(old))
            });
            if let Some(heir) = heir {
                let kind = MistakeKind::DroppedYetRenamed {
                    old: (*old).to_owned(),
                    name: heir.name.to_owned(),
                };
                self.report(self.field(heir), kind);
            }
        }
    }
}
