//! Random edits of a schema, of every kind of event.

use std::collections::BTreeMap;

use kuzu_ddl_core::event::{
    Change, Endpoints, IndexSpec, ObjectId, ObjectKind, OnFail, PropertySpec, SequenceSpec,
};
use kuzu_ddl_core::fold::{ChangeBuilder, Fold, Lifecycle, Object, ObjectBody};
use kuzu_ddl_core::schema::{Expr, IndexKind, Multiplicity, StorageDirection, Type};

use crate::fixture::Numbers;

const NODES: [&str; 4] = ["A", "B", "C", "D"];
const RELS: [&str; 3] = ["R", "S", "T"];
const PROPERTIES: [&str; 4] = ["p", "q", "r", "s"];
const MULTIPLICITIES: [Multiplicity; 4] = [
    Multiplicity::ManyMany,
    Multiplicity::ManyOne,
    Multiplicity::OneMany,
    Multiplicity::OneOne,
];

fn types() -> [Type; 7] {
    [
        Type::Bool,
        Type::Int16,
        Type::Int64,
        Type::UInt32,
        Type::Double,
        Type::String,
        Type::Date,
    ]
}

fn default_of(ty: &Type, n: &mut Numbers) -> Option<Expr> {
    let number = i128::try_from(n.below(3)).unwrap();
    Some(match ty {
        Type::Bool => Expr::Bool(number == 0),
        Type::Int16 | Type::Int64 | Type::UInt32 | Type::Double => Expr::Int(number),
        Type::String => Expr::Text(format!("d{number}")),
        _ => return None,
    })
}

fn spec(n: &mut Numbers) -> PropertySpec {
    let ty = n.pick(&types()).clone();
    let default = n.one_in(2).then(|| default_of(&ty, n)).flatten();
    PropertySpec {
        ty,
        nullable: true,
        default,
    }
}

fn ids(fold: &Fold, is: impl Fn(&Object) -> bool) -> Vec<ObjectId> {
    fold.objects().filter(|o| is(o)).map(|o| o.id).collect()
}

fn live(fold: &Fold, kind: ObjectKind) -> Vec<ObjectId> {
    ids(fold, |o| o.kind() == kind && fold.is_live_in_live_table(o))
}

fn is_key(fold: &Fold, id: ObjectId) -> bool {
    let table = fold.object(id).and_then(|o| fold.object(o.parent?));
    table.is_some_and(|t| matches!(t.body, ObjectBody::NodeTable { key } if key == id))
}

