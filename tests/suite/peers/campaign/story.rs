//! One seed: what each peer does.

use kuzu_ddl::history::Point;
use kuzu_ddl::peers::{ReceivePolicy, ReceiveReport};
use kuzu_ddl::{ChangePolicy, DriftPolicy, Error, Migrator};
use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::ChangeBuilder;
use kuzu_ddl_core::schema::{NameKey, Property, Table, TableKind, Type};

use super::checks;
use super::edits::edit;
use crate::fixture::Numbers;
use crate::fixture::peer::{TestPeer, spec};
use crate::fixture::sketch::sketch;

/// Versions of a program that some peers start.
const VERSIONS: [&str; 3] = [
    "node App: id INT64; name STRING; n INT32
     edge Uses App>App: w INT32",
    "node App: id INT64; title<name STRING; n INT64; extra DOUBLE = 1.5
     edge Uses App>App: w INT64",
    "node App: id INT64; title<name STRING; -n; extra DOUBLE = 2.5
     node Log: id INT64; text STRING
     edge Uses App>App App>Log: w INT64",
];

/// A value that a peer's database must have, in a table, a column or an archive.
pub(super) struct Marker {
    pub(super) peer: usize,
    pub(super) value: String,
    /// A dropped FROM–TO pair deletes its rels.
    pub(super) is_rel: bool,
}

pub(super) struct Story {
    pub(super) peers: Vec<TestPeer>,
    pub(super) lines: Vec<String>,
    pub(super) markers: Vec<Marker>,
    numbers: Numbers,
    next_value: u32,
}

impl Story {
    pub(super) fn new(seed: u64) -> Self {
        // Consecutive seeds would give the same numbers, shifted by one.
        let mut numbers = Numbers::new(Numbers::new(seed).next());
        let count = *numbers.pick(&[3, 3, 3, 4, 5]);
        Self {
            peers: (0..count).map(|_| TestPeer::new()).collect(),
            lines: Vec::new(),
            markers: Vec::new(),
            numbers,
            next_value: 1_000,
        }
    }

    /// Lives through the seed; the error is a difference at the end.
    pub(super) fn play(&mut self) -> Result<(), String> {
        self.begin();
        let length = 8 + self.numbers.below(14);
        for _ in 0..length {
            let peer = self.numbers.below(self.peers.len());
            self.step(peer);
        }
        checks::assert_agreement(self)
    }

    fn begin(&mut self) {
        self.peers[0].change(|d| {
            let a = d.create_node_table("A", "id", spec(Type::Int64));
            let b = d.create_node_table("B", "id", spec(Type::Int64));
            d.add_property(a, "p", spec(Type::Int16));
            d.add_property(a, "q", spec(Type::String));
            let r = d.create_edge_table("R", Default::default(), Default::default());
            d.add_pair(r, kuzu_ddl_core::event::Endpoints { from: a, to: b });
            d.add_property(r, "w", spec(Type::Int64));
        });
        let events = self.peers[0].events();
        for peer in 1..self.peers.len() {
            self.peers[peer].receive(events.clone());
        }
        for peer in 0..self.peers.len() {
            self.insert(peer);
        }
    }

    pub(super) fn receive(&self, peer: usize, events: Vec<DdlEvent>) -> ReceiveReport {
        let migrator = Migrator::new(self.peers[peer].engine()).declared(Default::default());
        let migrator = migrator.change_policy(ChangePolicy::Destructive);
        let received = migrator
            .receive_policy(ReceivePolicy::Apply)
            .receive(events);
        received.unwrap_or_else(|e| panic!("{e}"))
    }

    fn note(&mut self, peer: usize, text: impl std::fmt::Display) {
        self.lines.push(format!("{peer}: {text}"));
    }

