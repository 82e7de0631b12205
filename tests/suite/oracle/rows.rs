//! Rows that are followed through edits by the identity of what they belong to.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl::kuzu::{Connection, Database};
use kuzu_ddl::schema::name::quote;
use kuzu_ddl::schema::{Expr, Multiplicity};

use super::model::{Model, ModelProperty, ModelTable, value};

/// Rows a node table.
const NODES: i64 = 4;

/// Values as Cypher by property id; `None` is NULL.
type Values = BTreeMap<u32, Option<String>>;

/// What was inserted, by table id. A rel also has its pair and the keys of its ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    tables: BTreeMap<u32, Vec<(Option<Ends>, Values)>>,
}

#[derive(Clone, Debug)]
struct Ends {
    from: (u32, i64),
    to: (u32, i64),
}

fn cells(db: &Database, query: &str) -> Vec<Vec<String>> {
    let connection = Connection::new(db).unwrap();
    let result = connection
        .query(query)
        .unwrap_or_else(|e| panic!("{e}: {query}"));
    result
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

fn ask(db: &Database, query: &str) -> Vec<String> {
    cells(db, query).iter().map(|row| row.join("|")).collect()
}

/// Constant expressions in the engine's rendering of their values.
fn evaluate(db: &Database, parts: &[String]) -> Vec<String> {
    // The engine turns equal result columns into one, so each has a name.
    let named = parts.iter().enumerate();
    let named: Vec<String> = named.map(|(i, part)| format!("{part} AS c{i}")).collect();
    cells(db, &format!("RETURN {}", named.join(", "))).remove(0)
}

impl Rows {
    /// Rows for all tables, such that the edits to `new` are legal: NULL only where it may stay,
    /// several rels of a node only where they may stay.
    pub(super) fn insert(db: &Database, model: &Model, new: &Model) -> Self {
        let mut rows = Self::default();
        for table in model.tables.iter().filter(|t| t.is_node()) {
            let of = |n| (None, values(table, new, n));
            rows.tables.insert(table.id, (1..=NODES).map(of).collect());
        }
        for table in model.tables.iter().filter(|t| !t.is_node()) {
            // One rel a pair and node on each side at most: legal under every multiplicity.
            let mut rels = Vec::new();
            for (at, pair) in (0_i64..).zip(&table.pairs) {
                let n = at % NODES + 1;
                let mut rel = |from, to, value| {
                    let (from, to) = ((pair.0, from), (pair.1, to));
                    rels.push((Some(Ends { from, to }), values(table, new, value)));
                };
                rel(n, n, n + 10);
                if is_many(table) && find(new, table.id).is_none_or(is_many) {
                    // A second one beside it, and a hub.
                    rel(n, n, n + 30);
                    (1..=NODES).for_each(|to| rel(1, to, to + 40));
                }
            }
            rows.tables.insert(table.id, rels);
        }
        rows.insert_into(db, model);
        rows
    }

    /// One more node a table and one more rel a pair, legal under every multiplicity.
    pub(super) fn more(&mut self, db: &Database, model: &Model) {
        let mut last = BTreeMap::new();
        for table in model.tables.iter().filter(|t| t.is_node()) {
            let rows = self.tables.entry(table.id).or_default();
            rows.push((None, values(table, model, 20)));
            last.insert(table.id, i64::try_from(rows.len()).unwrap());
        }
        for table in model.tables.iter().filter(|t| !t.is_node()) {
            for pair in &table.pairs {
                let ends = Ends {
                    from: (pair.0, last[&pair.0]),
                    to: (pair.1, last[&pair.1]),
                };
                let row = (Some(ends), values(table, model, 21));
                self.tables.entry(table.id).or_default().push(row);
            }
        }
        let new = |rows: &Vec<_>, table: &ModelTable| {
            let count = if table.is_node() {
                1
            } else {
                table.pairs.len()
            };
            rows.len() - count
        };
        self.create_from(db, model, new);
    }

    pub(super) fn insert_into(&self, db: &Database, model: &Model) {
        self.create_from(db, model, |_, _| 0);
    }

    /// Creates the rows of each table from a position on, node tables first.
    fn create_from(
        &self,
        db: &Database,
        model: &Model,
        from: impl Fn(&Vec<(Option<Ends>, Values)>, &ModelTable) -> usize,
    ) {
        for nodes in [true, false] {
            for table in model.tables.iter().filter(|t| t.is_node() == nodes) {
                let Some(rows) = self.tables.get(&table.id) else {
                    continue;
                };
                for (ends, values) in &rows[from(rows, table)..] {
                    ask(db, &self.create(model, table, ends.as_ref(), values));
                }
            }
        }
    }

    /// The rows as they are after the edits: new properties have their defaults, new tables none.
    pub(super) fn follow(&mut self, old: &Model, new: &Model) {
        for table in &new.tables {
            let Some(before) = old.tables.iter().find(|t| t.id == table.id) else {
                self.tables.insert(table.id, Vec::new());
                continue;
            };
            let known: BTreeSet<u32> = before.properties.iter().map(|p| p.id).collect();
            let rows = self.tables.entry(table.id).or_default();
            rows.retain(|(ends, _)| {
                let pair = ends.as_ref().map(|e| (e.from.0, e.to.0));
                pair.is_none_or(|pair| table.pairs.contains(&pair))
            });
            for (_, values) in rows {
                for property in &table.properties {
                    let (Some(cast), Some(Some(value))) = (property.cast, values.get(&property.id))
                    else {
                        continue;
                    };
                    let cast = Expr::parse_cast(cast).unwrap().with_old(value);
                    values.insert(
                        property.id,
                        Some(format!("CAST({cast} AS {})", property.ty)),
                    );
                }
                for property in table.properties.iter().filter(|p| !known.contains(&p.id)) {
                    let default = property
                        .default
                        .as_ref()
                        .map(|expr| expr.canonical(&property.ty));
                    values.insert(property.id, default);
                }
                values.retain(|id, _| table.properties.iter().any(|p| p.id == *id));
            }
        }
        self.tables
            .retain(|id, _| new.tables.iter().any(|t| t.id == *id));
    }

    /// All rows of all tables as text, in a fixed order.
    pub(super) fn all(&self, db: &Database, model: &Model) -> BTreeMap<String, Vec<String>> {
        model
            .tables
            .iter()
            .map(|table| (table.name.clone(), select(db, model, table)))
            .collect()
    }

    /// What [`all`](Self::all) should say, in the engine's rendering of the values.
    pub(super) fn expected(&self, db: &Database, model: &Model) -> BTreeMap<String, Vec<String>> {
        let mut out = BTreeMap::new();
        for table in &model.tables {
            let mut parts = Vec::new();
            let rows = self.tables.get(&table.id).into_iter().flatten();
            let mut width = 1;
            for (ends, values) in rows {
                let start = parts.len();
                parts.push("'*'".to_owned());
                parts.extend(
                    ends.iter()
                        .flat_map(|e| [self.key(model, e.from), self.key(model, e.to)]),
                );
                let value = |id| values.get(id).cloned().flatten();
                let columns = table.properties.iter().map(|p| value(&p.id));
                parts.extend(columns.map(|value| value.unwrap_or_else(|| "NULL".into())));
                width = parts.len() - start;
            }
            let cells = if parts.is_empty() {
                Vec::new()
            } else {
                evaluate(db, &parts)
            };
            let mut rows: Vec<String> = cells.chunks(width).map(|row| row.join("|")).collect();
            rows.sort();
            out.insert(table.name.clone(), rows);
        }
        out
    }

    /// What a property holds, NULLs left out, in the engine's rendering and a fixed order.
    fn held(&self, db: &Database, table: u32, property: u32) -> Vec<String> {
        let rows = self.tables[&table].iter();
        let values: Vec<String> = rows
            .filter_map(|(_, values)| values.get(&property)?.clone())
            .collect();
        if values.is_empty() {
            return values;
        }
        let mut held = evaluate(db, &values);
        held.sort();
        held
    }
}

impl Rows {
    /// The Cypher of the key of a node.
    fn key(&self, model: &Model, (table, row): (u32, i64)) -> String {
        let key = node(model, table).key().id;
        let at = usize::try_from(row - 1).unwrap();
        self.tables[&table][at].1[&key].clone().unwrap()
    }

    fn create(
        &self,
        model: &Model,
        table: &ModelTable,
        ends: Option<&Ends>,
        values: &Values,
    ) -> String {
        // What is left out would get its default.
        let null = |p: &ModelProperty| format!("CAST(NULL AS {})", p.ty);
        let value = |p: &ModelProperty| values.get(&p.id).cloned().flatten();
        let properties: Vec<String> = table
            .properties
            .iter()
            .map(|p| {
                format!(
                    "{}: {}",
                    quote(&p.name),
                    value(p).unwrap_or_else(|| null(p))
                )
            })
            .collect();
        let body = format!("{} {{{}}}", quote(&table.name), properties.join(", "));
        match ends {
            None => format!("CREATE (:{body})"),
            Some(Ends { from, to }) => {
                let end = |variable, end: (u32, i64)| {
                    let table = node(model, end.0);
                    let (name, property) = (quote(&table.name), quote(&table.key().name));
                    format!(
                        "({variable}:{name} {{{property}: {}}})",
                        self.key(model, end)
                    )
                };
                format!(
                    "MATCH {}, {} CREATE (a)-[:{body}]->(b)",
                    end("a", *from),
                    end("b", *to)
                )
            }
        }
    }
}

/// The values of row `n`; some are NULL where that is legal now and in `new`.
fn values(table: &ModelTable, new: &Model, n: i64) -> Values {
    let later = find(new, table.id);
    let value = |p: &ModelProperty| {
        let may_be_null = |table: &ModelTable| {
            let same = table.properties.iter().find(|q| q.id == p.id);
            same.is_none_or(|q| q.nullable && !(table.is_node() && table.key().id == q.id))
        };
        let null = (n + i64::from(p.id)) % 3 == 0;
        let null = null && may_be_null(table) && later.is_none_or(may_be_null);
        (p.id, (!null).then(|| value(&p.ty, n)))
    };
    table.properties.iter().map(value).collect()
}

fn is_many(table: &ModelTable) -> bool {
    table.multiplicity == Multiplicity::ManyMany
}

fn find(model: &Model, id: u32) -> Option<&ModelTable> {
    model.tables.iter().find(|t| t.id == id)
}

fn node(model: &Model, id: u32) -> &ModelTable {
    find(model, id).unwrap()
}

fn select(db: &Database, model: &Model, table: &ModelTable) -> Vec<String> {
    let mut rows = Vec::new();
    let columns: Vec<String> = table
        .properties
        .iter()
        .map(|p| format!("x.{}", quote(&p.name)))
        .collect();
    let name = quote(&table.name);
    if table.is_node() {
        let all: Vec<String> = std::iter::once("'*'".to_owned()).chain(columns).collect();
        rows.extend(ask(
            db,
            &format!("MATCH (x:{name}) RETURN {}", all.join(", ")),
        ));
    } else {
        for (from, to) in &table.pairs {
            let (from, to) = (node(model, *from), node(model, *to));
            let key = |v: &str, t: &ModelTable| format!("{v}.{}", quote(&t.key().name));
            let mut all = vec!["'*'".to_owned(), key("a", from), key("b", to)];
            all.extend(columns.iter().cloned());
            let (a, b) = (quote(&from.name), quote(&to.name));
            let all = all.join(", ");
            rows.extend(ask(
                db,
                &format!("MATCH (a:{a})-[x:{name}]->(b:{b}) RETURN {all}"),
            ));
        }
    }
    rows.sort();
    rows
}

/// What was dropped is archived with its values: the archived columns hold what the old ones held.
pub(super) fn assert_archived(db: &Database, old: &Model, new: &Model, before: &Rows) {
    let tables = ask(db, "CALL show_tables() RETURN name");
    for table in &old.tables {
        match find(new, table.id) {
            None => {
                let archive = format!("{}__a_", table.name);
                let mut archives = tables.iter().filter(|name| name.starts_with(&archive));
                let name = archives.next().unwrap_or_else(|| panic!("{archive}"));
                assert_eq!(archives.next(), None);
                for property in &table.properties {
                    let held = before.held(db, table.id, property.id);
                    assert_eq!(column(db, table, name, &property.name), held, "{name}");
                }
            }
            Some(now) => {
                let gone = |p: &&ModelProperty| now.properties.iter().all(|q| q.id != p.id);
                for property in table.properties.iter().filter(gone) {
                    let archive = format!("{}__a_", property.name);
                    let name = kuzu_ddl::schema::name::string_literal(&now.name);
                    let info = format!("CALL table_info({name}) RETURN name");
                    let mut columns = ask(db, &info).into_iter();
                    let found = columns.find(|name| name.starts_with(&archive)).unwrap();
                    let held = column(db, now, &now.name, &found);
                    if table.pairs.iter().all(|pair| now.pairs.contains(pair)) {
                        let expected = before.held(db, table.id, property.id);
                        assert_eq!(held, expected, "{}.{found}", now.name);
                    }
                }
            }
        }
    }
}

/// A column's values in a fixed order, NULLs left out.
fn column(db: &Database, kind: &ModelTable, table: &str, name: &str) -> Vec<String> {
    let (table, name) = (quote(table), quote(name));
    let pattern = if kind.is_node() {
        format!("(x:{table})")
    } else {
        format!("()-[x:{table}]->()")
    };
    let query = format!("MATCH {pattern} WHERE x.{name} IS NOT NULL RETURN x.{name}");
    let mut values = ask(db, &query);
    values.sort();
    values
}
