//! Events with the bytes and ids they have had since they were first made. A peer of any version, on
//! any machine, must make the same: a test that fails here is never mended by new values.

use std::collections::BTreeSet;
use std::fmt::Write;

use expect_test::{Expect, expect};

use super::*;
use crate::schema::{
    Expr, Float, IndexKind, Key, Multiplicity, Operator, StorageDirection, StructField, Type,
};

fn spec(ty: Type, nullable: bool, default: Option<Expr>) -> PropertySpec {
    PropertySpec {
        ty,
        nullable,
        default,
    }
}

fn events(ids: &[&DdlEvent]) -> BTreeSet<EventId> {
    ids.iter().map(|event| event.id()).collect()
}

fn born(depends_on: BTreeSet<EventId>, change: Change) -> DdlEvent {
    let object = change.born().unwrap_or_else(|| ObjectId::of(b"none"));
    DdlEvent::new(object, depends_on, change)
}

/// One history with an event of every kind.
pub(super) fn history() -> Vec<DdlEvent> {
    let nothing = BTreeSet::new;
    let node = |name: &str, past: BTreeSet<EventId>| {
        let key = spec(Type::Int64, false, None);
        let change = Change::CreateNodeTable {
            name: name.into(),
            key_name: "id".into(),
            key,
            past: past.clone(),
        };
        born(past, change)
    };
    let person = node("Person", nothing());
    let city = node("City", nothing());
    let lives = born(
        nothing(),
        Change::CreateEdgeTable {
            name: "LivesIn".into(),
            multiplicity: Multiplicity::ManyOne,
            storage: StorageDirection::Fwd,
            past: nothing(),
        },
    );
    let endpoints = Endpoints {
        from: person.object(),
        to: city.object(),
    };
    let pair = born(
        events(&[&lives, &person, &city]),
        Change::AddPair {
            table: lives.object(),
            endpoints,
            past: nothing(),
        },
    );
    let email = born(
        events(&[&person]),
        Change::AddProperty {
            table: person.object(),
            name: "Email".into(),
            spec: spec(Type::String, true, Some(Expr::Text("né 🦀".into()))),
            past: nothing(),
        },
    );
    let on = |event: &DdlEvent, depends_on: &[&DdlEvent], change| {
        DdlEvent::new(event.object(), events(depends_on), change)
    };
    let renamed = on(
        &person,
        &[&person],
        Change::RenameTable { to: "Human".into() },
    );
    let mail = on(
        &email,
        &[&email],
        Change::RenameProperty { to: "mail".into() },
    );
    let said = on(
        &person,
        &[&person],
        Change::CommentOnTable {
            text: Some("All of us.".into()),
        },
    );
    let unsaid = on(&email, &[&email], Change::CommentOnProperty { text: None });
    let dropped = on(&email, &[&mail, &unsaid], Change::DropProperty);
    let restored = on(&email, &[&dropped], Change::RestoreProperty);
    let unpaired = on(&pair, &[&pair], Change::DropPair);
    let gone = on(&city, &[&city, &unpaired], Change::DropTable);
    let back = on(&city, &[&gone], Change::RestoreTable);
    let again = node("City", events(&[&gone]));
    let newer = on(
        &city,
        &[&gone],
        Change::Unknown {
            kind: 300,
            body: vec![0, 255],
        },
    );
    vec![
        person, city, lives, pair, email, renamed, mail, said, unsaid, dropped, restored, unpaired,
        gone, back, again, newer,
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn lines(events: &[DdlEvent], want: &Expect) {
    let mut out = String::new();
    for event in events {
        let bytes = event.encode();
        let word = event.change().word();
        let _ = writeln!(
            out,
            "{word}\n  id {}\n  object {}",
            event.id(),
            event.object()
        );
        let _ = writeln!(out, "  {}", hex(&bytes));
        assert_eq!(DdlEvent::decode(&bytes).as_ref(), Ok(event));
        assert_eq!(bytes[0], ENCODING_VERSION);
    }
    want.assert_eq(&out);
}

#[test]
fn every_kind() {
    lines(
        &history(),
        &expect![[r#"
        create node table
          id cbaa44aaaa24fb3f98b559a96c0d04ef58bf4da1515d3fb88d2f98f881f6f180
          object ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e3
          0101ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e3000e06506572736f6e02696404000000
        create node table
          id 0fa1831ea796e8341bd9444c34c85315c740540ba91923868ab287cf424d9205
          object a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd2971
          0101a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd2971000c044369747902696404000000
        create rel table
          id 28a421722d3e094c1314e5d1f7299fc1fbfedbb56b9cbb982d1e012b3c78d6a4
          object 00446db6856198600ff3fd7f0993ac46cc4985e7555e9c09d309895f97e4ef69
          010200446db6856198600ff3fd7f0993ac46cc4985e7555e9c09d309895f97e4ef69000b074c69766573496e010100
        add pair
          id eb4d58e7a5ce30685395b300b6cd87c4e490b1d9b2ec8452a0166154caccf3a9
          object c1c1cf28ceee3f6f7de5862ec0189b5b0664a4c4bb0b7e6c8c5436ede971806d
          010ac1c1cf28ceee3f6f7de5862ec0189b5b0664a4c4bb0b7e6c8c5436ede971806d030fa1831ea796e8341bd9444c34c85315c740540ba91923868ab287cf424d920528a421722d3e094c1314e5d1f7299fc1fbfedbb56b9cbb982d1e012b3c78d6a4cbaa44aaaa24fb3f98b559a96c0d04ef58bf4da1515d3fb88d2f98f881f6f1806100446db6856198600ff3fd7f0993ac46cc4985e7555e9c09d309895f97e4ef69ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e3a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd297100
        add property
          id d19511d67d0745485c607bbd1fc23175246bd3cc0933037bd56ff08c21539e42
          object e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec8
          0106e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec801cbaa44aaaa24fb3f98b559a96c0d04ef58bf4da1515d3fb88d2f98f881f6f18034ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e305456d61696c0c010103086ec3a920f09fa68000
        rename table
          id 79d4660155c4e7a83c2fcfb1de031be11503ce5cd1cf8519c4338eeb7224374e
          object ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e3
          0105ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e301cbaa44aaaa24fb3f98b559a96c0d04ef58bf4da1515d3fb88d2f98f881f6f180060548756d616e
        rename property
          id 89cb5734229bb4f59bbb17ce4cb7c7c99173c56fc58aea592cae66932ab20e5a
          object e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec8
          0109e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec801d19511d67d0745485c607bbd1fc23175246bd3cc0933037bd56ff08c21539e4205046d61696c
        comment on table
          id c1b68f96462b20b922896bb58d52c4aea93ef799bbc1221bfc202f114e44b51b
          object ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e3
          010cae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e301cbaa44aaaa24fb3f98b559a96c0d04ef58bf4da1515d3fb88d2f98f881f6f1800c010a416c6c206f662075732e
        comment on property
          id 260b6a09b22650f94978bf97527e1f767a91663ae9222f8299e141177b49dc5b
          object e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec8
          010de1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec801d19511d67d0745485c607bbd1fc23175246bd3cc0933037bd56ff08c21539e420100
        drop property
          id 4341bc80962105fd728ddacae6ecccecab9fc135dfbcb1d5bfbfe546958663be
          object e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec8
          0107e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec802260b6a09b22650f94978bf97527e1f767a91663ae9222f8299e141177b49dc5b89cb5734229bb4f59bbb17ce4cb7c7c99173c56fc58aea592cae66932ab20e5a00
        restore property
          id fd139083abc9cee2a4204595cc9b6c5c3898f4df24856ff14e5f14b880e074da
          object e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec8
          0108e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec8014341bc80962105fd728ddacae6ecccecab9fc135dfbcb1d5bfbfe546958663be00
        drop pair
          id 5739fcc8b7a5c01c6649d33eea00faaf5b84af0499721671663803066fc4c846
          object c1c1cf28ceee3f6f7de5862ec0189b5b0664a4c4bb0b7e6c8c5436ede971806d
          010bc1c1cf28ceee3f6f7de5862ec0189b5b0664a4c4bb0b7e6c8c5436ede971806d01eb4d58e7a5ce30685395b300b6cd87c4e490b1d9b2ec8452a0166154caccf3a900
        drop table
          id 15b5d098e2b40b5d6dff85bee71889c64cd4363b3b3600ae6a03afa66ff2586e
          object a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd2971
          0103a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd2971020fa1831ea796e8341bd9444c34c85315c740540ba91923868ab287cf424d92055739fcc8b7a5c01c6649d33eea00faaf5b84af0499721671663803066fc4c84600
        restore table
          id f2dff09fcb7bc2094f8abf7ee2717111988c09972b6a53f842de356f2f040441
          object a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd2971
          0104a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd29710115b5d098e2b40b5d6dff85bee71889c64cd4363b3b3600ae6a03afa66ff2586e00
        create node table
          id 54a69413d0c21739978b27f351ca1692f086686c30b0f90e0c7e96bf89a45f5a
          object 8d7e84dba0140d2cc51a5560932ddbecee16b8c0dac1aa6f377e9fb01588dccb
          01018d7e84dba0140d2cc51a5560932ddbecee16b8c0dac1aa6f377e9fb01588dccb0115b5d098e2b40b5d6dff85bee71889c64cd4363b3b3600ae6a03afa66ff2586e2c04436974790269640400000115b5d098e2b40b5d6dff85bee71889c64cd4363b3b3600ae6a03afa66ff2586e
        unknown
          id f93ed4e4604901f36f6f1724e4b948e44995cfeeb3bb54c1e53295afe9237901
          object a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd2971
          01ac02a3554270f14def76bfed9ca3d0727c14ed15cf853627e240f8cb1b4d7cbd29710115b5d098e2b40b5d6dff85bee71889c64cd4363b3b3600ae6a03afa66ff2586e0200ff
    "#]],
    );
}

/// The kinds that came later.
#[test]
fn indexes_and_sequences() {
    let first = history();
    let (person, email) = (&first[0], &first[4]);
    let options = [("metric", "l2"), ("mu", "30")];
    let spec = IndexSpec {
        kind: IndexKind::Vector,
        properties: vec![email.object()],
        options: options
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into(),
    };
    let index = |spec: IndexSpec, past: BTreeSet<EventId>| {
        let mut depends_on = events(&[person, email]);
        depends_on.extend(&past);
        let (table, name) = (person.object(), "Near".to_owned());
        let change = Change::CreateIndex {
            table,
            name,
            spec,
            past,
        };
        born(depends_on, change)
    };
    let near = index(spec.clone(), BTreeSet::new());
    let drop = DdlEvent::new(near.object(), events(&[&near]), Change::DropIndex);
    let words = IndexSpec {
        kind: IndexKind::FullText,
        options: Default::default(),
        ..spec
    };
    let again = index(words, events(&[&drop]));
    let spec = SequenceSpec {
        start: 5,
        increment: -2,
        min: i64::MIN,
        max: 5,
        cycle: true,
    };
    let (name, past) = ("order_no".to_owned(), BTreeSet::new());
    let sequence = born(BTreeSet::new(), Change::CreateSequence { name, spec, past });
    let gone = DdlEvent::new(
        sequence.object(),
        events(&[&sequence]),
        Change::DropSequence,
    );
    lines(
        &[near, drop, again, sequence, gone],
        &expect![[r#"
        create index
          id 50cb46194012facf21ae9c28c6f549a0f9a4fe444e0eb38f79c1dc0a8ef2e7c1
          object 014c39efac299fd383b713421b1f8ff3984e838ef21c776b6ef78d39bb809ad2
          0114014c39efac299fd383b713421b1f8ff3984e838ef21c776b6ef78d39bb809ad202cbaa44aaaa24fb3f98b559a96c0d04ef58bf4da1515d3fb88d2f98f881f6f180d19511d67d0745485c607bbd1fc23175246bd3cc0933037bd56ff08c21539e4259ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e3044e6561720101e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec802066d6574726963026c32026d7502333000
        drop index
          id fc16d16d450b3109ca52945f810afa7842b7c361960c0f9fd1b8b410e1b1ccb2
          object 014c39efac299fd383b713421b1f8ff3984e838ef21c776b6ef78d39bb809ad2
          0115014c39efac299fd383b713421b1f8ff3984e838ef21c776b6ef78d39bb809ad20150cb46194012facf21ae9c28c6f549a0f9a4fe444e0eb38f79c1dc0a8ef2e7c100
        create index
          id 26fa2d4270fbc9a93414ace5f94f792da6b6d89b48531d05d3c8a65cf6d40226
          object 1bd5afe48650b1862e986b25ad47d3be4d054f9bafd577deb326e94288522116
          01141bd5afe48650b1862e986b25ad47d3be4d054f9bafd577deb326e9428852211603cbaa44aaaa24fb3f98b559a96c0d04ef58bf4da1515d3fb88d2f98f881f6f180d19511d67d0745485c607bbd1fc23175246bd3cc0933037bd56ff08c21539e42fc16d16d450b3109ca52945f810afa7842b7c361960c0f9fd1b8b410e1b1ccb269ae5b6a30e6301005a0d92962d41ba709b1378fc4d7dc4e286fbeaf0ef706a7e3044e6561720001e1f26549b24e4ea1a6024ea266ed0e7ee91f189888b0fbdc043098f300d29ec80001fc16d16d450b3109ca52945f810afa7842b7c361960c0f9fd1b8b410e1b1ccb2
        create sequence
          id 6203876ebbcb70996435a4bf2413e87ea295a0397e8efc22a19e6f89e6ab6b1e
          object 04fe5e0cb422d0f069dd1df0d7e46f2c4020a9e27c21aca94288cc2114c6a73a
          011604fe5e0cb422d0f069dd1df0d7e46f2c4020a9e27c21aca94288cc2114c6a73a0018086f726465725f6e6f0a03ffffffffffffffffff010a0100
        drop sequence
          id 13686a12b8d691c9c2fa3ce68f80822a9dd9c8184a876a1fd50bddab0293c984
          object 04fe5e0cb422d0f069dd1df0d7e46f2c4020a9e27c21aca94288cc2114c6a73a
          011704fe5e0cb422d0f069dd1df0d7e46f2c4020a9e27c21aca94288cc2114c6a73a016203876ebbcb70996435a4bf2413e87ea295a0397e8efc22a19e6f89e6ab6b1e00
    "#]],
    );
}

#[test]
fn the_fingerprint_of_a_schema() {
    let history = history();
    let fold = crate::fold::Fold::of(&history);
    expect!["90340e5649102a90dfbab0be866615386e753d7decb7a7c18e87ffefc3cc4575"]
        .assert_eq(&fold.schema().fingerprint().to_string());
    expect!["e0180fd03eb2a632d6edf4b7d8e373e540a4b170d1d2e35cad74e5eaad9126f3"]
        .assert_eq(&crate::schema::Schema::default().fingerprint().to_string());
}

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

/// What peers must agree on without talking: who an object is.
#[test]
fn identities() {
    let past = BTreeSet::from([EventId::of(b"past")]);
    let id = |kind, name: &str, past: &BTreeSet<EventId>| birth(kind, None, &Key::new(name), past);
    let nothing = BTreeSet::new();
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
        id(ObjectKind::NodeTable, "a", &past)
    );
    expect!["0d09185ce1536c426e7097f29141d3175a45fe1f98f454e49bc4bc47ce41bb1b"]
        .assert_eq(&id(ObjectKind::NodeTable, "Person", &past).to_string());
}

/// Kinds that came later.
#[test]
fn a_purge() {
    let of = EventId::of(b"dropped");
    let event = DdlEvent::new(
        ObjectId::of(b"property"),
        BTreeSet::from([of]),
        Change::Purge { of },
    );
    assert_eq!(DdlEvent::decode(&event.encode()), Ok(event.clone()));
    expect!["257be31d596d469b495566ccfecb0371a66472b6e9f58a7da95ea274126407c9 01188b239c609f6cdb6ff5ba83aedd148886885fc96cab5da86cfe86c64f432031b201193d575d0fdc39ca06b1a8f2059d4d8a99fd85f47a1b01c54f6568586dac186520193d575d0fdc39ca06b1a8f2059d4d8a99fd85f47a1b01c54f6568586dac1865"].assert_eq(&format!("{} {}", event.id(), hex(&event.encode())));
}

/// What a change of type says of rows whose cast fails.
#[test]
fn changes_of_type() {
    let object = ObjectId::of(b"a property");
    let event = |cast: Option<&str>, on_fail| {
        let cast = cast.map(|text| Expr::parse_cast(text).expect("a cast"));
        let ty = Type::Int32;
        let change = Change::SetType { ty, cast, on_fail };
        DdlEvent::new(object, BTreeSet::new(), change)
    };
    lines(
        &[
            event(None, OnFail::Abort),
            event(Some("CAST(old AS INT32)"), OnFail::Null),
            event(Some("old"), OnFail::Use(Expr::Int(-1))),
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

/// The event of a function names it.
#[test]
fn a_change_of_type_by_a_function() {
    let event = |function: &str| {
        let change = Change::SetTypeBy {
            ty: Type::Int64,
            function: function.to_owned(),
            on_fail: OnFail::Null,
        };
        DdlEvent::new(ObjectId::of(b"a property"), BTreeSet::new(), change)
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
    let object = ObjectId::of(b"an object");
    let known = BTreeSet::from([EventId::of(b"its birth")]);
    let changes = [
        Change::SetDefault { default: None },
        Change::SetDefault {
            default: Some(Expr::Text("it's".into())),
        },
        Change::SetNullable { nullable: true },
        Change::SetKey {
            key: ObjectId::of(b"a property"),
        },
        Change::SetMultiplicity {
            multiplicity: Multiplicity::OneMany,
        },
        Change::SetStorage {
            storage: StorageDirection::Fwd,
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
