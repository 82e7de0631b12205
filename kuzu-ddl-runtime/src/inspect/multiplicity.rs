//! Reads the multiplicities of rel tables, which no catalog call returns.
//!
//! `EXPORT DATABASE (schema_only=true)` writes them. It exports all tables or none, and its text
//! has no escapes, so it is used only for a catalog whose names it can quote.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::schema::name::string_literal;
use kuzu_ddl_core::schema::{Multiplicity, NameKey, TableKind};

use super::tables::tables;
use crate::engine::{EngineError, EngineErrorKind, Session};

/// Multiplicities of rel tables, as far as they can be determined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Multiplicities {
    /// Multiplicities by rel table: all of the local database, or none.
    pub by_table: BTreeMap<NameKey, Multiplicity>,
    /// Reason why they cannot be determined.
    pub unavailable_because: Option<String>,
}

/// Returns the multiplicity of every rel table. `found` is an inspection of all tables. The call
/// writes and removes a small file in the system's directory for temporary files, and reads no
/// rows.
///
/// Must not be called inside a transaction: the engine ends it if it cannot export.
///
/// # Errors
/// Fails where the engine fails, except if it cannot export this catalog.
pub fn multiplicities(
    session: &dyn Session,
    found: &CatalogSnapshot,
) -> Result<Multiplicities, EngineError> {
    let mut rels = 0;
    for table in tables(session)? {
        let key = NameKey::new(&table.name);
        if !found.table_ids.contains_key(&key) && !found.internal_tables.contains_key(&key) {
            return Ok(unknown("the name of a table cannot be exported"));
        }
        rels += usize::from(!table.node);
    }
    if rels == 0 {
        return Ok(Multiplicities::default());
    }
    if let Some(reason) = export_blocker(found) {
        return Ok(unknown(reason));
    }
    let text = match export(session) {
        Ok(text) => text,
        Err(Failure::Engine(e)) if is_unsupported_catalog(&e) => {
            return Ok(unknown(format!(
                "the engine cannot export this schema: {}",
                e.message
            )));
        }
        Err(Failure::Engine(e)) => return Err(e),
        Err(Failure::File(e)) => {
            return Ok(unknown(format!("cannot create a temporary file: {e}")));
        }
    };
    let known = parse(&text);
    let complete = known.len() == rels
        && known.keys().all(|key| {
            found
                .schema
                .tables
                .get(key)
                .is_some_and(|t| !t.kind.is_node())
        });
    if complete {
        Ok(Multiplicities {
            by_table: known,
            unavailable_because: None,
        })
    } else {
        Ok(unknown(
            "the exported schema does not name the same rel tables",
        ))
    }
}

fn unknown(reason: impl Into<String>) -> Multiplicities {
    Multiplicities {
        by_table: BTreeMap::new(),
        unavailable_because: Some(reason.into()),
    }
}

/// Returns what would crash the export, or make its text ambiguous.
fn export_blocker(found: &CatalogSnapshot) -> Option<String> {
    for table in found.schema.tables.values() {
        if matches!(&table.kind, TableKind::Edge { pairs, .. } if pairs.is_empty()) {
            return Some(format!("the rel table `{}` connects no tables", table.name));
        }
        if let Some(p) = table.properties.values().find(|p| p.name.contains('`')) {
            return Some(format!("the property {:?} cannot be quoted", p.name));
        }
    }
    None
}

/// Returns whether the engine cannot export the catalog: it generates a query per rel table, in
/// which it does not quote primary keys.
fn is_unsupported_catalog(e: &EngineError) -> bool {
    use EngineErrorKind as K;
    matches!(e.kind, K::Syntax | K::NotFound | K::Unsupported | K::Other)
}

enum Failure {
    Engine(EngineError),
    File(std::io::Error),
}

/// Directory that only this user can enter, removed with its content on drop.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let unique = RandomState::new().hash_one(std::process::id());
        let path = std::env::temp_dir().join(format!("kuzu-ddl-{unique:016x}"));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A directory that stays in the temporary files does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn export(session: &dyn Session) -> Result<String, Failure> {
    let scratch = Scratch::new().map_err(Failure::File)?;
    // The engine creates the directory itself.
    let target: &Path = &scratch.0.join("schema");
    let literal = string_literal(&target.to_string_lossy());
    session
        .query(&format!("EXPORT DATABASE {literal} (schema_only=true)"))
        .map_err(Failure::Engine)?;
    std::fs::read_to_string(target.join("schema.cypher")).map_err(Failure::File)
}

/// Parses `CREATE REL TABLE \`R\` (FROM …,MANY_ONE);` up to the end of the tables. Sequences and
/// macros follow them.
fn parse(text: &str) -> BTreeMap<NameKey, Multiplicity> {
    let mut known = BTreeMap::new();
    let mut rest = text.trim_start();
    while let Some((statement, after)) = statement(rest) {
        rest = after.trim_start();
        if let Some(table) = statement.strip_prefix("CREATE REL TABLE `") {
            if let Some((name, multiplicity)) = rel(table) {
                known.insert(NameKey::new(name), multiplicity);
            }
        } else if statement.starts_with("CREATE SEQUENCE") || statement.starts_with("CREATE MACRO")
        {
            break;
        }
    }
    known
}

fn rel(table: &str) -> Option<(&str, Multiplicity)> {
    let (name, rest) = table.split_once('`')?;
    let (_, multiplicity) = rest.strip_suffix(')')?.rsplit_once(',')?;
    Some((name, multiplicity.trim().parse().ok()?))
}

/// Splits at the first semicolon outside quotes.
fn statement(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match quote {
            Some(q) if q == c => quote = None,
            Some(_) => {}
            None if matches!(c, '`' | '\'' | '"') => quote = Some(c),
            None if c == ';' => return Some((&text[..i], &text[i + 1..])),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rel_tables_are_read() {
        let text = "CREATE NODE TABLE `A;\nCREATE REL TABLE` (`id` INT64, PRIMARY KEY(`id`));\n\
                    CREATE REL TABLE `R` (FROM `A` TO `B`, FROM `B` TO `A`, `w;,MANY_ONE` INT64,ONE_ONE);\n\
                    CREATE REL TABLE `S` (FROM `A` TO `B`, MANY_ONE);\n\
                    DROP SEQUENCE IF EXISTS `x`;\n\
                    CREATE SEQUENCE IF NOT EXISTS `x` START 1;\n\
                    CREATE REL TABLE `T` (FROM `A` TO `B`, MANY_ONE);";
        let known: Vec<_> = parse(text).into_iter().collect();
        assert_eq!(
            known,
            [
                (NameKey::new("R"), Multiplicity::OneOne),
                (NameKey::new("S"), Multiplicity::ManyOne)
            ]
        );
    }
}
