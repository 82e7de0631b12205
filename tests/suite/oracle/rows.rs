//! Rows that are followed through edits by the identity of what they belong to.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl::kuzu::{Connection, Database};
use kuzu_ddl::schema::Expr;
use kuzu_ddl::schema::name::quote;

use super::model::{Model, ModelTable, value};

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

fn ask(db: &Database, query: &str) -> Vec<String> {
    let connection = Connection::new(db).unwrap();
    let result = connection
        .query(query)
        .unwrap_or_else(|e| panic!("{e}: {query}"));
    result
        .map(|row| {
            row.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("|")
        })
        .collect()
}

impl Rows {
    pub(super) fn insert(db: &Database, model: &Model) -> Self {
        let mut rows = Self::default();
        for table in model.tables.iter().filter(|t| t.is_node()) {
            let of = |n| (None, values(table, n));
            rows.tables.insert(table.id, (1..=NODES).map(of).collect());
        }
        for table in model.tables.iter().filter(|t| !t.is_node()) {
            // One rel a pair and node on each side at most: legal under every multiplicity.
            let mut rels = Vec::new();
            for (at, pair) in (0_i64..).zip(&table.pairs) {
                let n = at % NODES + 1;
                let ends = Ends {
                    from: (pair.0, n),
                    to: (pair.1, n),
                };
                rels.push((Some(ends), values(table, n + 10)));
            }
            rows.tables.insert(table.id, rels);
        }
        rows.insert_into(db, model);
        rows
    }

    pub(super) fn insert_into(&self, db: &Database, model: &Model) {
        for nodes in [true, false] {
            for table in model.tables.iter().filter(|t| t.is_node() == nodes) {
                for (ends, values) in self.tables.get(&table.id).into_iter().flatten() {
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
            for (_, values) in self.tables.get_mut(&table.id).into_iter().flatten() {
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
            let mut rows = Vec::new();
            for (ends, values) in self.tables.get(&table.id).into_iter().flatten() {
                let mut parts = vec!["'*'".to_owned()];
                parts.extend(
                    ends.iter()
                        .flat_map(|e| [self.key(model, e.from), self.key(model, e.to)]),
                );
                let columns = table.properties.iter().map(|p| {
                    values
                        .get(&p.id)
                        .cloned()
                        .flatten()
                        .unwrap_or_else(|| "NULL".into())
                });
                // The engine turns equal result columns into one, so each has a name.
                parts.extend(columns);
                let named: Vec<String> = parts
                    .iter()
                    .enumerate()
                    .map(|(i, part)| format!("{part} AS c{i}"))
                    .collect();
                rows.extend(ask(db, &format!("RETURN {}", named.join(", "))));
            }
            rows.sort();
            out.insert(table.name.clone(), rows);
        }
        out
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
        let properties: Vec<String> = table
            .properties
            .iter()
            .filter_map(|p| {
                Some(format!(
                    "{}: {}",
                    quote(&p.name),
                    values.get(&p.id)?.as_ref()?
                ))
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

fn values(table: &ModelTable, n: i64) -> Values {
    table
        .properties
        .iter()
        .map(|p| (p.id, Some(value(&p.ty, n))))
        .collect()
}

fn node(model: &Model, id: u32) -> &ModelTable {
    model.tables.iter().find(|t| t.id == id).unwrap()
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
pub(super) fn assert_archived(
    db: &Database,
    old: &Model,
    new: &Model,
    before: &BTreeMap<String, Vec<String>>,
) {
    let tables = ask(db, "CALL show_tables() RETURN name");
    for table in old.tables.iter().filter(|t| t.is_node()) {
        match new.tables.iter().find(|t| t.id == table.id) {
            None => {
                let archive = format!("{}__a_", table.name);
                let found: Vec<&String> =
                    tables.iter().filter(|n| n.starts_with(&archive)).collect();
                let rows: usize = found
                    .iter()
                    .map(|name| {
                        ask(
                            db,
                            &format!(
                                "MATCH (x:{}) RETURN x.{}",
                                quote(name),
                                quote(&table.key().name)
                            ),
                        )
                        .len()
                    })
                    .sum();
                assert_eq!(rows, before[&table.name].len(), "{}", table.name);
            }
            Some(now) => {
                for property in &table.properties {
                    if now.properties.iter().any(|p| p.id == property.id) {
                        continue;
                    }
                    let archive = format!("{}__a_", property.name);
                    let info = format!(
                        "CALL table_info({}) RETURN name",
                        kuzu_ddl::schema::name::string_literal(&now.name)
                    );
                    let column = ask(db, &info)
                        .into_iter()
                        .find(|n| n.starts_with(&archive))
                        .unwrap();
                    let values = ask(
                        db,
                        &format!(
                            "MATCH (x:{}) WHERE x.{} IS NOT NULL RETURN 1",
                            quote(&now.name),
                            quote(&column)
                        ),
                    );
                    assert_eq!(
                        values.len(),
                        before[&table.name].len(),
                        "{}.{}",
                        table.name,
                        column
                    );
                }
            }
        }
    }
}
