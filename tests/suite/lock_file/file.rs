//! The file itself, and `check`.

use std::fs;

use kuzu_ddl::schema;
use kuzu_ddl_core::lock;
use kuzu_ddl_core::lock::LockFile;
use kuzu_ddl_core::schema::name::NameKey;
use kuzu_ddl_runtime::testing::LockError;
use kuzu_ddl_runtime::{engine, testing};

use super::v1;

#[test]
fn lock_file_round_trips_the_declaration() {
    let lock = LockFile::from_declared(&v1(), None);
    let text = lock.to_string();
    let read: LockFile = text.parse().unwrap();
    assert_eq!(read, lock);
    let (declared, read) = (v1().schema, read.declared().schema);
    assert_eq!(read.fingerprint(), declared.fingerprint(), "{text}");
}

#[test]
fn lock_file_is_written_only_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let missing = testing::verify_against(dir.path(), &v1()).unwrap_err();
    assert!(
        missing
            .to_string()
            .contains("KUZU_DDL_LOCK=overwrite cargo test"),
        "{missing}"
    );
    let file = dir.path().join(lock::LOCK_FILE_NAME);
    let text = LockFile::from_declared(&v1(), None).to_string();
    fs::write(&file, text.replace("score INT32", "score INT16")).unwrap();
    let stale = testing::verify_against(dir.path(), &v1()).unwrap_err();
    let LockError::OutOfDate(difference) = &stale else {
        panic!("{stale}")
    };
    assert!(
        difference.contains("-   score INT16") && difference.contains("+   score INT32"),
        "{stale}"
    );
    fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    testing::verify_against(dir.path(), &v1()).unwrap();
    let removed = testing::verify_against(dir.path(), &schema![v1::Shop].unwrap()).unwrap_err();
    assert!(
        matches!(&removed, LockError::UnaccountedRemoval(lost) if lost.len() == 3),
        "{removed}"
    );
    fs::write(&file, "<<<<<<< ours").unwrap();
    let broken = testing::verify_against(dir.path(), &v1()).unwrap_err();
    assert!(matches!(broken, LockError::Parse { .. }), "{broken}");
}

#[test]
fn check_reports_tables_missing_from_the_binary() {
    use kuzu_ddl::testing::CheckError;

    let dir = tempfile::tempdir().unwrap();
    let check = |declared: &kuzu_ddl::Declared, dir| {
        let engine = engine::in_memory(16).unwrap();
        kuzu_ddl::testing::check_on(&*engine, declared, dir)
    };
    check(&v1(), Some(dir.path())).unwrap();
    check(&v1(), None).unwrap();
    let mut old = LockFile::from_declared(&v1(), None);
    let shop = old.tables.get_mut(&NameKey::new("shop")).unwrap();
    shop.krate = "the-shop-crate".into();
    fs::write(dir.path().join(lock::LOCK_FILE_NAME), old.to_string()).unwrap();
    let error = check(&schema![v1::Line].unwrap(), Some(dir.path())).unwrap_err();
    assert!(
        matches!(error, CheckError::Lock(LockError::UnaccountedRemoval(_))),
        "{error}"
    );
    assert!(
        error.to_string().contains("use the_shop_crate as _;"),
        "{error}"
    );
}
