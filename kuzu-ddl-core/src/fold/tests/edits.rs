//! The edits that are combined, and the schema that they start from.

use std::collections::BTreeMap;

use super::super::builder::ChangeBuilder;
use super::super::state::Fold;
use super::swarm::{Peer, spec};
use crate::event::{Change, Endpoints, IndexSpec, ObjectId, OnFail, SequenceSpec};
use crate::schema::{Expr, IndexKind, Multiplicity, StorageDirection, Type};

/// Returns the peers' common state: tables with rows, archived objects included.
pub(super) fn base() -> Peer {
    let mut peer = Peer::default();
    peer.change(|draft| {
        let a = draft.create_node_table("A", "id", spec(Type::Int64));
        let b = draft.create_node_table("B", "id", spec(Type::Int64));
        let r = draft.create_edge_table("R", Multiplicity::ManyOne, StorageDirection::Forward);
        draft.add_pair(r, Endpoints { from: a, to: b });
        draft.add_property(a, "p", spec(Type::Int16));
        draft.add_property(a, "q", spec(Type::Int64));
        draft.add_property(r, "w", spec(Type::Int16));
        draft.create_index(a, "ix", text_index(draft.fold(), "p"));
        draft.create_sequence("s", sequence(1));
        draft.create_node_table("Old", "id", spec(Type::Int64));
        draft.add_property(a, "old", spec(Type::Int64));
        draft.create_node_table("Lone", "id", spec(Type::Int64));
    });
    peer.change(|draft| {
        drop_named(draft, None, "Old");
        drop_named(draft, Some("A"), "old");
    });
    peer
}

fn text_index(fold: &Fold, property: &str) -> IndexSpec {
    IndexSpec {
        kind: IndexKind::FullText,
        properties: fold
            .find(Some(id(fold, None, "A")), &property.into())
            .map(|o| o.id)
            .into_iter()
            .collect(),
        options: BTreeMap::new(),
    }
}

fn sequence(start: i64) -> SequenceSpec {
    SequenceSpec {
        start,
        increment: 1,
        min: 0,
        max: 9,
        cycle: false,
    }
}

/// Returns the object that has, or last had, a name.
fn id(fold: &Fold, table: Option<&str>, name: &str) -> ObjectId {
    let parent = table.map(|table| id(fold, None, table));
    let key = name.into();
    let held = fold
        .objects_ever_named(parent, &key)
        .map(|object| object.id);
    held.last().expect("the base has it")
}

fn drop_named(draft: &mut ChangeBuilder, table: Option<&str>, name: &str) {
    let id = id(draft.fold(), table, name);
    draft.archive(id);
}

fn set_type(ty: Type) -> Change {
    let (cast, on_fail) = (None, OnFail::Null);
    Change::SetType { ty, cast, on_fail }
}

