//! Written cases, one per kind of event: a migrated database must answer every query like one that
//! was built from the new schema.

use kuzu_ddl::{HazardKind, schema};

use super::harness::folded;
use crate::fixture::{Declaration, TestDatabase};

/// The schema that all cases start from.
mod start {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        mail: String,
        /// In years.
        age: Option<i32>,
    }

    /// Of any kind.
    #[derive(KuzuNode)]
    pub(super) struct Place {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Place)]
    pub(super) struct Visited {
        year: Option<i16>,
    }
}

fn start() -> Declaration {
    schema![start::Person, start::Place, start::Visited]
}

const ROWS: &[&str] = &[
    "CREATE (:Person {id: 1, mail: 'a@x', age: 30}), (:Person {id: 2, mail: 'b@x'}), (:Person {id: 3, mail: 'c@x', age: -5})",
    "CREATE (:Place {id: 10}), (:Place {id: 20})",
    "MATCH (a:Person), (b:Place) WHERE a.id < 3 AND b.id = 10 * a.id CREATE (a)-[:Visited {year: CAST(1990 + a.id AS INT16)}]->(b)",
    "MATCH (a:Person {id: 3}), (b:Place {id: 10}) CREATE (a)-[:Visited]->(b)",
];

const PEOPLE: &str = "MATCH (a:Person) RETURN a.id, a.mail, a.age ORDER BY a.id";
const VISITS: &str =
    "MATCH (a:Person)-[v:Visited]->(b:Place) RETURN a.id, v.year, b.id ORDER BY a.id";

/// Migrates from the start, with rows, and compares with a database built from the new schema by
/// the statements `straight`, which use the new names.
#[track_caller]
fn case(new: fn() -> Declaration, straight: &[&str], questions: &[&str]) {
    let mut db = TestDatabase::migrated(start());
    db.execute(ROWS);
    db.migrate_cleanly(new());
    equals(&mut db, new, straight, questions);
}

/// Compares the migrated database with one built from the new schema, before and after a reopen.
#[track_caller]
fn equals(db: &mut TestDatabase, new: fn() -> Declaration, straight: &[&str], questions: &[&str]) {
    db.assert_up_to_date(new());
    let built = TestDatabase::migrated(new());
    built.execute(straight);
    assert_eq!(folded(db.kuzu()).schema(), folded(built.kuzu()).schema());
    for _ in 0..2 {
        for question in questions {
            assert_eq!(db.rows(question), built.rows(question), "{question}");
        }
        db.execute(&["CHECKPOINT"]);
        db.reopen();
        db.assert_up_to_date(new());
    }
}

#[test]
fn create_node_table_and_create_edge_table() {
    mod new {
        use kuzu_ddl::{KuzuEdge, KuzuNode};
        #[derive(KuzuNode)]
        #[kuzu(unregistered)]
        pub(super) struct Tag {
            #[kuzu(primary_key)]
            name: String,
        }
        #[derive(KuzuEdge)]
        #[kuzu(unregistered, from = super::start::Person, to = Tag, multiplicity = "many_one")]
        pub(super) struct Likes;
    }
    fn all() -> Declaration {
        schema![
            start::Person,
            start::Place,
            start::Visited,
            new::Tag,
            new::Likes
        ]
    }
    case(
        all,
        ROWS,
        &[
            PEOPLE,
            VISITS,
            "MATCH (t:Tag) RETURN t.name",
            "MATCH ()-[l:Likes]->() RETURN count(*)",
        ],
    );
}

fn without_visited() -> Declaration {
    schema![start::Person, start::Place; dropped "Visited"]
}

#[test]
fn drop_table() {
    case(without_visited, &ROWS[..2], &[PEOPLE]);
}

#[test]
fn restore_table() {
    let mut db = TestDatabase::migrated(start());
    db.execute(ROWS);
    db.migrate_cleanly(without_visited());
    db.migrator(start())
        .restore("Visited")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    equals(&mut db, start, ROWS, &[PEOPLE, VISITS]);
}

#[test]
fn rename_table() {
    mod new {
        use kuzu_ddl::{KuzuEdge, KuzuNode};
        #[derive(KuzuNode)]
        #[kuzu(unregistered, renamed_from = "Person")]
        pub(super) struct Human {
            #[kuzu(primary_key)]
            id: i64,
            mail: String,
            /// In years.
            age: Option<i32>,
        }
        #[derive(KuzuEdge)]
        #[kuzu(unregistered, renamed_from = "Visited", from = Human, to = super::start::Place)]
        pub(super) struct Saw {
            year: Option<i16>,
        }
    }
    fn all() -> Declaration {
        schema![new::Human, start::Place, new::Saw]
    }
    let renamed = |text: &str| {
        text.replace(":Person", ":Human")
            .replace(":Visited", ":Saw")
    };
    let straight: Vec<String> = ROWS.iter().map(|row| renamed(row)).collect();
    let straight: Vec<&str> = straight.iter().map(String::as_str).collect();
    case(all, &straight, &[&renamed(PEOPLE), &renamed(VISITS)]);
}

