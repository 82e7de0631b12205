//! Budget of peers: what they may add that the application does not declare.
//!
//! Every node table takes its share of the buffer pool for as long as it exists, and the engine
//! opens a file with memory for every element of every array. So events of peers alone could use
//! up what the application needs for its own tables.

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::event::{Change, DdlEvent, EventId, ObjectKind};
use kuzu_ddl_core::fold::{Fold, Lifecycle, Object};
use kuzu_ddl_core::schema::limits::MAX_ROW_VALUES;
use kuzu_ddl_core::schema::{NameKey, Type};

use super::super::Migrator;
use super::batch::ReceiveBatch;
use super::report::PendingReason;
use crate::engine::Session;
use crate::error::Error;
use crate::ledger::LedgerContents;

/// Number of values of a type from which on it counts.
const MIN_COUNTED_VALUES: u64 = 1_000;

impl Migrator<'_> {
    /// Sets how many node tables peers may add that this application does not declare; archived
    /// ones count as well. Further ones wait, and the [report](super::report::ReceiveReport) says
    /// so. Default: half of what the buffer pool has room for, and no limit for an application that
    /// declares no table.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// let report = Migrator::new(&db).declared(declared).peer_tables(100).receive(Vec::new())?;
    /// # assert!(report.applied.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "quota")]
    #[must_use]
    pub fn peer_tables(mut self, tables: usize) -> Self {
        self.peer_tables = Some(tables);
        self
    }

    /// Lets the events wait that exceed the budget, and returns the other units.
    pub(super) fn within_budget(
        &self,
        session: &dyn Session,
        declared: &Declared,
        contents: &LedgerContents,
        units: Vec<Vec<EventId>>,
        delivery: &mut ReceiveBatch,
    ) -> Result<Vec<Vec<EventId>>, Error> {
        let mut applied: Option<Fold> = None;
        let mut tables: Option<(usize, usize)> = None;
        let mut values: Option<u64> = None;
        let mut within = Vec::new();
        for unit in units {
            let mut reason = None;
            for event in unit.iter().filter_map(|id| delivery.all.get(id)) {
                if is_new_table(event, declared) {
                    let (used, budget) = match tables {
                        Some(tables) => tables,
                        None => (
                            count_undeclared_tables(
                                applied.get_or_insert_with(|| contents.fold()),
                                declared,
                            ),
                            self.table_budget(session, declared)?,
                        ),
                    };
                    if used >= budget {
                        reason = Some(tables_exceeded(budget));
                    }
                    tables = Some((used + usize::from(reason.is_none()), budget));
                }
                let added = added_values(event);
                if added >= MIN_COUNTED_VALUES {
                    let used = values.unwrap_or_else(|| {
                        let applied = applied.get_or_insert_with(|| contents.fold());
                        count_undeclared_values(applied, declared)
                    });
                    if used.saturating_add(added) > MAX_ROW_VALUES {
                        reason = Some(values_exceeded());
                    }
                    let taken = if reason.is_none() { added } else { 0 };
                    values = Some(used.saturating_add(taken));
                }
            }
            match reason {
                None => within.push(unit),
                Some(reason) => {
                    for id in unit {
                        delivery.hold(id, PendingReason::NotApplicable(reason.clone()));
                    }
                }
            }
        }
        Ok(within)
    }

    fn table_budget(&self, session: &dyn Session, declared: &Declared) -> Result<usize, Error> {
        if let Some(budget) = self.peer_tables {
            return Ok(budget);
        }
        if declared.schema.tables.is_empty() {
            return Ok(usize::MAX);
        }
        let capabilities = self.engine.capabilities();
        let rows = session.query("CALL bm_info() RETURN mem_limit")?;
        let limit = rows.first().and_then(|row| row.first()?.int());
        let limit = limit.and_then(|limit| u64::try_from(limit).ok());
        let Some(limit) = limit else {
            return Ok(usize::MAX);
        };
        let room = limit.saturating_sub(capabilities.buffer_pool_base);
        let tables = room / capabilities.buffer_pool_per_node_table.max(1);
        Ok(usize::try_from(tables / 2).unwrap_or(usize::MAX))
    }
}

fn is_new_table(event: &DdlEvent, declared: &Declared) -> bool {
    match event.change() {
        Change::CreateNodeTable { name, .. } => {
            !declared.schema.tables.contains_key(&NameKey::new(name))
        }
        _ => false,
    }
}

fn count_undeclared_tables(applied: &Fold, declared: &Declared) -> usize {
    let exists = |table: &&Object| {
        table.kind() == ObjectKind::NodeTable
            && !matches!(table.lifecycle.value, Lifecycle::Purged(_))
    };
    let is_undeclared = |table: &&Object| {
        let key = NameKey::new(&table.name.value);
        !table.is_live() || !declared.schema.tables.contains_key(&key)
    };
    applied
        .objects()
        .filter(exists)
        .filter(is_undeclared)
        .count()
}

/// Returns the number of values that an event adds to each row.
fn added_values(event: &DdlEvent) -> u64 {
    let of = |ty: &Type| ty.storage_size().values;
    match event.change() {
        Change::AddProperty { spec, .. } => of(&spec.ty),
        Change::SetType { ty, .. } | Change::SetTypeWith { ty, .. } => of(ty),
        _ => 0,
    }
}

fn count_undeclared_values(applied: &Fold, declared: &Declared) -> u64 {
    let property = |object: &Object| {
        let table = applied.object(object.parent?)?;
        let table = declared.schema.tables.get(&NameKey::new(&table.name.value));
        let is_declared = table.is_some_and(|table| {
            let name = NameKey::new(&object.name.value);
            table.properties.contains_key(&name)
        });
        if is_declared {
            return None;
        }
        let archived = object.archived_columns.iter().map(|column| &column.ty);
        let archived: u64 = archived.map(|ty| ty.storage_size().values).sum();
        let present = applied.property(object)?.ty.storage_size().values;
        Some(archived.saturating_add(present)).filter(|values| *values >= MIN_COUNTED_VALUES)
    };
    applied.objects().filter_map(property).sum()
}

fn tables_exceeded(budget: usize) -> String {
    format!(
        "peers may add at most {budget} node tables that this application does not declare: each \
         takes its share of the buffer pool\n\
         help: declare the table\n\
         help: or raise the number with `.peer_tables(…)` on the Migrator"
    )
}

fn values_exceeded() -> String {
    format!(
        "the arrays that peers add may hold at most {MAX_ROW_VALUES} values in all: the engine \
         opens the file with memory for each\n\
         help: declare the property"
    )
}
