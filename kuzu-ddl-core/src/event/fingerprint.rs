//! Schema fingerprints: one hash per schema, alike on every machine.

use super::codec::writer::Writer;
use super::id::Fingerprint;
use crate::schema::{IndexKind, NameKey, Property, Schema, Table, TableKind};

/// The first byte of the hashed bytes. Another layout needs another value, so that fingerprints of
/// different layouts never collide.
const VERSION: u8 = 1;

impl Schema {
    /// Returns the hash of the whole schema.
    #[doc(alias = "checksum")]
    #[doc(alias = "hash")]
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut w = Writer::default();
        w.byte(VERSION);
        w.len(self.tables.len());
        for table in self.tables.values() {
            write_table(&mut w, table);
        }
        w.len(self.sequences.len());
        for sequence in self.sequences.values() {
            w.text(&sequence.name);
            for n in [
                sequence.start,
                sequence.increment,
                sequence.min,
                sequence.max,
            ] {
                w.int(n.into());
            }
            w.bool(sequence.cycle);
        }
        Fingerprint::hash_of(&w.finish())
    }
}

fn write_table(w: &mut Writer, table: &Table) {
    w.text(&table.name);
    w.option(table.comment.as_ref(), |w, text| w.text(text));
    match &table.kind {
        TableKind::Node { primary_key } => {
            w.byte(0);
            w.text(primary_key.as_str());
        }
        TableKind::Edge {
            pairs,
            multiplicity,
            storage,
        } => {
            w.byte(1);
            w.option(*multiplicity, Writer::multiplicity);
            w.storage(*storage);
            w.len(pairs.len());
            for pair in pairs {
                w.text(pair.from.as_str());
                w.text(pair.to.as_str());
            }
        }
    }
    w.len(table.properties.len());
    table
        .properties
        .values()
        .for_each(|property| write_property(w, property));
    w.len(table.indexes.len());
    for index in table.indexes.values() {
        w.text(&index.name);
        match &index.kind {
            IndexKind::FullText => w.byte(0),
            IndexKind::Vector => w.byte(1),
            IndexKind::Other(word) => {
                w.byte(2);
                w.text(word);
            }
        }
        w.len(index.properties.len());
        index.properties.iter().for_each(|key| write_key(w, key));
        w.len(index.options.len());
        for (option, value) in &index.options {
            w.text(option);
            w.text(value);
        }
    }
}

fn write_property(w: &mut Writer, property: &Property) {
    w.text(&property.name);
    w.ty(&property.ty);
    w.bool(property.nullable);
    w.option(property.default.as_ref(), |w, expr| w.expr(expr));
    w.option(property.comment.as_ref(), |w, text| w.text(text));
}

fn write_key(w: &mut Writer, key: &NameKey) {
    w.text(key.as_str());
}
