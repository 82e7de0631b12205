//! A folder that several peers share.

use std::fs;
use std::path::Path;
use std::process::Command;

use kuzu_ddl_core::event::pack;
use kuzu_ddl_sync::folder::{Folder, FolderLimits, FolderSync, SkipReason};
use kuzu_ddl_sync::{Bundle, BundleError, Output, Peer, SpaceId};

use crate::fixture::{Random, SPACE, fold, outcome, peer, random_events};

fn space() -> SpaceId {
    SpaceId::from_name(SPACE)
}

/// A peer with its own handle of the folder.
struct Member {
    peer: Peer,
    folder: Folder,
}

impl Member {
    fn new(n: usize, path: &Path) -> Self {
        Self {
            peer: peer(n),
            folder: Folder::open(path, space()).expect("a folder"),
        }
    }

    fn publish_random(&mut self, count: usize, random: &mut Random) {
        let events = random_events(fold(self.peer.log()), count, random);
        self.peer
            .publish(0, events)
            .expect("events on top of the log");
    }

    fn sync(&mut self) -> FolderSync {
        self.folder.sync(0, &mut self.peer).expect("a folder")
    }
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    names
}

fn assert_converged(members: &[Member]) {
    let expected = (
        members[0].peer.log().digest(),
        outcome(members[0].peer.log()),
    );
    for member in members {
        assert_eq!(
            (member.peer.log().digest(), outcome(member.peer.log())),
            expected
        );
        assert_eq!(member.peer.waiting_count(), 0);
    }
}

#[test]
fn peers_of_one_folder_converge() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut members: Vec<Member> = (0..4).map(|n| Member::new(n, directory.path())).collect();
    let mut random = Random(8);
    for _ in 0..10 {
        for member in &mut members {
            member.publish_random(random.below(6), &mut random);
            if random.chance(70) {
                member.sync();
            }
        }
    }
    // The first sync writes the remaining events, the second reads them.
    for _ in 0..2 {
        members.iter_mut().for_each(|member| drop(member.sync()));
    }
    assert_converged(&members);
    assert!(
        members
            .iter_mut()
            .all(|member| member.sync().written.is_none())
    );
    assert!(
        names(directory.path())
            .iter()
            .all(|name| !name.starts_with('.'))
    );
}

#[test]
fn an_incomplete_file_is_skipped_until_it_is_complete() {
    let directory = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = (
        Member::new(0, directory.path()),
        Member::new(1, directory.path()),
    );
    a.publish_random(30, &mut Random(1));
    let name = a.sync().written.expect("a file");
    let path = directory.path().join(&name);
    let complete = fs::read(&path).expect("a file");
    for length in [0, 1, 8, 25, complete.len() / 2, complete.len() - 1] {
        fs::write(&path, &complete[..length]).expect("a file");
        let synced = b.sync();
        assert_eq!(synced.skipped.len(), 1);
        assert_eq!(synced.skipped[0].reason, SkipReason::NameMismatch);
        assert!(b.peer.log().is_empty());
    }
    fs::write(&path, &complete).expect("a file");
    assert!(b.sync().skipped.is_empty());
    assert_converged(&[a, b]);
}

#[test]
fn a_deleted_or_damaged_file_is_written_again() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut members: Vec<Member> = (0..3).map(|n| Member::new(n, directory.path())).collect();
    let mut random = Random(2);
    for member in &mut members {
        member.publish_random(10, &mut random);
        member.sync();
    }
    members.iter_mut().for_each(|member| drop(member.sync()));
    assert_converged(&members);
    for name in names(directory.path()) {
        fs::remove_file(directory.path().join(name)).expect("a file");
    }
    assert!(
        members[1].sync().written.is_some(),
        "no file contains its events"
    );
    let mut newcomer = Member::new(9, directory.path());
    newcomer.sync();
    members.push(newcomer);
    assert_converged(&members);
    // A damaged file is skipped by new peers; a peer that has the events replaces it under the same
    // name.
    let name = names(directory.path()).remove(0);
    fs::write(directory.path().join(&name), b"damaged").expect("a file");
    let mut late = Member::new(10, directory.path());
    assert_eq!(late.sync().skipped.len(), 1);
    let mut again = Member {
        folder: Folder::open(directory.path(), space()).expect("a folder"),
        ..members.remove(1)
    };
    assert!(again.sync().written.is_some());
    assert!(late.sync().skipped.is_empty() || !late.peer.log().is_empty());
    assert_eq!(late.peer.log().digest(), again.peer.log().digest());
}

