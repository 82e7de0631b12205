//! Construction of preflight checks, with the names that the database has before the plan.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::error::{PlanError, not_at_once};
use super::super::preflight::{PreflightCheck, PreflightKind, RowScope};
use super::super::value::ValueSource;
use super::super::value::fallibility::Fallibility;
use super::rebuild::columns::TargetColumn;
use crate::event::OnFail;
use crate::schema::name::quote;
use crate::schema::{Multiplicity, NameKey, TableKind, Type};

/// Number of columns of one rebuilt table that may specify a fallback for failed casts: each
/// doubles the statements.
const MAX_SPLIT: usize = 4;

impl<'a> PlanBuilder<'a> {
    /// Returns the rows of a table.
    pub(in crate::plan) fn rows(&self, table: &ExistingTable<'_>) -> RowScope {
        match &table.live.kind {
            TableKind::Node { .. } => RowScope::of_nodes(&table.live.name, &self.live_key(table)),
            TableKind::Edge { .. } => RowScope::of_rels(&table.live.name, &self.live_pairs(table)),
        }
    }

    /// Builds a preflight check on the rows of a table.
    pub(in crate::plan) fn preflight_check(
        &self,
        object: &str,
        table: &ExistingTable<'_>,
        kind: PreflightKind,
    ) -> PreflightCheck {
        let key = if table.live.kind.is_node() {
            self.live_key(table)
        } else {
            "rel".to_owned()
        };
        PreflightCheck {
            object: object.to_owned(),
            kind,
            key,
            rows: self.rows(table),
        }
    }

    fn live_key(&self, table: &ExistingTable<'_>) -> String {
        self.key_name(&NameKey::new(&table.live.name))
    }

    /// Returns the name of a node table's primary key in the database.
    fn key_name(&self, table: &NameKey) -> String {
        let Some(table) = self.live.tables.get(table) else {
            return String::new();
        };
        match &table.kind {
            TableKind::Node { primary_key } => table
                .properties
                .get(primary_key)
                .map_or_else(|| primary_key.to_string(), |p| p.name.clone()),
            TableKind::Edge { .. } => String::new(),
        }
    }

    fn live_pairs(&self, table: &ExistingTable<'_>) -> Vec<[(String, String); 2]> {
        let TableKind::Edge { pairs, .. } = &table.live.kind else {
            return Vec::new();
        };
        let end = |key: &NameKey| {
            let name = self.live.tables.get(key).map(|t| t.name.clone());
            (name.unwrap_or_default(), self.key_name(key))
        };
        pairs
            .iter()
            .map(|pair| [end(&pair.from), end(&pair.to)])
            .collect()
    }

    /// Builds the preflight check of a type change, if it can fail. `value` refers to the column by
    /// its present name.
    pub(in crate::plan) fn cast_check(
        &mut self,
        path: &str,
        table: &ExistingTable<'_>,
        value: ValueSource,
    ) -> Option<PreflightCheck> {
        if value.is_ambiguous() {
            self.errors.push(PlanError::Unsupported {
                object: path.to_owned(),
                reason: not_at_once("specify different fallbacks for values that cannot be cast"),
            });
            return None;
        }
        if let Some(reason) = value.unconvertible() {
            self.errors.push(PlanError::Unsupported {
                object: path.to_owned(),
                reason,
            });
            return None;
        }
        let is_unverified = value.unverified_prior().is_some();
        let is_converted = value.is_converted() && !value.is_fallible() && !is_unverified;
        if is_converted && !self.is_key_column(path, table) {
            return None;
        }
        if value.uses_function() {
            let unique = self.is_key_column(path, table);
            let kind = PreflightKind::FunctionValues { value, unique };
            return Some(self.preflight_check(path, table, kind));
        }
        let can_fail = is_unverified || value.fallibility("x") != Fallibility::Infallible;
        can_fail.then(|| self.preflight_check(path, table, PreflightKind::Castable(value)))
    }

    /// Builds the preflight checks of all columns of a rebuilt table.
    pub(in crate::plan) fn cast_checks(
        &mut self,
        table: &ExistingTable<'_>,
        columns: &[TargetColumn],
    ) -> Vec<PreflightCheck> {
        let checks = columns.iter().flat_map(|column| {
            let path = format!("{}.{}", table.name, column.property.name);
            let value = self.with_live_names(table, &column.value);
            let counts = column.property.ty == Type::Serial && !column.value.is_counted();
            // What can fail is reported by the step itself.
            let is_uncounted = counts
                && !value.uses_function()
                && value.fallibility("x") == Fallibility::Infallible;
            let kind = is_uncounted.then(|| PreflightKind::BelowSerialLimit(value.clone()));
            let countable = kind.map(|kind| self.preflight_check(&path, table, kind));
            self.cast_check(&path, table, value)
                .into_iter()
                .chain(countable)
        });
        checks.collect()
    }

