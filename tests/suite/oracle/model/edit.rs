//! Edits, each described by a few numbers.

use proptest::prelude::*;

use super::schema::{Model, pick};

/// One edit; the numbers choose among the existing objects, modulo their count.
#[derive(Clone, Copy, Debug)]
pub(in crate::oracle) struct Edit {
    kind: u8,
    a: u16,
    b: u16,
    c: u16,
}

fn one(kinds: impl Strategy<Value = u8>) -> impl Strategy<Value = Edit> {
    let numbers = (kinds, any::<u16>(), any::<u16>(), any::<u16>());
    numbers.prop_map(|(kind, a, b, c)| Edit { kind, a, b, c })
}

/// Edits that create a first version: two node tables, a rel table, perhaps another pair, a
/// sequence, and further objects.
pub(in crate::oracle) fn starts() -> impl Strategy<Value = Vec<Edit>> {
    let base = [0, 0, 2, 14, 35].map(|kind| one(Just(kind)));
    let more = proptest::collection::vec(one(0..KINDS), 0..6);
    (base, more).prop_map(|(base, more)| base.into_iter().chain(more).collect())
}

/// Edits that change one version into another.
pub(in crate::oracle) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec(one(0..KINDS), 1..8)
}

/// The number of kinds below; duplicates make a kind more frequent.
const KINDS: u8 = 36;

impl Model {
    pub(in crate::oracle) fn edit(&mut self, edit: Edit) {
        let Edit { kind, a, b, c } = edit;
        let table = pick(&self.tables, a);
        let edges = (0..self.tables.len()).filter(|at| !self.tables[*at].is_node());
        let edges: Vec<usize> = edges.collect();
        let edge = pick(&edges, a).map(|at| edges[at]);
        let n = a ^ b;
        match kind {
            0 => self.add_node(b),
            1 => self.add_pair(edge, b, c),
            2 | 3 => self.add_edge(a, b, c),
            4 | 5 => self.add_property(table, b),
            6 => self.drop_property(table, b),
            7 => self.rename_property(n, c),
            8 => self.swap_properties(table, b, c),
            9 => self.chain_properties(table, b, c),
            10 => self.rename_table(table, c),
            11 => self.swap_tables(a, b),
            12 => self.chain_tables(a, b, c),
            13 => self.drop_table(table),
            14 => self.add_pair(edge, b, c),
            15 => self.drop_pair(edge, b),
            16 | 17 => self.change_type(n, c),
            18 | 19 => self.change_type_with_failures(n, c),
            20 => self.change_default(n, c),
            21 => self.change_nullable(n),
            22 | 23 => self.add_required(table, b, c),
            24 => self.require(n),
            25 | 26 => self.change_key(table, b),
            27 | 28 => self.change_edge(edge, b, c),
            29 => self.comment(table, b, c),
            30 | 31 => self.add_index(b, c),
            32 => self.change_index(b, c),
            33 => self.drop_index(b, c),
            34 => self.count_by(table, b, c),
            _ => self.add_or_drop_sequence(b, c),
        }
        self.drop_impossible_indexes();
    }
}
