//! TODO-DOC ledger::fingerprint

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::event::{Fingerprint, Writer};

/// A declaration with its identity.
#[derive(Clone, Debug)]
pub struct FingerprintedDeclaration {
    /// The declaration.
    pub declared: Declared,
    /// The hash of all it says, where it stands in the source excepted.
    pub id: Fingerprint,
    /// The same with its casts, if it has any. An earlier shape that says for the first time how to make its
    /// values of the present ones is no older binary: it asks to go back.
    pub id_with_casts: Option<Fingerprint>,
}

impl FingerprintedDeclaration {
    /// Computes the identity.
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

    /// The hashes under which the ledger knows it once it was carried out.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Fingerprint> {
        std::iter::once(self.id).chain(self.id_with_casts)
    }
}

/// The hash of all a declaration says; where its structs stand and in which order their fields come
/// is no part of it, nor how values are made on the way.
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
    Fingerprint::of(&w.finish())
}

/// The hash of a declaration with its casts; `None` where it has none.
pub(super) fn fingerprint_with_casts(
    declared: &Declared,
    identity: Fingerprint,
) -> Option<Fingerprint> {
    let mut w = Writer::default();
    w.hash(identity.as_bytes());
    let mut some = false;
    for (table, hints) in &declared.tables {
        let casts = hints.casts.iter().map(|(name, cast)| (1, name, cast));
        let by = hints.cast_functions.iter().map(|(name, by)| (2, name, by));
        for (kind, name, text) in casts.chain(by) {
            some = true;
            w.byte(kind);
            w.text(table.as_str());
            w.text(name.as_str());
            w.text(text);
        }
    }
    some.then(|| Fingerprint::of(&w.finish()))
}
