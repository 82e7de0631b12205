//! A schema of one node table and one rel table, and checks of their values.

use kuzu_ddl::history::Point;
use kuzu_ddl::{ChangePolicy, Migrator};
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::describe::OnFailDesc;
use kuzu_ddl_core::schema::{NameKey, Pair, Property, StorageDirection, Table, TableKind, Type};

use crate::fixture::TestDatabase;

/// Nodes `N` with a key of one type and a property `p` of another, and rels `R` with such a
/// property.
#[derive(Clone)]
pub(super) struct Shape {
    pub(super) key: &'static str,
    pub(super) ty: &'static str,
    pub(super) casts: Vec<(&'static str, String)>,
    pub(super) on_fail: Option<OnFailDesc>,
}

impl Shape {
    pub(super) fn of(key: &'static str, ty: &'static str) -> Self {
        Self {
            key,
            ty,
            casts: Vec::new(),
            on_fail: None,
        }
    }

    /// Declares the plain cast of a property.
    pub(super) fn cast(mut self, name: &'static str) -> Self {
        let ty = if name == "id" { self.key } else { self.ty };
        self.casts.push((name, format!("CAST(old AS {ty})")));
        self
    }

    pub(super) fn by(mut self, cast: &str) -> Self {
        self.casts.push(("p", cast.to_owned()));
        self
    }

    pub(super) fn or_null(mut self) -> Self {
        self.on_fail = Some(OnFailDesc::Null);
        self
    }

    pub(super) fn declared(&self) -> Declared {
        let mut declared = Declared::default();
        let property = |name: &str, ty: &str| {
            let property = Property {
                name: name.to_owned(),
                ty: ty.parse::<Type>().unwrap(),
                nullable: name != "id",
                default: None,
                comment: None,
            };
            (NameKey::new(name), property)
        };
        let node = NameKey::new("N");
        let edge = TableKind::Edge {
            pairs: [Pair {
                from: node.clone(),
                to: node,
            }]
            .into(),
            multiplicity: None,
            storage: StorageDirection::Both,
        };
        let key = TableKind::Node {
            primary_key: NameKey::new("id"),
        };
        let nodes = vec![
            property("id", self.key),
            property("p", self.ty),
            property("at", "INT64"),
        ];
        let rels = vec![property("p", self.ty), property("at", "INT64")];
        for (name, kind, properties) in [("N", key, nodes), ("R", edge, rels)] {
            let table = Table {
                name: name.to_owned(),
                kind,
                properties: properties.into_iter().collect(),
                indexes: std::collections::BTreeMap::new(),
                comment: None,
            };
            let hints = declared.tables.entry(NameKey::new(name)).or_default();
            hints.column_order = ["id", "p", "at"].map(NameKey::new).into();
            for (property, cast) in &self.casts {
                if name == "N" || *property != "id" {
                    hints.casts.insert(NameKey::new(property), cast.clone());
                    let on_fail = self.on_fail.filter(|_| *property != "id");
                    hints
                        .on_fail
                        .extend(on_fail.map(|on_fail| (NameKey::new(property), on_fail)));
                }
            }
            declared.schema.tables.insert(NameKey::new(name), table);
        }
        declared
    }
}

pub(super) fn migrator<'a>(db: &'a TestDatabase, shape: &Shape) -> Migrator<'a> {
    Migrator::new(db.kuzu())
        .declared(shape.declared())
        .change_policy(ChangePolicy::Destructive)
}

#[track_caller]
pub(super) fn migrate(db: &TestDatabase, shape: &Shape) {
    migrator(db, shape)
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
}

/// A database with one node for each value, and a rel with it from the first node to each.
pub(super) fn database(shape: &Shape, values: &[&str]) -> TestDatabase {
    let db = TestDatabase::new();
    migrate(&db, shape);
    for (n, value) in values.iter().enumerate() {
        db.execute(&[&format!("CREATE (:N {{id: {n}, p: {value}, at: {n}}})")]);
    }
    for (n, value) in values.iter().enumerate() {
        db.execute(&[&format!(
            "MATCH (a:N {{at: 0}}), (b:N {{at: {n}}}) CREATE (a)-[:R {{p: {value}, at: {n}}}]->(b)"
        )]);
    }
    db
}

/// Checks `expression` of nodes and rels: now, after a kill, a checkpoint and a reopening.
#[track_caller]
pub(super) fn check(db: &mut TestDatabase, expression: &str, expected: &str) {
    let check = |db: &TestDatabase, when: &str| {
        for rows in ["MATCH (x:N)", "MATCH (:N)-[x:R]->(:N)"] {
            let query = format!("{rows} RETURN {expression} ORDER BY x.`at`");
            assert_eq!(db.rows(&query), expected, "{when}: {rows}");
        }
    };
    check(db, "migrated");
    check(&db.after_kill(), "killed");
    db.execute(&["CHECKPOINT"]);
    check(db, "checkpointed");
    db.reopen();
    check(db, "reopened");
}

/// Converts `values` of one type to another, and checks the results; then rolls back, and checks
/// that the values are those from before.
#[track_caller]
pub(super) fn converts(
    from: &'static str,
    to: &'static str,
    values: &[&str],
    expression: &str,
    expected: &str,
) {
    let to = Shape::of("INT64", to).cast("p").or_null();
    converts_by(from, &to, values, expression, expected);
}

/// Converts `values` as a declaration says; see [`converts`].
#[track_caller]
pub(super) fn converts_by(
    from: &'static str,
    to: &Shape,
    values: &[&str],
    expression: &str,
    expected: &str,
) {
    let before = Shape::of("INT64", from);
    let mut db = database(&before, values);
    let text = "CAST(x.p AS STRING)";
    let all = |db: &TestDatabase| {
        ["MATCH (x:N)", "MATCH ()-[x:R]->()"].map(|rows| {
            db.rows(&format!(
                "{rows} RETURN {text}, x.p IS NULL ORDER BY x.`at`"
            ))
        })
    };
    let original = all(&db);
    migrate(&db, to);
    check(&mut db, expression, expected);
    let rollback = migrator(&db, &before);
    rollback
        .rollback(Point::Revision(1))
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(all(&db), original);
}

/// Asserts that a change is refused, and returns the message.
#[track_caller]
pub(super) fn refused(db: &TestDatabase, shape: &Shape) -> String {
    let before = db.snapshot();
    let result = migrator(db, shape).migrate();
    let e = result.map(|report| report.to_string()).unwrap_err();
    assert_eq!(db.snapshot(), before);
    e.to_string()
}
