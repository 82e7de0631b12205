//! Each type that the ledger writes as JSON, with every variant and every field.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl::peers::{EventId, Fingerprint, ObjectId};
use kuzu_ddl_core::declared::{Declared, FillFunction, TableHints};
use kuzu_ddl_core::describe::OnFailDesc;
use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_core::schema::{
    Expr, Float, Index, IndexKind, Multiplicity, Operator, Pair, Property, Schema, Sequence,
    StorageDirection, StructField, Table, TableKind, Type,
};
use kuzu_ddl_core::state::{BackfillProgress, DeferredTask, LocalState};
use kuzu_ddl_runtime::ledger::{LedgerState, Revision, RollbackRecord, Tag};

/// One line for each value: its name, a tab, the JSON.
const JSON: &str = include_str!("4926982/variants");

fn key(name: &str) -> NameKey {
    NameKey::new(name)
}

fn types() -> Vec<Type> {
    let member = |name: &str, ty| StructField {
        name: name.into(),
        ty,
    };
    vec![
        Type::Bool,
        Type::Int8,
        Type::Int16,
        Type::Int32,
        Type::Int64,
        Type::Int128,
        Type::UInt8,
        Type::UInt16,
        Type::UInt32,
        Type::UInt64,
        Type::Float,
        Type::Double,
        Type::String,
        Type::Blob,
        Type::Uuid,
        Type::Date,
        Type::Timestamp,
        Type::TimestampNs,
        Type::TimestampMs,
        Type::TimestampSec,
        Type::TimestampTz,
        Type::Interval,
        Type::Decimal {
            precision: 10,
            scale: 2,
        },
        Type::Serial,
        Type::Json,
        Type::InternalId,
        Type::List(Box::new(Type::Int64)),
        Type::Array(Box::new(Type::Float), 3),
        Type::Struct(vec![member("a", Type::Int64), member("B", Type::Json)]),
        Type::Map(Box::new(Type::String), Box::new(Type::Int64)),
        Type::Union(vec![member("a", Type::Int64), member("b", Type::String)]),
        Type::Unknown("POINT".into()),
    ]
}

fn exprs() -> Vec<Expr> {
    let binary = |operator| {
        let (one, two) = (Box::new(Expr::Int(1)), Box::new(Expr::Int(2)));
        Expr::Binary(operator, one, two)
    };
    vec![
        Expr::Bool(true),
        Expr::Int(-5),
        Expr::Int(i128::MAX),
        Expr::Float(Float(1.5)),
        Expr::Text("it's".into()),
        Expr::Bytes(vec![0, 255]),
        Expr::List(vec![Expr::Int(1), Expr::Int(2)]),
        Expr::Struct(vec![("a".into(), Expr::Int(1))]),
        Expr::Call("date".into(), vec![Expr::Text("2020-01-01".into())]),
        Expr::Cast(Box::new(Expr::Int(1)), Type::Int8),
        Expr::Negate(Box::new(Expr::Int(1))),
        binary(Operator::Add),
        binary(Operator::Subtract),
        binary(Operator::Multiply),
        binary(Operator::Divide),
        binary(Operator::Modulo),
        Expr::Old,
        Expr::Opaque("2 * 3".into()),
    ]
}

fn edge(multiplicity: Option<Multiplicity>, storage: StorageDirection) -> TableKind {
    let pair = Pair {
        from: key("A"),
        to: key("B"),
    };
    TableKind::Edge {
        pairs: [pair].into(),
        multiplicity,
        storage,
    }
}

fn table(kind: TableKind, indexes: Vec<Index>) -> Table {
    let property = Property {
        name: "Id".into(),
        ty: Type::Int64,
        nullable: true,
        default: Some(Expr::Int(1)),
        comment: Some("about it".into()),
    };
    Table {
        name: "A".into(),
        kind,
        properties: [(key("Id"), property)].into(),
        indexes: indexes.into_iter().map(|i| (key(&i.name), i)).collect(),
        comment: Some("about all".into()),
    }
}

fn tables() -> Vec<Table> {
    let index = |kind| Index {
        name: "Words".into(),
        kind,
        properties: vec![key("Id")],
        options: [("stemmer".into(), "none".into())].into(),
    };
    let node = || TableKind::Node {
        primary_key: key("Id"),
    };
    let kinds = [
        IndexKind::FullText,
        IndexKind::Vector,
        IndexKind::Other("X".into()),
    ];
    let mut tables: Vec<Table> = kinds.map(|kind| table(node(), vec![index(kind)])).into();
    for multiplicity in [
        Multiplicity::ManyMany,
        Multiplicity::ManyOne,
        Multiplicity::OneMany,
        Multiplicity::OneOne,
    ] {
        let kind = edge(Some(multiplicity), StorageDirection::Both);
        tables.push(table(kind, vec![]));
    }
    tables.push(table(edge(None, StorageDirection::Forward), vec![]));
    tables
}

