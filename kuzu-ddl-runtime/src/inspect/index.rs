//! Indexes, without the primary keys'.

use std::collections::BTreeMap;

use super::{Inspection, Note, cells, strange, text};
use crate::engine::{EngineError, Session};
use crate::schema::{Index, IndexKind, Key};

/// Adds the indexes of the tables in `found`.
pub(super) fn read(session: &dyn Session, found: &mut Inspection) -> Result<(), EngineError> {
    const CALL: &str = "CALL show_indexes() RETURN table_name, index_name, index_type, \
                        property_names, index_definition";
    for row in session.query(CALL)? {
        let [table, name, kind, properties, definition] = cells(row, CALL)?;
        let table = text(&table, CALL)?;
        let Some(table) = found.schema.tables.get_mut(&Key::new(&table)) else {
            continue;
        };
        let name = text(&name, CALL)?;
        let kind = match text(&kind, CALL)?.as_str() {
            "FTS" => IndexKind::FullText,
            "HNSW" => IndexKind::Vector,
            other => IndexKind::Other(other.to_owned()),
        };
        let properties = properties.list().ok_or_else(|| strange(CALL))?;
        let properties = properties
            .iter()
            .map(|p| p.text().map(Key::new).ok_or_else(|| strange(CALL)))
            .collect::<Result<_, _>>()?;
        let options = options(definition.text().unwrap_or_default()).unwrap_or_else(|| {
            found
                .notes
                .push(Note::new(&name, "the options of this index cannot be read"));
            BTreeMap::new()
        });
        let index = Index {
            name,
            kind,
            properties,
            options,
        };
        table.indexes.insert(Key::new(&index.name), index);
    }
    Ok(())
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
    use super::options;

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