/// The start with another `Person`.
macro_rules! changed {
    ($($field:tt)*) => {
        mod new {
            use kuzu_ddl::{KuzuEdge, KuzuNode};
            #[derive(KuzuNode)]
            #[kuzu(unregistered)]
            pub(super) struct Person { $($field)* }
            #[derive(KuzuEdge)]
            #[kuzu(unregistered, from = Person, to = super::start::Place)]
            pub(super) struct Visited {
                year: Option<i16>,
            }
        }
        fn all() -> Declaration {
            schema![new::Person, start::Place, new::Visited]
        }
    };
}

#[test]
fn add_property() {
    changed! {
        #[kuzu(primary_key)]
        id: i64,
        mail: String,
        /// In years.
        age: Option<i32>,
        #[kuzu(default = "it's \\ here")]
        note: String,
        tags: Option<Vec<String>>,
    }
    case(
        all,
        ROWS,
        &[PEOPLE, VISITS, "MATCH (a:Person) RETURN a.note, a.tags"],
    );
}

fn without_age() -> Declaration {
    changed! {
        #[kuzu(primary_key)]
        id: i64,
        mail: String,
    }
    let mut declaration = all()?;
    if let Some(hints) = declaration.tables.get_mut(&"Person".into()) {
        hints.dropped.insert("age".into());
    }
    Ok(declaration)
}

#[test]
fn drop_property() {
    let rows: Vec<String> = ROWS
        .iter()
        .map(|row| row.replace(", age: 30", "").replace(", age: -5", ""))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    case(
        without_age,
        &rows,
        &["MATCH (a:Person) RETURN a.id, a.mail ORDER BY a.id", VISITS],
    );
}

#[test]
fn restore_property() {
    let mut db = TestDatabase::migrated(start());
    db.execute(ROWS);
    db.migrate_cleanly(without_age());
    db.migrator(start())
        .restore("Person.age")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    equals(&mut db, start, ROWS, &[PEOPLE, VISITS]);
}

#[test]
fn rename_property() {
    changed! {
        #[kuzu(primary_key, renamed_from = "id")]
        number: i64,
        #[kuzu(renamed_from = "age")]
        mail: Option<i32>,
        #[kuzu(renamed_from = "mail")]
        age: String,
    }
    // A comment moves with its property, and here none is declared.
    let straight = &[
        "CREATE (:Person {number: 1, age: 'a@x', mail: 30}), (:Person {number: 2, age: 'b@x'}), (:Person {number: 3, age: 'c@x', mail: -5})",
        ROWS[1],
        "MATCH (a:Person), (b:Place) WHERE a.number < 3 AND b.id = 10 * a.number CREATE (a)-[:Visited {year: CAST(1990 + a.number AS INT16)}]->(b)",
        "MATCH (a:Person {number: 3}), (b:Place {id: 10}) CREATE (a)-[:Visited]->(b)",
    ];
    case(
        all,
        straight,
        &[
            "MATCH (a:Person) RETURN a.number, a.mail, a.age ORDER BY a.number",
            "MATCH (a:Person)-[v:Visited]->(b:Place) RETURN a.number, v.year, b.id ORDER BY a.number",
        ],
    );
}

#[test]
fn add_pair() {
    mod new {
        use kuzu_ddl::KuzuEdge;
        #[derive(KuzuEdge)]
        #[kuzu(unregistered, from = super::start::Person, to = super::start::Place)]
        #[kuzu(from = super::start::Place, to = super::start::Place)]
        pub(super) struct Visited {
            year: Option<i16>,
        }
    }
    fn all() -> Declaration {
        schema![start::Person, start::Place, new::Visited]
    }
    case(
        all,
        ROWS,
        &[
            PEOPLE,
            VISITS,
            "MATCH (:Place)-[v:Visited]->(:Place) RETURN count(*)",
        ],
    );
}

