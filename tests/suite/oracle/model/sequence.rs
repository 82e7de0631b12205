//! Edits of sequences.

use kuzu_ddl_core::schema::{Expr, Type};

use super::schema::{Model, ModelProperty, ModelSequence, name, pick};

impl Model {
    fn add_sequence(&mut self, b: u16, c: u16) -> usize {
        let id = self.id();
        self.sequences.push(ModelSequence {
            name: name("seq", id, b),
            start: i64::from(c % 100) - 50,
            increment: if c.is_multiple_of(5) { -3 } else { 2 },
            used: false,
        });
        self.sequences.len() - 1
    }

    /// Adds a sequence, or removes an unused one.
    pub(super) fn add_or_drop_sequence(&mut self, b: u16, c: u16) {
        let unused: Vec<usize> = (0..self.sequences.len())
            .filter(|at| !self.sequences[*at].used)
            .collect();
        match pick(&unused, b) {
            Some(at) if c.is_multiple_of(2) => {
                self.sequences.remove(unused[at]);
            }
            _ => {
                self.add_sequence(b, c);
            }
        }
    }

    /// The default of a property uses a sequence: a new or an existing one.
    pub(super) fn count_by(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let sequence = match pick(&self.sequences, c) {
            Some(at) if c.is_multiple_of(2) => at,
            _ => self.add_sequence(b, c),
        };
        let number = |p: &&mut ModelProperty| p.ty == Type::Int64 && p.change.is_none();
        let properties = self.tables[table].properties.iter_mut();
        let mut fit: Vec<_> = properties.filter(number).collect();
        if let Some(at) = pick(&fit, b) {
            let sequence = &mut self.sequences[sequence];
            sequence.used = true;
            let args = vec![Expr::Text(sequence.name.clone())];
            fit[at].default = Some(Expr::Call("nextval".into(), args));
        }
    }
}
