//! Frames: the bytes they have had since they were first made, and what is refused.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use kuzu_ddl_runtime::event::{Change, DdlEvent, ObjectId, pack};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn space() -> SpaceId {
    SpaceId::named("shop")
}

fn event(n: u8) -> EventId {
    EventId::of(&[n])
}

fn digest(n: u8) -> Digest {
    Digest {
        count: 300 + u64::from(n),
        root: [n; HASH],
    }
}

fn base() -> CheckpointId {
    CheckpointId::from_bytes([9; 32])
}

/// One frame of each kind and of each form of what is in it.
fn frames() -> Vec<Frame> {
    let change = Change::RenameTable {
        to: "Human".to_owned(),
    };
    let rename = DdlEvent::new(ObjectId::of(b"x"), [event(1)].into(), change);
    let mut hashes = [Hash::default(); 16];
    (hashes[0], hashes[15]) = ([1; HASH], [2; HASH]);
    let mut ids: Vec<EventId> = (0..200)
        .map(event)
        .filter(|id| id.as_bytes()[0] >> 4 == 7)
        .collect();
    ids.sort();
    vec![
        Frame::Versions(1, 3),
        Frame::Status(Status::default()),
        Frame::Status(Status {
            base: Some(base()),
            have: digest(1),
            kept: digest(2),
            asks: true,
            offer: Some((base(), 70_000, 9_000)),
        }),
        Frame::Compare(
            None,
            vec![(Prefix::default(), Below::Hashes(Box::new(hashes)))],
        ),
        Frame::Compare(
            Some(base()),
            vec![
                (
                    Prefix::new(1, &[0x10]).expect("a place"),
                    Below::Hashes(Box::new(hashes)),
                ),
                (
                    Prefix::new(2, &[0x20]).expect("a place"),
                    Below::Ids(Vec::new()),
                ),
                (
                    Prefix::new(1, &[0x70]).expect("a place"),
                    Below::Ids(ids[..2].to_vec()),
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
        Frame::Want(vec![event(3), event(2)]),
        Frame::Push(false),
        Frame::WantBase(base()),
        Frame::Base(base(), vec![5; 40]),
        Frame::WantCheckpoint(base(), 1_000),
        Frame::Checkpoint(base(), 1_000, vec![7; 5]),
        Frame::Said(vec![(
            Prefix::new(1, &[0x70]).expect("a place"),
            Below::Ids(ids[..1].to_vec()),
        )]),
        Frame::WantSaid(vec![event(3)]),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A peer of any version, on any machine, must make the same: a test that fails here is never mended by new values.
#[test]
fn golden_bytes() {
    let wanted: [Expect; 14] = [
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
    for (frame, wanted) in frames().iter().zip(wanted) {
        let bytes = frame.encode(&space());
        wanted.assert_eq(&hex(&bytes));
        assert_eq!(Frame::decode(&bytes, &space()).as_ref(), Ok(frame));
    }
}

#[test]
fn other_versions_kinds_and_spaces() {
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
        Frame::decode(&status, &SpaceId::named("other")),
        Err(FrameError::Space)
    );
    let large = vec![1; MAX_FRAME_BYTES + 1];
    assert_eq!(
        Frame::decode(&large, &space()),
        Err(FrameError::TooLarge(large.len()))
    );
}

/// A body of a kind, after the head of a frame.
fn framed(kind: u8, body: &[u8]) -> Result<Frame, FrameError> {
    let mut w = Writer::default();
    w.raw(&[FRAME_VERSION, kind]);
    w.raw(space().as_bytes());
    w.raw(body);
    Frame::decode(&w.finish(), &space())
}

#[test]
fn claims_beyond_the_maximum_are_refused_before_anything_is_kept() {
    // Enough bytes are there to make each claim look possible.
    let claim = |before: &[u8], claimed: usize, bytes: usize| {
        let mut w = Writer::default();
        w.raw(before);
        w.len(claimed);
        w.raw(&vec![0; bytes]);
        w.finish()
    };
    for (kind, body, what) in [
        (2, claim(&[0], MAX_FRAME_PLACES + 1, 10_000), "places"),
        (4, claim(&[], MAX_FRAME_IDS + 1, 40_000), "ids"),
        (2, claim(&[0, 1, 0, 0], MAX_FRAME_IDS + 1, 40_000), "ids"),
        (3, claim(&[0, 0], MAX_FRAME_IDS + 1, 40_000), "attestations"),
    ] {
        let refused = framed(kind, &body);
        assert!(
            matches!(refused, Err(FrameError::TooMany { what: of, .. }) if of == what),
            "{refused:?}"
        );
    }
    // Claims of more than there is.
    for (kind, body) in [
        (4, claim(&[], 100, 99)),
        (3, claim(&[0], usize::MAX >> 1, 10)),
        (9, claim(&[9; 33], usize::MAX >> 1, 10)),
    ] {
        assert!(matches!(framed(kind, &body), Err(FrameError::Malformed(_))));
    }
}

#[test]
fn places_must_be_sorted_and_apart() {
    let place = |digits: usize, bytes: &[u8]| {
        (
            Prefix::new(digits, bytes).expect("a place"),
            Below::Ids(Vec::new()),
        )
    };
    for places in [
        vec![place(1, &[0x20]), place(1, &[0x10])],
        vec![place(1, &[0x10]), place(1, &[0x10])],
        vec![place(0, &[]), place(1, &[0x10])],
        vec![place(1, &[0x10]), place(2, &[0x1f])],
    ] {
        let bytes = Frame::Compare(None, places).encode(&space());
        assert!(Frame::decode(&bytes, &space()).is_err());
    }
    // An id that is not below its place, or not in order.
    let (a, b) = (event(1), event(2));
    let not_below = Prefix::new(2, &[a.as_bytes()[0] ^ 1]).expect("a place");
    for (prefix, ids) in [
        (not_below, vec![a]),
        (Prefix::default(), vec![a.max(b), a.min(b)]),
        (Prefix::default(), vec![a, a]),
    ] {
        let bytes = Frame::Compare(None, vec![(prefix, Below::Ids(ids))]).encode(&space());
        let read = Frame::decode(&bytes, &space());
        // A place of whole bytes cannot even say an id that is not below it: it is another id then.
        assert!(read != Ok(Frame::Compare(None, vec![(not_below, Below::Ids(vec![a]))])));
        assert!(prefix.digits() > 0 || read.is_err());
    }
    // More digits than an id has, or a half byte too much.
    for body in [&[0, 1, 65][..], &[0, 1, 255], &[0, 1, 1, 0x11, 0, 0]] {
        let mut long = body.to_vec();
        long.extend([0; 80]);
        assert!(framed(2, &long).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is understood is the one way to say it.
    #[test]
    fn random_bodies(kind in 0..12_u8, body in vec(any::<u8>(), 0..200)) {
        if let Ok(frame) = framed(kind, &body) {
            prop_assert_eq!(Frame::decode(&frame.encode(&space()), &space()), Ok(frame));
        }
    }

    #[test]
    fn random_bytes(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Frame::decode(&bytes, &space());
    }

    #[test]
    fn mutated_frames(which in any::<prop::sample::Index>(), edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4)) {
        let frames = frames();
        let mut bytes = frames[which.index(frames.len())].encode(&space());
        for (index, byte, what) in edits {
            let at = index.index(bytes.len());
            match what {
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