#[test]
fn drop_pair() {
    mod wide {
        use kuzu_ddl::KuzuEdge;
        #[derive(KuzuEdge)]
        #[kuzu(unregistered, from = super::start::Person, to = super::start::Place)]
        #[kuzu(from = super::start::Place, to = super::start::Place)]
        pub(super) struct Visited {
            year: Option<i16>,
        }
    }
    mod new {
        use kuzu_ddl::KuzuEdge;
        #[derive(KuzuEdge)]
        #[kuzu(unregistered, from = super::start::Person, to = super::start::Place)]
        #[kuzu(dropped_pair(from = super::start::Place, to = super::start::Place))]
        pub(super) struct Visited {
            year: Option<i16>,
        }
    }
    fn all() -> Declaration {
        schema![start::Person, start::Place, new::Visited]
    }
    let mut db = TestDatabase::migrated(schema![start::Person, start::Place, wide::Visited]);
    db.execute(ROWS);
    db.execute(&["MATCH (a:Place {id: 10}), (b:Place {id: 20}) CREATE (a)-[:Visited]->(b)"]);
    let migrator = db
        .migrator(all())
        .allow(HazardKind::DeletesData, "Visited(Place -> Place)")
        .allow(HazardKind::Irreversible, "Visited(Place -> Place)");
    migrator.migrate().unwrap_or_else(|e| panic!("{e}"));
    equals(&mut db, all, ROWS, &[PEOPLE, VISITS]);
}

#[test]
fn comment_on_table_and_on_property() {
    mod new {
        use kuzu_ddl::{KuzuEdge, KuzuNode};
        /// It's a \ "person" 🦀.
        #[derive(KuzuNode)]
        #[kuzu(unregistered)]
        pub(super) struct Person {
            #[kuzu(primary_key)]
            id: i64,
            /// By which we write.
            mail: String,
            age: Option<i32>,
        }
        #[derive(KuzuNode)]
        #[kuzu(unregistered)]
        pub(super) struct Place {
            #[kuzu(primary_key)]
            id: i64,
        }
        #[derive(KuzuEdge)]
        #[kuzu(unregistered, from = Person, to = Place)]
        pub(super) struct Visited {
            year: Option<i16>,
        }
    }
    fn all() -> Declaration {
        schema![new::Person, new::Place, new::Visited]
    }
    case(
        all,
        ROWS,
        &[
            PEOPLE,
            VISITS,
            "CALL show_tables() WHERE name <> '_kuzu_ddl_ledger' RETURN name, comment ORDER BY name",
        ],
    );
}

#[test]
fn set_type() {
    changed! {
        #[kuzu(primary_key)]
        id: i64,
        mail: String,
        /// In years.
        age: Option<i64>,
    }
    case(all, ROWS, &[PEOPLE, VISITS]);
}

#[test]
fn set_type_with_a_cast() {
    changed! {
        #[kuzu(primary_key)]
        id: i64,
        mail: String,
        /// In years.
        #[kuzu(cast = "concat(CAST(old AS STRING), ' years')")]
        age: Option<String>,
    }
    let rows: Vec<String> = ROWS
        .iter()
        .map(|row| {
            row.replace("age: 30", "age: '30 years'")
                .replace("age: -5", "age: '-5 years'")
        })
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    // `concat` treats NULL as empty text, so the row without an age is excluded.
    case(
        all,
        &rows,
        &[
            "MATCH (a:Person) WHERE a.id <> 2 RETURN a.id, a.mail, a.age ORDER BY a.id",
            VISITS,
        ],
    );
}

#[test]
fn set_default() {
    changed! {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default = "unknown")]
        mail: String,
        /// In years.
        age: Option<i32>,
    }
    case(all, ROWS, &[PEOPLE, VISITS]);
    let db = TestDatabase::migrated(start());
    db.execute(ROWS);
    db.migrate_cleanly(all());
    db.execute(&["CREATE (:Person {id: 9})"]);
    assert_eq!(db.rows("MATCH (a:Person {id: 9}) RETURN a.mail"), "unknown");
}

#[test]
fn set_nullable() {
    changed! {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<String>,
        /// In years.
        age: Option<i32>,
    }
    case(all, ROWS, &[PEOPLE, VISITS]);
}

#[test]
fn set_primary_key() {
    changed! {
        id: i64,
        #[kuzu(primary_key)]
        mail: String,
        /// In years.
        age: Option<i32>,
    }
    case(all, ROWS, &[PEOPLE, VISITS]);
}

#[test]
fn set_multiplicity_and_storage() {
    mod new {
        use kuzu_ddl::KuzuEdge;
        #[derive(KuzuEdge)]
        #[kuzu(unregistered, from = super::start::Person, to = super::start::Place)]
        #[kuzu(multiplicity = "many_one", storage = "fwd")]
        pub(super) struct Visited {
            year: Option<i16>,
        }
    }
    fn all() -> Declaration {
        schema![start::Person, start::Place, new::Visited]
    }
    case(all, ROWS, &[PEOPLE, VISITS]);
}
