//! The matrix: every source type with a property for each target type, in one database per source.
//!
//! `KUZU_DDL_CONVERSIONS=full` adds rels for all pairs, and every pair of keys; otherwise these
//! are a sample. `KUZU_DDL_CONVERSIONS_OF=INT64` restricts the sources.

use std::collections::BTreeMap;

use kuzu_ddl::history::Point;
use kuzu_ddl::{ChangePolicy, Error, Migrator};
use kuzu_ddl_core::declared::{Declared, TableHints};
use kuzu_ddl_core::describe::OnFailDesc;
use kuzu_ddl_core::function::transport_cypher;
use kuzu_ddl_core::schema::{
    Conversion, NameKey, Pair, Property, StorageDirection, Table, TableKind, Type,
};

use super::oracle::convert;
use super::values::{MORE, Val, micros, read, sources};
use crate::fixture::TestDatabase;

/// The fallback for values that do not fit.
#[derive(Clone, Copy, PartialEq)]
enum OnFail {
    Abort,
    Null,
}

/// A declaration of the nodes `N` and rels `R`, whose properties have these types.
#[derive(Clone)]
struct Shape {
    key: Type,
    nodes: Vec<Type>,
    rels: Vec<Type>,
}

impl Shape {
    fn declared(&self, before: Option<&Self>, on_fail: OnFail) -> Declared {
        let mut declared = Declared::default();
        let node = NameKey::new("N");
        let kind = TableKind::Node {
            primary_key: NameKey::new("id"),
        };
        let key = std::iter::once(("id".to_owned(), self.key.clone()));
        let nodes = key.chain(named(&self.nodes));
        let was = |shape: &Self| {
            std::iter::once(("id".to_owned(), shape.key.clone()))
                .chain(named(&shape.nodes))
                .collect()
        };
        let was = before.map(was).unwrap_or_default();
        add(&mut declared, "N", kind, nodes.collect(), (&was, on_fail));
        let kind = TableKind::Edge {
            pairs: [Pair {
                from: node.clone(),
                to: node,
            }]
            .into(),
            multiplicity: None,
            storage: StorageDirection::Both,
        };
        let was = before
            .map(|shape| named(&shape.rels).collect())
            .unwrap_or_default();
        add(
            &mut declared,
            "R",
            kind,
            named(&self.rels).collect(),
            (&was, on_fail),
        );
        declared
    }
}

fn named(types: &[Type]) -> impl Iterator<Item = (String, Type)> + '_ {
    let all = types.iter().enumerate();
    let at = std::iter::once(("at".to_owned(), Type::Int64));
    all.map(|(i, ty)| (format!("p{i}"), ty.clone())).chain(at)
}

fn add(
    declared: &mut Declared,
    name: &str,
    kind: TableKind,
    properties: Vec<(String, Type)>,
    (was, on_fail): (&BTreeMap<String, Type>, OnFail),
) {
    let mut hints = TableHints::default();
    let mut table = Table {
        name: name.to_owned(),
        kind,
        properties: BTreeMap::new(),
        indexes: BTreeMap::new(),
        comment: None,
    };
    for (name, ty) in properties {
        let key = NameKey::new(&name);
        hints.column_order.push(key.clone());
        if was.get(&name).is_some_and(|was| *was != ty) {
            hints
                .casts
                .insert(key.clone(), format!("CAST(old AS {ty})"));
            if on_fail == OnFail::Null && name != "id" {
                hints.on_fail.insert(key.clone(), OnFailDesc::Null);
            }
        }
        let nullable = name != "id";
        let property = Property {
            name,
            ty,
            nullable,
            default: None,
            comment: None,
        };
        table.properties.insert(key, property);
    }
    let key = NameKey::new(name);
    declared.schema.tables.insert(key.clone(), table);
    declared.tables.insert(key, hints);
}

fn migrator(db: &TestDatabase, declared: Declared) -> Migrator<'_> {
    Migrator::new(db.kuzu())
        .declared(declared)
        .change_policy(ChangePolicy::Destructive)
}

