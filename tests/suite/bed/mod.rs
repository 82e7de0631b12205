//! A database file of a test's own, with short ways to ask it things.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

pub(crate) mod child;
pub(crate) mod count;

use std::path::{Path, PathBuf};

use kuzu_ddl::declared::{DeclareError, Declared};
use kuzu_ddl::engine::{self, Cell, Engine, Session};
use kuzu_ddl::inspect::{self, Scope};
use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::ledger::{self, Contents};
use kuzu_ddl::{Error, Migrator, Report, drift};

/// What `schema![…]` evaluates to.
pub(crate) type Said = Result<Declared, DeclareError>;

/// Without bounds, every open database would reserve terabytes of addresses.
pub(crate) fn config() -> SystemConfig {
    SystemConfig::default()
        .max_db_size(1 << 34)
        .buffer_pool_size(64 << 20)
}

/// A database in a directory of its own.
pub(crate) struct Bed {
    db: Option<Database>,
    path: PathBuf,
    _dir: Option<tempfile::TempDir>,
}

impl Bed {
    /// An empty database.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let bed = Self::at(&dir.path().join("db"));
        Self {
            _dir: Some(dir),
            ..bed
        }
    }

    /// A file that somebody else looks after.
    pub(crate) fn at(path: &Path) -> Self {
        let db = engine::open(path, config()).unwrap_or_else(|e| panic!("{e}"));
        Self {
            db: Some(db),
            path: path.to_owned(),
            _dir: None,
        }
    }

    /// The file as this process would leave it if it were killed now, opened.
    pub(crate) fn killed(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        std::fs::copy(self.path(), &path).unwrap();
        let wal = self.path().with_file_name("db.wal");
        if wal.exists() {
            std::fs::copy(wal, path.with_file_name("db.wal")).unwrap();
        }
        let bed = Self::at(&path);
        Self {
            _dir: Some(dir),
            ..bed
        }
    }

    /// A database that was made by hand.
    #[track_caller]
    pub(crate) fn by_hand(statements: &[&str]) -> Self {
        let bed = Self::new();
        bed.run(statements);
        bed
    }

    /// A migrated database.
    #[track_caller]
    pub(crate) fn with(said: Said) -> Self {
        let bed = Self::new();
        bed.up(said);
        bed
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    pub(crate) fn db(&self) -> &Database {
        self.db.as_ref().unwrap()
    }

    /// Closes the database, which writes a checkpoint.
    pub(crate) fn close(&mut self) {
        self.db = None;
    }

    /// Opens it again with `config`.
    pub(crate) fn open(&mut self, config: SystemConfig) {
        self.close();
        self.db = Some(engine::open(self.path(), config).unwrap());
    }

    /// Closes and opens: what was wrong with the file shows here.
    pub(crate) fn reopen(&mut self) {
        self.open(config());
    }

    pub(crate) fn session(&self) -> Box<dyn Session + '_> {
        self.db().session().unwrap()
    }

    /// Runs statements by hand; each must succeed.
    #[track_caller]
    pub(crate) fn run(&self, statements: &[&str]) {
        let session = self.session();
        for statement in statements {
            if let Err(e) = session.query(statement) {
                panic!("{e}");
            }
        }
    }

    /// The rows of a query in short text.
    #[track_caller]
    pub(crate) fn rows(&self, cypher: &str) -> String {
        rows(&*self.session(), cypher)
    }

    pub(crate) fn migrator(&self, said: Said) -> Migrator<'_> {
        Migrator::new(self.db()).schema(said)
    }

    pub(crate) fn migrate(&self, said: Said) -> Result<Report, Error> {
        self.migrator(said).migrate()
    }

    /// Migrates, and checks that a second start has nothing to do and that database and ledger
    /// agree.
    #[track_caller]
    pub(crate) fn up(&self, said: Said) -> Report {
        let report = self.migrate(said.clone()).unwrap_or_else(|e| panic!("{e}"));
        self.settled(said);
        report
    }

    /// There is nothing to do, and database and ledger agree.
    #[track_caller]
    pub(crate) fn settled(&self, said: Said) {
        let plan = self
            .migrator(said.clone())
            .plan()
            .unwrap_or_else(|e| panic!("{e}"));
        assert!(plan.is_empty(), "{plan}");
        let again = self.migrate(said).unwrap_or_else(|e| panic!("{e}"));
        assert!(again.is_up_to_date(), "{again}");
        assert_eq!(self.drift(), "");
    }

    /// The error of a migration that must be refused, and must change nothing.
    #[track_caller]
    pub(crate) fn refused(&self, said: Said) -> Error {
        self.fails(self.migrator(said))
    }

    /// The error of a migration that must fail, and must change nothing.
    #[track_caller]
    pub(crate) fn fails(&self, migrator: Migrator<'_>) -> Error {
        let before = self.state();
        match migrator.migrate() {
            Ok(report) => panic!("must be refused, and was carried out: {report}"),
            Err(e) => {
                assert_eq!(self.state(), before, "after {e}");
                e
            }
        }
    }

    pub(crate) fn ledger(&self) -> Contents {
        ledger::read(&*self.session()).unwrap()
    }

    /// How many rows of each kind the ledger has.
    pub(crate) fn counts(&self) -> String {
        let contents = self.ledger();
        assert_eq!(contents.bad, []);
        let (events, revisions) = (contents.events.len(), contents.revisions.len());
        format!(
            "{events} events, {revisions} revisions, {} declared",
            contents.seen.len()
        )
    }

    /// Where the database differs from its ledger; nothing is the empty text.
    pub(crate) fn drift(&self) -> String {
        let found = inspect::inspect(&*self.session(), Scope::All).unwrap();
        let rows = drift::between(&self.ledger(), &found);
        rows.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// All that a refused migration must leave as it was: catalog, ledger and rows.
    pub(crate) fn state(&self) -> String {
        let session = self.session();
        let found = inspect::inspect(&*session, Scope::All).unwrap();
        let mut out = self.data();
        if !found.internal.is_empty() {
            out += &rows(
                &*session,
                "MATCH (l:_kuzu_ddl_ledger) RETURN l.key, l.body ORDER BY l.key",
            );
        }
        out
    }

    /// Catalog and rows, without the ledger.
    pub(crate) fn data(&self) -> String {
        let session = self.session();
        let found = inspect::inspect(&*session, Scope::All).unwrap();
        let mut out = format!("{:?}\n{:?}\n", found.schema, found.ids);
        for table in found.schema.tables.values() {
            out += &contents(&*session, &table.name, table.kind.is_node());
        }
        out
    }
}

/// All rows of a table, in a fixed order.
fn contents(session: &dyn Session, table: &str, node: bool) -> String {
    let query = if node {
        format!("MATCH (x:`{table}`) RETURN CAST(x AS STRING) AS row ORDER BY row")
    } else {
        format!("MATCH ()-[x:`{table}`]->() RETURN CAST(x AS STRING) AS row ORDER BY row")
    };
    rows(session, &query)
}

/// The rows of a query in short text: cells by `|`, rows by `; `.
#[track_caller]
pub(crate) fn rows(session: &dyn Session, cypher: &str) -> String {
    let rows = session.query(cypher).unwrap_or_else(|e| panic!("{e}"));
    let row = |row: &Vec<Cell>| row.iter().map(short).collect::<Vec<_>>().join("|");
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}

fn short(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Bool(b) => b.to_string(),
        Cell::Int(n) => n.to_string(),
        Cell::Float(x) => x.to_string(),
        Cell::Text(text) | Cell::Other(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// The bytes of a file and of its log, as far as there are such.
pub(crate) fn bytes(path: &Path) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    let wal = path.with_file_name("db.wal");
    (std::fs::read(path).ok(), std::fs::read(wal).ok())
}
