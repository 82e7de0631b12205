//! Changes by their text, as `fold::tests::pairs` names them.

use kuzu_ddl_core::event::{Change, Endpoints, ObjectId, SequenceSpec};
use kuzu_ddl_core::fold::ChangeBuilder;
use kuzu_ddl_core::schema::{Expr, Multiplicity, StorageDirection, Type};

use crate::fixture::peer::{id, set_type, spec};

fn of(d: &ChangeBuilder, table: &str, name: &str) -> ObjectId {
    id(d.fold(), Some(table), name)
}

fn table(d: &ChangeBuilder, name: &str) -> ObjectId {
    id(d.fold(), None, name)
}

fn rel(d: &mut ChangeBuilder, multiplicity: Multiplicity, forth: bool) {
    let c = d.create_edge_table("C", multiplicity, StorageDirection::Both);
    let (a, b) = (table(d, "A"), table(d, "B"));
    let (from, to) = if forth { (a, b) } else { (b, a) };
    d.add_pair(c, Endpoints { from, to });
}

fn pair(d: &mut ChangeBuilder, from: &str, to: &str) {
    let (from, to) = (table(d, from), table(d, to));
    let r = table(d, "R");
    d.add_pair(r, Endpoints { from, to });
}

fn add(d: &mut ChangeBuilder, name: &str, ty: Type) {
    let at = table(d, name);
    d.add_property(at, "n", spec(ty));
}

fn retype(d: &mut ChangeBuilder, ty: Type) {
    let q = of(d, "A", "q");
    d.change(q, set_type(ty, None));
}

fn set_key(d: &mut ChangeBuilder, name: &str) {
    let key = of(d, "A", name);
    let a = table(d, "A");
    d.change(a, Change::SetPrimaryKey { key });
}

fn multiplicity(d: &mut ChangeBuilder, multiplicity: Multiplicity) {
    let r = table(d, "R");
    d.change(r, Change::SetMultiplicity { multiplicity });
}

fn sequence(d: &mut ChangeBuilder, start: i64) {
    let (increment, min, max, cycle) = (1, 0, 9, false);
    d.create_sequence(
        "t",
        SequenceSpec {
            start,
            increment,
            min,
            max,
            cycle,
        },
    );
}

fn nullable(d: &mut ChangeBuilder, nullable: bool) {
    let q = of(d, "A", "q");
    d.change(q, Change::SetNullable { nullable });
}

/// Applies a change by its text.
pub(super) fn apply_edit(what: &str, d: &mut ChangeBuilder) {
    match what {
        "create C(id)" => drop(d.create_node_table("C", "id", spec(Type::Int64))),
        "create C(id INT32)" => drop(d.create_node_table("C", "id", spec(Type::Int32))),
        "create C(code)" => drop(d.create_node_table("C", "code", spec(Type::String))),
        "create rel C" => rel(d, Multiplicity::ManyOne, true),
        "create rel C, loose" => rel(d, Multiplicity::OneMany, false),
        "drop R" => d.archive(table(d, "R")),
        "drop Lone" => d.archive(table(d, "Lone")),
        "rename A to C" => d.rename(table(d, "A"), "C"),
        "rename A to D" => d.rename(table(d, "A"), "D"),
        "rename Lone to C" => d.rename(table(d, "Lone"), "C"),
        "add A.n INT32" => add(d, "A", Type::Int32),
        "add A.n INT64" => add(d, "A", Type::Int64),
        "add A.n STRING" => add(d, "A", Type::String),
        "add Lone.n" => add(d, "Lone", Type::Int32),
        "add R.n" => add(d, "R", Type::Int32),
        "drop A.q" => d.archive(of(d, "A", "q")),
        "rename A.q to n" => d.rename(of(d, "A", "q"), "n"),
        "rename A.q to m" => d.rename(of(d, "A", "q"), "m"),
        "add pair B -> A" => pair(d, "B", "A"),
        "add pair A -> Lone" => pair(d, "A", "Lone"),
        "comment on A.q" => d.set_comment(of(d, "A", "q"), Some("a".into())),
        "A.q is INT128" => retype(d, Type::Int128),
        "A.q is DECIMAL" => retype(
            d,
            Type::Decimal {
                precision: 38,
                scale: 2,
            },
        ),
        "A.q is STRING" => retype(d, Type::String),
        "A.q defaults to 7" => {
            let default = Some(Expr::Int(7));
            d.change(of(d, "A", "q"), Change::SetDefault { default });
        }
        "A.q is required" => nullable(d, false),
        "A.q may be NULL" => nullable(d, true),
        "the key of A is q" => set_key(d, "q"),
        "the key of A is p" => set_key(d, "p"),
        "R is one to many" => multiplicity(d, Multiplicity::OneMany),
        "R is one to one" => multiplicity(d, Multiplicity::OneOne),
        "R is stored both ways" => {
            let storage = StorageDirection::Both;
            d.change(table(d, "R"), Change::SetStorage { storage });
        }
        "create sequence t" => sequence(d, 1),
        "create sequence t from 2" => sequence(d, 2),
        other => panic!("no such change: {other}"),
    }
}
