//! Random manual statements, policies, changes, restarts and rollbacks, compared by value with a
//! model of the columns: names and values stay together, also at a peer that receives the events.
//!
//! The regular run takes the same 8 histories every time. `KUZU_DDL_DRIFT_RUNS=500` runs that many,
//! `KUZU_DDL_DRIFT_SEED` is the first seed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kuzu_ddl::history::Point;
use kuzu_ddl::{DriftPolicy, Error, Migrator, Report};

use crate::fixture::peer::TestPeer;
use crate::fixture::sketch::sketch;
use crate::fixture::{Numbers, TestDatabase};

/// Histories in the regular run.
const RUNS: u64 = 8;

/// Columns of the tables A and R with the value in the only row: what the database must hold,
/// whatever the ledger makes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Live {
    columns: BTreeMap<(char, String), String>,
}

impl Live {
    fn read(db: &TestDatabase) -> Self {
        let mut columns = BTreeMap::new();
        for (table, pattern) in [('A', "(x:A)"), ('R', "()-[x:R]->()")] {
            let names = db.rows(&format!("CALL table_info('{table}') RETURN name"));
            for name in names.split("; ").filter(|name| !name.is_empty()) {
                let value = format!("MATCH {pattern} RETURN CAST(x.`{name}` AS STRING)");
                columns.insert((table, name.to_owned()), db.rows(&value));
            }
        }
        Self { columns }
    }

    /// The columns of a table that are not archived, without the key.
    fn names(&self, table: char) -> Vec<String> {
        let all = self.columns.keys().filter(|(of, _)| *of == table);
        let names = all.map(|(_, name)| name.clone());
        names
            .filter(|name| name != "id" && !name.contains("__"))
            .collect()
    }
}

/// The difference between a value of the database and the one of its peer in the same column.
const OF_PEER: i64 = 1_000;

/// The values of the first revision.
const FIRST_VALUES: [i64; 8] = [10, 20, 30, 40, 50, 60, 70, 80];

/// Inserts the only row of both tables.
fn insert(db: &TestDatabase, offset: i64) {
    let [a, b, c, d, ra, rb, rc, rd] = FIRST_VALUES.map(|value| value + offset);
    db.execute(&[
        &format!("CREATE (:A {{id: 1, a: {a}, b: {b}, c: {c}, d: {d}}})"),
        &format!(
            "MATCH (x:A) CREATE (x)-[:R {{w: 1, ra: {ra}, rb: {rb}, rc: {rc}, rd: {rd}}}]->(x)"
        ),
        "CHECKPOINT",
    ]);
}

/// Delivers the events of the database to its peer. The peer loses no value; where the ledger of the
/// database agrees with its catalog, each value that it has is under the same name at the peer.
#[track_caller]
fn deliver(db: &TestPeer, peer: &TestPeer, context: &dyn Fn() -> String) {
    let received = peer.receive_from(db);
    assert!(received.pending.is_empty(), "{}\n{received}", context());
    assert_eq!(peer.db.drift(), "", "{}", context());
    let theirs = Live::read(&peer.db);
    for value in FIRST_VALUES.map(|value| (value + OF_PEER).to_string()) {
        let is_held = theirs.columns.values().any(|held| *held == value);
        assert!(is_held, "{value} of the peer: {theirs:?}\n{}", context());
    }
    if !db.db.drift().is_empty() {
        return;
    }
    for (column, value) in Live::read(&db.db).columns {
        let is_first = value.parse().is_ok_and(|n| FIRST_VALUES.contains(&n));
        if is_first {
            let expected = (value.parse::<i64>().unwrap() + OF_PEER).to_string();
            let held = theirs.columns.get(&column);
            assert_eq!(
                held,
                Some(&expected),
                "{column:?} of the peer: {theirs:?}\n{}",
                context()
            );
        }
    }
}

/// The declared properties of both tables, in both types of the key and both multiplicities.
#[derive(Clone, Debug)]
struct Source {
    properties: BTreeMap<char, Vec<String>>,
    wide_key: bool,
    many_one: bool,
    dropped: Vec<(char, String)>,
}

