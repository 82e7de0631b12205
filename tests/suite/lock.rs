//! Lock files, old locks and the check of the whole, on the real engine.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::Cell;
use std::fs;

use kuzu_ddl::engine::{Capabilities, Engine, EngineError, Row, Session};
use kuzu_ddl::lock::{self, Lock, LockError, UpgradeError};
use kuzu_ddl::schema::Key;
use kuzu_ddl::{KuzuEdge, KuzuNode, KuzuType, engine, schema};

mod v1 {
    //! Everything that has values.

    use super::*;

    #[derive(KuzuType)]
    pub(super) struct Place {
        street: String,
        floor: Option<i8>,
    }

    #[derive(KuzuType)]
    pub(super) enum Contact {
        _Mail(String),
        _Phone(i64),
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        name: String,
        mail: Option<String>,
        score: i32,
        ratio: f64,
        active: bool,
        balance: kuzu_ddl::types::Decimal<10, 2>,
        tiny: kuzu_ddl::types::Decimal<2, 2>,
        born: Option<time::Date>,
        seen: time::OffsetDateTime,
        took: time::Duration,
        token: uuid::Uuid,
        photo: kuzu_ddl::types::Blob,
        tags: Vec<String>,
        vector: [f32; 3],
        places: Vec<Place>,
        contact: Contact,
        counts: std::collections::BTreeMap<String, i64>,
        extra: Option<serde_json::Value>,
        #[kuzu(default = 7)]
        level: u8,
        fax: Option<String>,
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered, name = "order; 'line'")]
    pub(super) struct Line {
        #[kuzu(primary_key)]
        number: kuzu_ddl::types::Serial,
        #[kuzu(name = "what \"it\" is")]
        what: String,
    }

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct Shop {
        #[kuzu(primary_key)]
        name: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Line, from = Person, to = Shop, multiplicity = "many_one", unregistered)]
    pub(super) struct Bought {
        price: f32,
    }
}

mod v2 {
    //! The same after some time.

    use super::*;

    #[derive(KuzuNode)]
    #[kuzu(unregistered, renamed_from = "Person", dropped("fax"))]
    pub(super) struct Human {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "mail")]
        email: Option<String>,
        name: String,
        score: i64,
        #[kuzu(cast = "CAST(old AS STRING)")]
        ratio: String,
        #[kuzu(fill = "CAST('2000-01-01' AS DATE)")]
        born: time::Date,
        #[kuzu(fill = "0")]
        age: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Human, to = super::v1::Shop, multiplicity = "many_one", unregistered)]
    #[kuzu(dropped_pair(from = Human, to = super::v1::Line))]
    pub(super) struct Bought {
        price: f64,
    }
}

fn v1() -> kuzu_ddl::Declared {
    schema![v1::Person, v1::Line, v1::Shop, v1::Bought].unwrap()
}

#[test]
fn a_lock_gives_back_what_was_declared() {
    let lock = Lock::of(&v1(), None);
    let text = lock.to_string();
    let read: Lock = text.parse().unwrap();
    assert_eq!(read, lock);
    let (said, read) = (v1().schema, read.declared().schema);
    assert_eq!(read.fingerprint(), said.fingerprint(), "{text}");
}

#[test]
fn the_file_is_written_only_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let missing = lock::verify_declared(dir.path(), &v1()).unwrap_err();
    assert!(
        missing
            .to_string()
            .contains("KUZU_DDL_LOCK=overwrite cargo test"),
        "{missing}"
    );
    let file = dir.path().join(lock::FILE);
    let text = Lock::of(&v1(), None).to_string();
    fs::write(&file, text.replace("score INT32", "score INT16")).unwrap();
    let stale = lock::verify_declared(dir.path(), &v1()).unwrap_err();
    let LockError::Stale(difference) = &stale else {
        panic!("{stale}")
    };
    assert!(
        difference.contains("-   score INT16") && difference.contains("+   score INT32"),
        "{stale}"
    );
    fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    lock::verify_declared(dir.path(), &v1()).unwrap();
    let gone = lock::verify_declared(dir.path(), &schema![v1::Shop].unwrap()).unwrap_err();
    assert!(
        matches!(&gone, LockError::Lost(lost) if lost.len() == 3),
        "{gone}"
    );
    fs::write(&file, "<<<<<<< ours").unwrap();
    let broken = lock::verify_declared(dir.path(), &v1()).unwrap_err();
    assert!(matches!(broken, LockError::Parse { .. }), "{broken}");
}

