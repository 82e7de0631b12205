//! Fingerprints of declarations, by which the ledger recognizes them.

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::event::{Fingerprint, Writer};

/// Declaration with its fingerprints.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FingerprintedDeclaration {
    /// Declaration.
    pub declared: Declared,
    /// Fingerprint of the declaration, source locations and casts excluded.
    pub id: Fingerprint,
    /// Fingerprint with its casts, if it has any. A former schema that declares casts from the
    /// present one for the first time is not an older binary: it requests to go back.
    pub id_with_casts: Option<Fingerprint>,
}

impl FingerprintedDeclaration {
    /// Computes the fingerprints.
    #[must_use]
    pub fn new(declared: Declared) -> Self {
        let id = declaration_fingerprint(&declared);
        let with_casts = fingerprint_with_casts(&declared, id);
        Self {
            declared,
            id,
            id_with_casts: with_casts,
        }
    }

    /// Returns the fingerprints that the ledger stores once the declaration is applied.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Fingerprint> {
        std::iter::once(self.id).chain(self.id_with_casts)
    }
}

/// Computes the fingerprint of a declaration. Source locations, the order of fields, and the
/// computation of values are not part of it.
pub(super) fn declaration_fingerprint(declared: &Declared) -> Fingerprint {
    let mut w = Writer::default();
    w.byte(2);
    w.hash(declared.schema.fingerprint().as_bytes());
    w.len(declared.tables.len());
    for (key, hints) in &declared.tables {
        w.text(key.as_str());
        w.len(hints.renamed_from.len());
        hints.renamed_from.iter().for_each(|name| w.text(name));
        w.len(hints.property_renames.len());
        for (property, olds) in &hints.property_renames {
            w.text(property.as_str());
            w.len(olds.len());
            olds.iter().for_each(|name| w.text(name));
        }
        w.len(hints.dropped.len());
        hints.dropped.iter().for_each(|name| w.text(name.as_str()));
        w.len(hints.dropped_pairs.len());
        for pair in &hints.dropped_pairs {
            w.text(pair.from.as_str());
            w.text(pair.to.as_str());
        }
    }
    w.len(declared.dropped_tables.len());
    declared
        .dropped_tables
        .keys()
        .for_each(|name| w.text(name.as_str()));
    if !declared.dropped_sequences.is_empty() {
        w.len(declared.dropped_sequences.len());
        let names = declared.dropped_sequences.keys();
        names.for_each(|name| w.text(name.as_str()));
    }
    Fingerprint::hash_of(&w.finish())
}

/// Computes the fingerprint of a declaration with its casts; `None` if it has none.
pub(super) fn fingerprint_with_casts(
    declared: &Declared,
    identity: Fingerprint,
) -> Option<Fingerprint> {
    let mut w = Writer::default();
    w.hash(identity.as_bytes());
    let mut has_casts = false;
    for (table, hints) in &declared.tables {
        let casts = hints.casts.iter().map(|(name, cast)| (1, name, cast));
        let by = hints.cast_functions.iter().map(|(name, by)| (2, name, by));
        for (kind, name, text) in casts.chain(by) {
            has_casts = true;
            w.byte(kind);
            w.text(table.as_str());
            w.text(name.as_str());
            w.text(text);
        }
    }
    has_casts.then(|| Fingerprint::hash_of(&w.finish()))
}
