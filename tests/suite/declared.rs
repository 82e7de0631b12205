//! What is found at startup, because no derive can see it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use expect_test::{Expect, expect};
use kuzu_ddl::declared::desc::{
    ExprDesc, KindDesc, Origin, PairDesc, PropertyDesc, TableDesc, TypeDesc,
};
use kuzu_ddl::declared::{DeclareError, Declared, MistakeKind};
use kuzu_ddl::schema::{Multiplicity, Schema, StorageDirection};
use kuzu_ddl::{KuzuEdge, KuzuNode, KuzuTable, schema};

#[derive(KuzuNode)]
#[kuzu(renamed_from = "Client")]
struct Customer {
    #[kuzu(primary_key)]
    id: i64,
}

mod other {
    #[derive(kuzu_ddl::KuzuNode)]
    #[kuzu(name = "CUSTOMER")]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
    }
}

#[derive(KuzuNode)]
#[kuzu(renamed_from = "client")]
struct Buyer {
    #[kuzu(primary_key)]
    id: i64,
}

#[derive(KuzuEdge)]
#[kuzu(from = Customer, to = Buyer)]
struct SoldTo;

/// The message, without what depends on the machine.
fn mistakes(result: Result<Declared, DeclareError>, want: &Expect) {
    want.assert_eq(&format!("{}\n", result.unwrap_err()));
}