#[test]
fn an_old_database_keeps_everything_that_no_tombstone_names() {
    let v2 = schema![v2::Human, v1::Line, v1::Shop, v2::Bought].unwrap();
    let old = Lock::of(&v1(), None).to_string();
    for declared in [v1(), v2] {
        let engine = engine::in_memory(64).unwrap();
        if let Err(error) = lock::upgrade(&*engine, &old, &declared) {
            panic!("{error}");
        }
    }
}

/// An engine that loses rows when a second migration commits.
struct Thief {
    engine: Box<dyn Engine>,
    commits: Cell<u32>,
}

struct Thieving<'a> {
    session: Box<dyn Session + 'a>,
    commits: &'a Cell<u32>,
}

impl Engine for Thief {
    fn capabilities(&self) -> &'static Capabilities {
        self.engine.capabilities()
    }

    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        let (session, commits) = (self.engine.session()?, &self.commits);
        Ok(Box::new(Thieving { session, commits }))
    }

    fn handle(&self) -> usize {
        self.engine.handle()
    }

    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.engine.scratch(tables)
    }
}

impl Session for Thieving<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.session.capabilities()
    }

    fn handle(&self) -> usize {
        self.session.handle()
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        let rows = self.session.query(cypher)?;
        if cypher == "COMMIT" {
            self.commits.set(self.commits.get() + 1);
            if self.commits.get() == 2 {
                self.session
                    .query("MATCH (x:Line {number: 1}) DETACH DELETE x")?;
                self.session
                    .query("MATCH (x:Human {id: 2}) SET x.ratio = NULL, x.email = 'other'")?;
            }
        }
        Ok(rows)
    }

    fn query_with(
        &self,
        cypher: &str,
        params: &[(&str, engine::Cell)],
    ) -> Result<Vec<Row>, EngineError> {
        self.session.query_with(cypher, params)
    }
}

#[test]
fn what_is_lost_is_named() {
    let thief = Thief {
        engine: engine::in_memory(64).unwrap(),
        commits: Cell::new(0),
    };
    let old = Lock::of(&v1(), None)
        .to_string()
        .replace("\"order; 'line'\"", "Line");
    let v2 = schema![v2::Human, v1::Shop, v2::Bought].unwrap();
    let error = lock::upgrade(&thief, &old, &v2.drop_table("nothing").unwrap()).unwrap_err();
    let UpgradeError::Lost(lost) = &error else {
        panic!("{error}")
    };
    let lost: Vec<&str> = lost
        .iter()
        .map(|lost| lost.split(": row").next().unwrap())
        .collect();
    assert_eq!(lost, ["Line", "Person", "Person: 1 values of `ratio`"]);
}

#[test]
fn the_whole_is_checked() {
    use kuzu_ddl::CheckError;

    let dir = tempfile::tempdir().unwrap();
    let check = |declared: &kuzu_ddl::Declared, dir| {
        let engine = engine::in_memory(16).unwrap();
        kuzu_ddl::check_in(&*engine, declared, dir)
    };
    check(&v1(), Some(dir.path())).unwrap();
    check(&v1(), None).unwrap();
    let mut old = Lock::of(&v1(), None);
    let shop = old.tables.get_mut(&Key::new("shop")).unwrap();
    shop.krate = "the-shop-crate".into();
    fs::write(dir.path().join(lock::FILE), old.to_string()).unwrap();
    let error = check(&schema![v1::Line].unwrap(), Some(dir.path())).unwrap_err();
    assert!(
        matches!(error, CheckError::Lock(LockError::Lost(_))),
        "{error}"
    );
    assert!(
        error.to_string().contains("use the_shop_crate as _;"),
        "{error}"
    );
}
