//! Errors found at startup, because no derive can detect them.

use expect_test::{Expect, expect};
use kuzu_ddl::{KuzuEdge, KuzuNode, KuzuTable, schema};
use kuzu_ddl_core::declared::{DeclareError, Declared, IssueKind};
use kuzu_ddl_core::describe::{
    ExprDesc, Origin, PairDesc, PropertyDesc, TableDesc, TableKindDesc, TypeDesc,
};
use kuzu_ddl_core::schema::{Multiplicity, Schema, StorageDirection};

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

/// Asserts the error message.
fn assert_errors(result: Result<Declared, DeclareError>, want: &Expect) {
    want.assert_eq(&format!("{}\n", result.unwrap_err()));
}

#[test]
fn duplicate_table_is_reported() {
    let want = expect![[r#"
        the declared schema is invalid: tests/suite/schema/declared.rs:21: table `CUSTOMER`: duplicate table: declared by `suite::schema::declared::other::Person`, and by `suite::schema::declared::Customer` at tests/suite/schema/declared.rs:13
        help: map one of them to another table with `#[kuzu(name = "…")]`
    "#]];
    let (customer, person) = (Customer::DESC, other::Person::DESC);
    assert_errors(Declared::from_tables([customer, person]), &want);
    // The registration order differs from the source order.
    assert_errors(Declared::from_tables([person, customer]), &want);
    let duplicate = Declared::from_tables([customer, customer]).unwrap_err();
    assert!(matches!(
        duplicate.issues()[0].kind,
        IssueKind::Duplicate { .. }
    ));
}

#[test]
fn undeclared_endpoint_is_reported() {
    assert_errors(
        Declared::from_tables([SoldTo::DESC, Customer::DESC]),
        &expect![[r#"
            the declared schema is invalid: tests/suite/schema/declared.rs:36: table `SoldTo`: the endpoint `Buyer` is not declared in this schema
            help: add its struct, or link its crate with `use … as _;`
        "#]],
    );
}

#[test]
fn former_name_claimed_by_two_tables_is_reported() {
    assert_errors(
        Declared::from_tables([Customer::DESC, Buyer::DESC]),
        &expect![[r#"
            the declared schema is invalid: tests/suite/schema/declared.rs:13: table `Customer`: `Customer` is renamed from `Client`, and so is `Buyer` at tests/suite/schema/declared.rs:29
            help: remove one of the two `renamed_from = "Client"`
        "#]],
    );
}

/// Its former name is that of a table that still exists.
#[derive(KuzuNode)]
#[kuzu(renamed_from = "Customer")]
struct Guest {
    #[kuzu(primary_key)]
    id: i64,
}

/// The same, but that table was renamed.
#[derive(KuzuNode)]
#[kuzu(renamed_from = "Guest")]
struct Visitor {
    #[kuzu(primary_key)]
    id: i64,
}

#[test]
fn former_name_that_is_still_declared_is_reported() {
    static STAYED: TableDesc = TableDesc {
        properties: &[property("id", TypeDesc::Int64, None, 0)],
        ..keyed("Customer", 40)
    };
    assert_errors(
        Declared::from_tables([Guest::DESC, &STAYED]),
        &expect![[r#"
            the declared schema is invalid: tests/suite/schema/declared.rs:85: table `Guest`: `Guest` is renamed from `Customer`, but `Customer` is still declared
            help: remove `renamed_from = "Customer"`, or remove `Customer`
        "#]],
    );
    assert!(schema![Guest, Visitor].is_ok());
    assert!(schema![Guest, Customer].is_ok());
}

#[test]
fn table_tombstones_are_checked() {
    let declared = schema![Customer; dropped "Order", "order line"].unwrap();
    assert_eq!(
        declared.dropped_tables.values().collect::<Vec<_>>(),
        ["Order", "order line"]
    );
    assert_eq!(
        schema![Customer]
            .unwrap()
            .with_dropped_table("Order")
            .unwrap()
            .with_dropped_table("order line")
            .unwrap(),
        declared
    );
    let error =
        |declared: Declared, name| declared.with_dropped_table(name).unwrap_err().to_string();
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
            error.contains(want) && error.contains("tests/suite/schema/declared.rs:"),
            "{error}"
        );
    }
    // A renamed table may take the name of a dropped one.
    assert!(schema![Customer; dropped "Customer"].is_ok());
}

#[test]
fn duplicate_tables_of_the_whole_binary_are_reported() {
    // The tests of this binary declare many schemas with the same names on purpose.
    let error = Schema::compiled().unwrap_err();
    assert!(
        error
            .issues()
            .iter()
            .any(|m| matches!(m.kind, IssueKind::Duplicate { .. })),
        "{error}"
    );
    assert!(error.issues().is_sorted_by_key(|m| m.location));
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
        ..PropertyDesc::EMPTY
    }
}

const fn origin(line: u32) -> Origin {
    Origin {
        krate: "manual",
        rust_name: "manual::T",
        file: "src/manual.rs",
        line,
    }
}

/// Every error that a manual description can contain.
static WRONG: TableDesc = TableDesc {
    name: "a`b",
    kind: TableKindDesc::Node { primary_key: "key" },
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
    kind: TableKindDesc::Edge {
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
        kind: TableKindDesc::Node { primary_key: "ID" },
        properties: &[],
        comment: Some(""),
        renamed_from: &[],
        dropped: &[],
        indexes: &[],
        origin: origin(line),
    }
}

#[test]
fn all_errors_are_reported_together() {
    assert_errors(
        Declared::from_tables([&KEYS[0], &WRONG, &EDGE, &KEYS[1]]),
        &expect![[r#"
            the declared schema is invalid, 21 issues:
              src/manual.rs:2: table `a`b`: `renamed_from` of `a`b` is its current name
              src/manual.rs:2: table `a`b`: `x` is both declared and marked as dropped
              src/manual.rs:2: table `a`b`: invalid name "a`b": it contains '`', which Kùzu cannot quote
              src/manual.rs:2: table `a`b`: the primary key `key` is not a property of the table
              src/manual.rs:3: table `a`b`: the property name `_id` is reserved by Kùzu
              src/manual.rs:4: table `a`b`: property `x`: `DECIMAL(50, 2)` is not a Kùzu type: the precision must be 1 to 38
              src/manual.rs:5: table `a`b`: duplicate property `X`: also declared at src/manual.rs:4
              src/manual.rs:5: table `a`b`: property `X`: invalid expression `300`: 300 is out of range for INT8 (-128 to 127)
              src/manual.rs:6: table `a`b`: property `y`: invalid expression `load_extension('x')`: unknown function `load_extension`; expected one of abs, array_value, ceil, coalesce, concat, current_date, current_timestamp, date, epoch_ms, floor, gen_random_uuid, interval, ln, list_creation, log10, lower, ltrim, make_date, map, md5, nextval, pi, pow, repeat, reverse, round, rtrim, sha256, size, sqrt, substring, timestamp, to_days, to_hours, to_json, to_microseconds, to_milliseconds, to_minutes, to_months, to_seconds, to_timestamp, to_years, trim, upper, uuid
              src/manual.rs:7: table `a`b`: `old` is marked as dropped, but `z` is renamed from it
              src/manual.rs:7: table `a`b`: invalid name "x.y": it contains '.', which Kùzu cannot quote
              src/manual.rs:7: table `a`b`: property `z`: `STRUCT()` is not a Kùzu type: it has no members
              src/manual.rs:7: table `a`b`: the comment of `z` contains a NUL
              src/manual.rs:8: table `a`b`: `renamed_from` of `w` is its current name
              src/manual.rs:8: table `a`b`: `w` is renamed from `OLD`, and so is `z` at src/manual.rs:7
              help: remove one of the two `renamed_from = "OLD"`
              src/manual.rs:20: table `E`: `E → N` is both declared and marked as dropped
              src/manual.rs:20: table `E`: duplicate pair from `e` to `n`
              src/manual.rs:20: table `E`: the endpoint `E` is a rel table, but rels connect node tables
              src/manual.rs:20: table `E`: the endpoint `N` is not declared in this schema
              help: add its struct, or link its crate with `use … as _;`
              src/manual.rs:30: table `K1`: the primary key `id` cannot have type BOOL
              src/manual.rs:31: table `K2`: the primary key `id` cannot be NULL
              help: remove the `Option`
        "#]],
    );
}

#[test]
fn indexes_of_manual_descriptions_are_checked() {
    use kuzu_ddl_core::describe::{IndexDesc, IndexKindDesc};

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
            index("missing", IndexKindDesc::FullText, &["text", "title"]),
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
    assert_errors(
        Declared::from_tables([&INDEXED]),
        &expect![[r#"
            the declared schema is invalid, 8 issues:
              src/manual.rs:50: table `Indexed`: duplicate index `Good`
              src/manual.rs:50: table `Indexed`: index `a b`: invalid name "a b": it contains ' ', which Kùzu cannot quote
              help: use letters, digits and underscores for the name of an index
              src/manual.rs:50: table `Indexed`: index `case`: invalid value `German` of the option `stemmer`
              src/manual.rs:50: table `Indexed`: index `missing`: `title` is not a property of the table, or is listed more than once
              src/manual.rs:50: table `Indexed`: index `query`: `text` has type STRING; a vector index requires an array of FLOAT or DOUBLE with a fixed length
              src/manual.rs:50: table `Indexed`: index `quoted`: cannot index `order`: Kùzu's index functions do not quote names
              help: use a name of letters, digits and underscores
              src/manual.rs:50: table `Indexed`: index `two`: wrong number of properties: 2; a full-text index needs at least one, a vector index exactly one
              src/manual.rs:50: table `Indexed`: index `v`: `text` has type STRING; a vector index requires an array of FLOAT or DOUBLE with a fixed length
        "#]],
    );
}
