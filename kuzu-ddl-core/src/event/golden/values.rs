//! Golden vectors of types, defaults, identities and the changes of later versions.

use expect_test::expect;

use super::*;

/// Every type, and every form of default.
#[test]
fn every_type_and_default() {
    let plain = [
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
        Type::Serial,
        Type::Json,
        Type::InternalId,
    ];
    let member = |name: &str, ty| StructField {
        name: name.into(),
        ty,
    };
    let nested = [
        Type::Decimal {
            precision: 18,
            scale: 3,
        },
        Type::List(Box::new(Type::Int8)),
        Type::Array(Box::new(Type::Float), 300),
        Type::Struct(vec![member("a", Type::Bool), member("B", Type::String)]),
        Type::Map(Box::new(Type::String), Box::new(Type::Int64)),
        Type::Union(vec![member("x", Type::Uuid)]),
    ];
    let mut out = String::new();
    for ty in plain.into_iter().chain(nested) {
        let mut w = Writer::default();
        w.ty(&ty);
        let _ = writeln!(out, "{ty} {}", hex(&w.finish()));
    }
    let one = || Box::new(Expr::Int(1));
    for expr in [
        Expr::Bool(true),
        Expr::Int(-1),
        Expr::Int(i128::MAX),
        Expr::Float(Float(-0.5)),
        Expr::Text("it's".into()),
        Expr::Bytes(vec![0, 1, 255]),
        Expr::List(vec![Expr::Int(1), Expr::Int(2)]),
        Expr::Struct(vec![("a".into(), Expr::Bool(false))]),
        Expr::Call("nextval".into(), vec![Expr::Text("s".into())]),
        Expr::Cast(one(), Type::Int8),
        Expr::Negate(one()),
        Expr::Binary(Operator::Add, one(), one()),
        Expr::Binary(Operator::Subtract, one(), one()),
        Expr::Binary(Operator::Multiply, one(), one()),
        Expr::Binary(Operator::Divide, one(), one()),
        Expr::Binary(Operator::Modulo, one(), one()),
    ] {
        let mut w = Writer::default();
        w.expr(&expr);
        let _ = writeln!(out, "{expr} {}", hex(&w.finish()));
    }
    expect![[r#"
        BOOL 00
        INT8 01
        INT16 02
        INT32 03
        INT64 04
        INT128 05
        UINT8 06
        UINT16 07
        UINT32 08
        UINT64 09
        FLOAT 0a
        DOUBLE 0b
        STRING 0c
        BLOB 0d
        UUID 0e
        DATE 0f
        TIMESTAMP 10
        TIMESTAMP_NS 11
        TIMESTAMP_MS 12
        TIMESTAMP_SEC 13
        TIMESTAMP_TZ 14
        INTERVAL 15
        SERIAL 16
        json 17
        INTERNAL_ID 18
        DECIMAL(18, 3) 401203
        INT8[] 4101
        FLOAT[300] 42ac020a
        STRUCT(a BOOL, B STRING) 430201610001420c
        MAP(STRING, INT64) 440c04
        UNION(x UUID) 450101780e
        true 0001
        -1 0101
        170141183460469231731687303715884105727 01feffffffffffffffffffffffffffffffffff03
        -0.5 02bfe0000000000000
        'it\'s' 030469742773
        '\\x00\\x01\\xFF' 04030001ff
        [1, 2] 050201020104
        {a: false} 060101610000
        nextval('s') 07076e65787476616c01030173
        CAST(1 AS INT8) 08010201
        -(1) 090102
        (1 + 1) 0a0001020102
        (1 - 1) 0a0101020102
        (1 * 1) 0a0201020102
        (1 / 1) 0a0301020102
        (1 % 1) 0a0401020102
    "#]]
    .assert_eq(&out);
}

/// Object identities, on which peers must agree without communication.
#[test]
fn identities() {
    let predecessors = Dependencies::from([EventId::hash_of(b"past")]);
    let id = |kind, name: &str, predecessors: &Dependencies| {
        object_id(kind, None, &NameKey::new(name), predecessors)
    };
    let nothing = Dependencies::default();
    assert_eq!(
        id(ObjectKind::NodeTable, "PERSON", &nothing),
        id(ObjectKind::NodeTable, "person", &nothing)
    );
    assert_ne!(
        id(ObjectKind::NodeTable, "a", &nothing),
        id(ObjectKind::EdgeTable, "a", &nothing)
    );
    assert_ne!(
        id(ObjectKind::NodeTable, "a", &nothing),
        id(ObjectKind::NodeTable, "a", &predecessors)
    );
    expect!["0d09185ce1536c426e7097f29141d3175a45fe1f98f454e49bc4bc47ce41bb1b"]
        .assert_eq(&id(ObjectKind::NodeTable, "Person", &predecessors).to_string());
}

/// Kinds that were added later.
#[test]
fn a_purge() {
    let archived_by = EventId::hash_of(b"dropped");
    let event = DdlEvent::new(
        ObjectId::hash_of(b"property"),
        Dependencies::from([archived_by]),
        Change::Purge { archived_by },
    );
    assert_eq!(DdlEvent::decode(&event.encode()), Ok(event.clone()));
    expect!["257be31d596d469b495566ccfecb0371a66472b6e9f58a7da95ea274126407c9 01188b239c609f6cdb6ff5ba83aedd148886885fc96cab5da86cfe86c64f432031b201193d575d0fdc39ca06b1a8f2059d4d8a99fd85f47a1b01c54f6568586dac186520193d575d0fdc39ca06b1a8f2059d4d8a99fd85f47a1b01c54f6568586dac1865"].assert_eq(&format!("{} {}", event.id(), hex(&event.encode())));
}

#[test]
fn a_restored_pair() {
    let event = DdlEvent::new(
        ObjectId::hash_of(b"pair"),
        Dependencies::from([EventId::hash_of(b"dropped")]),
        Change::RestorePair,
    );
    assert_eq!(DdlEvent::decode(&event.encode()), Ok(event.clone()));
    expect!["603c1e6bef51e00a360251de02972a5d063b374e27c98ca5dfe8a737b56fdfd5 011b21dfac8bbec7772df697d20a994135e9c21dbd23d767a3aaccf7d928788e2e2301193d575d0fdc39ca06b1a8f2059d4d8a99fd85f47a1b01c54f6568586dac186500"].assert_eq(&format!("{} {}", event.id(), hex(&event.encode())));
}

/// The encodings of the fallback for rows whose cast fails.
#[test]
fn changes_of_type() {
    let object = ObjectId::hash_of(b"a property");
    let event = |cast: Option<&str>, on_fail| {
        let cast = cast.map(|text| Expr::parse_cast(text).expect("a cast"));
        let ty = Type::Int32;
        let change = Change::SetType { ty, cast, on_fail };
        DdlEvent::new(object, Dependencies::default(), change)
    };
    lines(
        &[
            event(None, OnFail::Abort),
            event(Some("CAST(old AS INT32)"), OnFail::Null),
            event(Some("old"), OnFail::Default(Expr::Int(-1))),
        ],
        &expect![[r#"
            set type
              id 0acd02debfcd114d4760b183cee95eb4337ef04cfac8bbab3ac01d8053812cab
              object 37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a
              010e37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a0003030000
            set type
              id 097bccba8d15dbf2b9b03c2ef5a63c29da9393f1c05c74f2133b92213ef57a97
              object 37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a
              010e37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a00060301080c0301
            set type
              id 66dd91d61a447b3ab692361b1bf2f5283aa9457a480652ba4a705bed43b62115
              object 37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a
              010e37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a000603010c020101
        "#]],
    );
}

/// An event that converts with a function contains the function's name.
#[test]
fn a_change_of_type_by_a_function() {
    let event = |function: &str| {
        let change = Change::SetTypeWith {
            ty: Type::Int64,
            function: function.to_owned(),
            on_fail: OnFail::Null,
        };
        DdlEvent::new(
            ObjectId::hash_of(b"a property"),
            Dependencies::default(),
            change,
        )
    };
    lines(
        &[event("shop::cents")],
        &expect![[r#"
        set type
          id c45fef253bdbb73d51507265090910de1a471c6f23436287dec6e92f08e2f7b1
          object 37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a
          011a37630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a000e040b73686f703a3a63656e747301
    "#]],
    );
    assert!(DdlEvent::decode(&event("no path").encode()).is_err());
}

#[test]
fn changes_of_other_parts() {
    let object = ObjectId::hash_of(b"an object");
    let known = Dependencies::from([EventId::hash_of(b"its birth")]);
    let changes = [
        Change::SetDefault { default: None },
        Change::SetDefault {
            default: Some(Expr::Text("it's".into())),
        },
        Change::SetNullable { nullable: true },
        Change::SetPrimaryKey {
            key: ObjectId::hash_of(b"a property"),
        },
        Change::SetMultiplicity {
            multiplicity: Multiplicity::OneMany,
        },
        Change::SetStorage {
            storage: StorageDirection::Forward,
        },
    ];
    let events = changes.map(|change| DdlEvent::new(object, known.clone(), change));
    lines(
        &events,
        &expect![[r#"
        set default
          id 1fb7208a7fa7f500ff5b570962e69b8e4aa906b5d06c6777f92b4ec116c12613
          object e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40
          010fe8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40017bee47be8d6dbe53b6b75de729fc5bc1fb13cdaadbf358bed180a98fa49d93020100
        set default
          id 39909b9e8573872514676a13b445e8f8dd23983e3d67aa50ce32b89185aeb440
          object e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40
          010fe8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40017bee47be8d6dbe53b6b75de729fc5bc1fb13cdaadbf358bed180a98fa49d93020701030469742773
        set nullable
          id 3e7ea712dde919df7f6bffc9a60023bd1f3d8041156cd12e4506c4f9672538d7
          object e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40
          0110e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40017bee47be8d6dbe53b6b75de729fc5bc1fb13cdaadbf358bed180a98fa49d93020101
        set primary key
          id d721b1d4e490a9376b057f4d1935a1b7206991d471947e53f8ab744ff88f2cec
          object e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40
          0111e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40017bee47be8d6dbe53b6b75de729fc5bc1fb13cdaadbf358bed180a98fa49d93022037630f83ef37a2e4a96eb81b8112bfec8533f4f6801e18ef8810cdc56c14050a
        set multiplicity
          id b31fe3cb7c5ab0907c883ba70cb11a2f86bd9fd79915dc7da4f0542ecd7fe031
          object e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40
          0112e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40017bee47be8d6dbe53b6b75de729fc5bc1fb13cdaadbf358bed180a98fa49d93020102
        set storage direction
          id dd48936ecb09c4d0fc8c55ce262304389b00c02451f37f62ab884bbdb759178a
          object e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40
          0113e8aa3d9519cf46098353defa3e222df602d1c64f2f09030a9997bcb2348bfb40017bee47be8d6dbe53b6b75de729fc5bc1fb13cdaadbf358bed180a98fa49d93020101
    "#]],
    );
}