#[test]
fn foreign_and_malicious_files_are_skipped() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut a = Member::new(0, directory.path());
    a.publish_random(10, &mut Random(3));
    a.sync();
    let put = |bytes: &[u8]| {
        let name = format!("{}.kddl", blake3::hash(bytes).to_hex());
        fs::write(directory.path().join(&name), bytes).expect("a file");
        name
    };
    // Not names of bundles.
    for name in [
        "README.md",
        ".gitignore",
        "x.kddl",
        "..kddl",
        ".00-0.tmp",
        &"A".repeat(69),
    ] {
        fs::write(directory.path().join(name), b"?").expect("a file");
    }
    // Valid names, invalid content.
    put(b"");
    put(b"garbage");
    put(&Bundle::default().encode(&SpaceId::from_name("other")));
    put(&[&b"KDDLSYNC\x07"[..], &[0; 40]].concat());
    put(&[&b"KDDLSYNC\x01"[..], &[0xff; 400]].concat());
    put(&pack::encode(a.peer.log().events()));
    fs::create_dir(directory.path().join(format!("{}.kddl", "0".repeat(64)))).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        "/dev/zero",
        directory.path().join(format!("{}.kddl", "1".repeat(64))),
    )
    .expect("a link");
    let mut b = Member::new(1, directory.path());
    let skipped = b.sync().skipped;
    let count = |matches: &dyn Fn(&SkipReason) -> bool| {
        skipped.iter().filter(|file| matches(&file.reason)).count()
    };
    assert_eq!(
        count(&|reason| *reason == SkipReason::NotAFile),
        if cfg!(unix) { 2 } else { 1 }
    );
    assert_eq!(
        count(&|reason| *reason == SkipReason::InvalidBundle(BundleError::NotABundle)),
        3
    );
    assert_eq!(
        count(&|reason| *reason == SkipReason::InvalidBundle(BundleError::Version(7))),
        1
    );
    assert_eq!(
        count(&|reason| *reason == SkipReason::InvalidBundle(BundleError::Damaged)),
        1
    );
    assert_eq!(
        count(&|reason| *reason == SkipReason::InvalidBundle(BundleError::Space)),
        1
    );
    assert_eq!(skipped.len(), if cfg!(unix) { 8 } else { 7 });
    assert_converged(&[a, b]);
}

#[test]
fn concurrent_compaction_loses_nothing() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut members: Vec<Member> = (0..3).map(|n| Member::new(n, directory.path())).collect();
    let mut random = Random(4);
    for _ in 0..20 {
        for member in &mut members {
            member.publish_random(2, &mut random);
            member.sync();
        }
    }
    members.iter_mut().for_each(|member| drop(member.sync()));
    assert_converged(&members);
    let before = names(directory.path()).len();
    // Two peers compact the same events and write the same file. A third has written events that
    // they have not seen.
    members[2].publish_random(1, &mut random);
    let unseen = members[2].sync().written.expect("a file");
    let compacted: Vec<String> = members[..2]
        .iter_mut()
        .map(|member| {
            let peer = &member.peer;
            member
                .folder
                .compact(peer.log(), |event| peer.attestations(event))
                .expect("a folder")
        })
        .collect();
    assert_eq!(compacted[0], compacted[1]);
    let mut expected = vec![compacted[0].clone(), unseen];
    expected.sort();
    assert_eq!(names(directory.path()), expected, "of {before} files");
    let mut newcomer = Member::new(9, directory.path());
    newcomer.sync();
    members.iter_mut().for_each(|member| drop(member.sync()));
    members.push(newcomer);
    assert_converged(&members);
    assert_eq!(
        names(directory.path()),
        expected,
        "no peer had events to add"
    );
}

