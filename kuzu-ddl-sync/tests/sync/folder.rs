//! A folder that several peers see.

use std::fs;
use std::path::Path;
use std::process::Command;

use kuzu_ddl_runtime::event::pack;
use kuzu_ddl_sync::folder::{Exchange, Folder, Why};
use kuzu_ddl_sync::{Bundle, BundleError, Output, Peer, SpaceId};

use crate::fixture::{Random, SPACE, fold, outcome, peer, work};

fn space() -> SpaceId {
    SpaceId::named(SPACE)
}

/// A peer with its own view of the folder.
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

    fn work(&mut self, count: usize, random: &mut Random) {
        let events = work(fold(self.peer.log()), count, random);
        self.peer.local(0, events).expect("its own events");
    }

    fn sync(&mut self) -> Exchange {
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

fn all_equal(members: &[Member]) {
    let wanted = (
        members[0].peer.log().digest(),
        outcome(members[0].peer.log()),
    );
    for member in members {
        assert_eq!(
            (member.peer.log().digest(), outcome(member.peer.log())),
            wanted
        );
        assert_eq!(member.peer.waiting(), 0);
    }
}

#[test]
fn peers_of_one_folder_converge() {
    let place = tempfile::tempdir().expect("a folder");
    let mut members: Vec<Member> = (0..4).map(|n| Member::new(n, place.path())).collect();
    let mut random = Random(8);
    for _ in 0..10 {
        for member in &mut members {
            member.work(random.below(6), &mut random);
            if random.chance(70) {
                member.sync();
            }
        }
    }
    // Once for what was not written yet, once to read it.
    for _ in 0..2 {
        members.iter_mut().for_each(|member| drop(member.sync()));
    }
    all_equal(&members);
    assert!(
        members
            .iter_mut()
            .all(|member| member.sync().written.is_none())
    );
    assert!(
        names(place.path())
            .iter()
            .all(|name| !name.starts_with('.'))
    );
}

#[test]
fn what_is_half_written_waits_until_it_is_whole() {
    let place = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = (Member::new(0, place.path()), Member::new(1, place.path()));
    a.work(30, &mut Random(1));
    let name = a.sync().written.expect("a file");
    let path = place.path().join(&name);
    let whole = fs::read(&path).expect("a file");
    for length in [0, 1, 8, 25, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).expect("a file");
        let exchange = b.sync();
        assert_eq!(exchange.skipped.len(), 1);
        assert_eq!(exchange.skipped[0].why, Why::NotItsName);
        assert!(b.peer.log().is_empty());
    }
    fs::write(&path, &whole).expect("a file");
    assert!(b.sync().skipped.is_empty());
    all_equal(&[a, b]);
}

#[test]
fn a_file_that_was_deleted_or_spoiled_is_written_again() {
    let place = tempfile::tempdir().expect("a folder");
    let mut members: Vec<Member> = (0..3).map(|n| Member::new(n, place.path())).collect();
    let mut random = Random(2);
    for member in &mut members {
        member.work(10, &mut random);
        member.sync();
    }
    members.iter_mut().for_each(|member| drop(member.sync()));
    all_equal(&members);
    for name in names(place.path()) {
        fs::remove_file(place.path().join(name)).expect("a file");
    }
    assert!(
        members[1].sync().written.is_some(),
        "all that it has is missing"
    );
    let mut newcomer = Member::new(9, place.path());
    newcomer.sync();
    members.push(newcomer);
    all_equal(&members);
    // Spoiled in place: whoever comes later sees it, and whoever has the events mends it under the same name.
    let name = names(place.path()).remove(0);
    fs::write(place.path().join(&name), b"spoiled").expect("a file");
    let mut late = Member::new(10, place.path());
    assert_eq!(late.sync().skipped.len(), 1);
    let mut again = Member {
        folder: Folder::open(place.path(), space()).expect("a folder"),
        ..members.remove(1)
    };
    assert!(again.sync().written.is_some());
    assert!(late.sync().skipped.is_empty() || !late.peer.log().is_empty());
    assert_eq!(late.peer.log().digest(), again.peer.log().digest());
}

