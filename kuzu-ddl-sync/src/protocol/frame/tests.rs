//! Frames: their bytes, which never change, and what is rejected.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use kuzu_ddl_core::event::{Change, DdlEvent, ObjectId, Writer, pack};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::hash_tree::HASH_BYTES;
use crate::identity::SpaceId;
use crate::limits::{MAX_FRAME_IDS, MAX_FRAME_SUBTREES};

fn space() -> SpaceId {
    SpaceId::from_name("shop")
}

fn event(n: u8) -> EventId {
    EventId::hash_of(&[n])
}

fn digest(n: u8) -> Digest {
    Digest {
        count: 300 + u64::from(n),
        root: [n; HASH_BYTES],
    }
}

fn checkpoint() -> CheckpointId {
    CheckpointId::from_bytes([9; 32])
}

/// One frame of each kind and of each form of its content.
fn frames() -> Vec<Frame> {
    let change = Change::RenameTable {
        to: "Human".to_owned(),
    };
    let rename = DdlEvent::new(ObjectId::hash_of(b"x"), [event(1)].into(), change);
    let mut hashes = [Hash::default(); 16];
    (hashes[0], hashes[15]) = ([1; HASH_BYTES], [2; HASH_BYTES]);
    let mut ids: Vec<EventId> = (0..200)
        .map(event)
        .filter(|id| id.as_bytes()[0] >> 4 == 7)
        .collect();
    ids.sort();
    vec![
        Frame::Versions(1, 3),
        Frame::Status(Status::default()),
        Frame::Status(Status {
            checkpoint: Some(checkpoint()),
            events: digest(1),
            stored: digest(2),
            wants_reply: true,
            offer: Some((checkpoint(), 70_000, 9_000)),
        }),
        Frame::Reconcile(
            None,
            vec![(Prefix::default(), Subtree::Hashes(Box::new(hashes)))],
        ),
        Frame::Reconcile(
            Some(checkpoint()),
            vec![
                (
                    Prefix::new(1, &[0x10]).expect("a prefix"),
                    Subtree::Hashes(Box::new(hashes)),
                ),
                (
                    Prefix::new(2, &[0x20]).expect("a prefix"),
                    Subtree::Ids(Vec::new()),
                ),
                (
                    Prefix::new(1, &[0x70]).expect("a prefix"),
                    Subtree::Ids(ids[..2].to_vec()),
                ),
            ],
        ),
        Frame::Events {
            push: true,
            pack: pack::encode([&rename]),
            attestations: vec![Attestation {
                event: rename.id(),
                bytes: b"by a".to_vec(),
            }],
        },
        Frame::WantEvents(vec![event(3), event(2)]),
        Frame::SetPush(false),
        Frame::WantCheckpointProof(checkpoint()),
        Frame::CheckpointProof(checkpoint(), vec![5; 40]),
        Frame::WantCheckpoint(checkpoint(), 1_000),
        Frame::Checkpoint(checkpoint(), 1_000, vec![7; 5]),
        Frame::AttestationTree(vec![(
            Prefix::new(1, &[0x70]).expect("a prefix"),
            Subtree::Ids(ids[..1].to_vec()),
        )]),
        Frame::WantAttestations(vec![event(3)]),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A peer of any version, on any machine, must produce these bytes. Never update the expected
/// values.
#[test]
fn golden_bytes() {
    let expected: [Expect; 14] = [
        expect!["000103"],
        expect![
            "010111942d3d9d96f1743abfec62391f59ca00000000000000000000000000000000000000000000000000000000000000000000000000"
        ],
        expect![
            "010111942d3d9d96f1743abfec62391f59ca010909090909090909090909090909090909090909090909090909090909090909ad0201010101010101010101010101010101ae020202020202020202020202020202020201010909090909090909090909090909090909090909090909090909090909090909f0a204a846"
        ],
        expect![
            "010211942d3d9d96f1743abfec62391f59ca0001000180010101010101010101010101010101010102020202020202020202020202020202"
        ],
        expect![
            "010211942d3d9d96f1743abfec62391f59ca0109090909090909090909090909090909090909090909090909090909090909090301100180010101010101010101010101010101010102020202020202020202020202020202022000000170000270d5122950fba915419c8681f231eb6dabb112c80f8fe298af2ff2939c27640073d50c67dbf04d83853806a23a5d7f5e2dd55218b85267fcadd908a2dd5f60b9"
        ],
        expect![
            "010311942d3d9d96f1743abfec62391f59ca0153010040286901992e4d53caf14386ca43e7b0fdd70d6740eece82e9a392094a5153f85aed84a938fe63fff68b8ba5ba15751a2d4c09e1647051c71064c5911db33cbe5f0f0104020505050101000048756d616e01f0bf9650142d0f9a57c1e584967ef29a978529897878210352a944e4905d89bd0462792061"
        ],
        expect![
            "010411942d3d9d96f1743abfec62391f59ca020bcda3c8712bb23892a7e7bb319247426bf3c9ffcb18d90516031803d834df1fd22ee38210a573b9b746c28e5492b5a70a4e54d599cb2b65039152188dff8665"
        ],
        expect!["010511942d3d9d96f1743abfec62391f59ca00"],
        expect![
            "010611942d3d9d96f1743abfec62391f59ca0909090909090909090909090909090909090909090909090909090909090909"
        ],
        expect![
            "010711942d3d9d96f1743abfec62391f59ca09090909090909090909090909090909090909090909090909090909090909092805050505050505050505050505050505050505050505050505050505050505050505050505050505"
        ],
        expect![
            "010811942d3d9d96f1743abfec62391f59ca0909090909090909090909090909090909090909090909090909090909090909e807"
        ],
        expect![
            "010911942d3d9d96f1743abfec62391f59ca0909090909090909090909090909090909090909090909090909090909090909e807050707070707"
        ],
        expect![
            "010a11942d3d9d96f1743abfec62391f59ca010170000170d5122950fba915419c8681f231eb6dabb112c80f8fe298af2ff2939c276400"
        ],
        expect![
            "010b11942d3d9d96f1743abfec62391f59ca010bcda3c8712bb23892a7e7bb319247426bf3c9ffcb18d90516031803d834df1f"
        ],
    ];
    for (frame, expected) in frames().iter().zip(expected) {
        let bytes = frame.encode(&space());
        expected.assert_eq(&hex(&bytes));
        assert_eq!(Frame::decode(&bytes, &space()).as_ref(), Ok(frame));
    }
}

#[test]
fn other_versions_kinds_and_spaces_are_rejected() {
    let status = Frame::Status(Status::default()).encode(&space());
    let with = |at: usize, byte: u8| {
        let mut bytes = status.clone();
        bytes[at] = byte;
        Frame::decode(&bytes, &space())
    };
    assert_eq!(with(0, 2), Err(FrameError::Version(2)));
    assert_eq!(with(1, 77), Err(FrameError::Kind(77)));
    assert_eq!(with(2, 0), Err(FrameError::Space));
    assert_eq!(
        Frame::decode(&status, &SpaceId::from_name("other")),
        Err(FrameError::Space)
    );
    let large = vec![1; MAX_FRAME_BYTES + 1];
    assert_eq!(
        Frame::decode(&large, &space()),
        Err(FrameError::TooLarge(large.len()))
    );
}

/// Decodes a body of a kind behind a valid head.
fn decode_body(kind: u8, body: &[u8]) -> Result<Frame, FrameError> {
    let mut w = Writer::default();
    w.raw(&[FRAME_VERSION, kind]);
    w.raw(space().as_bytes());
    w.raw(body);
    Frame::decode(&w.finish(), &space())
}

#[test]
fn claims_beyond_the_limit_are_rejected_before_allocation() {
    // Enough bytes follow to make each claim look possible.
    let claim = |before: &[u8], claimed: usize, bytes: usize| {
        let mut w = Writer::default();
        w.raw(before);
        w.len(claimed);
        w.raw(&vec![0; bytes]);
        w.finish()
    };
    for (kind, body, items) in [
        (2, claim(&[0], MAX_FRAME_SUBTREES + 1, 10_000), "subtrees"),
        (4, claim(&[], MAX_FRAME_IDS + 1, 40_000), "ids"),
        (2, claim(&[0, 1, 0, 0], MAX_FRAME_IDS + 1, 40_000), "ids"),
        (3, claim(&[0, 0], MAX_FRAME_IDS + 1, 40_000), "attestations"),
    ] {
        let rejected = decode_body(kind, &body);
        assert!(
            matches!(&rejected, Err(FrameError::TooMany(error)) if error.items == items),
            "{rejected:?}"
        );
    }
    // Claims of more than the frame contains.
    for (kind, body) in [
        (4, claim(&[], 100, 99)),
        (3, claim(&[0], usize::MAX >> 1, 10)),
        (9, claim(&[9; 33], usize::MAX >> 1, 10)),
    ] {
        assert!(matches!(
            decode_body(kind, &body),
            Err(FrameError::Malformed(_))
        ));
    }
}

#[test]
fn subtrees_must_be_sorted_and_disjoint() {
    let empty = |digits: usize, bytes: &[u8]| {
        (
            Prefix::new(digits, bytes).expect("a prefix"),
            Subtree::Ids(Vec::new()),
        )
    };
    for subtrees in [
        vec![empty(1, &[0x20]), empty(1, &[0x10])],
        vec![empty(1, &[0x10]), empty(1, &[0x10])],
        vec![empty(0, &[]), empty(1, &[0x10])],
        vec![empty(1, &[0x10]), empty(2, &[0x1f])],
    ] {
        let bytes = Frame::Reconcile(None, subtrees).encode(&space());
        assert!(Frame::decode(&bytes, &space()).is_err());
    }
    // An id that is not below its prefix, or not sorted.
    let (a, b) = (event(1), event(2));
    let not_below = Prefix::new(2, &[a.as_bytes()[0] ^ 1]).expect("a prefix");
    for (prefix, ids) in [
        (not_below, vec![a]),
        (Prefix::default(), vec![a.max(b), a.min(b)]),
        (Prefix::default(), vec![a, a]),
    ] {
        let bytes = Frame::Reconcile(None, vec![(prefix, Subtree::Ids(ids))]).encode(&space());
        let read = Frame::decode(&bytes, &space());
        // A prefix of whole bytes cannot express an id that is not below it: it decodes as another
        // id.
        assert!(
            read != Ok(Frame::Reconcile(
                None,
                vec![(not_below, Subtree::Ids(vec![a]))]
            ))
        );
        assert!(prefix.digits() > 0 || read.is_err());
    }
    // More digits than an id has, or a nonzero half byte after the digits.
    for body in [&[0, 1, 65][..], &[0, 1, 255], &[0, 1, 1, 0x11, 0, 0]] {
        let mut long = body.to_vec();
        long.extend([0; 80]);
        assert!(decode_body(2, &long).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Every frame that decodes has exactly one encoding.
    #[test]
    fn random_bodies_decode_canonically(kind in 0..12_u8, body in vec(any::<u8>(), 0..200)) {
        if let Ok(frame) = decode_body(kind, &body) {
            prop_assert_eq!(Frame::decode(&frame.encode(&space()), &space()), Ok(frame));
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Frame::decode(&bytes, &space());
    }

    #[test]
    fn mutated_frames_decode_canonically(
        which in any::<prop::sample::Index>(),
        edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4),
    ) {
        let frames = frames();
        let mut bytes = frames[which.index(frames.len())].encode(&space());
        for (index, byte, items) in edits {
            let at = index.index(bytes.len());
            match items {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at.max(1)),
                _ => bytes[at] ^= 1 << (byte % 8),
            }
        }
        if let Ok(frame) = Frame::decode(&bytes, &space()) {
            prop_assert_eq!(Frame::decode(&frame.encode(&space()), &space()), Ok(frame));
        }
    }
}