fn declared() -> Declared {
    let sequence = Sequence {
        name: "Turn".into(),
        start: 5,
        increment: -2,
        min: -100,
        max: 100,
        cycle: true,
    };
    let on_fails = [
        ("a", OnFailDesc::Abort),
        ("b", OnFailDesc::Null),
        ("c", OnFailDesc::Default),
    ];
    let fill = FillFunction {
        function: "shop::label".into(),
        inputs: vec!["id".into()],
    };
    let pair = Pair {
        from: key("A"),
        to: key("B"),
    };
    let hints = TableHints {
        renamed_from: vec!["Old".into()],
        property_renames: [(key("Id"), vec!["was".into()])].into(),
        dropped: [key("fax")].into(),
        dropped_pairs: [pair].into(),
        casts: [(key("a"), "CAST(old AS INT64)".into())].into(),
        cast_functions: [(key("b"), "shop::cents".into())].into(),
        on_fail: on_fails.map(|(name, on_fail)| (key(name), on_fail)).into(),
        fills: [(key("c"), "'x'".into())].into(),
        fill_functions: [(key("d"), fill)].into(),
        column_order: vec![key("Id"), key("a")],
        origin: "src/lib.rs:7".into(),
        package: "shop".into(),
    };
    Declared {
        schema: Schema {
            tables: [(key("A"), tables().remove(0))].into(),
            sequences: [(key("Turn"), sequence)].into(),
        },
        tables: [(key("A"), hints)].into(),
        dropped_tables: [(key("Gone"), "Gone".into())].into(),
        dropped_sequences: [(key("Lost"), "Lost".into())].into(),
        ..Declared::default()
    }
}

fn local() -> LocalState {
    let id = ObjectId::hash_of;
    LocalState {
        adopted_defaults: [(id(b"a"), "5".into())].into(),
        column_id_gaps: [(id(b"b"), vec![1, 3])].into(),
        deferred: [
            DeferredTask::BuildIndex(id(b"c")),
            DeferredTask::Backfill(id(b"d")),
        ]
        .into(),
        recorded_fills: [(EventId::hash_of(b"e"), Expr::Int(0))].into(),
        in_place_fills: [].into(),
    }
}

fn states() -> Vec<LedgerState> {
    let full = LedgerState {
        format: 1,
        revision: 7,
        frontier: [EventId::hash_of(b"x"), EventId::hash_of(b"y")].into(),
        schema: Fingerprint::hash_of(b"s"),
        verified_declarations: [Fingerprint::hash_of(b"c")].into(),
        table_list_hash: Fingerprint::hash_of(b"t"),
        catalog_hash: Fingerprint::hash_of(b"u"),
        table_count: 3,
        local: local(),
        inbox_ready: 2,
        held_since_version: Some("0.1.0".into()),
        held_count: 0,
        has_conflicts: false,
    };
    let plain = LedgerState {
        local: LocalState::default(),
        inbox_ready: 0,
        held_since_version: None,
        held_count: 0,
        has_conflicts: false,
        ..full.clone()
    };
    vec![full, plain]
}

fn revisions() -> Vec<Revision> {
    let full = Revision {
        number: 7,
        events: vec![EventId::hash_of(b"x"), EventId::hash_of(b"y")],
        declared: Some(Fingerprint::hash_of(b"d")),
        rollback: Some(RollbackRecord {
            target: "tag v1".into(),
            undone_declarations: [Fingerprint::hash_of(b"e")].into(),
        }),
        from_peers: true,
        application: Some("shop 1.0".into()),
        version: "0.1.0".into(),
        started_at_ms: 1_700_000_000_000,
        duration_ms: 14,
    };
    let plain = Revision {
        declared: None,
        rollback: None,
        from_peers: false,
        application: None,
        ..full.clone()
    };
    vec![full, plain]
}

fn tag() -> Tag {
    Tag {
        frontier: BTreeSet::from([EventId::hash_of(b"x")]),
        revision: 7,
        set_at_ms: 1_700_000_000_000,
    }
}

fn backfills() -> Vec<BackfillProgress> {
    let of = |on_fail| BackfillProgress {
        function: "shop::cents".into(),
        inputs: vec![ObjectId::hash_of(b"a")],
        archived_column: Some("price__a_01234567".into()),
        accepts_null: true,
        on_fail,
        table: 4,
        next_offset: 2048,
        rows_done: 2047,
    };
    [OnFail::Abort, OnFail::Null, OnFail::Default(Expr::Int(7))]
        .map(of)
        .into()
}

fn lines() -> BTreeMap<&'static str, &'static str> {
    JSON.lines().map(|l| l.split_once('\t').unwrap()).collect()
}

macro_rules! reads {
    ($($name:literal: $value:expr;)*) => {
        let lines = lines();
        $({
            let (value, mut read) = ($value, $value);
            read.clone_from(&serde_json::from_str(lines[$name]).unwrap());
            assert_eq!(read, value, $name);
        })*
    };
}

#[test]
fn every_variant_is_read() {
    reads! {
        "types": types();
        "expressions": exprs();
        "tables": tables();
        "declared": declared();
        "states": states();
        "revisions": revisions();
        "tag": tag();
        "backfills": backfills();
    }
}

/// The ledger's rows have the predecessors of each creation under the name that they had first.
#[test]
fn created_objects_have_their_past_under_its_first_name() {
    use kuzu_ddl_core::event::{Change, Dependencies, EventId, PropertySpec};

    let past = EventId::hash_of(b"dropped");
    let change = Change::CreateNodeTable {
        name: "A".into(),
        key_name: "id".into(),
        key: PropertySpec {
            ty: kuzu_ddl_core::schema::Type::Int64,
            nullable: false,
            default: None,
        },
        predecessors: Dependencies::from([past]),
    };
    let json = serde_json::to_value(&change).unwrap();
    let body = &json["CreateNodeTable"];
    assert_eq!(body["past"], serde_json::json!([past]), "{json}");
    assert!(body.get("predecessors").is_none(), "{json}");
    let text = json.to_string();
    assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
    let other = text.replace("\"past\"", "\"predecessors\"");
    assert_eq!(serde_json::from_str::<Change>(&other).unwrap(), change);
}