#[test]
fn foreign_and_hostile_files_are_passed_over() {
    let place = tempfile::tempdir().expect("a folder");
    let mut a = Member::new(0, place.path());
    a.work(10, &mut Random(3));
    a.sync();
    let put = |bytes: &[u8]| {
        let name = format!("{}.kddl", blake3::hash(bytes).to_hex());
        fs::write(place.path().join(&name), bytes).expect("a file");
        name
    };
    // Nobody's business.
    for name in [
        "README.md",
        ".gitignore",
        "x.kddl",
        "..kddl",
        ".00-0.tmp",
        &"A".repeat(69),
    ] {
        fs::write(place.path().join(name), b"?").expect("a file");
    }
    // Right names, wrong contents.
    put(b"");
    put(b"rubbish");
    put(&Bundle::default().encode(&SpaceId::named("other")));
    put(&[&b"KDDLSYNC\x07"[..], &[0; 40]].concat());
    put(&[&b"KDDLSYNC\x01"[..], &[0xff; 400]].concat());
    put(&pack::encode(a.peer.log().events()));
    fs::create_dir(place.path().join(format!("{}.kddl", "0".repeat(64)))).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        "/dev/zero",
        place.path().join(format!("{}.kddl", "1".repeat(64))),
    )
    .expect("a link");
    let mut b = Member::new(1, place.path());
    let skipped = b.sync().skipped;
    let count = |what: &dyn Fn(&Why) -> bool| skipped.iter().filter(|file| what(&file.why)).count();
    assert_eq!(
        count(&|why| *why == Why::NotAFile),
        if cfg!(unix) { 2 } else { 1 }
    );
    assert_eq!(count(&|why| *why == Why::Refused(BundleError::NoBundle)), 3);
    assert_eq!(
        count(&|why| *why == Why::Refused(BundleError::Version(7))),
        1
    );
    assert_eq!(count(&|why| *why == Why::Refused(BundleError::Damaged)), 1);
    assert_eq!(count(&|why| *why == Why::Refused(BundleError::Space)), 1);
    assert_eq!(skipped.len(), if cfg!(unix) { 8 } else { 7 });
    all_equal(&[a, b]);
}

#[test]
fn compacting_beside_writers_loses_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let mut members: Vec<Member> = (0..3).map(|n| Member::new(n, place.path())).collect();
    let mut random = Random(4);
    for _ in 0..20 {
        for member in &mut members {
            member.work(2, &mut random);
            member.sync();
        }
    }
    members.iter_mut().for_each(|member| drop(member.sync()));
    all_equal(&members);
    let before = names(place.path()).len();
    // Two compact the same at the same time: one file. A third has written something that they have not seen.
    members[2].work(1, &mut random);
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
    let mut wanted = vec![compacted[0].clone(), unseen];
    wanted.sort();
    assert_eq!(names(place.path()), wanted, "of {before} files");
    let mut newcomer = Member::new(9, place.path());
    newcomer.sync();
    members.iter_mut().for_each(|member| drop(member.sync()));
    members.push(newcomer);
    all_equal(&members);
    assert_eq!(names(place.path()), wanted, "nobody had anything to add");
}

#[test]
fn threads_that_write_and_compact_at_once() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path();
    let mut members: Vec<Member> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|n| {
                scope.spawn(move || {
                    let (mut member, mut random) = (Member::new(n, path), Random(n as u64));
                    for round in 0..15 {
                        member.work(2, &mut random);
                        member.sync();
                        if round % 5 == n {
                            let peer = &member.peer;
                            let said = |event| peer.attestations(event);
                            member.folder.compact(peer.log(), said).expect("a folder");
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
    all_equal(&members);
    let mut newcomer = Member::new(9, path);
    assert!(newcomer.sync().skipped.is_empty());
    members.push(newcomer);
    all_equal(&members);
    assert!(
        names(path).iter().all(|name| !name.starts_with('.')),
        "nothing is left half done"
    );
}

/// Branches of a git repository in which each has worked and compacted merge without a conflict.
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
    let place = tempfile::tempdir().expect("a folder");
    let (one, two) = (place.path().join("one"), place.path().join("two"));
    fs::create_dir(&one).expect("a folder");
    git(&one, &["init", "-q"]);
    let mut random = Random(5);
    let mut a = Member::new(0, &one.join("schema"));
    a.work(20, &mut random);
    a.sync();
    git(&one, &["add", "-A"]);
    git(&one, &["commit", "-qm", "a"]);
    git(place.path(), &["clone", "-q", "one", "two"]);
    let mut b = Member::new(1, &two.join("schema"));
    b.sync();
    for (member, checkout) in [(&mut a, &one), (&mut b, &two)] {
        for _ in 0..3 {
            member.work(5, &mut random);
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
    let brought = b.sync();
    assert!(
        brought
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Events(events) if events.len() == 15))
    );
    git(&one, &["pull", "-q", "--no-rebase", "--no-edit", "../two"]);
    a.sync();
    all_equal(&[a, b]);
}
