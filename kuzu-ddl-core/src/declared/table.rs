//! Builds one table and its hints from a description.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Issue, IssueKind, location_of};
use super::hints::TableHints;
use super::indexes;
use super::renames::{RenameHint, renamed};
use crate::describe::{
    FunctionDesc, PairDesc, PropertyDesc, SourceLocation, TableDesc, TableKindDesc,
};
use crate::schema::name::{check_property, check_table};
use crate::schema::{Expr, NameKey, Pair, Property, Table, TableKind, Type};

/// Builds the table and its hints. Issues are added to `mistakes`; the table is then unusable, but
/// checking continues.
pub(super) fn build(desc: &'static TableDesc, mistakes: &mut Vec<Issue>) -> (Table, TableHints) {
    let mut builder = Builder { desc, mistakes };
    if let Err(error) = check_table(desc.name) {
        builder.report(location_of(desc), error.into());
    }
    let properties = builder.properties();
    let kind = builder.kind(&properties);
    builder.check_former_names();
    let comment = builder.comment(desc.name, desc.comment, location_of(desc));
    let hints = TableHints {
        renamed_from: owned(desc.renamed_from),
        property_renames: desc
            .properties
            .iter()
            .filter(|property| !property.renamed_from.is_empty())
            .map(|property| {
                (
                    NameKey::of_static(property.name),
                    owned(property.renamed_from),
                )
            })
            .collect(),
        dropped: desc.dropped.iter().map(|name| NameKey::new(name)).collect(),
        dropped_pairs: match desc.kind {
            TableKindDesc::Edge { dropped_pairs, .. } => dropped_pairs.iter().map(pair).collect(),
            TableKindDesc::Node { .. } => BTreeSet::new(),
        },
        casts: declared_text(desc, |property| property.cast),
        cast_functions: declared_function(desc, |property| property.cast_with.as_ref())
            .map(|(key, function)| (key, function.name()))
            .collect(),
        on_fail: desc
            .properties
            .iter()
            .filter_map(|property| Some((NameKey::of_static(property.name), property.on_fail?)))
            .collect(),
        fills: declared_text(desc, |property| property.fill),
        fill_functions: declared_function(desc, |property| property.fill_with.as_ref())
            .map(|(key, function)| (key, function.into()))
            .collect(),
        column_order: desc
            .properties
            .iter()
            .map(|property| NameKey::of_static(property.name))
            .collect(),
        origin: location_of(desc).to_string(),
        package: desc.origin.krate.to_owned(),
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
fn declared_text(
    desc: &TableDesc,
    text: impl Fn(&PropertyDesc) -> Option<&'static str>,
) -> BTreeMap<NameKey, String> {
    let declared = desc
        .properties
        .iter()
        .filter_map(|property| Some((property, text(property)?)));
    declared
        .map(|(property, text)| (NameKey::of_static(property.name), text.to_owned()))
        .collect()
}

/// Returns a function attribute of the properties that have it.
fn declared_function(
    desc: &TableDesc,
    function: impl Fn(&PropertyDesc) -> Option<&FunctionDesc>,
) -> impl Iterator<Item = (NameKey, &FunctionDesc)> {
    let properties = desc.properties.iter();
    properties
        .filter_map(move |property| Some((NameKey::of_static(property.name), function(property)?)))
}

/// Returns an endpoint as spelled by the struct of a rel table.
pub(super) fn spelled(desc: &TableDesc, key: &NameKey) -> String {
    let pairs = match desc.kind {
        TableKindDesc::Edge { pairs, .. } => pairs,
        TableKindDesc::Node { .. } => &[],
    };
    pairs
        .iter()
        .flat_map(|pair| [pair.from, pair.to])
        .find(|name| NameKey::new(name) == *key)
        .map_or_else(|| key.to_string(), str::to_owned)
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn pair(desc: &PairDesc) -> Pair {
    Pair {
        from: NameKey::of_static(desc.from),
        to: NameKey::of_static(desc.to),
    }
}

struct Builder<'a> {
    pub(super) desc: &'static TableDesc,
    pub(super) mistakes: &'a mut Vec<Issue>,
}

impl Builder<'_> {
    fn report(&mut self, location: SourceLocation, kind: IssueKind) {
        self.mistakes.push(Issue {
            location,
            table: self.desc.name.to_owned(),
            kind,
        });
    }

    /// Returns the location of a field. Handwritten descriptions may not have one.
    fn field(&self, property: &PropertyDesc) -> SourceLocation {
        let line = if property.line == 0 {
            self.desc.origin.line
        } else {
            property.line
        };
        SourceLocation {
            line,
            ..location_of(self.desc)
        }
    }

    fn properties(&mut self) -> BTreeMap<NameKey, Property> {
        let mut map = BTreeMap::new();
        for desc in self.desc.properties {
            let property = self.property(desc);
            if map
                .insert(NameKey::of_static(desc.name), property)
                .is_some()
            {
                let mut all = self.desc.properties.iter();
                let first = all.find(|first| first.name.eq_ignore_ascii_case(desc.name));
                let kind = IssueKind::DuplicateProperty {
                    property: desc.name.to_owned(),
                    other: first.map_or_else(|| location_of(self.desc), |first| self.field(first)),
                };
                self.report(self.field(desc), kind);
            }
        }
        map
    }

    fn property(&mut self, desc: &PropertyDesc) -> Property {
        let location = self.field(desc);
        let name = desc.name.to_owned();
        for name in [desc.name].iter().chain(desc.renamed_from) {
            if let Err(error) = check_property(name) {
                self.report(location, error.into());
            }
        }
        let ty = Type::from(&desc.ty);
        if let Err(error) = ty.check() {
            self.report(
                location,
                IssueKind::Type {
                    property: name.clone(),
                    error,
                },
            );
        }
        let default = desc.default.as_ref().and_then(|desc| {
            let expr = Expr::try_from(desc).and_then(|expr| {
                expr.check(&ty)?;
                expr.check_result(&ty)?;
                Ok(expr)
            });
            expr.map_err(|error| {
                self.report(
                    location,
                    IssueKind::Default {
                        property: name.clone(),
                        error,
                    },
                )
            })
            .ok()
        });
        let comment = self.comment(desc.name, desc.comment, location);
        Property {
            name,
            ty,
            nullable: desc.nullable,
            default,
            comment,
        }
    }

    fn comment(
        &mut self,
        object: &str,
        comment: Option<&str>,
        location: SourceLocation,
    ) -> Option<String> {
        let comment = comment.filter(|text| !text.is_empty())?;
        if comment.contains('\0') {
            self.report(location, IssueKind::Comment(object.to_owned()));
        }
        Some(comment.to_owned())
    }

    fn kind(&mut self, properties: &BTreeMap<NameKey, Property>) -> TableKind {
        let location = location_of(self.desc);
        match self.desc.kind {
            TableKindDesc::Node { primary_key } => {
                let key = NameKey::new(primary_key);
                match properties.get(&key) {
                    None => self.report(
                        location,
                        IssueKind::UnknownPrimaryKey(primary_key.to_owned()),
                    ),
                    Some(property) if property.nullable => {
                        self.report(location, IssueKind::KeyNullable(property.name.clone()));
                    }
                    Some(property) if !property.ty.can_be_key() => {
                        let kind = IssueKind::KeyType {
                            property: property.name.clone(),
                            ty: property.ty.to_string(),
                        };
                        self.report(location, kind);
                    }
                    Some(_) => {}
                }
                TableKind::Node { primary_key: key }
            }
            TableKindDesc::Edge {
                pairs,
                dropped_pairs,
                multiplicity,
                storage,
            } => {
                if pairs.is_empty() {
                    self.report(location, IssueKind::MissingPair);
                }
                let mut set = BTreeSet::new();
                for desc in pairs {
                    if !set.insert(pair(desc)) {
                        let kind = IssueKind::DuplicatePair {
                            from: desc.from.to_owned(),
                            to: desc.to.to_owned(),
                        };
                        self.report(location, kind);
                    }
                }
                for desc in dropped_pairs {
                    for name in [desc.from, desc.to] {
                        if let Err(error) = check_table(name) {
                            self.report(location, error.into());
                        }
                    }
                    if set.contains(&pair(desc)) {
                        let pair_text = format!("{} → {}", desc.from, desc.to);
                        self.report(location, IssueKind::DroppedButDeclared(pair_text));
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
    fn check_former_names(&mut self) {
        let location = location_of(self.desc);
        let all = self.desc.properties.iter().map(|property| RenameHint {
            name: property.name,
            earlier: property.renamed_from,
            location: self.field(property),
        });
        let mut found = Vec::new();
        renamed(all, |location, kind| found.push((location, kind)));
        for (location, kind) in found {
            self.report(location, kind);
        }
        for old in self.desc.dropped {
            if let Err(error) = check_property(old) {
                self.report(location, error.into());
            }
            // A property that was renamed may take the name of a dropped one.
            let present = self.desc.properties.iter().find(|property| {
                property.name.eq_ignore_ascii_case(old) && property.renamed_from.is_empty()
            });
            if let Some(property) = present {
                self.report(
                    location,
                    IssueKind::DroppedButDeclared(property.name.to_owned()),
                );
            }
            let heir = self.desc.properties.iter().find(|property| {
                property
                    .renamed_from
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(old))
            });
            if let Some(heir) = heir {
                let kind = IssueKind::DroppedButRenamed {
                    old: (*old).to_owned(),
                    name: heir.name.to_owned(),
                };
                self.report(self.field(heir), kind);
            }
        }
    }
}
