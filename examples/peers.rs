//! Replicates the schema history of three databases through a shared folder. Concurrent changes
//! merge, a conflict is resolved on one database, and all have the same schema with their own rows.
//!
//! `cargo run --example peers`
//!
//! prints
//!
//! ```text
//! server: applied 1 of the events
//! phone: applied 1 of the events
//! phone: applied 1 of the events
//! laptop: applied 1 of the events
//!
//! Person.age: concurrent type changes; STRING wins, INT64 values are kept in `age__c_0521f17b`
//!
//! phone: schema 604125b8, id 3, age 33
//! server: applied 1 of the events
//! server: schema 604125b8, id 2, age 32
//! laptop: applied 1 of the events
//! laptop: schema 604125b8, id 1, age 31
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::path::Path;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::peers::{ReceivePolicy, sync_state};
use kuzu_ddl::{Declared, Migrator, schema};
use kuzu_ddl_core::event::Change;
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_sync::folder::Folder;
use kuzu_ddl_sync::{Limits, Output, PeerId, SpaceId, bridge};

/// A release of the application, with its type of `age`.
macro_rules! release {
    ($release:ident, $(#[$cast:meta])? $age:ty) => {
        mod $release {
            #[derive(kuzu_ddl::KuzuNode)]
            pub(super) struct Person {
                #[kuzu(primary_key)]
                pub id: i64,
                $(#[$cast])?
                pub age: $age,
            }
        }
    };
}

release!(v1, i32);
release!(laptop, i64);
release!(
    server,
    #[kuzu(cast = "CAST(old AS STRING)")]
    String
);

/// Settings for peers' events; a running application would declare its own schema here.
fn migrator(db: &Database) -> Migrator<'_> {
    let migrator = Migrator::new(db).declared(Declared::default());
    migrator.receive_policy(ReceivePolicy::Apply)
}

/// Writes the new events of a database to the folder, and applies those of the others.
fn exchange(name: &str, db: &Database, folder: &Path) -> Result<(), Box<dyn Error>> {
    let (me, space) = (PeerId::from_name(name), SpaceId::from_name("people"));
    let mut peer = bridge::open_peer(db, me, space, Limits::default())?;
    for output in Folder::open(folder, space)?.sync(0, &mut peer)?.outputs {
        if let Output::Events(events) = output {
            let received = migrator(db).receive(events)?;
            println!("{name}: applied {} of the events", received.applied.len());
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut sites = Vec::new();
    for (name, id) in [("laptop", 1), ("server", 2), ("phone", 3)] {
        let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
        Migrator::new(&db)
            .declared(schema![v1::Person]?)
            .migrate()?;
        Connection::new(&db)?.query(&format!("CREATE (:Person {{id: {id}, age: 3{id}}})"))?;
        sites.push((name, db));
    }
    let phone = &sites[2].1;
    Migrator::new(&sites[0].1)
        .declared(schema![laptop::Person]?)
        .migrate()?;
    Migrator::new(&sites[1].1)
        .declared(schema![server::Person]?)
        .migrate()?;
    // The second round brings the first database the events of the last.
    for (name, db) in sites.iter().chain(&sites) {
        exchange(name, db, folder.path())?;
    }

    let state = sync_state(phone)?;
    println!("\n{}\n", state.fold.conflict_reports().remove(0));
    let ty = Type::Int64;
    let choice = state
        .events()
        .find(|event| matches!(event.change(), Change::SetType { ty: to, .. } if *to == ty));
    let choice = choice.ok_or("one choice is an integer")?.id();
    migrator(phone).resolve(&state.fold.conflicts().remove(0), choice)?;
    for (name, db) in sites.iter().rev() {
        exchange(name, db, folder.path())?;
        let schema = sync_state(db)?.fold.schema().fingerprint().abbreviate();
        for row in Connection::new(db)?.query("MATCH (p:Person) RETURN p.id, p.age")? {
            println!("{name}: schema {schema}, id {}, age {}", row[0], row[1]);
        }
    }
    Ok(())
}
