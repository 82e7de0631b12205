//! Three databases of one space in one terminal: they change apart, meet, find a contradiction, one
//! person settles it, and all have the same schema, each with its own rows.
//!
//! `cargo run --example peers`

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use kuzu_ddl::declared::{DeclareError, Declared};
use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};
use kuzu_ddl::{Fingerprint, Migrator, agreed, schema};
use kuzu_ddl_sync::{Hub, Limits, PeerId, SpaceId, bridge};

/// What all have at first.
mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub age: i32,
    }
}

/// On the laptop ages grow beyond 32 bits.
mod laptop {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub age: i64,
        pub email: Option<String>,
    }
}

/// On the server they are texts, and people know one another.
mod server {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(cast = "CAST(old AS STRING)")]
        pub age: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        pub since: Option<i32>,
    }
}

/// What all come to in the end.
mod together {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub age: i64,
        pub email: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        pub since: Option<i32>,
    }
}

type Said = Result<Declared, DeclareError>;

/// One database, and the version of the application that runs on it.
struct Place {
    name: &'static str,
    db: Database,
    runs: fn() -> Said,
    peer: PeerId,
}

impl Place {
    fn migrator(&self) -> Migrator<'_> {
        Migrator::new(&self.db).schema((self.runs)())
    }

    /// A start of the application, maybe of another version.
    fn boot(&mut self, runs: fn() -> Said) -> Result<(), Box<dyn Error>> {
        self.runs = runs;
        println!("{}: {}", self.name, self.migrator().migrate()?);
        Ok(())
    }

    fn run(&self, cypher: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let rows = Connection::new(&self.db)?.query(cypher)?;
        let text = |row: Vec<_>| {
            let cells = row.iter().map(kuzu_ddl::kuzu::Value::to_string);
            cells.collect::<Vec<_>>().join(", ")
        };
        Ok(rows.map(text).collect())
    }

    fn schema(&self) -> Result<Fingerprint, Box<dyn Error>> {
        Ok(agreed(&self.db)?.fold.schema().fingerprint())
    }
}

/// All tell one another what they know, until nobody has anything new, and each database takes in what
/// came.
fn meet(hub: &mut Hub, places: &[Place]) -> Result<(), Box<dyn Error>> {
    for place in places {
        if let Some(peer) = hub.peer(place.peer) {
            let news = bridge::unsent_events(&place.db, peer)?;
            hub.publish(place.peer, news)?;
        }
    }
    hub.run_until_converged(100, 1000)
        .ok_or("the peers do not agree")?;
    for place in places {
        let received = bridge::deliver(|| place.migrator(), &hub.take_delivery(place.peer))?;
        println!("{}: {received}", place.name);
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let space = SpaceId::from_name("people");
    let first = || schema![v1::Person];
    let (mut hub, mut places) = (Hub::new(), Vec::new());
    println!("== three databases boot the same application, far from one another");
    for (name, id, age) in [("laptop", 1, 30), ("server", 2, 40), ("phone", 3, 50)] {
        let config = SystemConfig::default().buffer_pool_size(64 << 20);
        let db = Database::new(folder.path().join(name), config.max_db_size(1 << 34))?;
        let peer = PeerId::from_name(name);
        let mut place = Place {
            name,
            db,
            runs: first,
            peer,
        };
        place.boot(first)?;
        place.run(&format!("CREATE (:Person {{id: {id}, age: {age}}})"))?;
        hub.add(bridge::open_peer(
            &place.db,
            peer,
            space,
            Limits::default(),
        )?);
        places.push(place);
    }
    hub.connect_all();

    println!(
        "\n== they meet: the same application made the same events, so there is nothing to do"
    );
    meet(&mut hub, &places)?;

    println!("\n== apart again, two of them start newer versions");
    places[0].boot(|| schema![laptop::Person])?;
    places[1].boot(|| schema![server::Person, server::Knows])?;
    places[1].run("MATCH (p:Person) CREATE (p)-[:Knows {since: 1999}]->(p)")?;
    places[1].run("CREATE (:Person {id: 4, age: 'unknown'})")?;

    println!("\n== they meet: what can be together is; of two types of one property one wins, and");
    println!("   nothing is taken away behind the back of an application that runs");
    meet(&mut hub, &places)?;

    println!("\n== somebody settles it, on the phone: an age is a number");
    let phone = agreed(&places[2].db)?;
    let conflict = phone.fold.conflicts().into_iter().next();
    let conflict = conflict.ok_or("there must be a conflict")?;
    let number = phone.events().find(|event| {
        let choices = phone.fold.choices(&conflict);
        choices.contains(&event.id()) && format!("{:?}", event.change()).contains("Int64")
    });
    let number = number.ok_or("one choice is a number")?.id();
    println!(
        "phone: {}",
        places[2]
            .migrator()
            .incoming(kuzu_ddl::Incoming::Apply)
            .resolve(&conflict, number)?
    );
    meet(&mut hub, &places)?;

    println!("\n== and the next version of the application starts everywhere");
    for place in &mut places {
        place.boot(|| schema![together::Person, together::Knows])?;
    }
    meet(&mut hub, &places)?;

    println!("\n== the end: one schema, each with its own rows");
    let schema = places[0].schema()?;
    for place in &places {
        println!("{}: schema {}", place.name, place.schema()?);
        for row in place.run("MATCH (p:Person) RETURN p ORDER BY p.id")? {
            println!("   {row}");
        }
        let known = agreed(&place.db)?;
        assert_eq!(place.schema()?, schema, "all have the same schema");
        assert!(known.waiting.is_empty(), "nothing waits any more");
        assert!(known.fold.conflicts().is_empty(), "nothing is contradicted");
    }
    Ok(())
}
