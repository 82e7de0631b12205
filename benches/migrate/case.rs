//! The migrations, as structs and as handwritten scripts.

use kuzu_ddl::kuzu::Database;
use kuzu_ddl::{KuzuEdge, KuzuNode, Migrator, schema};
use kuzu_ddl_core::declared::{DeclareError, Declared};

use super::Outcome;

/// One migration of the initial schema.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Starts an application that declares the change.
    pub(crate) migrate: fn(&Database) -> Outcome<()>,
    /// The handwritten statements, within what the engine supports.
    pub(crate) script: &'static [&'static str],
}

type SchemaResult = Result<Declared, DeclareError>;

fn migrate(db: &Database, declared: SchemaResult) -> Outcome<()> {
    let report = Migrator::new(db).declared(declared?).migrate()?;
    if report.steps.is_empty() {
        return Err("the migration had no steps".into());
    }
    Ok(())
}

#[derive(KuzuNode)]
#[kuzu(skip_registration)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    code: String,
    name: Option<String>,
    age: Option<i32>,
}

#[derive(KuzuEdge)]
#[kuzu(skip_registration, from = Person, to = Person)]
struct Knows {
    weight: Option<i32>,
    place: Option<String>,
}

pub(crate) fn initial() -> SchemaResult {
    schema![Person, Knows]
}

mod node_type {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(skip_registration)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        code: i64,
        name: Option<String>,
        age: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(skip_registration, from = Person, to = Person)]
    pub(super) struct Knows {
        weight: Option<i32>,
        place: Option<String>,
    }
}

mod rel_type {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(skip_registration, from = super::Person, to = super::Person)]
    pub(super) struct Knows {
        weight: Option<i64>,
        place: Option<String>,
    }
}

mod rel_cast {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(skip_registration, from = super::Person, to = super::Person)]
    pub(super) struct Knows {
        #[kuzu(cast = "CAST(old AS INT16)")]
        weight: Option<i16>,
        place: Option<String>,
    }
}

mod key {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(skip_registration)]
    pub(super) struct Person {
        id: i64,
        #[kuzu(primary_key)]
        code: String,
        name: Option<String>,
        age: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(skip_registration, from = Person, to = Person)]
    pub(super) struct Knows {
        weight: Option<i32>,
        place: Option<String>,
    }
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "type of a node property",
        migrate: |db| migrate(db, schema![node_type::Person, node_type::Knows]),
        script: &[
            "BEGIN TRANSACTION",
            "ALTER TABLE Person RENAME code TO code_old",
            "ALTER TABLE Person ADD code INT64",
            "MATCH (p:Person) SET p.code = CAST(p.code_old AS INT64)",
            "COMMIT",
        ],
    },
    Case {
        name: "type of a rel property",
        migrate: |db| migrate(db, schema![Person, rel_type::Knows]),
        script: &[
            "BEGIN TRANSACTION",
            "CREATE REL TABLE Knows2(FROM Person TO Person, weight INT64, place STRING)",
            "MATCH (a:Person)-[k:Knows]->(b:Person) \
             CREATE (a)-[:Knows2 {weight: CAST(k.weight AS INT64), place: k.place}]->(b)",
            "DROP TABLE Knows",
            "ALTER TABLE Knows2 RENAME TO Knows",
            "COMMIT",
        ],
    },
    Case {
        name: "type of a rel property, old values retained",
        migrate: |db| migrate(db, schema![Person, rel_cast::Knows]),
        script: &[
            "BEGIN TRANSACTION",
            "CREATE REL TABLE Knows2(FROM Person TO Person, weight INT16, place STRING, \
             weight_old INT32)",
            "MATCH (a:Person)-[k:Knows]->(b:Person) CREATE (a)-[:Knows2 \
             {weight: CAST(k.weight AS INT16), place: k.place, weight_old: k.weight}]->(b)",
            "DROP TABLE Knows",
            "ALTER TABLE Knows2 RENAME TO Knows",
            "COMMIT",
        ],
    },
    Case {
        name: "primary key",
        migrate: |db| migrate(db, schema![key::Person, key::Knows]),
        script: &[
            "BEGIN TRANSACTION",
            "CREATE NODE TABLE Person2(id INT64, code STRING, name STRING, age INT32, \
             PRIMARY KEY(code))",
            "MATCH (p:Person) CREATE (:Person2 {id: p.id, code: p.code, name: p.name, age: p.age})",
            "CREATE REL TABLE Knows2(FROM Person2 TO Person2, weight INT32, place STRING)",
            "MATCH (a:Person)-[k:Knows]->(b:Person) MATCH (a2:Person2) WHERE a2.code = a.code \
             MATCH (b2:Person2) WHERE b2.code = b.code \
             CREATE (a2)-[:Knows2 {weight: k.weight, place: k.place}]->(b2)",
            "DROP TABLE Knows",
            "DROP TABLE Person",
            "ALTER TABLE Person2 RENAME TO Person",
            "ALTER TABLE Knows2 RENAME TO Knows",
            "COMMIT",
        ],
    },
];