    fn step(&mut self, peer: usize) {
        match self.numbers.below(20) {
            0..=8 => self.edit(peer),
            9..=11 => self.insert(peer),
            12..=14 => self.exchange(peer),
            15 => self.start(peer),
            16 => self.change_manually(peer),
            17 => {
                self.note(peer, "is killed");
                self.peers[peer] = self.peers[peer].copy();
            }
            18 => self.roll_back(peer),
            _ => {
                self.note(peer, "reopens");
                self.peers[peer].db.reopen();
            }
        }
    }

    fn edit(&mut self, peer: usize) {
        let mut draft = ChangeBuilder::new(self.peers[peer].sync_state().fold);
        let Some(what) = (0..9).find_map(|_| edit(&mut draft, &mut self.numbers)) else {
            return;
        };
        self.note(peer, what);
        let received = self.receive(peer, draft.finish().1);
        if !received.pending.is_empty() {
            self.note(peer, received);
        }
    }

    /// Delivers a part of one peer's events to another.
    fn exchange(&mut self, from: usize) {
        let to = self.numbers.below(self.peers.len());
        let mut events: Vec<DdlEvent> = self.peers[from].events();
        if self.numbers.one_in(2) {
            events.retain(|_| !self.numbers.one_in(4));
        }
        self.note(from, format!("sends {} events to {to}", events.len()));
        let received = self.receive(to, events);
        for row in received.pending {
            let is_held = matches!(row.reason, kuzu_ddl::peers::PendingReason::Held(_));
            if !is_held {
                self.note(to, row);
            }
        }
    }

    fn start(&mut self, peer: usize) {
        let version = self.numbers.below(VERSIONS.len());
        self.note(peer, format!("starts version {version}"));
        let migrator = self.peers[peer].db.migrator(sketch(VERSIONS[version]));
        let result = migrator.change_policy(ChangePolicy::Destructive).migrate();
        let failed = result.err();
        self.expect_refusal(peer, failed);
    }

    fn change_manually(&mut self, peer: usize) {
        let fold = self.peers[peer].sync_state().fold;
        let tables: Vec<Table> = fold.schema().tables.into_values().collect();
        let Some(table) = (!tables.is_empty()).then(|| self.numbers.pick(&tables)) else {
            return;
        };
        let column = format!("m{}", self.numbers.below(3));
        if fold
            .physical_schema()
            .table(&table.name)
            .is_none_or(|t| t.property(&column).is_some())
        {
            return;
        }
        let ty = ["INT64", "STRING", "BOOL"][self.numbers.below(3)];
        let statement = format!("ALTER TABLE `{}` ADD {column} {ty}", table.name);
        self.note(peer, &statement);
        let db = &self.peers[peer].db;
        if kuzu_ddl_runtime::inspect::tables(&*db.session())
            .is_ok_and(|all| all.iter().all(|listed| listed.name != table.name))
        {
            return;
        }
        db.execute(&[&statement]);
        let migrator = db.migrator(Ok(Default::default())).allow_empty();
        let result = migrator.drift_policy(DriftPolicy::Adopt).migrate();
        self.expect_refusal(peer, result.err());
    }

    fn roll_back(&mut self, peer: usize) {
        let revisions = self.peers[peer].db.ledger().revisions.len();
        let to = u64::try_from(self.numbers.below(revisions.max(1)) + 1).unwrap();
        self.note(peer, format!("rolls back to {to} of {revisions}"));
        let migrator = self.peers[peer].db.migrator(Ok(Default::default()));
        let migrator = migrator
            .allow_empty()
            .change_policy(ChangePolicy::Destructive);
        let result = migrator
            .allow_partial_rollback()
            .rollback(Point::Revision(to));
        self.expect_refusal(peer, result.err());
    }

    /// A start may be refused, with the reason; nothing else may go wrong.
    fn expect_refusal(&mut self, peer: usize, error: Option<Error>) {
        let Some(error) = error else {
            return;
        };
        self.note(peer, format!("is refused: {error}"));
        let is_refusal = matches!(
            error,
            Error::Incompatible(_)
                | Error::BreaksApplication(_)
                | Error::HazardsNotAllowed { .. }
                | Error::PreflightFailed(_)
                | Error::Unplannable(_)
                | Error::RolledBack { .. }
                | Error::Irreversible(_)
                | Error::CannotAdopt(_)
                | Error::History(_)
        );
        assert!(is_refusal, "{error}");
    }

