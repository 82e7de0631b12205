//! Reads indexes, except those of primary keys.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::catalog::{CatalogSnapshot, SkippedObject};
use kuzu_ddl_core::schema::{Index, IndexKind, NameKey};
use kuzu_ddl_core::value::{Row, Value};

use super::row::{bool, cells, text, unexpected_result};
use crate::engine::{EngineError, Session};

/// Index without data: the process ended after the engine had committed the index, but before the
/// checkpoint that belongs to it. The log contains only the catalog entry, and the next checkpoint
/// writes a file that cannot be opened (bug B28).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DanglingIndex {
    pub(crate) table: String,
    pub(crate) index: String,
    pub(crate) kind: IndexKind,
}

/// Catalog entry of one index.
struct ListedIndex {
    table: String,
    name: String,
    kind: IndexKind,
    properties: Vec<NameKey>,
    loaded: bool,
    definition: String,
}

/// Returns the indexes of the database that have no data.
pub(crate) fn dangling_indexes(session: &dyn Session) -> Result<Vec<DanglingIndex>, EngineError> {
    let (_, dangling) = list_indexes(session)?;
    let dangling = dangling.into_iter().map(|listed| DanglingIndex {
        table: listed.table,
        index: listed.name,
        kind: listed.kind,
    });
    Ok(dangling.collect())
}

/// Adds the indexes of the tables in `found`.
pub(super) fn read(session: &dyn Session, found: &mut CatalogSnapshot) -> Result<(), EngineError> {
    let (complete, dangling) = list_indexes(session)?;
    for listed in dangling {
        let reason = "the process that created this index was killed and left only its name; \
                      `migrate` drops it, and must do so before the database is closed";
        found.skipped.push(SkippedObject::new(&listed.name, reason));
    }
    for listed in complete {
        let Some(table) = found.schema.tables.get_mut(&NameKey::new(&listed.table)) else {
            continue;
        };
        let options = options(&listed.definition).unwrap_or_else(|| {
            let reason = "the options of this index cannot be read";
            found.skipped.push(SkippedObject::new(&listed.name, reason));
            BTreeMap::new()
        });
        let index = Index {
            name: listed.name,
            kind: listed.kind,
            properties: listed.properties,
            options,
        };
        table.indexes.insert(NameKey::new(&index.name), index);
    }
    Ok(())
}

/// Returns all indexes: those with data, and those without. The engine loads an index when it opens
/// the file, before it replays the log; so an index that is not loaded although its extension is
/// comes from the log.
fn list_indexes(
    session: &dyn Session,
) -> Result<(Vec<ListedIndex>, Vec<ListedIndex>), EngineError> {
    const CALL: &str = "CALL show_indexes() RETURN table_name, index_name, index_type, \
                        property_names, extension_loaded, index_definition";
    let rows = session.query(CALL)?.into_iter();
    let all: Vec<ListedIndex> = rows
        .map(|row| describe_index(row, CALL))
        .collect::<Result<_, _>>()?;
    if all.iter().all(|listed| listed.loaded) {
        return Ok((all, Vec::new()));
    }
    let extensions = extensions(session)?;
    let is_known = |kind: &IndexKind| {
        let name = match kind {
            IndexKind::FullText => "FTS",
            IndexKind::Vector => "VECTOR",
            _ => return false,
        };
        extensions.contains(&NameKey::new(name))
    };
    Ok(all
        .into_iter()
        .partition(|listed| listed.loaded || !is_known(&listed.kind)))
}

fn describe_index(row: Row, call: &str) -> Result<ListedIndex, EngineError> {
    let [table, name, kind, properties, loaded, definition] = cells(row, call)?;
    let kind = match text(&kind, call)?.as_str() {
        "FTS" => IndexKind::FullText,
        "HNSW" => IndexKind::Vector,
        other => IndexKind::Other(other.to_owned()),
    };
    let properties = properties.list().ok_or_else(|| unexpected_result(call))?;
    let property = |cell: &Value| {
        cell.text()
            .map(NameKey::new)
            .ok_or_else(|| unexpected_result(call))
    };
    Ok(ListedIndex {
        table: text(&table, call)?,
        name: text(&name, call)?,
        kind,
        properties: properties.iter().map(property).collect::<Result<_, _>>()?,
        loaded: bool(&loaded, call)?,
        definition: definition.text().unwrap_or_default().to_owned(),
    })
}

/// Returns the loaded extensions.
fn extensions(session: &dyn Session) -> Result<BTreeSet<NameKey>, EngineError> {
    const CALL: &str = "CALL show_loaded_extensions() RETURN `extension name`";
    let name = |row: Row| {
        let [name] = cells(row, CALL)?;
        text(&name, CALL).map(|name| NameKey::new(&name))
    };
    session.query(CALL)?.into_iter().map(name).collect()
}

/// Parses the options of `CALL CREATE_…('T', 'ix', …, key := value, key := 'value');`, without
/// their quotes. `None` if the text has another form: the engine leaves it empty while the
/// extension is not loaded, and does not escape quotes inside names.
fn options(definition: &str) -> Option<BTreeMap<String, String>> {
    let inside = definition.trim().strip_suffix(");")?;
    let mut options = BTreeMap::new();
    for argument in arguments(inside)? {
        if let Some((key, value)) = argument.split_once(":=") {
            let value = value.trim();
            let value = value
                .strip_prefix('\'')
                .and_then(|v| v.strip_suffix('\''))
                .unwrap_or(value);
            options.insert(key.trim().to_ascii_lowercase(), value.to_owned());
        }
    }
    Some(options)
}

/// Splits at commas outside quotes. `None` if a quote is not closed.
fn arguments(text: &str) -> Option<Vec<&str>> {
    let mut arguments = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (i, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                arguments.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    arguments.push(&text[start..]);
    (!quoted).then_some(arguments)
}

#[cfg(test)]
mod tests {
    use crate::inspect::index::options;

    #[test]
    fn options_are_read() {
        let text = "CALL CREATE_VECTOR_INDEX('A, b', 'vx', 'v', mu := 30, pu := 0.050000, metric := 'l2');";
        let read: Vec<_> = options(text).unwrap_or_default().into_iter().collect();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            read,
            [
                pair("metric", "l2"),
                pair("mu", "30"),
                pair("pu", "0.050000")
            ]
        );
    }

    #[test]
    fn other_texts_are_not() {
        assert_eq!(options(""), None);
        assert_eq!(
            options("CALL CREATE_FTS_INDEX('it's', 'ix', ['s'], stemmer := 'porter');"),
            None
        );
    }
}
