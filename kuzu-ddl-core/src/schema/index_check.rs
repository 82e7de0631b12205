//! Checks of indexes against their table.

use super::index::{Index, IndexError, IndexKind};
use super::model::Table;
use super::name;
use super::name::NameKey;
use super::types::Type;

impl Index {
    /// Checks that the engine can create this index on `table`.
    ///
    /// # Errors
    ///
    /// Returns the first rule that the index violates.
    pub fn check(&self, table: &Table) -> Result<(), IndexError> {
        if let IndexKind::Other(kind) = &self.kind {
            return Err(IndexError::UnknownKind(kind.clone()));
        }
        if !table.kind.is_node() {
            return Err(IndexError::RelTable);
        }
        name::check_index(&self.name)?;
        if !name::is_bare_identifier(&table.name) {
            return Err(IndexError::NeedsQuotes(table.name.clone()));
        }
        let count = self.properties.len();
        if count == 0 || (self.kind == IndexKind::Vector && count > 1) {
            return Err(IndexError::PropertyCount(count));
        }
        for (i, key) in self.properties.iter().enumerate() {
            self.check_property(table, key, &self.properties[..i])?;
        }
        for (option, value) in &self.options {
            if self.kind.option(option, value)? != *value {
                let (option, value) = (option.clone(), value.clone());
                return Err(IndexError::InvalidValue { option, value });
            }
        }
        Ok(())
    }

    fn check_property(
        &self,
        table: &Table,
        key: &NameKey,
        before: &[NameKey],
    ) -> Result<(), IndexError> {
        let property = table.properties.get(key).filter(|_| !before.contains(key));
        let property = property.ok_or_else(|| IndexError::UnknownProperty(key.to_string()))?;
        if !name::is_bare_identifier(&property.name) {
            return Err(IndexError::NeedsQuotes(property.name.clone()));
        }
        if self.kind.accepts(&property.ty) {
            return Ok(());
        }
        let expected = match self.kind {
            IndexKind::FullText => "a full-text index requires STRING",
            _ => "a vector index requires an array of FLOAT or DOUBLE with a fixed length",
        };
        Err(IndexError::Type {
            property: property.name.clone(),
            ty: property.ty.to_string(),
            expected,
        })
    }
}

impl IndexKind {
    /// Returns whether the engine can index properties of a type in this way.
    pub(crate) fn accepts(&self, ty: &Type) -> bool {
        match self {
            Self::FullText => *ty == Type::String,
            Self::Vector => is_vector(ty),
            Self::Other(_) => true,
        }
    }
}

fn is_vector(ty: &Type) -> bool {
    matches!(ty, Type::Array(item, _) if matches!(**item, Type::Float | Type::Double))
}