#[test]
fn threads_write_and_compact_concurrently() {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path();
    let mut members: Vec<Member> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|n| {
                scope.spawn(move || {
                    let (mut member, mut random) = (Member::new(n, path), Random(n as u64));
                    for round in 0..15 {
                        member.publish_random(2, &mut random);
                        member.sync();
                        if round % 5 == n {
                            let peer = &member.peer;
                            let attestations = |event| peer.attestations(event);
                            member
                                .folder
                                .compact(peer.log(), attestations)
                                .expect("a folder");
                        }
                    }
                    member
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a thread"))
            .collect()
    });
    for _ in 0..2 {
        members.iter_mut().for_each(|member| drop(member.sync()));
    }
    assert_converged(&members);
    let mut newcomer = Member::new(9, path);
    assert!(newcomer.sync().skipped.is_empty());
    members.push(newcomer);
    assert_converged(&members);
    assert!(
        names(path).iter().all(|name| !name.starts_with('.')),
        "no incomplete file remains"
    );
}

/// Branches of a git repository merge without conflicts after both sides wrote and compacted.
#[test]
fn branches_of_a_git_checkout_merge() {
    let git = |folder: &Path, arguments: &[&str]| {
        let run = Command::new("git")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.com",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(folder)
            .output()
            .expect("git runs");
        assert!(
            run.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
    };
    let directory = tempfile::tempdir().expect("a folder");
    let (one, two) = (directory.path().join("one"), directory.path().join("two"));
    fs::create_dir(&one).expect("a folder");
    git(&one, &["init", "-q"]);
    let mut random = Random(5);
    let mut a = Member::new(0, &one.join("schema"));
    a.publish_random(20, &mut random);
    a.sync();
    git(&one, &["add", "-A"]);
    git(&one, &["commit", "-qm", "a"]);
    git(directory.path(), &["clone", "-q", "one", "two"]);
    let mut b = Member::new(1, &two.join("schema"));
    b.sync();
    for (member, checkout) in [(&mut a, &one), (&mut b, &two)] {
        for _ in 0..3 {
            member.publish_random(5, &mut random);
            member.sync();
        }
        let peer = &member.peer;
        member
            .folder
            .compact(peer.log(), |event| peer.attestations(event))
            .expect("a folder");
        git(checkout, &["add", "-A"]);
        git(checkout, &["commit", "-qm", "work"]);
    }
    git(&two, &["pull", "-q", "--no-rebase", "--no-edit"]);
    let synced = b.sync();
    assert!(
        synced
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Events(events) if events.len() == 15))
    );
    git(&one, &["pull", "-q", "--no-rebase", "--no-edit", "../two"]);
    a.sync();
    assert_converged(&[a, b]);
}

/// Files that exceed the limits are refused once; the honest files beside them are read.
#[test]
fn honest_files_beside_a_bomb_are_read() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut a = Member::new(0, directory.path());
    a.publish_random(30, &mut Random(6));
    a.sync();
    let first = a.peer.log().events().next().expect("an event").clone();
    let bomb = Bundle {
        events: vec![first; 100_000],
        attestations: Vec::new(),
    };
    let bytes = bomb.encode(&space());
    let name = format!("{}.kddl", blake3::hash(&bytes).to_hex());
    fs::write(directory.path().join(&name), &bytes).expect("a file");
    let mut limits = FolderLimits::default();
    limits.max_file_bytes = 1 << 20;
    let mut b = Member::new(1, directory.path());
    b.folder = Folder::open(directory.path(), space())
        .expect("a folder")
        .with_limits(limits.clone());
    for _ in 0..2 {
        let skipped = b.sync().skipped;
        let reason = SkipReason::InvalidBundle(BundleError::ContentTooLarge(1 << 20));
        assert_eq!(skipped.len(), 1);
        assert_eq!((&skipped[0].name, &skipped[0].reason), (&name, &reason));
    }
    assert_converged(&[a, b]);
    // The limit on all files together: the small file is read first.
    limits.max_file_bytes = 64 << 20;
    limits.max_total_bytes = 64 * 1024;
    let mut c = Member::new(2, directory.path());
    c.folder = Folder::open(directory.path(), space())
        .expect("a folder")
        .with_limits(limits);
    let skipped = c.sync().skipped;
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].reason, SkipReason::FolderFull(64 * 1024));
    assert_eq!(c.peer.log().len(), 30);
}

/// A history that exceeds what one file may hold is written as several files.
#[test]
fn a_long_history_is_split_into_files_that_others_read() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut limits = FolderLimits::default();
    limits.max_file_bytes = 8 * 1024;
    let member = |n| Member {
        folder: Folder::open(directory.path(), space())
            .expect("a folder")
            .with_limits(limits.clone()),
        ..Member::new(n, directory.path())
    };
    let (mut a, mut b) = (member(0), member(1));
    a.publish_random(300, &mut Random(7));
    while a.sync().written.is_some() {}
    assert!(names(directory.path()).len() > 4);
    assert!(b.sync().skipped.is_empty());
    a.folder
        .compact(a.peer.log(), |event| a.peer.attestations(event))
        .expect("a folder");
    let mut c = member(2);
    assert!(c.sync().skipped.is_empty());
    assert_converged(&[a, b, c]);
}
