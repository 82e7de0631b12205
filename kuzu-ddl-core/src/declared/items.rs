//! The list of everything declared, for people.

use std::fmt;

use super::model::Declared;

impl Declared {
    /// Returns whether nothing is declared: no table, no sequence, and no tombstone of one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.schema.tables.is_empty()
            && self.schema.sequences.is_empty()
            && self.dropped_tables.is_empty()
            && self.dropped_sequences.is_empty()
    }
}

/// One line for each declared item: its kind, name, package and source location.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let declared = kuzu_ddl::schema![; sequences ("order_no"); dropped "Customer"]?;
/// assert_eq!(
///     declared.to_string(),
///     "2 items are declared:\n  sequence order_no\n  dropped table Customer"
/// );
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (key, table) in &self.schema.tables {
            let kind = if table.kind.is_node() {
                "node table"
            } else {
                "rel table"
            };
            let hints = self.tables.get(key);
            let package = hints.map_or("", |hints| hints.package.as_str());
            let origin = hints.map_or("", |hints| hints.origin.as_str());
            let place: Vec<&str> = [package, origin]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            let place = if place.is_empty() {
                String::new()
            } else {
                format!(" ({})", place.join(", "))
            };
            lines.push(format!("{kind} {}{place}", table.name));
        }
        let sequences = self.schema.sequences.values();
        lines.extend(sequences.map(|sequence| format!("sequence {}", sequence.name)));
        let dropped = self.dropped_tables.values();
        lines.extend(dropped.map(|name| format!("dropped table {name}")));
        let dropped = self.dropped_sequences.values();
        lines.extend(dropped.map(|name| format!("dropped sequence {name}")));
        match lines.len() {
            0 => f.write_str("nothing is declared")?,
            1 => f.write_str("1 item is declared:")?,
            n => write!(f, "{n} items are declared:")?,
        }
        lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}
