//! Packs round-trip, and anything else is rejected within bounds.

use expect_test::expect;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::aspect::Aspect;
use super::super::id::{EventId, ObjectId};
use super::super::on_fail::OnFail;
use super::super::{fuzz, golden};
use super::*;
use crate::event::Change;
use crate::schema::Type;

const LIMIT: usize = 8 * 1024 * 1024;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_history_with_every_kind_comes_back() {
    let events = golden::history();
    let pack = encode(&events);
    assert_eq!(decode(&pack, LIMIT).as_ref(), Ok(&events));
    let canonical: usize = events.iter().map(DdlEvent::encoded_len).sum();
    assert!(pack.len() * 2 < canonical, "{} of {canonical}", pack.len());
    // Another order takes more bytes and decodes to the same events.
    let reversed: Vec<DdlEvent> = events.iter().rev().cloned().collect();
    assert_eq!(decode(&encode(&reversed), LIMIT), Ok(reversed));
    // A duplicate event is decoded as a duplicate.
    let twice: Vec<DdlEvent> = events.iter().chain(&events).cloned().collect();
    assert_eq!(decode(&encode(&twice), LIMIT), Ok(twice));
}

/// A pack written by any version stays readable. (The deflated size may change, so this pack is
/// stored.)
#[test]
fn golden_bytes() {
    let person = &golden::history()[..1];
    expect!["01000014010800080106020400000000506572736f6e6964"].assert_eq(&hex(&encode(person)));
    let all = inflated(&encode(&golden::history()));
    expect!["010000dd01108c01113b010602040000000001040204000000000207010100000a000e06050c0101030800020505020904020c010a020d000207010208020b0203030104020104020400000102004701ac022f0aa666a8f8c4c5d76a42313aa88f25dc2676fe666312464b4dbd02612a680a019601e5ea48ab5ae53db97683d12f1bff3d492e4a8465284ab94b9b7825bb5cad0200ff08020502020c020c0c0e100c0a05130514506572736f6e69644369747969644c69766573496e456d61696c6ec3a920f09fa68048756d616e6d61696c416c6c206f662075732e436974796964"].assert_eq(&hex(&all));
    assert_eq!(decode(&all, LIMIT), Ok(golden::history()));
}

/// Two concurrent type changes of a property, and the event that resolves the conflict.
fn resolved() -> Vec<DdlEvent> {
    let mut events = golden::history();
    let is_property = |event: &DdlEvent| matches!(event.change(), Change::AddProperty { .. });
    events.truncate(events.iter().position(is_property).expect("a property") + 1);
    let [.., property] = &events[..] else {
        panic!("a property")
    };
    let (property, heads) = (property.object(), [property.id()]);
    let set = |function: &str| {
        let change = Change::SetTypeWith {
            ty: Type::Int64,
            function: function.to_owned(),
            on_fail: OnFail::Null,
        };
        DdlEvent::new(property, heads.into(), change)
    };
    let (one, other) = (set("shop::cents"), set("shop::pence"));
    let (aspect, keep) = (Aspect::Type, other.id());
    let known: [EventId; 3] = [heads[0], one.id(), other.id()];
    let resolve = DdlEvent::new(property, known.into(), Change::Resolve { aspect, keep });
    events.extend([one, other, resolve]);
    events
}

#[test]
fn golden_bytes_of_what_settles() {
    let all = inflated(&encode(&resolved()));
    expect!["0100007508300938010602040000000001040204000000000207010100000a000e06050c0101030800021a040b01021a040b010228030b01080205020c0c0e0c0d506572736f6e69644369747969644c69766573496e456d61696c6ec3a920f09fa68073686f703a3a63656e747373686f703a3a70656e6365"].assert_eq(&hex(&all));
    assert_eq!(decode(&all, LIMIT), Ok(resolved()));
}