    /// Returns the value with its columns by their present names.
    pub(in crate::plan) fn with_live_names(
        &self,
        table: &ExistingTable<'_>,
        value: &ValueSource,
    ) -> ValueSource {
        value.renamed(|name| {
            let mut children = self.after.children(table.object.id);
            let object = children.find(|child| self.after.database_name(child) == name);
            let live_name = object.and_then(|child| self.live_name(child.id, table));
            live_name.unwrap_or_else(|| name.to_owned())
        })
    }

    /// Returns whether the path is that of the primary key after the plan.
    fn is_key_column(&self, path: &str, table: &ExistingTable<'_>) -> bool {
        let key = self.after.primary_key_of(table.object.id);
        let key = key.and_then(|key| self.after.object(key));
        key.is_some_and(|key| path == format!("{}.{}", table.name, self.after.database_name(key)))
    }

    /// Builds the check that no node has more than one rel at the ends that `multiplicity` limits.
    pub(in crate::plan) fn multiplicity_check(
        &self,
        table: &ExistingTable<'_>,
        multiplicity: Multiplicity,
    ) -> PreflightCheck {
        let rel = quote(&table.live.name);
        let mut sides = Vec::new();
        for [(from, from_key), (to, to_key)] in self.live_pairs(table) {
            let (from, to) = (quote(&from), quote(&to));
            let name = |key: &str| format!("CAST(x.{} AS STRING)", quote(key));
            use Multiplicity::{ManyOne, OneMany, OneOne};
            if matches!(multiplicity, ManyOne | OneOne) {
                sides.push((
                    format!("MATCH (x:{from})-[r:{rel}]->(:{to})"),
                    name(&from_key),
                ));
            }
            if matches!(multiplicity, OneMany | OneOne) {
                sides.push((
                    format!("MATCH (:{from})-[r:{rel}]->(x:{to})"),
                    name(&to_key),
                ));
            }
        }
        let kind = PreflightKind::Multiplicity {
            multiplicity,
            sides,
        };
        self.preflight_check(&table.name, table, kind)
    }

    /// Checks the number of branches: a rebuilt table has one statement for each combination of
    /// outcomes.
    pub(in crate::plan) fn check_branch_count(
        &mut self,
        table: &ExistingTable<'_>,
        columns: &[TargetColumn],
    ) -> Option<()> {
        let branching = columns.iter().filter(|column| {
            let value = &column.value;
            *value.on_fail() != OnFail::Abort && value.fallibility("x") != Fallibility::Infallible
        });
        if branching.count() <= MAX_SPLIT {
            return Some(());
        }
        self.errors.push(PlanError::Unsupported {
            object: table.name.clone(),
            reason: format!(
                "a rebuild supports at most {MAX_SPLIT} properties with an `on_fail`\n\
                 help: change the properties in several versions"
            ),
        });
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::catalog::CatalogSnapshot;
    use crate::event::{Change, OnFail, PropertySpec};
    use crate::fold::{ChangeBuilder, Fold};
    use crate::plan::hints::PlanHints;
    use crate::plan::live_catalog::LiveCatalog;
    use crate::plan::planner::plan;
    use crate::schema::{Expr, Type};

    fn spec(ty: Type) -> PropertySpec {
        PropertySpec {
            ty,
            nullable: true,
            default: None,
        }
    }

    /// Plans two type changes with these fallbacks for failed casts; returns the step count or the
    /// error.
    fn plan_with_fallbacks(first: OnFail, second: OnFail) -> Result<usize, String> {
        let mut draft = ChangeBuilder::new(Fold::default());
        let table = draft.create_node_table("A", "id", spec(Type::Int64));
        let property = draft.add_property(table, "s", spec(Type::String));
        let (before, _) = draft.finish();
        let mut draft = ChangeBuilder::new(before.clone());
        for (ty, on_fail) in [(Type::Int64, first), (Type::Int8, second)] {
            let cast = Some(Expr::Cast(Box::new(Expr::Old), ty.clone()));
            draft.change(property, Change::SetType { ty, cast, on_fail });
        }
        let (after, _) = draft.finish();
        let found = CatalogSnapshot {
            schema: before.schema(),
            ..CatalogSnapshot::default()
        };
        let (live, leave) = (LiveCatalog::from(&found), BTreeSet::new());
        let steps = plan(&before, &after, live, &PlanHints::default(), &leave);
        steps
            .map(|steps| steps.len())
            .map_err(|errors| errors[0].to_string())
    }

    /// Each change of type specifies its own fallback for rows whose cast fails; a plan over
    /// several changes could honour only one of them.
    #[test]
    fn a_chain_that_says_two_things_of_failures_is_refused() {
        let default = || OnFail::Default(Expr::Int(-1));
        for (first, second) in [
            (OnFail::Null, default()),
            (OnFail::Abort, OnFail::Null),
            (default(), OnFail::Abort),
        ] {
            let e = plan_with_fallbacks(first, second).expect_err("two things");
            assert!(
                e.starts_with("A.s: several type changes at once")
                    && e.contains("\nhelp: start the intermediate versions first\n"),
                "{e}"
            );
        }
        // The change, and the empty column of the second change.
        assert_eq!(plan_with_fallbacks(OnFail::Abort, OnFail::Abort), Ok(2));
    }
}