impl Source {
    fn text(&self) -> String {
        let mut text = String::new();
        for (table, head) in [('A', "node A: id "), ('R', "edge R A>A ")] {
            text.push_str(head);
            match table {
                'A' => text.push_str(if self.wide_key { "INT128" } else { "INT64" }),
                _ => text.push_str(if self.many_one {
                    "MANY_ONE: w INT64"
                } else {
                    ": w INT64"
                }),
            }
            for name in &self.properties[&table] {
                let _ = write!(text, "; {name} INT64");
            }
            for (_, name) in self.dropped.iter().filter(|(of, _)| *of == table) {
                let _ = write!(text, "; -{name}");
            }
            text.push('\n');
        }
        text
    }
}

fn allowed<'a>(
    db: &'a TestDatabase,
    policy: DriftPolicy,
    run: impl Fn(Migrator<'a>) -> Result<Report, Error>,
) -> Result<Report, Error> {
    let migrator = || Migrator::new(db.kuzu()).drift_policy(policy);
    match run(migrator()) {
        Err(Error::HazardsNotAllowed { hazards, .. }) => {
            let migrator = hazards.into_iter().fold(migrator(), |migrator, hazard| {
                migrator.allow(hazard.kind, hazard.object)
            });
            run(migrator)
        }
        result => result,
    }
}

/// One manual statement, applied to the model of the columns too.
fn change_manually(db: &TestDatabase, live: &mut Live, numbers: &mut Numbers) -> Vec<String> {
    let table = *numbers.pick(&['A', 'R']);
    let names = live.names(table);
    let column = |name: &str| (table, name.to_owned());
    let statements = match (numbers.below(4), names.as_slice()) {
        (0, [.., _]) if names.len() > 1 => {
            let name = numbers.pick(&names).clone();
            live.columns.remove(&column(&name));
            vec![format!("ALTER TABLE {table} DROP `{name}`")]
        }
        (1, [.., _]) => {
            let (from, to) = (
                numbers.pick(&names).clone(),
                format!("m{}", numbers.below(99)),
            );
            if live.columns.contains_key(&column(&to)) {
                return Vec::new();
            }
            let value = live.columns.remove(&column(&from)).unwrap();
            live.columns.insert(column(&to), value);
            vec![format!("ALTER TABLE {table} RENAME `{from}` TO `{to}`")]
        }
        (2, [a, .., b]) => {
            let (a, b) = (column(a), column(b));
            let (x, y) = (live.columns[&a].clone(), live.columns[&b].clone());
            live.columns.insert(a.clone(), y);
            live.columns.insert(b.clone(), x);
            vec![
                format!("ALTER TABLE {table} RENAME `{}` TO t__0", a.1),
                format!("ALTER TABLE {table} RENAME `{}` TO `{}`", b.1, a.1),
                format!("ALTER TABLE {table} RENAME t__0 TO `{}`", b.1),
            ]
        }
        _ => {
            let (name, value) = (format!("n{}", numbers.below(99)), numbers.below(999));
            if live.columns.contains_key(&column(&name)) {
                return Vec::new();
            }
            live.columns.insert(column(&name), value.to_string());
            let default = format!("DEFAULT CAST({value} AS INT64)");
            vec![format!("ALTER TABLE {table} ADD `{name}` INT64 {default}")]
        }
    };
    let all: Vec<&str> = statements.iter().map(String::as_str).collect();
    db.execute(&all);
    db.execute(&["CHECKPOINT"]);
    statements
}

fn change_source(source: &mut Source, numbers: &mut Numbers) {
    let table = *numbers.pick(&['A', 'R']);
    let properties = source.properties.get_mut(&table).unwrap();
    match numbers.below(4) {
        0 => properties.push(format!("s{}", numbers.next() % 100_000)),
        1 if properties.len() > 1 => {
            let at = numbers.below(properties.len());
            let name = properties.remove(at);
            source.dropped.push((table, name));
        }
        2 => source.wide_key = true,
        _ => source.many_one = !source.many_one,
    }
}