/// Makes a random edit, if the schema has what it needs; returns what it was.
pub(super) fn edit(d: &mut ChangeBuilder, n: &mut Numbers) -> Option<String> {
    let fold = d.fold().clone();
    let nodes = live(&fold, ObjectKind::NodeTable);
    let rels = live(&fold, ObjectKind::EdgeTable);
    let properties = live(&fold, ObjectKind::Property);
    let plain: Vec<ObjectId> = properties
        .iter()
        .copied()
        .filter(|id| !is_key(&fold, *id))
        .collect();
    let tables = [nodes.clone(), rels.clone()].concat();
    let path = |id: ObjectId| fold.path(id);
    let free = |parent, name: &str| fold.find(parent, &name.into()).is_none();
    let some = |all: &[ObjectId], n: &mut Numbers| (!all.is_empty()).then(|| *n.pick(all));
    Some(match n.below(24) {
        0 => {
            let name = *n.pick(&NODES);
            let (key, ty) = *n.pick(&[("id", 0), ("code", 1), ("id", 2)]);
            let ty = [Type::Int64, Type::String, Type::UInt32][ty].clone();
            free(None, name).then_some(())?;
            let nullable = false;
            let default = None;
            let text = format!("create {name}({key} {ty})");
            d.create_node_table(
                name,
                key,
                PropertySpec {
                    ty,
                    nullable,
                    default,
                },
            );
            text
        }
        1 => {
            let (name, from, to) = (*n.pick(&RELS), some(&nodes, n)?, some(&nodes, n)?);
            free(None, name).then_some(())?;
            let storage = *n.pick(&[StorageDirection::Both, StorageDirection::Forward]);
            let table = d.create_edge_table(name, *n.pick(&MULTIPLICITIES), storage);
            d.add_pair(table, Endpoints { from, to });
            format!("create {name}({} -> {})", path(from), path(to))
        }
        2..=5 => {
            let (table, name) = (some(&tables, n)?, *n.pick(&PROPERTIES));
            free(Some(table), name).then_some(())?;
            let spec = spec(n);
            let text = format!(
                "add {}.{name} {} = {:?}",
                path(table),
                spec.ty,
                spec.default
            );
            d.add_property(table, name, spec);
            text
        }
        6 => {
            let (table, from, to) = (some(&rels, n)?, some(&nodes, n)?, some(&nodes, n)?);
            let ends = Endpoints { from, to };
            let has = |o: &Object| matches!(o.body, ObjectBody::Pair(e) if e == ends);
            let exists = fold.children(table).any(|o| o.is_live() && has(o));
            (!exists).then_some(())?;
            d.add_pair(table, ends);
            format!("add {}({} -> {})", path(table), path(from), path(to))
        }
        7 => {
            let property = some(&plain, n)?;
            d.archive(property);
            format!("drop {}", path(property))
        }
        8 => {
            let table = some(&tables, n)?;
            let used = fold.pairs_of(table).next().is_some();
            (!used).then_some(())?;
            d.archive(table);
            format!("drop {}", path(table))
        }
        9 => {
            let pair = some(&live(&fold, ObjectKind::Pair), n)?;
            let table = fold.object(pair)?.parent?;
            let pairs = fold
                .children(table)
                .filter(|o| o.is_live() && matches!(o.body, ObjectBody::Pair(_)));
            (pairs.count() > 1).then_some(())?;
            d.archive(pair);
            format!("drop {}", path(pair))
        }
        10 => {
            let archived = ids(&fold, |o| {
                let kind = o.kind();
                matches!(o.lifecycle.value, Lifecycle::Archived(_))
                    && (kind.is_table() || kind == ObjectKind::Property)
                    && o.parent
                        .is_none_or(|t| fold.object(t).is_some_and(Object::is_live))
            });
            let object = some(&archived, n)?;
            let name = fold.object(object)?.name.value.clone();
            free(fold.object(object)?.parent, &name).then_some(())?;
            // A restored rel table needs its node tables.
            let needs = fold.children(object).filter(|o| o.is_live());
            let is_complete = needs.into_iter().all(|pair| match pair.body {
                ObjectBody::Pair(Endpoints { from, to }) => [from, to]
                    .iter()
                    .all(|node| fold.object(*node).is_some_and(Object::is_live)),
                _ => true,
            });
            is_complete.then_some(())?;
            d.restore(object);
            format!("restore {}", path(object))
        }
        11 => {
            let table = some(&tables, n)?;
            let names = if nodes.contains(&table) {
                &NODES[..]
            } else {
                &RELS[..]
            };
            let name = *n.pick(names);
            free(None, name).then_some(())?;
            d.rename(table, name);
            format!("rename {} to {name}", path(table))
        }
        12 => {
            let (property, name) = (some(&properties, n)?, *n.pick(&PROPERTIES));
            free(fold.object(property)?.parent, name).then_some(())?;
            d.rename(property, name);
            format!("rename {} to {name}", path(property))
        }
        13..=15 => {
            let (property, ty) = (some(&plain, n)?, n.pick(&types()).clone());
            let is = fold.property(fold.object(property)?)?.ty;
            let has_cast = is.conversion_to(&ty).method().is_some();
            (is != ty && (has_cast || n.one_in(4))).then_some(())?;
            let on_fail = OnFail::Null;
            let text = format!("{} is {ty}", path(property));
            d.change(
                property,
                Change::SetType {
                    ty,
                    cast: None,
                    on_fail,
                },
            );
            text
        }
        16 => {
            let property = some(&plain, n)?;
            let is = fold.property(fold.object(property)?)?;
            let default = n.one_in(3).then_some(None);
            let default = default.unwrap_or_else(|| default_of(&is.ty, n));
            (is.default != default).then_some(())?;
            let text = format!("{} defaults to {default:?}", path(property));
            d.change(property, Change::SetDefault { default });
            text
        }
        17 => {
            let property = some(&plain, n)?;
            let nullable = !fold.property(fold.object(property)?)?.nullable;
            d.change(property, Change::SetNullable { nullable });
            format!("{} NULL: {nullable}", path(property))
        }
        18 => {
            let (table, multiplicity) = (some(&rels, n)?, *n.pick(&MULTIPLICITIES));
            d.change(table, Change::SetMultiplicity { multiplicity });
            format!("{} is {multiplicity:?}", path(table))
        }
        19 => {
            let (table, storage) = (some(&rels, n)?, StorageDirection::Both);
            if n.one_in(2) {
                d.change(table, Change::SetStorage { storage });
                return Some(format!("{} is stored both ways", path(table)));
            }
            let object = some(&[tables, properties].concat(), n)?;
            d.set_comment(object, Some(format!("note {}", n.below(9))));
            format!("comment on {}", path(object))
        }
        20 => {
            let sequences = live(&fold, ObjectKind::Sequence);
            let name = *n.pick(&["one", "two"]);
            if fold.find_sequence(name).is_some() {
                let sequence = some(&sequences, n)?;
                d.archive(sequence);
                return Some(format!("drop sequence {}", path(sequence)));
            }
            let increment = *n.pick(&[1, 2, 5]);
            let (start, min, max, cycle) = (1, 1, 1_000_000, n.one_in(2));
            let spec = SequenceSpec {
                start,
                increment,
                min,
                max,
                cycle,
            };
            d.create_sequence(name, spec);
            format!("create sequence {name} by {increment}")
        }
        21 => {
            let keys: Vec<ObjectId> = plain
                .iter()
                .copied()
                .filter(|id| {
                    let property = fold.object(*id).and_then(|o| fold.property(o));
                    let of_node = fold.object(*id).and_then(|o| o.parent);
                    property.is_some_and(|p| [Type::Int64, Type::String].contains(&p.ty))
                        && of_node.is_some_and(|table| nodes.contains(&table))
                })
                .collect();
            let key = some(&keys, n)?;
            let table = fold.object(key)?.parent?;
            d.change(table, Change::SetPrimaryKey { key });
            format!("the key is {}", path(key))
        }
        22 => {
            let texts: Vec<ObjectId> = plain
                .iter()
                .copied()
                .filter(|id| {
                    let property = fold.object(*id).and_then(|o| fold.property(o));
                    let table = fold.object(*id).and_then(|o| o.parent);
                    property.is_some_and(|p| p.ty == Type::String)
                        && table.is_some_and(|table| nodes.contains(&table))
                })
                .collect();
            let property = some(&texts, n)?;
            let table = fold.object(property)?.parent?;
            if let Some(index) = fold.indexes_of(property).find(|i| i.is_live()) {
                d.archive(index.id);
                return Some(format!("drop index on {}", path(property)));
            }
            fold.find_index(table, "text").is_none().then_some(())?;
            let spec = IndexSpec {
                kind: IndexKind::FullText,
                properties: vec![property],
                options: BTreeMap::new(),
            };
            d.create_index(table, "text", spec);
            format!("index {}", path(property))
        }
        _ => {
            let conflicts = fold.conflicts();
            (!conflicts.is_empty()).then_some(())?;
            let conflict = n.pick(&conflicts);
            let keep: Vec<_> = fold.resolutions(conflict).into_iter().collect();
            (!keep.is_empty()).then_some(())?;
            d.resolve(conflict, *n.pick(&keep));
            format!("resolve {:?} of {}", conflict.kind, path(conflict.object))
        }
    })
}