/// Unknown kinds are stored in full, including numbers between known ones.
#[test]
fn kinds_of_later_versions() {
    let later = |kind| {
        let body = b"what it says".to_vec();
        let change = Change::Unknown { kind, body };
        DdlEvent::new(ObjectId::hash_of(b"x"), [].into(), change)
    };
    let events: Vec<DdlEvent> = [25, 28, 39, 41, 300].map(later).into();
    let pack = encode(&events);
    assert_eq!(decode(&pack, LIMIT).as_ref(), Ok(&events));
    let whole: usize = events.iter().map(|event| event.encoded_len() + 2).sum();
    assert!(inflated(&pack).len() >= whole);
    for kind in [25, 27, 39, 41] {
        let refused = decode(&pack_of(&[kind, 0], &[0], &[], &[7; 32], 1), LIMIT);
        assert!(
            matches!(refused, Err(PackError::Event { event: 0, .. })),
            "{kind}: {refused:?}"
        );
    }
}

#[test]
fn what_is_small_stays_small() {
    let events = golden::history();
    let pack = encode(&events);
    let canonical: usize = events.iter().map(DdlEvent::encoded_len).sum();
    // Everything within the limit, to the byte.
    assert!(decode(&pack, canonical).is_ok());
    assert!(matches!(decode(&pack, 100), Err(PackError::TooLarge(100))));
    // A numbers column that expands far beyond its size: one event with a hundred thousand
    // dependencies, all of them one hash that was written once.
    let mut w = Writer::default();
    w.uint(3);
    w.uint(1);
    w.len(100_000);
    let numbers = w.finish();
    let refs = vec![1; 100_001];
    let bomb = pack_of(&numbers, &refs, &[], &[7; 32], 1);
    let refused = decode(&bomb, LIMIT);
    assert!(
        matches!(refused, Err(PackError::Event { event: 0, .. })),
        "{refused:?}"
    );
    // A deflate bomb.
    let zeros = miniz_oxide::deflate::compress_to_vec(&vec![0; 100 << 20], 9);
    let mut w = Writer::default();
    w.raw(&[PACK_VERSION, 1, 0]);
    w.len(1_000);
    let mut bomb = w.finish();
    bomb.extend(zeros);
    assert_eq!(decode(&bomb, LIMIT), Err(PackError::Damaged));
}

/// A million equal events in a few bytes count as a million, and share their memory where the limit
/// allows them.
#[test]
fn repeated_events_count_and_share_their_data() {
    let history = golden::history();
    let [birth, ..] = &history[..] else {
        panic!("an event")
    };
    let count = 100_000;
    let pack = encode(std::iter::repeat_n(birth, count));
    assert!(pack.len() < 16 * 1024, "{} bytes", pack.len());
    let canonical = count * birth.encoded_len();
    assert_eq!(
        decode(&pack, canonical - 1),
        Err(PackError::TooLarge(canonical - 1))
    );
    let events = decode(&pack, canonical).expect("within the limit");
    assert_eq!(events.len(), count);
    // The change is the same value in memory, not an equal one.
    let first = std::ptr::from_ref(events[0].change());
    assert!(
        events
            .iter()
            .all(|event| std::ptr::eq(first, event.change()))
    );
    assert!(claimed_size(&pack).is_ok_and(|size| size < canonical));
}

/// A pack assembled from raw columns.
fn pack_of(numbers: &[u8], refs: &[u8], texts: &[u8], literals: &[u8], count: usize) -> Vec<u8> {
    let mut columns = Writer::default();
    columns.len(count);
    for column in [numbers, refs, texts] {
        columns.len(column.len());
    }
    let mut columns = columns.finish();
    for column in [numbers, refs, texts] {
        columns.extend_from_slice(column);
    }
    let mut w = Writer::default();
    w.raw(&[PACK_VERSION, 0]);
    w.bytes(literals);
    w.len(columns.len());
    let mut bytes = w.finish();
    bytes.extend(columns);
    bytes
}

