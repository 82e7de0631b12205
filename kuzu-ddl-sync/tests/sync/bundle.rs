//! Bundles: files of any origin and in any state.

use std::collections::BTreeSet;

use expect_test::expect;
use kuzu_ddl_core::event::{Change, DdlEvent, ObjectId};
use kuzu_ddl_sync::{Attestation, Bundle, BundleError, BundleReader, EventLog, Output, SpaceId};

use crate::fixture::{Random, SPACE, outcome, peer, random_events};

fn space() -> SpaceId {
    SpaceId::from_name(SPACE)
}

fn log(count: usize) -> EventLog {
    EventLog::from_events(random_events(
        Default::default(),
        count,
        &mut Random(count as u64),
    ))
    .0
}

fn new_events(outputs: &[Output]) -> usize {
    let events = outputs.iter().map(|output| match output {
        Output::Events(events) => events.len(),
        _ => 0,
    });
    events.sum()
}

#[test]
fn a_bundle_delivers_missing_events_once() {
    let all = log(300);
    let mut receiver = peer(0);
    let first: Vec<_> = all.events().take(100).cloned().collect();
    receiver.publish(0, first).expect("events");
    let bundle = Bundle::since(&all, receiver.log().frontier());
    assert_eq!(bundle.events.len(), 200);
    let bytes = bundle.encode(&space());
    assert!(bytes.len() < 200 * 60, "{} bytes", bytes.len());
    for (round, expected) in [200, 0, 0].into_iter().enumerate() {
        let read = Bundle::decode(&bytes, &space()).expect("a bundle");
        assert_eq!(read, bundle);
        let outputs = receiver.import(round as u64, read.events, read.attestations);
        assert_eq!(new_events(&outputs), expected);
    }
    assert_eq!(outcome(receiver.log()), outcome(&all));
    assert_eq!(receiver.log().digest(), all.digest());
}

#[test]
fn a_bundle_waits_for_the_dependencies_of_its_events() {
    let all = log(100);
    let events: Vec<_> = all.events().cloned().collect();
    let bundle = |events: &[DdlEvent]| Bundle {
        events: events.to_vec(),
        attestations: Vec::new(),
    };
    let mut receiver = peer(0);
    for part in [&events[60..], &events[30..60], &events[..30]] {
        let bytes = bundle(part).encode(&space());
        let read = Bundle::decode(&bytes, &space()).expect("a bundle");
        receiver.import(0, read.events, read.attestations);
    }
    assert_eq!(receiver.log().digest(), all.digest());
    assert_eq!(receiver.waiting_count(), 0);
}