/// The values of the columns `p0`, `p1`, … of these types: for each column, by row.
fn columns(db: &TestDatabase, table: &str, types: &[Type]) -> Vec<Vec<Val>> {
    let values = types.iter().enumerate().map(|(i, ty)| {
        let value = transport_cypher(&format!("x.`p{i}`"), ty);
        format!("{value} AS v{i}")
    });
    let mut values: Vec<String> = values.collect();
    values.push("x.`at` AS n".to_owned());
    let rows = if table == "N" {
        "MATCH (x:N)"
    } else {
        "MATCH ()-[x:R]->()"
    };
    let query = format!("{rows} RETURN {} ORDER BY n", values.join(", "));
    let session = db.session();
    let rows = session
        .query(&query)
        .unwrap_or_else(|e| panic!("{query}: {e}"));
    let column = |(i, ty)| rows.iter().map(|row| read(&row[i], ty)).collect();
    types.iter().enumerate().map(column).collect()
}

pub(super) fn is_expected(actual: &Val, expected: &Val) -> bool {
    match (actual, expected) {
        (Val::Text(text), Val::Text(moment)) if moment.starts_with('@') => {
            format!("@{}", micros(text)) == *moment
        }
        (Val::List(a), Val::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_expected(a, b))
        }
        (a, b) => a == b,
    }
}

/// Counts of a run.
#[derive(Default)]
struct Counts {
    pairs: usize,
    values: usize,
    counted: usize,
    refused: usize,
}

/// One source type with its targets.
struct Case {
    source: Type,
    /// Values of the nodes, of which the last is NULL.
    values: Vec<Val>,
    /// Values of the rels: no NaN, next to which the engine may read all values of a column of rels
    /// as NaN after a checkpoint; and no least value, which a rollback does not cast back.
    rel_values: Vec<Val>,
    targets: Vec<Type>,
    rels: Vec<Type>,
}

impl Case {
    fn values(&self, table: &str) -> &[Val] {
        if table == "N" {
            &self.values
        } else {
            &self.rel_values
        }
    }

    fn expected(&self, table: &str, to: &Type) -> Vec<Result<Val, ()>> {
        let convert = |value| convert(value, &self.source, to).unwrap();
        self.values(table).iter().map(convert).collect()
    }

    fn failing(&self, table: &str, to: &Type) -> u64 {
        let results = self.expected(table, to);
        results.iter().filter(|result| result.is_err()).count() as u64
    }

    /// Compares all columns with the oracle.
    fn check(&self, db: &TestDatabase, when: &str, wrong: &mut Vec<String>) {
        for (table, types) in [("N", &self.targets), ("R", &self.rels)] {
            let all = columns(db, table, types);
            for (to, actual) in types.iter().zip(all) {
                let expected = self.expected(table, to);
                assert_eq!(actual.len(), expected.len(), "{table} {to}");
                for (n, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
                    let expected = expected.clone().unwrap_or(Val::Null);
                    if !is_expected(actual, &expected) {
                        wrong.push(format!(
                            "{when}: {table} {} -> {to}: {:?} gives {actual:?}, not {expected:?}",
                            self.source,
                            self.values(table)[n]
                        ));
                    }
                }
            }
        }
    }
}

impl Case {
    /// Compares all columns with the values before the conversion.
    fn check_originals(&self, db: &TestDatabase, wrong: &mut Vec<String>) {
        for (table, types) in [("N", &self.targets), ("R", &self.rels)] {
            let all = columns(db, table, &vec![self.source.clone(); types.len()]);
            for (to, actual) in types.iter().zip(all) {
                for (actual, original) in actual.iter().zip(self.values(table)) {
                    if actual != original {
                        wrong.push(format!(
                            "rolled back: {table} {} -> {to}: {original:?} is {actual:?}",
                            self.source
                        ));
                    }
                }
                assert_eq!(actual.len(), self.values(table).len(), "{table} {to}");
            }
        }
    }
}

fn shape(case: &Case, types: impl Fn(&Type) -> Type) -> Shape {
    Shape {
        key: Type::Int64,
        nodes: case.targets.iter().map(&types).collect(),
        rels: case.rels.iter().map(&types).collect(),
    }
}

/// The least value of a signed type, which the engine may store as 0.
fn least(ty: &Type) -> Option<i128> {
    match ty {
        Type::Int8 => Some(i8::MIN.into()),
        Type::Int16 => Some(i16::MIN.into()),
        Type::Int32 => Some(i32::MIN.into()),
        Type::Int64 => Some(i64::MIN.into()),
        _ => None,
    }
}