#[test]
fn what_no_writer_makes_is_refused() {
    for version in [0, 2, 255] {
        assert_eq!(
            decode(&[version, 0, 0, 1, 0], LIMIT),
            Err(PackError::Version(version))
        );
    }
    assert!(decode(&[], LIMIT).is_err());
    assert!(decode(&[1, 2, 0, 0], LIMIT).is_err());
    // More events than bytes.
    assert!(decode(&pack_of(&[], &[], &[], &[], usize::MAX >> 1), LIMIT).is_err());
    // An event that references itself, a later event, or nothing: cycles cannot be encoded.
    for number in [1, 2, 9, 127] {
        let refused = decode(&pack_of(&[3, 0], &[number], &[], &[], 1), LIMIT);
        assert!(
            matches!(refused, Err(PackError::Event { event: 0, .. })),
            "{refused:?}"
        );
    }
    // A kind that is not written in columns, and a mask with too many predictions.
    assert!(decode(&pack_of(&[0xac, 2, 0], &[0], &[], &[7; 32], 1), LIMIT).is_err());
    assert!(decode(&pack_of(&[3, 2], &[0], &[], &[7; 32], 1), LIMIT).is_err());
    // The same event with a valid mask.
    assert!(decode(&pack_of(&[3, 0], &[0], &[], &[7; 32], 1), LIMIT).is_ok());
    // Bytes left over in each column.
    for (numbers, refs, texts, literals) in [
        (&[3, 0, 0][..], &[0][..], &[][..], &[7; 32][..]),
        (&[3, 0], &[0, 0], &[], &[7; 32]),
        (&[3, 0], &[0], &[65], &[7; 32]),
        (&[3, 0], &[0], &[], &[7; 64]),
    ] {
        assert!(decode(&pack_of(numbers, refs, texts, literals, 1), LIMIT).is_err());
    }
}

#[test]
fn names_from_outside_are_held_to_the_rules() {
    let event = |name: &str| {
        let change = Change::RenameTable {
            to: name.to_owned(),
        };
        DdlEvent::new(ObjectId::hash_of(b"x"), [].into(), change)
    };
    assert!(decode(&encode(&[event("Fine")]), LIMIT).is_ok());
    for bad in [
        "a`; MATCH (n) DETACH DELETE n; //",
        "a.b",
        "",
        "_id\0",
        "_kuzu_ddl_ledger",
    ] {
        assert!(decode(&encode(&[event(bad)]), LIMIT).is_err(), "{bad}");
    }
}

/// Whatever decodes is the value that was encoded, in either form.
fn check(bytes: &[u8]) {
    if let Ok(events) = decode(bytes, 1 << 20) {
        for event in &events {
            assert_eq!(DdlEvent::decode(&event.encode()).as_ref(), Ok(event));
        }
        assert_eq!(decode(&encode(&events), 1 << 21), Ok(events));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn legal_events_come_back(events in vec(fuzz::event(), 0..12)) {
        let legal: Vec<DdlEvent> = events
            .into_iter()
            .filter(|event| DdlEvent::decode(&event.encode()).is_ok())
            .collect();
        prop_assert_eq!(decode(&encode(&legal), LIMIT), Ok(legal));
    }

    #[test]
    fn random_bytes(bytes in vec(any::<u8>(), 0..300), method in 0..2_u8) {
        check(&bytes);
        let mut after_head = vec![PACK_VERSION, method];
        after_head.extend(bytes);
        check(&after_head);
    }

    #[test]
    fn mutated_packs(edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4), inside in any::<bool>()) {
        let pack = encode(&golden::history());
        let mut bytes = if inside { inflated(&pack) } else { pack };
        for (index, byte, what) in edits {
            let at = index.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at.max(1)),
                _ => bytes[at] ^= 1 << (byte % 8),
            }
        }
        check(&bytes);
    }
}

/// Rewrites a pack with stored columns, so that mutations reach their content.
fn inflated(pack: &[u8]) -> Vec<u8> {
    if pack[1] == 0 {
        return pack.to_vec();
    }
    let mut r = Reader::new(&pack[2..]);
    let literals = r.bytes().expect("literals").to_vec();
    let size = r.uint().expect("a size") as usize;
    let columns =
        miniz_oxide::inflate::decompress_to_vec_with_limit(r.rest(), size).expect("columns");
    let mut w = Writer::default();
    w.raw(&[PACK_VERSION, 0]);
    w.bytes(&literals);
    w.len(size);
    let mut bytes = w.finish();
    bytes.extend(columns);
    bytes
}
