//! Indexes, without the primary keys'.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::catalog::{CatalogSnapshot, SkippedObject};
use kuzu_ddl_core::schema::{Index, IndexKind, NameKey};
use kuzu_ddl_core::value::{Row, Value};

use super::row::{bool, cells, text, unexpected_result};
use crate::engine::{EngineError, Session};

/// An index that is only a name: the process ended after the engine had committed it, and before the
/// checkpoint that it takes with it. The log holds the entry in the catalog and nothing else, and
/// the next checkpoint makes a file of it that cannot be opened (bug B28).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DanglingIndex {
    pub(crate) table: String,
    pub(crate) index: String,
    pub(crate) kind: IndexKind,
}

/// What the catalog says of one index.
struct ListedIndex {
    table: String,
    name: String,
    kind: IndexKind,
    properties: Vec<NameKey>,
    loaded: bool,
    definition: String,
}

/// The indexes of the database that are only a name.
pub(crate) fn dangling_indexes(session: &dyn Session) -> Result<Vec<DanglingIndex>, EngineError> {
    let (_, unfinished) = list_indexes(session)?;
    let only_names = unfinished.into_iter().map(|told| DanglingIndex {
        table: told.table,
        index: told.name,
        kind: told.kind,
    });
    Ok(only_names.collect())
}

/// Adds the indexes of the tables in `found`.
pub(super) fn read(session: &dyn Session, found: &mut CatalogSnapshot) -> Result<(), EngineError> {
    let (told, unfinished) = list_indexes(session)?;
    for told in unfinished {
        let reason = "the process that made this index was killed, and left only its name; \
                      `migrate` clears it away, and must do so before the database is closed";
        found.skipped.push(SkippedObject::new(&told.name, reason));
    }
    for told in told {
        let Some(table) = found.schema.tables.get_mut(&NameKey::new(&told.table)) else {
            continue;
        };
        let options = options(&told.definition).unwrap_or_else(|| {
            let reason = "the options of this index cannot be read";
            found.skipped.push(SkippedObject::new(&told.name, reason));
            BTreeMap::new()
        });
        let index = Index {
            name: told.name,
            kind: told.kind,
            properties: told.properties,
            options,
        };
        table.indexes.insert(NameKey::new(&index.name), index);
    }
    Ok(())
}

/// All indexes, and apart those that are only a name. The engine loads an index while it opens the
/// file, before it replays the log; so one that is not loaded though its extension is came from there.
fn list_indexes(
    session: &dyn Session,
) -> Result<(Vec<ListedIndex>, Vec<ListedIndex>), EngineError> {
    const CALL: &str = "CALL show_indexes() RETURN table_name, index_name, index_type, \
                        property_names, extension_loaded, index_definition";
    let rows = session.query(CALL)?.into_iter();
    let all: Vec<ListedIndex> = rows
        .map(|row| describe_index(row, CALL))
        .collect::<Result<_, _>>()?;
    if all.iter().all(|told| told.loaded) {
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
        .partition(|told| told.loaded || !is_known(&told.kind)))
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

/// The extensions that the engine has loaded.
fn extensions(session: &dyn Session) -> Result<BTreeSet<NameKey>, EngineError> {
    const CALL: &str = "CALL show_loaded_extensions() RETURN `extension name`";
    let name = |row: Row| {
        let [name] = cells(row, CALL)?;
        text(&name, CALL).map(|name| NameKey::new(&name))
    };
    session.query(CALL)?.into_iter().map(name).collect()
}

/// The options out of `CALL CREATE_…('T', 'ix', …, key := value, key := 'value');`, with their
/// quotes taken off. `None` where the text is not of this form: the engine leaves it empty while
/// the extension is not loaded, and does not escape quotes inside names.
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

/// What stands between commas outside quotes. `None` where a quote is left open.
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