/// Creates the rows of a case, numbered by `at`.
fn create(db: &TestDatabase, case: &Case, literals: &[String]) {
    let literals: Vec<&str> = literals.iter().map(String::as_str).collect();
    let null = format!("CAST(NULL AS {})", case.source);
    let least = least(&case.source).map(|n| format!("CAST('{n}' AS {})", case.source));
    for (n, value) in literals.iter().copied().chain([null.as_str()]).enumerate() {
        let all = |count: usize| {
            let values = (0..count).map(|i| format!(", p{i}: {value}"));
            format!("{}, at: {n}", values.collect::<String>())
        };
        let (node, rel) = (all(case.targets.len()), all(case.rels.len()));
        db.execute(&[&format!("CREATE (:N {{id: {n}{node}}})")]);
        let is_left_out = value.contains("CAST('nan'") || Some(value) == least.as_deref();
        let rel = if is_left_out {
            rel.replace(value, &null)
        } else {
            rel
        };
        let rel = rel.trim_start_matches(", ");
        db.execute(&[&format!(
            "MATCH (a:N {{id: 0}}), (b:N {{id: {n}}}) CREATE (a)-[:R {{{rel}}}]->(b)"
        )]);
    }
}

fn run(
    source: &Type,
    literals: &[String],
    all: &[Type],
    full: bool,
    counts: &mut Counts,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut targets = Vec::new();
    for to in all.iter().filter(|to| *to != source) {
        let conversion = source.conversion_to(to);
        let known = convert(&Val::Null, source, to).is_some();
        if known != conversion.method().is_some() && !is_read_by_engine(source, to) {
            wrong.push(format!(
                "{source} -> {to}: {conversion:?}, but the oracle {known}"
            ));
        }
        counts.refused += usize::from(conversion.method().is_none());
        if known {
            targets.push(to.clone());
        }
    }
    let sampled = |i: usize| full || (i + source.to_string().len()).is_multiple_of(7);
    let only = std::env::var("KUZU_DDL_CONVERSIONS_TO").ok();
    targets.retain(|to: &Type| only.as_ref().is_none_or(|only| *only == to.to_string()));
    let rels = targets.iter().enumerate().filter(|(i, _)| sampled(*i));
    // A rebuilt table has at most four columns whose failing rows are selected by conditions.
    let mut conditions = 0;
    let rels = rels.filter(|(_, to)| {
        let checked = matches!(
            source.conversion_to(to),
            Conversion::IfFits(kuzu_ddl_core::schema::ConversionMethod::CheckedCast)
        );
        conditions += usize::from(checked);
        !checked || conditions <= 4
    });
    let rels: Vec<Type> = rels.map(|(_, to)| to.clone()).collect();
    let mut case = Case {
        source: source.clone(),
        values: Vec::new(),
        rel_values: Vec::new(),
        targets,
        rels,
    };
    let mut db = TestDatabase::new();
    let before = shape(&case, |_| source.clone());
    let after = shape(&case, Type::clone);
    migrator(&db, before.declared(None, OnFail::Abort))
        .migrate()
        .unwrap_or_else(|e| panic!("{source}: {e}"));
    create(&db, &case, literals);
    case.values = columns(&db, "N", std::slice::from_ref(source)).remove(0);
    let least = least(source);
    let of_rel = |value: &Val| match value {
        Val::Float(x) if x.is_nan() => Val::Null,
        Val::Int(n) if Some(*n) == least => Val::Null,
        value => value.clone(),
    };
    case.rel_values = case.values.iter().map(of_rel).collect();
    check_counts(&db, &case, &before, &after, &mut wrong);
    let migrated = migrator(&db, after.declared(Some(&before), OnFail::Null)).migrate();
    if let Err(e) = migrated {
        wrong.push(format!("{source}: {e}"));
        return wrong;
    }
    case.check(&db, "migrated", &mut wrong);
    case.check(&db.after_kill(), "killed", &mut wrong);
    if full {
        db.execute(&["CHECKPOINT"]);
        case.check(&db, "checkpointed", &mut wrong);
    }
    // Closing writes a checkpoint.
    db.reopen();
    case.check(&db, "reopened", &mut wrong);
    let back = migrator(&db, after.declared(Some(&before), OnFail::Null));
    match back.rollback(Point::Revision(1)) {
        Ok(_) => case.check_originals(&db, &mut wrong),
        Err(e) => wrong.push(format!("rollback to {source}: {e}")),
    }
    counts.pairs += case.targets.len() + case.rels.len();
    counts.values += (case.targets.len() + case.rels.len()) * case.values.len();
    counts.counted += case
        .targets
        .iter()
        .map(|to| case.failing("N", to) as usize)
        .sum::<usize>();
    wrong
}

