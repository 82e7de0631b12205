//! Nothing on the way is lost: the files of a folder in any order.

use std::fs;
use std::path::Path;

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_sync::folder::{Folder, SkipReason};
use kuzu_ddl_sync::{Bundle, Limits};

use crate::fixture::peer;
use crate::nothing_lost::{chain, delivered, leaves, narrow, space, without_room};

fn bundle(events: &[DdlEvent]) -> Bundle {
    Bundle {
        events: events.to_vec(),
        attestations: Vec::new(),
    }
}

fn put(path: &Path, events: &[DdlEvent]) -> String {
    let bytes = bundle(events).encode(&space());
    let name = format!("{}.kddl", blake3::hash(&bytes).to_hex());
    fs::write(path.join(&name), bytes).expect("a file");
    name
}

#[test]
fn two_files_of_a_folder_in_the_wrong_order() {
    let directory = tempfile::tempdir().expect("a folder");
    let base = chain(2, None);
    let later = leaves(20_000, base[1].id());
    // The file that depends on the other is there first.
    let name = put(directory.path(), &later);
    let mut newcomer = peer(0);
    let mut folder = Folder::open(directory.path(), space()).expect("a folder");
    let synced = folder.sync(0, &mut newcomer).expect("a folder");
    let skipped: Vec<_> = synced
        .skipped
        .iter()
        .map(|file| (&file.name, &file.reason))
        .collect();
    assert_eq!(skipped, [(&name, &SkipReason::MissingDependencies(20_000))]);
    assert_eq!(without_room(&synced.outputs), [(newcomer.id(), 3_616)]);
    put(directory.path(), &base);
    let synced = folder.sync(1, &mut newcomer).expect("a folder");
    assert_eq!(delivered(&synced.outputs).len(), 20_002);
    assert!(synced.skipped.is_empty(), "{:?}", synced.skipped);
    assert_eq!(
        (newcomer.log().len(), newcomer.waiting_count()),
        (20_002, 0)
    );
    // Everything is in a file: there is nothing to write, and nothing to read again.
    let again = folder.sync(2, &mut newcomer).expect("a folder");
    assert!(again.outputs.is_empty() && again.written.is_none() && synced.written.is_none());
}

#[test]
fn files_in_every_order_are_read_within_one_sync() {
    let directory = tempfile::tempdir().expect("a folder");
    let base = chain(300, None);
    let middle = leaves(200, base[299].id());
    let last = leaves(100, middle[0].id());
    for events in [&base, &middle, &last] {
        put(directory.path(), events);
    }
    let mut newcomer = narrow();
    let mut folder = Folder::open(directory.path(), space()).expect("a folder");
    let synced = folder.sync(0, &mut newcomer).expect("a folder");
    assert_eq!(delivered(&synced.outputs).len(), 600);
    assert!(synced.skipped.is_empty(), "{:?}", synced.skipped);
    assert_eq!((newcomer.log().len(), newcomer.waiting_count()), (600, 0));
}

#[test]
fn a_file_without_its_dependencies_is_reported_until_they_arrive() {
    let directory = tempfile::tempdir().expect("a folder");
    let base = chain(2, None);
    put(directory.path(), &leaves(50, base[1].id()));
    let mut newcomer = narrow();
    let mut folder = Folder::open(directory.path(), space()).expect("a folder");
    for now in 0..3 {
        let synced = folder.sync(now, &mut newcomer).expect("a folder");
        assert_eq!(
            synced.skipped[0].reason,
            SkipReason::MissingDependencies(50)
        );
    }
    // The waiting events have timed out by the time at which the dependencies arrive over another
    // way.
    let late = Limits::default().waiting_timeout_ms + 10;
    newcomer.tick(late, 0);
    assert_eq!(newcomer.waiting_count(), 0);
    newcomer.publish(late, base).expect("events");
    let synced = folder.sync(late, &mut newcomer).expect("a folder");
    assert!(synced.skipped.is_empty(), "{:?}", synced.skipped);
    assert_eq!(newcomer.log().len(), 52);
}