fn run(seed: u64) {
    let mut numbers = Numbers::new(seed);
    let names = |of: &str| {
        ["a", "b", "c", "d"]
            .map(|name| format!("{of}{name}"))
            .to_vec()
    };
    let mut source = Source {
        properties: BTreeMap::from([('A', names("")), ('R', names("r"))]),
        wide_key: false,
        many_one: false,
        dropped: Vec::new(),
    };
    let [mut here, peer] = [0, OF_PEER].map(|offset| {
        let peer = TestPeer::with(sketch(&source.text()));
        insert(&peer.db, offset);
        peer
    });
    let first = Live::read(&here.db);
    let mut story = vec![source.text()];
    for _ in 0..numbers.below(4) + 2 {
        let db = &mut here.db;
        let mut live = Live::read(db);
        story.extend(change_manually(db, &mut live, &mut numbers));
        assert_eq!(Live::read(db), live, "seed {seed}: {story:#?}");
        let last = source.clone();
        change_source(&mut source, &mut numbers);
        let policies = [
            DriftPolicy::Warn,
            DriftPolicy::Warn,
            DriftPolicy::Adopt,
            DriftPolicy::Repair,
            DriftPolicy::Recreate,
            DriftPolicy::Error,
        ];
        let policy = *numbers.pick(&policies);
        let text = source.text();
        story.push(format!("{policy:?}: {text}"));
        let declared = sketch(&text).unwrap();
        let result = allowed(db, policy, |m| m.declared(declared.clone()).migrate());
        let now = Live::read(db);
        if let Err(error) = &result {
            story.push(error.to_string());
            assert_eq!(now, live, "refused, seed {seed}: {story:#?}");
            source = last;
        }
        // What the source drops is archived; everything else is where it was.
        let is_dropped = |(table, name): &(char, String)| {
            source.dropped.contains(&(*table, name.clone())) || name.contains("__")
        };
        for (column, value) in live
            .columns
            .iter()
            .filter(|(column, _)| !is_dropped(column))
        {
            assert_eq!(
                now.columns.get(column),
                Some(value),
                "{column:?}, seed {seed}: {story:#?}"
            );
        }
        if numbers.one_in(2) {
            db.reopen();
            assert_eq!(Live::read(db), now, "reopened, seed {seed}: {story:#?}");
        }
        deliver(&here, &peer, &|| format!("seed {seed}: {story:#?}"));
        let db = &here.db;
        // Further starts under the same policy move nothing.
        if result.is_ok() && policy == DriftPolicy::Warn {
            let again = allowed(db, policy, |m| m.declared(declared.clone()).migrate());
            let again = again.unwrap_or_else(|e| panic!("seed {seed}: {story:#?}\n{e}"));
            assert!(again.is_up_to_date(), "seed {seed}: {story:#?}\n{again}");
        }
        if result.is_ok() && numbers.one_in(3) {
            let revisions = db.ledger().revisions.len();
            let back = allowed(db, DriftPolicy::Warn, |m| {
                m.allow_partial_rollback().rollback(Point::Revision(1))
            });
            let now = Live::read(db);
            story.push(format!(
                "rollback: {:?}",
                back.as_ref().err().map(ToString::to_string)
            ));
            // No value is lost. Where nothing differs, each is under its name of that time.
            for ((table, name), value) in &live.columns {
                let mut held = now.columns.iter().filter(|((of, _), _)| of == table);
                assert!(
                    held.any(|(_, other)| other == value),
                    "{table}.{name} = {value} after a rollback, seed {seed}: {story:#?}\n{now:?}"
                );
            }
            if back.is_ok() && db.drift().is_empty() {
                for (column, value) in &first.columns {
                    let value_now = now.columns.get(column);
                    assert!(
                        value_now.is_none_or(|now| now == value || now == "NULL"),
                        "{column:?} after a rollback, seed {seed}: {story:#?}\n{now:?}"
                    );
                }
            }
            assert!(db.ledger().revisions.len() >= revisions);
            deliver(&here, &peer, &|| {
                format!("rolled back, seed {seed}: {story:#?}")
            });
            return;
        }
    }
}

#[test]
fn names_and_values_stay_together() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let runs = number("KUZU_DDL_DRIFT_RUNS").unwrap_or(RUNS);
    let first: u64 = number("KUZU_DDL_DRIFT_SEED").unwrap_or(1);
    for seed in first..first + runs {
        run(seed);
    }
}