/// Whether the engine defines the result; such conversions have tests of their own.
fn is_read_by_engine(from: &Type, to: &Type) -> bool {
    let nested = |ty: &Type| !matches!(ty, Type::String) && ty.depth() > 1;
    (*from == Type::String && (nested(to) || matches!(to, Type::Interval | Type::Json)))
        || (*to == Type::String && nested(from))
}

/// Without a fallback, the values that do not fit are counted before any change.
fn check_counts(
    db: &TestDatabase,
    case: &Case,
    before: &Shape,
    after: &Shape,
    wrong: &mut Vec<String>,
) {
    let mut expected = BTreeMap::new();
    for (table, types) in [("N", &case.targets), ("R", &case.rels)] {
        for (i, to) in types
            .iter()
            .enumerate()
            .filter(|(_, to)| case.failing(table, to) > 0)
        {
            expected.insert(format!("{table}.p{i} {to}"), case.failing(table, to));
        }
    }
    if expected.is_empty() {
        return;
    }
    let result = migrator(db, after.declared(Some(before), OnFail::Abort)).plan();
    let failures = match result {
        Err(Error::PreflightFailed(failures)) => failures,
        Err(e) => return wrong.push(format!("{}: {e}", case.source)),
        Ok(_) => Vec::new(),
    };
    let mut actual = BTreeMap::new();
    for failure in failures {
        let (table, name) = failure.object.split_once('.').unwrap();
        let i: usize = name[1..].parse().unwrap();
        let to = if table == "N" {
            &case.targets[i]
        } else {
            &case.rels[i]
        };
        actual.insert(
            format!("{} {to}", failure.object),
            failure.rows.unwrap_or_default(),
        );
    }
    for (name, rows) in &expected {
        let found = actual.get(name).copied().unwrap_or_default();
        if found != *rows {
            wrong.push(format!(
                "{}: {name}: {found} counted, not {rows}",
                case.source
            ));
        }
    }
    for (name, rows) in &actual {
        if !expected.contains_key(name) {
            wrong.push(format!("{}: {name}: {rows} counted, not 0", case.source));
        }
    }
}

/// Runs one of four parts of the matrix, which a test runner executes at once.
#[expect(clippy::print_stderr, reason = "a long run reports its figures")]
fn run_part(part: usize) {
    let full = std::env::var("KUZU_DDL_CONVERSIONS").is_ok_and(|text| text == "full");
    let only = std::env::var("KUZU_DDL_CONVERSIONS_OF").ok();
    let all = sources();
    let types: Vec<Type> = all.iter().map(|(ty, _)| ty.clone()).collect();
    let more = MORE.map(|text| text.parse().unwrap());
    let types: Vec<Type> = types.into_iter().chain(more).collect();
    let mut counts = Counts::default();
    let mut wrong = Vec::new();
    for (source, literals) in all.iter().skip(part).step_by(4) {
        if only.as_ref().is_none_or(|only| *only == source.to_string()) {
            wrong.extend(run(source, literals, &types, full, &mut counts));
        }
    }
    let Counts {
        pairs,
        values,
        counted,
        refused,
    } = counts;
    let text =
        format!("{pairs} columns, {values} values, {counted} counted, {refused} pairs refused");
    assert!(
        wrong.is_empty(),
        "{} wrong of {text}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(60)].join("\n")
    );
    eprintln!("{text}");
}

#[test]
fn every_pair_of_types_first_quarter() {
    run_part(0);
}

#[test]
fn every_pair_of_types_second_quarter() {
    run_part(1);
}

#[test]
fn every_pair_of_types_third_quarter() {
    run_part(2);
}

#[test]
fn every_pair_of_types_last_quarter() {
    run_part(3);
}
