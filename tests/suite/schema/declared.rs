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
        the declared schema has a mistake: tests/suite/schema/declared.rs:21: table `CUSTOMER`: `suite::schema::declared::other::Person` declares it, and so does `suite::schema::declared::Customer` at tests/suite/schema/declared.rs:13; rename one, or give one another table by `name = "…"`
    "#]];
    let (customer, person) = (Customer::DESC, other::Person::DESC);
    assert_errors(Declared::from_tables([customer, person]), &want);
    // The registration order differs from the source order.
    assert_errors(Declared::from_tables([person, customer]), &want);
    let duplicate = Declared::from_tables([customer, customer]).unwrap_err();
    assert!(matches!(
        duplicate.mistakes()[0].kind,
        IssueKind::Duplicate { .. }
    ));
}

#[test]
fn undeclared_endpoint_is_reported() {
    assert_errors(
        Declared::from_tables([SoldTo::DESC, Customer::DESC]),
        &expect![[r#"
            the declared schema has a mistake: tests/suite/schema/declared.rs:36: table `SoldTo`: its endpoint `Buyer` is not declared in this schema; add its struct, or link its crate
        "#]],
    );
}

#[test]
fn former_name_claimed_by_two_tables_is_reported() {
    assert_errors(
        Declared::from_tables([Customer::DESC, Buyer::DESC]),
        &expect![[r#"
            the declared schema has a mistake: tests/suite/schema/declared.rs:13: table `Customer`: `Customer` was renamed from `Client`, and so was `Buyer` at tests/suite/schema/declared.rs:29
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
            the declared schema has a mistake: tests/suite/schema/declared.rs:82: table `Guest`: `Guest` was renamed from `Customer`, yet `Customer` is still declared; take the hint or the other away
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
            "`CUSTOMER` is said to be dropped, yet it is declared",
        ),
        (
            schema![Customer],
            "CLIENT",
            "`CLIENT` is said to be dropped, yet `Customer` was renamed from it",
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
            .mistakes()
            .iter()
            .any(|m| matches!(m.kind, IssueKind::Duplicate { .. })),
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
            the declared schema has 21 mistakes:
              src/manual.rs:2: table `a`b`: `a`b` is renamed from itself
              src/manual.rs:2: table `a`b`: `x` is said to be dropped, yet it is declared
              src/manual.rs:2: table `a`b`: the name "a`b" contains '`', which Kùzu cannot quote; rename it
              src/manual.rs:2: table `a`b`: the primary key `key` is not among its properties
              src/manual.rs:3: table `a`b`: the property name `_id` is reserved by Kùzu; rename it
              src/manual.rs:4: table `a`b`: property `x`: `DECIMAL(50, 2)` is not a Kùzu type: a precision is 1 to 38
              src/manual.rs:5: table `a`b`: property `X`: `300` cannot be a default: 300 does not fit INT8 (-128 to 127)
              src/manual.rs:5: table `a`b`: the property `X` is declared twice, again at src/manual.rs:4
              src/manual.rs:6: table `a`b`: property `y`: `load_extension('x')` cannot be a default: the function `load_extension` is not one of abs, array_value, ceil, coalesce, concat, current_date, current_timestamp, date, epoch_ms, floor, gen_random_uuid, interval, ln, list_creation, log10, lower, ltrim, make_date, map, md5, nextval, pi, pow, repeat, reverse, round, rtrim, sha256, size, sqrt, substring, timestamp, to_days, to_hours, to_json, to_microseconds, to_milliseconds, to_minutes, to_months, to_seconds, to_timestamp, to_years, trim, upper, uuid
              src/manual.rs:7: table `a`b`: `old` is said to be dropped, yet `z` was renamed from it
              src/manual.rs:7: table `a`b`: property `z`: `STRUCT()` is not a Kùzu type: it has no member
              src/manual.rs:7: table `a`b`: the comment of `z` contains a NUL
              src/manual.rs:7: table `a`b`: the name "x.y" contains '.', which Kùzu cannot quote; rename it
              src/manual.rs:8: table `a`b`: `w` is renamed from itself
              src/manual.rs:8: table `a`b`: `w` was renamed from `OLD`, and so was `z` at src/manual.rs:7
              src/manual.rs:20: table `E`: `E → N` is said to be dropped, yet it is declared
              src/manual.rs:20: table `E`: its endpoint `E` is a rel table; rels connect node tables
              src/manual.rs:20: table `E`: its endpoint `N` is not declared in this schema; add its struct, or link its crate
              src/manual.rs:20: table `E`: the pair from `e` to `n` is declared twice
              src/manual.rs:30: table `K1`: the primary key `id` cannot be of type BOOL
              src/manual.rs:31: table `K2`: the primary key `id` cannot be NULL: take the `Option` away
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
        the declared schema has 8 mistakes:
          src/manual.rs:50: table `Indexed`: index `a b`: the name "a b" contains ' ', which Kùzu cannot quote; rename it; the name of an index is letters, digits and underscores
          src/manual.rs:50: table `Indexed`: index `case`: the option `stemmer` cannot be `German`
          src/manual.rs:50: table `Indexed`: index `missing`: `title` is not among the properties, or stands there twice
          src/manual.rs:50: table `Indexed`: index `query`: `text` is STRING; a vector index needs an array of FLOAT or DOUBLE with its length
          src/manual.rs:50: table `Indexed`: index `quoted`: Kùzu's index functions do not quote names, and `order` needs quotes; rename it to letters, digits and underscores
          src/manual.rs:50: table `Indexed`: index `two`: 2 properties; a full-text index has at least one, a vector index exactly one
          src/manual.rs:50: table `Indexed`: index `v`: `text` is STRING; a vector index needs an array of FLOAT or DOUBLE with its length
          src/manual.rs:50: table `Indexed`: the index `Good` is declared twice
    "#]],
    );
}
