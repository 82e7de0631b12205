//! Events with the bytes and ids that they have had since they were first encoded.
//!
//! Every version on every machine must produce the same: never fix a failing test here by updating
//! its values.

mod values;

use std::fmt::Write;

use expect_test::{Expect, expect};

use crate::event::*;
use crate::schema::{
    Expr, Float, IndexKind, Multiplicity, NameKey, Operator, StorageDirection, StructField, Type,
};

fn spec(ty: Type, nullable: bool, default: Option<Expr>) -> PropertySpec {
    PropertySpec {
        ty,
        nullable,
        default,
    }
}

fn events(ids: &[&DdlEvent]) -> Dependencies {
    ids.iter().map(|event| event.id()).collect()
}

fn creation(depends_on: Dependencies, change: Change) -> DdlEvent {
    let object = change
        .created_object()
        .unwrap_or_else(|| ObjectId::hash_of(b"none"));
    DdlEvent::new(object, depends_on, change)
}

/// One history with an event of every kind of the first version.
pub(super) fn history() -> Vec<DdlEvent> {
    let nothing = Dependencies::default;
    let node = |name: &str, predecessors: Dependencies| {
        let key = spec(Type::Int64, false, None);
        let change = Change::CreateNodeTable {
            name: name.into(),
            key_name: "id".into(),
            key,
            predecessors: predecessors.clone(),
        };
        creation(predecessors, change)
    };
    let person = node("Person", nothing());
    let city = node("City", nothing());
    let lives_in = creation(
        nothing(),
        Change::CreateEdgeTable {
            name: "LivesIn".into(),
            multiplicity: Multiplicity::ManyOne,
            storage: StorageDirection::Forward,
            predecessors: nothing(),
        },
    );
    let endpoints = Endpoints {
        from: person.object(),
        to: city.object(),
    };
    let pair = creation(
        events(&[&lives_in, &person, &city]),
        Change::AddPair {
            table: lives_in.object(),
            endpoints,
            predecessors: nothing(),
        },
    );
    let email = creation(
        events(&[&person]),
        Change::AddProperty {
            table: person.object(),
            name: "Email".into(),
            spec: spec(Type::String, true, Some(Expr::Text("né 🦀".into()))),
            predecessors: nothing(),
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
    let commented = on(
        &person,
        &[&person],
        Change::CommentOnTable {
            text: Some("All of us.".into()),
        },
    );
    let uncommented = on(&email, &[&email], Change::CommentOnProperty { text: None });
    let dropped = on(&email, &[&mail, &uncommented], Change::DropProperty);
    let restored = on(&email, &[&dropped], Change::RestoreProperty);
    let unpaired = on(&pair, &[&pair], Change::DropPair);
    let dropped_city = on(&city, &[&city, &unpaired], Change::DropTable);
    let back = on(&city, &[&dropped_city], Change::RestoreTable);
    let again = node("City", events(&[&dropped_city]));
    let newer = on(
        &city,
        &[&dropped_city],
        Change::Unknown {
            kind: 300,
            body: vec![0, 255],
        },
    );
    vec![
        person,
        city,
        lives_in,
        pair,
        email,
        renamed,
        mail,
        commented,
        uncommented,
        dropped,
        restored,
        unpaired,
        dropped_city,
        back,
        again,
        newer,
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
        let word = event.change().as_str();
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
              id 1533a038501fa84d07f4fb972e9ed50b3b7042fc7dc12f44226de96b0f3795ec
              object 1f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e
              01011f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e000e06506572736f6e02696404000000
            create node table
              id 6859b714c4aa201fc9ad89f80ef266fae0da3adbe2290fec300fa8598f706688
              object 2f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a
              01012f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a000c044369747902696404000000
            create rel table
              id 28a421722d3e094c1314e5d1f7299fc1fbfedbb56b9cbb982d1e012b3c78d6a4
              object 00446db6856198600ff3fd7f0993ac46cc4985e7555e9c09d309895f97e4ef69
              010200446db6856198600ff3fd7f0993ac46cc4985e7555e9c09d309895f97e4ef69000b074c69766573496e010100
            add pair
              id bf0862558ce74e4cf1700f006fc24f7af935ba514330afdda37edac3692180a7
              object 42720bc10fdfd83c94f7463a34c330e1154093572bab6d5773843c19c0143cd9
              010a42720bc10fdfd83c94f7463a34c330e1154093572bab6d5773843c19c0143cd9031533a038501fa84d07f4fb972e9ed50b3b7042fc7dc12f44226de96b0f3795ec28a421722d3e094c1314e5d1f7299fc1fbfedbb56b9cbb982d1e012b3c78d6a46859b714c4aa201fc9ad89f80ef266fae0da3adbe2290fec300fa8598f7066886100446db6856198600ff3fd7f0993ac46cc4985e7555e9c09d309895f97e4ef691f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e2f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a00
            add property
              id 46f54415fc95c3ab77827bdcbbe85b2f66f897bc51f6fdf2946a822b8d8cd576
              object b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b2310
              0106b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b2310011533a038501fa84d07f4fb972e9ed50b3b7042fc7dc12f44226de96b0f3795ec341f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e05456d61696c0c010103086ec3a920f09fa68000
            rename table
              id 47358ed62d73aa1f14c839c21dc4d21e869b74ead14c70e47607cc30e14a4fe0
              object 1f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e
              01051f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e011533a038501fa84d07f4fb972e9ed50b3b7042fc7dc12f44226de96b0f3795ec060548756d616e
            rename property
              id a79635eda9151b5afb0113dd475b484d96273c3cda1fbf3e95aefab6963ef811
              object b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b2310
              0109b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b23100146f54415fc95c3ab77827bdcbbe85b2f66f897bc51f6fdf2946a822b8d8cd57605046d61696c
            comment on table
              id 4e3a7b222652f8abd962718e0c262249eda992e2d9b8d2109a7584bef8f46f9b
              object 1f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e
              010c1f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e011533a038501fa84d07f4fb972e9ed50b3b7042fc7dc12f44226de96b0f3795ec0c010a416c6c206f662075732e
            comment on property
              id e4a1e93b0461b9c12ec2283f6384c735595ef297d6f2bec18dd0c4b0f3419324
              object b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b2310
              010db3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b23100146f54415fc95c3ab77827bdcbbe85b2f66f897bc51f6fdf2946a822b8d8cd5760100
            drop property
              id 411a52dde06884ca7ea6d1731aba4e38f8ed0a11528a90fa820820ad21b016ab
              object b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b2310
              0107b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b231002a79635eda9151b5afb0113dd475b484d96273c3cda1fbf3e95aefab6963ef811e4a1e93b0461b9c12ec2283f6384c735595ef297d6f2bec18dd0c4b0f341932400
            restore property
              id a564d4caf6b67c140ae6a0f1e2ae43aeb810c7132e236710eca906a827e2d2a9
              object b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b2310
              0108b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b231001411a52dde06884ca7ea6d1731aba4e38f8ed0a11528a90fa820820ad21b016ab00
            drop pair
              id 7c385076c99d05eec5db2888c900061bee2d7842d7bfcb6fd84d47ba056fdf88
              object 42720bc10fdfd83c94f7463a34c330e1154093572bab6d5773843c19c0143cd9
              010b42720bc10fdfd83c94f7463a34c330e1154093572bab6d5773843c19c0143cd901bf0862558ce74e4cf1700f006fc24f7af935ba514330afdda37edac3692180a700
            drop table
              id 9601e5ea48ab5ae53db97683d12f1bff3d492e4a8465284ab94b9b7825bb5cad
              object 2f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a
              01032f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a026859b714c4aa201fc9ad89f80ef266fae0da3adbe2290fec300fa8598f7066887c385076c99d05eec5db2888c900061bee2d7842d7bfcb6fd84d47ba056fdf8800
            restore table
              id 59027d8367b2ad08000636606da70b66bdc2301c22d0340fe74b693f5534eb11
              object 2f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a
              01042f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a019601e5ea48ab5ae53db97683d12f1bff3d492e4a8465284ab94b9b7825bb5cad00
            create node table
              id 3d5df2a11143d9a75483678e58eebdcf3f1baa4a0fd80b83afb1ac52e7c5dc9a
              object 357ffb3c1e4085f866d664a18dbe8027d11d5d534e6b778c8b85cae680979002
              0101357ffb3c1e4085f866d664a18dbe8027d11d5d534e6b778c8b85cae680979002019601e5ea48ab5ae53db97683d12f1bff3d492e4a8465284ab94b9b7825bb5cad2c0443697479026964040000019601e5ea48ab5ae53db97683d12f1bff3d492e4a8465284ab94b9b7825bb5cad
            unknown
              id 9236c5e5b7b1d4ac5523e02450bc16c370bac31867a5907fad14d2c7309740f3
              object 2f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a
              01ac022f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a019601e5ea48ab5ae53db97683d12f1bff3d492e4a8465284ab94b9b7825bb5cad0200ff
        "#]],
    );
}

/// The kinds that were added later.
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
    let index = |spec: IndexSpec, predecessors: Dependencies| {
        let near = events(&[person, email]);
        let depends_on = near.iter().chain(&predecessors).copied().collect();
        let (table, name) = (person.object(), "Near".to_owned());
        let change = Change::CreateIndex {
            table,
            name,
            spec,
            predecessors,
        };
        creation(depends_on, change)
    };
    let near = index(spec.clone(), Dependencies::default());
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
    let (name, predecessors) = ("order_no".to_owned(), Dependencies::default());
    let sequence = creation(
        Dependencies::default(),
        Change::CreateSequence {
            name,
            spec,
            predecessors,
        },
    );
    let dropped_city = DdlEvent::new(
        sequence.object(),
        events(&[&sequence]),
        Change::DropSequence,
    );
    lines(
        &[near, drop, again, sequence, dropped_city],
        &expect![[r#"
            create index
              id 85a5daf3db6098b7d0076840b61f110d56ceeba6f120e987b5b5c23532fd98bd
              object c075b305aff0abbf260ae966f460f627ade505c601edf3229a9e55e1f0c9562b
              0114c075b305aff0abbf260ae966f460f627ade505c601edf3229a9e55e1f0c9562b021533a038501fa84d07f4fb972e9ed50b3b7042fc7dc12f44226de96b0f3795ec46f54415fc95c3ab77827bdcbbe85b2f66f897bc51f6fdf2946a822b8d8cd576591f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e044e6561720101b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b231002066d6574726963026c32026d7502333000
            drop index
              id c188d5a8bca128876e4f781549f07cfe970bb648a26177b271f023d036a93510
              object c075b305aff0abbf260ae966f460f627ade505c601edf3229a9e55e1f0c9562b
              0115c075b305aff0abbf260ae966f460f627ade505c601edf3229a9e55e1f0c9562b0185a5daf3db6098b7d0076840b61f110d56ceeba6f120e987b5b5c23532fd98bd00
            create index
              id d9b684bf2e178219388d05031bb81448e286a63bd7260089a1d112be58258eec
              object 2929fc0ad8a9b046a5ef55efcc2e05ef3d8b1022e99a4a1b054142ea28a04f4d
              01142929fc0ad8a9b046a5ef55efcc2e05ef3d8b1022e99a4a1b054142ea28a04f4d031533a038501fa84d07f4fb972e9ed50b3b7042fc7dc12f44226de96b0f3795ec46f54415fc95c3ab77827bdcbbe85b2f66f897bc51f6fdf2946a822b8d8cd576c188d5a8bca128876e4f781549f07cfe970bb648a26177b271f023d036a93510691f2ba2627475b0538eb7f1762cdeffe0b1e1c67103af64b9b895675d3893e36e044e6561720001b3566c1c7ab7f55120c73e4d5946e5edbfcd917288da0cea700b69dc0d9b23100001c188d5a8bca128876e4f781549f07cfe970bb648a26177b271f023d036a93510
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
    let fold = crate::fold::Fold::from_events(&history);
    expect!["4f3abc2fe910a3a3df5dbe8b795a08209f34016d1b68fd5b13129bc425fc9c53"]
        .assert_eq(&fold.schema().fingerprint().to_string());
    expect!["e0180fd03eb2a632d6edf4b7d8e373e540a4b170d1d2e35cad74e5eaad9126f3"]
        .assert_eq(&crate::schema::Schema::default().fingerprint().to_string());
}