#[test]
fn two_structs_of_one_table() {
    let want = expect![[r#"
        the declared schema is invalid: tests/suite/declared.rs:23: table `CUSTOMER`: duplicate table: declared by `suite::declared::other::Person`, and by `suite::declared::Customer` at tests/suite/declared.rs:15
        help: map one of them to another table with `#[kuzu(name = "…")]`
    "#]];
    let (customer, person) = (Customer::DESC, other::Person::DESC);
    mistakes(Declared::from_descs([customer, person]), &want);
    // The order of registration is not the order of source.
    mistakes(Declared::from_descs([person, customer]), &want);
    let same = Declared::from_descs([customer, customer]).unwrap_err();
    assert!(matches!(
        same.mistakes()[0].kind,
        MistakeKind::Duplicate { .. }
    ));
}

#[test]
fn an_endpoint_that_is_not_there() {
    mistakes(
        Declared::from_descs([SoldTo::DESC, Customer::DESC]),
        &expect![[r#"
            the declared schema is invalid: tests/suite/declared.rs:38: table `SoldTo`: the endpoint `Buyer` is not declared in this schema
            help: add its struct, or link its crate with `use … as _;`
        "#]],
    );
}

#[test]
fn one_earlier_name_for_two_tables() {
    mistakes(
        Declared::from_descs([Customer::DESC, Buyer::DESC]),
        &expect![[r#"
            the declared schema is invalid: tests/suite/declared.rs:15: table `Customer`: `Customer` is renamed from `Client`, and so is `Buyer` at tests/suite/declared.rs:31
            help: remove one of the two `renamed_from = "Client"`
        "#]],
    );
}

/// Its earlier name is that of a table that stayed.
#[derive(KuzuNode)]
#[kuzu(renamed_from = "Customer")]
struct Guest {
    #[kuzu(primary_key)]
    id: i64,
}

/// The same, but that table moved on.
#[derive(KuzuNode)]
#[kuzu(renamed_from = "Guest")]
struct Visitor {
    #[kuzu(primary_key)]
    id: i64,
}

#[test]
fn an_earlier_name_that_is_still_there() {
    static STAYED: TableDesc = TableDesc {
        properties: &[property("id", TypeDesc::Int64, None, 0)],
        ..keyed("Customer", 40)
    };
    mistakes(
        Declared::from_descs([Guest::DESC, &STAYED]),
        &expect![[r#"
            the declared schema is invalid: tests/suite/declared.rs:84: table `Guest`: `Guest` is renamed from `Customer`, but `Customer` is still declared
            help: remove `renamed_from = "Customer"`, or remove `Customer`
        "#]],
    );
    assert!(schema![Guest, Visitor].is_ok());
    assert!(schema![Guest, Customer].is_ok());
}

#[test]
fn tombstones_of_tables() {
    let declared = schema![Customer; dropped "Order", "order line"].unwrap();
    assert_eq!(
        declared.dropped_tables.values().collect::<Vec<_>>(),
        ["Order", "order line"]
    );
    assert_eq!(
        schema![Customer]
            .unwrap()
            .drop_table("Order")
            .unwrap()
            .drop_table("order line")
            .unwrap(),
        declared
    );
    let error = |declared: Declared, name| declared.drop_table(name).unwrap_err().to_string();
    for (declared, name, want) in [
        (
            schema![other::Person],
            "customer",
            "`CUSTOMER` is both declared and marked as dropped",
        ),
        (
            schema![Customer],
            "CLIENT",
            "`CLIENT` is marked as dropped, but `Customer` is renamed from it",
        ),
        (schema![], "a.b", "contains '.'"),
    ] {
        let error = error(declared.unwrap(), name);
        assert!(
            error.contains(want) && error.contains("tests/suite/declared.rs:"),
            "{error}"
        );
    }
    // What came from elsewhere may take the name of what goes.
    assert!(schema![Customer; dropped "Customer"].is_ok());
}

#[test]
fn the_whole_binary() {
    // The tests of this binary hold many schemas of the same names on purpose.
    let error = Schema::compiled().unwrap_err();
    assert!(
        error
            .mistakes()
            .iter()
            .any(|m| matches!(m.kind, MistakeKind::Duplicate { .. })),
        "{error}"
    );
    assert!(error.mistakes().is_sorted_by_key(|m| m.place));
}

const fn property(
    name: &'static str,
    ty: TypeDesc,
    default: Option<ExprDesc>,
    line: u32,
) -> PropertyDesc {
    PropertyDesc {
        name,
        ty,
        default,
        line,
        ..PropertyDesc::BLANK
    }
}

const fn origin(line: u32) -> Origin {
    Origin {
        krate: "by-hand",
        rust_name: "by_hand::T",
        file: "src/by_hand.rs",
        line,
    }
}

/// Everything that a description written by hand can have wrong.
static WRONG: TableDesc = TableDesc {
    name: "a`b",
    kind: KindDesc::Node { primary_key: "key" },
    properties: &[
        property("_id", TypeDesc::Int64, None, 3),
        property("x", TypeDesc::Decimal(50, 2), None, 4),
        property("X", TypeDesc::Int8, Some(ExprDesc::Int(300)), 5),
        property(
            "y",
            TypeDesc::Date,
            Some(ExprDesc::Engine("load_extension('x')")),
            6,
        ),
        PropertyDesc {
            renamed_from: &["old", "x.y"],
            comment: Some("\0"),
            ..property("z", TypeDesc::Struct(&[]), None, 7)
        },
        PropertyDesc {
            renamed_from: &["OLD", "w"],
            ..property("w", TypeDesc::Int8, None, 8)
        },
    ],
    comment: None,
    renamed_from: &["a`b"],
    dropped: &["x", "old"],
    indexes: &[],
    origin: origin(2),
};

static EDGE: TableDesc = TableDesc {
    name: "E",
    kind: KindDesc::Edge {
        pairs: &[
            PairDesc { from: "E", to: "N" },
            PairDesc { from: "e", to: "n" },
        ],
        dropped_pairs: &[PairDesc { from: "E", to: "N" }],
        multiplicity: Multiplicity::OneOne,
        storage: StorageDirection::Both,
    },
    properties: &[],
    comment: None,
    renamed_from: &[],
    dropped: &[],
    indexes: &[],
    origin: origin(20),
};

static KEYS: [TableDesc; 2] = [
    TableDesc {
        properties: &[property("id", TypeDesc::Bool, None, 0)],
        ..keyed("K1", 30)
    },
    TableDesc {
        properties: &[PropertyDesc {
            nullable: true,
            ..property("id", TypeDesc::Int64, None, 0)
        }],
        ..keyed("K2", 31)
    },
];

const fn keyed(name: &'static str, line: u32) -> TableDesc {
    TableDesc {
        name,
        kind: KindDesc::Node { primary_key: "ID" },
        properties: &[],
        comment: Some(""),
        renamed_from: &[],
        dropped: &[],
        indexes: &[],
        origin: origin(line),
    }
}

#[test]
fn every_mistake_at_once() {
    mistakes(
        Declared::from_descs([&KEYS[0], &WRONG, &EDGE, &KEYS[1]]),
        &expect![[r#"
            the declared schema is invalid, 21 issues:
              src/by_hand.rs:2: table `a`b`: `renamed_from` of `a`b` is its current name
              src/by_hand.rs:2: table `a`b`: `x` is both declared and marked as dropped
              src/by_hand.rs:2: table `a`b`: invalid name "a`b": it contains '`', which Kùzu cannot quote
              src/by_hand.rs:2: table `a`b`: the primary key `key` is not a property of the table
              src/by_hand.rs:3: table `a`b`: the property name `_id` is reserved by Kùzu
              src/by_hand.rs:4: table `a`b`: property `x`: `DECIMAL(50, 2)` is not a Kùzu type: the precision must be 1 to 38
              src/by_hand.rs:5: table `a`b`: duplicate property `X`: also declared at src/by_hand.rs:4
              src/by_hand.rs:5: table `a`b`: property `X`: invalid expression `300`: 300 is out of range for INT8 (-128 to 127)
              src/by_hand.rs:6: table `a`b`: property `y`: invalid expression `load_extension('x')`: unknown function `load_extension`; expected one of abs, array_value, ceil, coalesce, concat, current_date, current_timestamp, date, epoch_ms, floor, gen_random_uuid, interval, ln, list_creation, log10, lower, ltrim, make_date, map, md5, nextval, pi, pow, repeat, reverse, round, rtrim, sha256, size, sqrt, substring, timestamp, to_days, to_hours, to_json, to_microseconds, to_milliseconds, to_minutes, to_months, to_seconds, to_timestamp, to_years, trim, upper, uuid
              src/by_hand.rs:7: table `a`b`: `old` is marked as dropped, but `z` is renamed from it
              src/by_hand.rs:7: table `a`b`: invalid name "x.y": it contains '.', which Kùzu cannot quote
              src/by_hand.rs:7: table `a`b`: property `z`: `STRUCT()` is not a Kùzu type: it has no members
              src/by_hand.rs:7: table `a`b`: the comment of `z` contains a NUL
              src/by_hand.rs:8: table `a`b`: `renamed_from` of `w` is its current name
              src/by_hand.rs:8: table `a`b`: `w` is renamed from `OLD`, and so is `z` at src/by_hand.rs:7
              help: remove one of the two `renamed_from = "OLD"`
              src/by_hand.rs:20: table `E`: `E → N` is both declared and marked as dropped
              src/by_hand.rs:20: table `E`: duplicate pair from `e` to `n`
              src/by_hand.rs:20: table `E`: the endpoint `E` is a rel table, but rels connect node tables
              src/by_hand.rs:20: table `E`: the endpoint `N` is not declared in this schema
              help: add its struct, or link its crate with `use … as _;`
              src/by_hand.rs:30: table `K1`: the primary key `id` cannot have type BOOL
              src/by_hand.rs:31: table `K2`: the primary key `id` cannot be NULL
              help: remove the `Option`
        "#]],
    );
}

#[test]
fn indexes_written_by_hand_are_checked() {
    use kuzu_ddl::declared::desc::{IndexDesc, IndexKindDesc};

    const fn index(
        name: &'static str,
        kind: IndexKindDesc,
        on: &'static [&'static str],
    ) -> IndexDesc {
        IndexDesc {
            name,
            kind,
            properties: on,
            options: &[],
        }
    }
    static INDEXED: TableDesc = TableDesc {
        properties: &[
            property("id", TypeDesc::Int64, None, 0),
            property("text", TypeDesc::String, None, 0),
            property("order", TypeDesc::String, None, 0),
        ],
        indexes: &[
            index("good", IndexKindDesc::FullText, &["TEXT"]),
            index("Good", IndexKindDesc::FullText, &["text"]),
            index("v", IndexKindDesc::Vector, &["text"]),
            index("gone", IndexKindDesc::FullText, &["text", "title"]),
            index("quoted", IndexKindDesc::FullText, &["order"]),
            index("a b", IndexKindDesc::FullText, &["text"]),
            index("two", IndexKindDesc::Vector, &["text", "id"]),
            IndexDesc {
                options: &[("efs", "1")],
                ..index("query", IndexKindDesc::Vector, &["text"])
            },
            IndexDesc {
                options: &[("stemmer", "German")],
                ..index("case", IndexKindDesc::FullText, &["text"])
            },
        ],
        ..keyed("Indexed", 50)
    };
    mistakes(
        Declared::from_descs([&INDEXED]),
        &expect![[r#"
            the declared schema is invalid, 8 issues:
              src/by_hand.rs:50: table `Indexed`: duplicate index `Good`
              src/by_hand.rs:50: table `Indexed`: index `a b`: invalid name "a b": it contains ' ', which Kùzu cannot quote
              help: use letters, digits and underscores for the name of an index
              src/by_hand.rs:50: table `Indexed`: index `case`: invalid value `German` of the option `stemmer`
              src/by_hand.rs:50: table `Indexed`: index `gone`: `title` is not a property of the table, or is listed more than once
              src/by_hand.rs:50: table `Indexed`: index `query`: `text` has type STRING; a vector index requires an array of FLOAT or DOUBLE with a fixed length
              src/by_hand.rs:50: table `Indexed`: index `quoted`: cannot index `order`: Kùzu's index functions do not quote names
              help: use a name of letters, digits and underscores
              src/by_hand.rs:50: table `Indexed`: index `two`: wrong number of properties: 2; a full-text index needs at least one, a vector index exactly one
              src/by_hand.rs:50: table `Indexed`: index `v`: `text` has type STRING; a vector index requires an array of FLOAT or DOUBLE with a fixed length
        "#]],
    );
}