#[test]
fn a_truncated_or_modified_bundle_is_rejected() {
    let bytes = Bundle::new(&log(40), &BTreeSet::new()).encode(&space());
    for end in 0..bytes.len() {
        assert!(
            Bundle::decode(&bytes[..end], &space()).is_err(),
            "truncated at {end}"
        );
    }
    for at in 0..bytes.len() {
        for bit in [0x01, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert!(
                Bundle::decode(&changed, &space()).is_err(),
                "modified at {at}"
            );
        }
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(Bundle::decode(&longer, &space()), Err(BundleError::Damaged));
    assert_eq!(
        Bundle::decode(&bytes, &SpaceId::from_name("other")),
        Err(BundleError::Space)
    );
    assert_eq!(
        Bundle::decode(b"PK\x03\x04 something else", &space()),
        Err(BundleError::NotABundle)
    );
    let mut newer = bytes;
    newer[8] = 2;
    assert_eq!(
        Bundle::decode(&newer, &space()),
        Err(BundleError::Version(2))
    );
}

/// A checksum is no proof of origin: an adversary can compute it.
#[test]
fn a_malicious_bundle_with_a_valid_checksum_is_rejected() {
    let with_checksum = |body: &[u8]| {
        let mut bytes = b"KDDLSYNC\x01".to_vec();
        bytes.extend(space().as_bytes());
        bytes.extend(body);
        let checksum = blake3::hash(&bytes);
        bytes.extend(&checksum.as_bytes()[..16]);
        bytes
    };
    assert!(Bundle::decode(&with_checksum(&[0, 0]), &space()).is_ok());
    for body in [
        &[][..],
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[1, 0xff, 0xff, 0x03],
        &[1, 2, 1, 0],
        &[0, 0xff, 0xff, 0x7f],
        &[0, 0, 0],
        &[2, 5, 1, 0, 0, 1, 0],
    ] {
        assert!(
            Bundle::decode(&with_checksum(body), &space()).is_err(),
            "{body:?}"
        );
    }
    let injection = "x` ; DROP TABLE Person; //".to_owned();
    let event = DdlEvent::new(
        ObjectId::hash_of(b"x"),
        [].into(),
        Change::RenameTable { to: injection },
    );
    let bundle = Bundle {
        events: vec![event],
        attestations: Vec::new(),
    };
    assert!(matches!(
        Bundle::decode(&bundle.encode(&space()), &space()),
        Err(BundleError::Pack(_))
    ));
}

#[test]
fn a_bundle_contains_the_attestations_of_its_events() {
    let all = log(5);
    let event = all.events().next().expect("an event").id();
    let mut bundle = Bundle::new(&all, &BTreeSet::new());
    let attestation = Attestation {
        event,
        bytes: b"by a".to_vec(),
    };
    let stray = Attestation {
        event: kuzu_ddl_core::event::EventId::hash_of(b"?"),
        bytes: Vec::new(),
    };
    bundle.attestations = vec![attestation.clone(), stray];
    let read = Bundle::decode(&bundle.encode(&space()), &space()).expect("a bundle");
    let mut receiver = peer(0);
    let outputs = receiver.import(0, read.events, read.attestations);
    // Attestations of unknown events are discarded.
    assert!(outputs.contains(&Output::Attestations(vec![attestation.clone()])));
    assert_eq!(receiver.attestations(event), [attestation]);
}

/// Files stay readable permanently. Never update the expected value.
#[test]
fn golden_bytes() {
    let change = Change::RenameTable {
        to: "Human".to_owned(),
    };
    let event = DdlEvent::new(ObjectId::hash_of(b"x"), [].into(), change);
    let attestation = Attestation {
        event: event.id(),
        bytes: b"by a".to_vec(),
    };
    let bundle = Bundle {
        events: vec![event],
        attestations: vec![attestation],
    };
    let bytes = bundle.encode(&space());
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    expect!["4b44444c53594e430111942d3d9d96f1743abfec62391f59ca0131010020286901992e4d53caf14386ca43e7b0fdd70d6740eece82e9a392094a5153f85a0d010301050505000048756d616e01c14abd12d3a586731689978e4b160c4420b02ce0c5541955078c4e9c56c0a39e0462792061f6e4dfd4f532f527fde5180fb8b05b16"].assert_eq(&hex);
    assert_eq!(Bundle::decode(&bytes, &space()), Ok(bundle));
}

/// A few kilobytes that claim to be, or are, many megabytes are refused before they are in memory;
/// the limit is an argument.
#[test]
fn a_bundle_that_expands_beyond_the_limit_is_refused() {
    let change = Change::CreateNodeTable {
        name: "Person".to_owned(),
        key_name: "id".to_owned(),
        key: crate::fixture::spec(kuzu_ddl_core::schema::Type::Int64),
        predecessors: [].into(),
    };
    let object = change.created_object().expect("a table");
    let birth = DdlEvent::new(object, [].into(), change);
    let count = 1_000_000;
    let bomb = Bundle {
        events: vec![birth.clone(); count],
        attestations: Vec::new(),
    };
    let bytes = bomb.encode(&space());
    assert!(bytes.len() < 128 * 1024, "{} bytes", bytes.len());
    let limit = 1 << 20;
    let refused = Err(BundleError::ContentTooLarge(limit));
    // Refused for what it claims, before anything is decoded.
    assert_eq!(
        BundleReader::new(&bytes, &space(), limit).map(drop),
        refused.clone().map(drop)
    );
    assert_eq!(Bundle::decode_within(&bytes, &space(), limit), refused);
    // Refused for what it holds: the claim is lower than the content.
    let content = count * birth.encoded_len();
    let claimed_only = content / 2;
    let mut reader = BundleReader::new(&bytes, &space(), claimed_only).expect("a lower claim");
    let read = reader.by_ref().take_while(Result::is_ok).count();
    assert!(read < 4, "{read} packs");
    assert_eq!(
        reader.into_attestations(),
        Err(BundleError::ContentTooLarge(claimed_only))
    );
    // Within the limit it is read, pack by pack.
    let mut reader = BundleReader::new(&bytes, &space(), content + 64).expect("a bundle");
    let events: usize = reader
        .by_ref()
        .map(|pack| pack.expect("a pack").len())
        .sum();
    assert_eq!(events, count);
    assert_eq!(reader.into_attestations(), Ok(Vec::new()));
    let error = BundleError::ContentTooLarge(limit).to_string();
    assert!(error.contains("\nhelp: raise the limit"), "{error}");
}
