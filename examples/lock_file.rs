//! Checks in CI that a change of the structs is intended. The lock file records the declared
//! schema; a test compares the structs with it.
//!
//! An application writes this test, and commits `kuzu-schema.lock`:
//!
//! ```ignore
//! #[test]
//! fn schema() {
//!     kuzu_ddl::check().unwrap();
//! }
//! ```
//!
//! This program calls the function behind it for two releases of one struct.
//!
//! `cargo run --example lock_file`
//!
//! prints
//!
//! ```text
//! # kuzu-ddl schema lock, format 1
//!
//! node Person key=id crate=kuzu-ddl ae5b6a30e6301005
//!   id INT64 107020cc59be9c69
//!   mail STRING ef62d965a45d4031
//!
//! first release: the check passes
//!
//! second release: kuzu-schema.lock knows what this binary lacks:
//! the field of `Person.mail` is gone; if it is `email` by now, say so on its field:
//!     #[kuzu(renamed_from = "mail")]
//! or, if the property is to go, archived first, put on the struct:
//!     #[kuzu(dropped("mail"))]
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::testing::check_on;
use kuzu_ddl::{Declared, schema};
use kuzu_ddl_core::lock;
use kuzu_ddl_core::lock::LockFile;

/// The first release.
mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub mail: String,
    }
}

/// The second release, in which the hint `renamed_from = "mail"` was forgotten.
mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub email: Option<String>,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let package = tempfile::tempdir()?;
    let check = |declared: &Declared| -> Result<String, Box<dyn Error>> {
        let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
        let result = check_on(&db, declared, Some(package.path()));
        Ok(result.map_or_else(|e| e.to_string(), |()| "the check passes".to_owned()))
    };
    // `KUZU_DDL_LOCK=overwrite cargo test` writes the file in an application.
    let text = LockFile::from_declared(&schema![v1::Person]?, None).to_string();
    println!("{text}");
    std::fs::write(package.path().join(lock::LOCK_FILE_NAME), text)?;

    println!("first release: {}\n", check(&schema![v1::Person]?)?);
    println!("second release: {}", check(&schema![v2::Person]?)?);
    Ok(())
}