    /// Inserts a row into some table, by what the database has.
    pub(super) fn insert(&mut self, peer: usize) {
        let live = checks::live_schema(&self.peers[peer]);
        let fold = self.peers[peer].sync_state().fold;
        let declared = fold.schema();
        let tables = live.tables.into_iter();
        let tables = tables.filter(|(key, _)| declared.tables.contains_key(key));
        let tables: Vec<Table> = tables.map(|(_, table)| table).collect();
        if tables.is_empty() {
            return;
        }
        let table = self.numbers.pick(&tables).clone();
        match &table.kind {
            TableKind::Node { .. } => {
                self.insert_node(peer, &table);
            }
            TableKind::Edge { pairs, .. } => {
                let all = |key: &NameKey| tables.iter().find(|t| *key == t.name.as_str().into());
                let pairs: Vec<_> = pairs.iter().collect();
                let pair = *self.numbers.pick(&pairs);
                let (Some(from), Some(to)) = (all(&pair.from), all(&pair.to)) else {
                    return;
                };
                let (from, to) = (from.clone(), to.clone());
                let ends = [self.insert_node(peer, &from), self.insert_node(peer, &to)];
                let values = self.values(peer, &table);
                let [a, b] =
                    ends.map(|(name, key, value)| format!("(:`{name}` {{`{key}`: {value}}})"));
                let [a, b] = [a.replacen("(:", "(a:", 1), b.replacen("(:", "(b:", 1)];
                let statement = format!(
                    "MATCH {a}, {b} CREATE (a)-[:`{}` {{{values}}}]->(b)",
                    table.name
                );
                self.peers[peer].db.execute(&[&statement]);
            }
        }
    }

    fn insert_node(&mut self, peer: usize, table: &Table) -> (String, String, String) {
        let TableKind::Node { primary_key } = &table.kind else {
            panic!("a node table");
        };
        let key = table.properties[primary_key].clone();
        let value = self.value(&key);
        let values = self.values(peer, table);
        let comma = if values.is_empty() { "" } else { ", " };
        let statement = format!(
            "CREATE (:`{}` {{`{}`: {value}{comma}{values}}})",
            table.name, key.name
        );
        self.peers[peer].db.execute(&[&statement]);
        (table.name.clone(), key.name, value)
    }

    /// Values of all visible properties but the key.
    fn values(&mut self, peer: usize, table: &Table) -> String {
        let key = match &table.kind {
            TableKind::Node { primary_key } => Some(primary_key.clone()),
            TableKind::Edge { .. } => None,
        };
        let properties = table.properties.iter();
        let visible = properties
            .filter(|(name, _)| Some(*name) != key.as_ref() && !name.as_str().contains("__"));
        let mut parts = Vec::new();
        for (_, property) in visible {
            let value = self.value(property);
            if value.contains(|c: char| c.is_ascii_digit()) && property.ty != Type::Date {
                let value = value.trim_matches('\'').to_owned();
                let is_rel = key.is_none();
                self.markers.push(Marker {
                    peer,
                    value,
                    is_rel,
                });
            }
            parts.push(format!("`{}`: {value}", property.name));
        }
        parts.join(", ")
    }

    fn value(&mut self, property: &Property) -> String {
        self.next_value += 1;
        let value = self.next_value;
        match property.ty {
            Type::Bool => "true".into(),
            Type::String => format!("'{value}'"),
            Type::Date => {
                let (year, month, day) = (2000 + value % 100, 1 + value % 12, 1 + value % 28);
                format!("date('{year}-{month:02}-{day:02}')")
            }
            _ => value.to_string(),
        }
    }
}
