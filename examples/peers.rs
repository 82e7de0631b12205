//! Replicates the schema history of three databases through a shared folder: concurrent changes
//! merge, a conflict is resolved on one of them, and all have the same schema, each with its own rows.
//!
//! `cargo run --example peers`
//!
//! prints
//!
//! ```text
//! server: 1 event(s) of peers
//! phone: 2 event(s) of peers
//! laptop: 1 event(s) of peers
//!
//! Person.age was given two types: it is STRING, and the values of type INT64 live on in age__c_0521f17b
//!
//! phone: schema 604125b8fdf3a488d2e99f07a8ec764680f516fa99d089be1b3cf96d290531f8, person 3 of age 33
//! server: 1 event(s) of peers
//! server: schema 604125b8fdf3a488d2e99f07a8ec764680f516fa99d089be1b3cf96d290531f8, person 2 of age 32
//! laptop: 1 event(s) of peers
//! laptop: schema 604125b8fdf3a488d2e99f07a8ec764680f516fa99d089be1b3cf96d290531f8, person 1 of age 31
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::path::Path;

use kuzu_ddl::declared::{DeclareError, Declared};
use kuzu_ddl::event::Change;
use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::schema::Type;
use kuzu_ddl::{Incoming, Migrator, agreed, schema};
use kuzu_ddl_sync::folder::Folder;
use kuzu_ddl_sync::{Limits, Output, PeerId, SpaceId, database};

/// The release that all three start with.
mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub age: i32,
    }
}

/// A release on the laptop.
mod laptop {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub age: i64,
    }
}

/// A release on the server.
mod server {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(cast = "CAST(old AS STRING)")]
        pub age: String,
    }
}

/// A database, and the release of the application that runs on it.
struct Site {
    name: &'static str,
    db: Database,
    release: fn() -> Result<Declared, DeclareError>,
}

impl Site {
    fn migrator(&self) -> Migrator<'_> {
        let migrator = Migrator::new(&self.db).schema((self.release)());
        migrator.incoming(Incoming::Apply)
    }

    /// Writes this site's new events to the folder, and applies those of the others.
    fn exchange(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let space = SpaceId::named("people");
        let me = PeerId::named(self.name);
        let mut peer = database::peer(&self.db, me, space, Limits::default())?;
        for output in Folder::open(folder, space)?.sync(0, &mut peer)?.outputs {
            if let Output::Events(events) = output {
                let received = self.migrator().receive(events)?;
                println!(
                    "{}: {} event(s) of peers",
                    self.name,
                    received.applied.len()
                );
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut sites = Vec::new();
    for (name, row) in [("laptop", 1), ("server", 2), ("phone", 3)] {
        let db = Database::in_memory(SystemConfig::default().buffer_pool_size(64 << 20))?;
        let release = || schema![v1::Person];
        let site = Site { name, db, release };
        site.migrator().migrate()?;
        Connection::new(&site.db)?
            .query(&format!("CREATE (:Person {{id: {row}, age: 3{row}}})"))?;
        sites.push(site);
    }
    sites[0].release = || schema![laptop::Person];
    sites[1].release = || schema![server::Person];
    for site in &sites[..2] {
        site.migrator().migrate()?;
    }
    // The second round brings the first site the events of the last.
    for site in sites.iter().chain(&sites) {
        site.exchange(folder.path())?;
    }

    let phone = &sites[2];
    let state = agreed(&phone.db)?;
    println!("\n{}\n", state.fold.explained().remove(0));
    let integer = |change: &Change| {
        matches!(
            change,
            Change::SetType {
                ty: Type::Int64,
                ..
            }
        )
    };
    let choice = state.events().find(|event| integer(event.change()));
    let choice = choice.ok_or("one choice is an integer")?.id();
    let conflict = state.fold.conflicts().remove(0);
    phone.migrator().resolve(&conflict, choice)?;
    for site in sites.iter().rev() {
        site.exchange(folder.path())?;
        let schema = agreed(&site.db)?.fold.schema().fingerprint();
        for row in Connection::new(&site.db)?.query("MATCH (p:Person) RETURN p.id, p.age")? {
            println!(
                "{}: schema {schema}, person {} of age {}",
                site.name, row[0], row[1]
            );
        }
    }
    Ok(())
}
