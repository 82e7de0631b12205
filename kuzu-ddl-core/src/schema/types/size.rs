//! The size of a type in the engine's storage.

use super::super::limits::{MAX_ROW_VALUES, MAX_TYPE_COLUMNS};
use super::Type;

/// What the engine stores for a property, or for a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageSize {
    /// The number of columns: one for each type that the type contains, itself included.
    pub columns: u64,
    /// The number of values that a row holds at fixed places, each of at most 16 bytes: members and
    /// elements of arrays, multiplied where they are nested.
    pub values: u64,
}

impl StorageSize {
    /// Returns the sum of the two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            columns: self.columns.saturating_add(other.columns),
            values: self.values.saturating_add(other.values),
        }
    }

    fn nested(self) -> Self {
        let columns = self.columns.saturating_add(1);
        Self { columns, ..self }
    }
}

impl Type {
    /// Returns what the engine stores for a property of this type.
    #[must_use]
    pub fn storage_size(&self) -> StorageSize {
        match self {
            Self::List(inner) => inner.storage_size().nested(),
            Self::Array(inner, length) => {
                let inner = inner.storage_size();
                let values = inner.values.saturating_mul(*length);
                StorageSize { values, ..inner }.nested()
            }
            Self::Map(key, value) => {
                let entry = key.storage_size().plus(value.storage_size());
                entry.nested().nested()
            }
            Self::Struct(fields) | Self::Union(fields) => {
                let sizes = fields.iter().map(|field| field.ty.storage_size());
                sizes
                    .fold(StorageSize::default(), StorageSize::plus)
                    .nested()
            }
            _ => StorageSize {
                columns: 1,
                values: 1,
            },
        }
    }

    /// Checks the number of columns and values that the engine stores.
    pub(super) fn check_size(&self) -> Result<(), String> {
        let StorageSize { columns, values } = self.storage_size();
        if columns > MAX_TYPE_COLUMNS {
            return Err(format!(
                "the engine needs {columns} columns for it, at most {MAX_TYPE_COLUMNS}\n\
                 help: use fewer members, or a list or map of them"
            ));
        }
        if values > MAX_ROW_VALUES {
            return Err(format!(
                "each row holds {values} values, at most {MAX_ROW_VALUES}\n\
                 help: use lists instead of arrays"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Type;

    fn structs(members: usize, ty: &str) -> String {
        let members: Vec<String> = (0..members).map(|i| format!("a{i} {ty}")).collect();
        format!("STRUCT({})", members.join(", "))
    }

    #[test]
    fn members_multiply_and_are_limited() {
        let read = |text: &str| text.parse::<Type>().map_err(|e| e.to_string());
        assert!(read(&structs(1_023, "INT64")).is_ok());
        let e = read(&structs(1_024, "INT64")).expect_err("too many");
        assert!(
            e.contains("needs 1025 columns") && e.contains("help:"),
            "{e}"
        );
        assert!(read(&structs(33, &structs(31, "INT64"))).is_err());
        assert!(read(&structs(20, "INT64[1000]")).is_ok());
        let e = read(&structs(64, "INT64[1000000]")).expect_err("too large");
        assert!(e.contains("each row holds 64000000 values"), "{e}");
        assert!(read("INT128[1000000]").is_ok());
        assert!(read(&format!("{}[300][3000]", structs(2, "INT8"))).is_err());
        // No member is compared with all others before they are counted.
        assert!(read(&structs(200_000, "INT64")).is_err());
    }
}
