//! Edits of tables and of their pairs.

use kuzu_ddl_core::schema::{Multiplicity, StorageDirection, Type};

use super::schema::{Model, ModelProperty, ModelTable, name, pick, renamed};

impl Model {
    pub(super) fn add_node(&mut self, n: u16) {
        let id = self.id();
        let key = ModelProperty {
            name: name("key", id, n),
            ty: Type::Int64,
            default: None,
            nullable: false,
            ..self.new_property(n)
        };
        let key_id = key.id;
        let properties = vec![key, self.new_property(n), self.new_property(n / 7)];
        self.tables.push(ModelTable {
            id,
            name: name("Node", id, n / 3),
            pairs: vec![],
            multiplicity: Multiplicity::ManyMany,
            storage: StorageDirection::Both,
            key: key_id,
            properties,
            indexes: vec![],
            comment: None,
        });
    }

    fn pair(&self, a: u16, b: u16) -> Option<(u32, u32)> {
        let nodes = self.tables.iter().filter(|t| t.is_node());
        let nodes: Vec<u32> = nodes.map(|t| t.id).collect();
        Some((nodes[pick(&nodes, a)?], nodes[pick(&nodes, b)?]))
    }

    pub(super) fn add_edge(&mut self, a: u16, b: u16, c: u16) {
        let Some(pair) = self.pair(a, b) else { return };
        let id = self.id();
        let properties = if c.is_multiple_of(3) {
            vec![]
        } else {
            vec![self.new_property(c)]
        };
        self.tables.push(ModelTable {
            id,
            name: name("Edge", id, c),
            pairs: vec![pair],
            multiplicity: Multiplicity::ALL[usize::from(c % 4)],
            storage: StorageDirection::Both,
            key: 0,
            properties,
            indexes: vec![],
            comment: None,
        });
    }

    pub(super) fn change_edge(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table.filter(|t| !self.tables[*t].is_node()) else {
            return;
        };
        let table = &mut self.tables[table];
        table.multiplicity = Multiplicity::ALL[usize::from(b % 4)];
        if c.is_multiple_of(3) && !table.properties.is_empty() {
            table.storage = match table.storage {
                StorageDirection::Both => StorageDirection::Forward,
                StorageDirection::Forward => StorageDirection::Both,
            };
        }
    }

    pub(super) fn add_pair(&mut self, table: Option<usize>, b: u16, c: u16) {
        let (Some(table), Some(pair)) = (table, self.pair(b, c)) else {
            return;
        };
        let pairs = &mut self.tables[table].pairs;
        if !pairs.is_empty() && !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }

    /// Never the last pair.
    pub(super) fn drop_pair(&mut self, table: Option<usize>, n: u16) {
        let Some(table) = table else { return };
        let pairs = &mut self.tables[table].pairs;
        if let Some(at) = pick(pairs, n).filter(|_| pairs.len() > 1) {
            pairs.remove(at);
        }
    }

    pub(super) fn rename_table(&mut self, table: Option<usize>, c: u16) {
        let id = self.id();
        if let Some(table) = table {
            self.tables[table].name = renamed(&self.tables[table].name, id, c);
        }
    }

    /// Two tables of one kind: a name that moves from a node table to a rel table is another
    /// object, not a rename.
    fn two_tables(&self, a: u16, b: u16) -> Option<(usize, usize)> {
        let (a, b) = (pick(&self.tables, a)?, pick(&self.tables, b)?);
        let same = self.tables[a].is_node() == self.tables[b].is_node();
        (same && a != b).then_some((a, b))
    }

    pub(super) fn swap_tables(&mut self, a: u16, b: u16) {
        if let Some((a, b)) = self.two_tables(a, b) {
            let name = self.tables[a].name.clone();
            self.tables[a].name = std::mem::replace(&mut self.tables[b].name, name);
        }
    }

    /// One table takes the name of another, which gets a new one.
    pub(super) fn chain_tables(&mut self, a: u16, b: u16, c: u16) {
        let id = self.id();
        if let Some((a, b)) = self.two_tables(a, b) {
            let free = renamed(&self.tables[b].name, id, c | 1);
            self.tables[a].name = std::mem::replace(&mut self.tables[b].name, free);
        }
    }

    /// Drops a table with all rel tables that depend on it.
    pub(super) fn drop_table(&mut self, table: Option<usize>) {
        let Some(table) = table else { return };
        let id = self.tables[table].id;
        self.tables
            .retain(|t| t.id != id && !t.pairs.iter().any(|p| p.0 == id || p.1 == id));
    }

    pub(super) fn comment(&mut self, table: Option<usize>, b: u16, c: u16) {
        let Some(table) = table else { return };
        let text = (!c.is_multiple_of(3)).then(|| format!("comment {c}: it's \\ here"));
        let table = &mut self.tables[table];
        match pick(&table.properties, b) {
            Some(at) if c.is_multiple_of(2) => table.properties[at].comment = text,
            _ => table.comment = text,
        }
    }
}