pub(super) type Edit = (&'static str, fn(&mut ChangeBuilder));

/// Changes, at least one of every kind; two of each kind that can conflict with itself.
pub(super) const EDITS: &[Edit] = &[
    ("create C(id)", |d| {
        d.create_node_table("C", "id", spec(Type::Int64));
    }),
    ("create C(id INT32)", |d| {
        d.create_node_table("C", "id", spec(Type::Int32));
    }),
    ("create C(code)", |d| {
        d.create_node_table("C", "code", spec(Type::String));
    }),
    ("create rel C", |d| {
        let id = d.create_edge_table("C", Multiplicity::ManyOne, StorageDirection::Both);
        let (a, b) = endpoints(d);
        d.add_pair(id, Endpoints { from: a, to: b });
    }),
    ("create rel C, loose", |d| {
        let id = d.create_edge_table("C", Multiplicity::OneMany, StorageDirection::Both);
        let (a, b) = endpoints(d);
        d.add_pair(id, Endpoints { from: b, to: a });
    }),
    ("drop R", |d| drop_named(d, None, "R")),
    ("drop Lone", |d| drop_named(d, None, "Lone")),
    ("restore Old", |d| d.restore(id(d.fold(), None, "Old"))),
    ("rename A to C", |d| d.rename(id(d.fold(), None, "A"), "C")),
    ("rename A to D", |d| d.rename(id(d.fold(), None, "A"), "D")),
    ("rename Lone to C", |d| {
        d.rename(id(d.fold(), None, "Lone"), "C")
    }),
    ("add A.n INT32", |d| {
        d.add_property(id(d.fold(), None, "A"), "n", spec(Type::Int32));
    }),
    ("add A.n INT64", |d| {
        d.add_property(id(d.fold(), None, "A"), "n", spec(Type::Int64));
    }),
    ("add A.n STRING", |d| {
        d.add_property(id(d.fold(), None, "A"), "n", spec(Type::String));
    }),
    ("add Lone.n", |d| {
        d.add_property(id(d.fold(), None, "Lone"), "n", spec(Type::Int32));
    }),
    ("add R.n", |d| {
        d.add_property(id(d.fold(), None, "R"), "n", spec(Type::Int32));
    }),
    ("drop A.q", |d| drop_named(d, Some("A"), "q")),
    ("restore A.old", |d| {
        d.restore(id(d.fold(), Some("A"), "old"))
    }),
    ("rename A.q to n", |d| {
        d.rename(id(d.fold(), Some("A"), "q"), "n")
    }),
    ("rename A.q to m", |d| {
        d.rename(id(d.fold(), Some("A"), "q"), "m")
    }),
    ("add pair B -> A", |d| {
        let (a, b) = (id(d.fold(), None, "A"), id(d.fold(), None, "B"));
        d.add_pair(id(d.fold(), None, "R"), Endpoints { from: b, to: a });
    }),
    ("add pair A -> Lone", |d| {
        let (a, b) = (id(d.fold(), None, "A"), id(d.fold(), None, "Lone"));
        d.add_pair(id(d.fold(), None, "R"), Endpoints { from: a, to: b });
    }),
    ("drop pair A -> B", |d| {
        let r = id(d.fold(), None, "R");
        let pair = d.fold().children(r).find(|o| o.name.value.is_empty());
        let pair = pair.map(|pair| pair.id).expect("the base has it");
        d.archive(pair);
    }),
    ("comment on A", |d| {
        d.set_comment(id(d.fold(), None, "A"), Some("a".into()))
    }),
    ("comment on A otherwise", |d| {
        d.set_comment(id(d.fold(), None, "A"), Some("b".into()))
    }),
    ("comment on A.q", |d| {
        d.set_comment(id(d.fold(), Some("A"), "q"), Some("a".into()))
    }),
    ("A.q is INT128", |d| {
        d.change(id(d.fold(), Some("A"), "q"), set_type(Type::Int128))
    }),
    ("A.q is DECIMAL", |d| {
        let ty = Type::Decimal {
            precision: 38,
            scale: 2,
        };
        d.change(id(d.fold(), Some("A"), "q"), set_type(ty));
    }),
    ("A.q is STRING", |d| {
        d.change(id(d.fold(), Some("A"), "q"), set_type(Type::String))
    }),
    ("A.q defaults to 7", |d| {
        let default = Some(Expr::Int(7));
        d.change(id(d.fold(), Some("A"), "q"), Change::SetDefault { default });
    }),
    ("A.q is required", |d| {
        d.change(
            id(d.fold(), Some("A"), "q"),
            Change::SetNullable { nullable: false },
        );
    }),
    ("A.q may be NULL", |d| {
        d.change(
            id(d.fold(), Some("A"), "q"),
            Change::SetNullable { nullable: true },
        );
    }),
    ("the key of A is q", |d| {
        let key = id(d.fold(), Some("A"), "q");
        d.change(id(d.fold(), None, "A"), Change::SetPrimaryKey { key });
    }),
    ("the key of A is p", |d| {
        let key = id(d.fold(), Some("A"), "p");
        d.change(id(d.fold(), None, "A"), Change::SetPrimaryKey { key });
    }),
    ("R is one to many", |d| {
        let multiplicity = Multiplicity::OneMany;
        d.change(
            id(d.fold(), None, "R"),
            Change::SetMultiplicity { multiplicity },
        );
    }),
    ("R is one to one", |d| {
        let multiplicity = Multiplicity::OneOne;
        d.change(
            id(d.fold(), None, "R"),
            Change::SetMultiplicity { multiplicity },
        );
    }),
    ("R is stored both ways", |d| {
        let storage = StorageDirection::Both;
        d.change(id(d.fold(), None, "R"), Change::SetStorage { storage });
    }),
    ("index A.q", |d| {
        let spec = text_index(d.fold(), "q");
        d.create_index(id(d.fold(), None, "A"), "iq", spec);
    }),
    ("index A.p by that name", |d| {
        let spec = text_index(d.fold(), "p");
        d.create_index(id(d.fold(), None, "A"), "iq", spec);
    }),
    ("drop the index", |d| {
        let ix = d
            .fold()
            .find_index(id(d.fold(), None, "A"), "ix")
            .map(|o| o.id);
        ix.into_iter().for_each(|ix| d.archive(ix));
    }),
    ("create sequence t", |d| {
        d.create_sequence("t", sequence(1));
    }),
    ("create sequence t from 2", |d| {
        d.create_sequence("t", sequence(2));
    }),
    ("drop sequence s", |d| {
        let s = d.fold().find_sequence("s").map(|o| o.id);
        s.into_iter().for_each(|s| d.archive(s));
    }),
    ("purge Old", |d| {
        let old = id(d.fold(), None, "Old");
        if let crate::fold::object::Lifecycle::Archived(by) =
            d.fold().object(old).expect("it is there").lifecycle.value
        {
            d.purge(old, by);
        }
    }),
];

fn endpoints(draft: &ChangeBuilder) -> (ObjectId, ObjectId) {
    (id(draft.fold(), None, "A"), id(draft.fold(), None, "B"))
}
