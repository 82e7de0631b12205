//! Selection and rendering of built-in conversions.

use super::super::error::not_at_once;
use super::function::{ConversionChain, PriorConversion, ValueFunction};
use super::{CastStage, PriorValues, ValueSource};
use crate::conversion::{ConversionError, convert, is_same};
use crate::diff::is_cast_by_text;
use crate::event::OnFail;
use crate::function::transport_cypher;
use crate::schema::name::string_literal;
use crate::schema::{Conversion, ConversionMethod, Expr, StructField, Type};
use crate::value::Value;

impl CastStage {
    /// Returns whether the stage is the built-in conversion of the two types.
    pub(super) fn is_plain(&self) -> bool {
        match &self.cast {
            None => true,
            Some(expr) => expr.is_plain_cast(&self.to),
        }
    }
}

/// Returns the conversions of stages from the type `from`, if all of them are plain.
fn conversions(from: &Type, stages: &[CastStage]) -> Option<Vec<Conversion>> {
    let mut from = from;
    let each = stages.iter().map(|stage| {
        let conversion = from.conversion_to(&stage.to);
        from = &stage.to;
        stage.is_plain().then_some(conversion)
    });
    each.collect()
}

/// Returns whether one of the plain conversions of stages from the type `from` is in Rust.
fn uses_rust(from: &Type, stages: &[CastStage]) -> bool {
    let mut from = from;
    stages.iter().any(|stage| {
        let was = std::mem::replace(&mut from, &stage.to);
        let method = was.conversion_to(&stage.to).method();
        stage.is_plain() && method == Some(ConversionMethod::Rust)
    })
}

impl ValueSource {
    /// Returns the same source with the function of the application that converts the values; or,
    /// without one, with the built-in conversion.
    pub(in crate::plan) fn cast_by(self, function: Option<ValueFunction>) -> Self {
        match function {
            None => self.with_conversion(),
            cast_function => Self {
                cast_function,
                ..self
            },
        }
    }

    /// Returns the same source, with the conversion in Rust where the engine's casts are not
    /// right.
    fn with_conversion(self) -> Self {
        let Some((name, from)) = self.column.clone() else {
            return self;
        };
        let prior = self.prior.as_ref();
        let computed = prior.filter(|prior| !prior.is_conflict_column);
        let is_computed_in_rust = computed.is_some_and(|prior| prior.is_computed_in_rust());
        let plain = conversions(&from, &self.stages).is_some();
        if self.stages.is_empty()
            || !plain
            || !(uses_rust(&from, &self.stages) || is_computed_in_rust)
        {
            return self;
        }
        let on_fail = self.on_fail().clone();
        let then = computed.and_then(|prior| prior.computed.column.clone());
        let computed_by = computed.and_then(|prior| prior.conversion(&from));
        let has_condition = computed.is_some_and(|p| p.has_condition(computed_by.is_some()));
        let function = ValueFunction {
            function: String::new(),
            inputs: std::iter::once((name, from)).chain(then).collect(),
            accepts_null: false,
            on_fail,
            required: false,
            slot: 0,
            conversion: Some(ConversionChain {
                to: self.stages.iter().map(|stage| stage.to.clone()).collect(),
                computed_by,
                has_condition,
            }),
        };
        // No value is cast where a condition decides which rows take their prior value.
        let prior = self.prior.map(|prior| {
            Box::new(PriorValues {
                separate: prior.separate || has_condition,
                ..*prior
            })
        });
        Self {
            cast_function: Some(function),
            prior,
            ..self
        }
    }

    /// Returns the same source with what a trial run found about its prior values; without them, all
    /// values are converted.
    #[must_use]
    pub fn with_prior(mut self, prior: Option<Box<PriorValues>>) -> Self {
        if let Some(by) = &mut self.cast_function
            && let Some(chain) = &mut by.conversion
        {
            if prior.is_none() {
                by.inputs.truncate(1);
                chain.computed_by = None;
            }
            chain.has_condition = prior
                .as_ref()
                .is_some_and(|prior| prior.has_condition(chain.computed_by.is_some()));
        }
        self.prior = prior;
        self
    }

    /// Returns the prior values, if a trial run must determine which of them apply.
    #[must_use]
    pub fn unverified_prior(&self) -> Option<&PriorValues> {
        let by = self.cast_function.as_ref();
        let is_compared = by.is_none_or(|by| by.conversion.is_some());
        let prior = self.prior.as_deref().filter(|_| is_compared)?;
        let is_unverified = self.compares_in_cypher() && prior.unverified().is_some();
        (is_unverified || prior.returned.is_some()).then_some(prior)
    }

    /// Returns whether a condition in Cypher decides which rows take their prior value.
    #[must_use]
    pub fn compares_in_cypher(&self) -> bool {
        let by = self.cast_function.as_ref();
        let chain = by.and_then(|by| by.conversion.as_ref());
        chain.is_none_or(|chain| chain.computed_by.is_none())
    }

    /// Returns the condition on `row` that the function reads with its inputs: the prior value
    /// applies.
    pub(in crate::plan) fn prior_condition(&self, row: &str) -> Option<String> {
        let chain = self.cast_function.as_ref()?.conversion.as_ref()?;
        let prior = self.prior.as_ref().filter(|_| chain.has_condition)?;
        let current = self.render_input(row);
        match &chain.computed_by {
            Some(_) => prior.returned_condition(row, &current),
            None => Some(prior.applies(row, &current)),
        }
    }

    /// Returns whether a built-in conversion computes the values outside the engine.
    #[must_use]
    pub fn is_converted(&self) -> bool {
        let by = self.cast_function.as_ref();
        by.is_some_and(|by| by.conversion.is_some()) && self.fill_function.is_none()
    }

    /// Returns the type change without a built-in conversion, with the remedy; or that a
    /// conversion in Rust is one of several changes of which others are expressions.
    pub(in crate::plan) fn unconvertible(&self) -> Option<String> {
        // Without a conversion, no value of a lenient change has a result.
        if let Some(missing) = self.missing_conversion(|stage| stage.on_fail == OnFail::Null) {
            return Some(missing);
        }
        let (_, from) = self.column.as_ref()?;
        let mixed =
            self.stages.iter().any(|stage| !stage.is_plain()) && uses_rust(from, &self.stages);
        mixed.then(|| {
            not_at_once(
                "include an expression and a conversion that is computed outside the engine",
            )
        })
    }

    /// Returns whether each type change has a conversion, other than the attempt of a rollback to
    /// read the text of a value that was written since.
    pub(in crate::plan) fn is_computable(&self) -> bool {
        let mut from = self.column.as_ref().map(|(_, ty)| ty);
        self.missing_conversion(|_| false).is_none()
            && !self.stages.iter().any(|stage| {
                let was = from.replace(&stage.to);
                was.is_some_and(|was| is_cast_by_text(stage.cast.as_ref(), was, &stage.to))
            })
    }

    /// Returns the first type change without a built-in conversion, with the remedy, except for
    /// those that need none.
    fn missing_conversion(&self, needs_none: impl Fn(&CastStage) -> bool) -> Option<String> {
        let (_, first) = self.column.as_ref()?;
        let mut from = first;
        self.stages.iter().find_map(|stage| {
            let was = std::mem::replace(&mut from, &stage.to);
            let to = &stage.to;
            let conversion = was.conversion_to(to);
            let help = conversion
                .help()
                .filter(|_| stage.is_plain() && !needs_none(stage))?;
            Some(format!("{was} has no conversion to {to}\nhelp: {help}"))
        })
    }

    /// Returns whether a value may have no result.
    pub(in crate::plan) fn is_fallible(&self) -> bool {
        let Some((_, from)) = &self.column else {
            return self.uses_function();
        };
        match &self.cast_function {
            Some(by) if by.conversion.is_none() => true,
            _ => match conversions(from, &self.stages) {
                Some(all) => !all.iter().all(Conversion::is_total),
                None => self.fallibility("x") != super::fallibility::Fallibility::Infallible,
            },
        }
    }
}

impl ConversionChain {
    /// Converts the first value of `row`, of type `from`; `None` for a row that takes its prior value,
    /// of type `prior`, which is the second value. The constants of the prior conversion and the
    /// condition follow.
    ///
    /// # Errors
    ///
    /// Returns an error if the value does not fit.
    pub fn convert(
        &self,
        from: &Type,
        prior: Option<&Type>,
        row: &[Value],
    ) -> Result<Option<Value>, ConversionError> {
        let at = |i: usize| row.get(i).unwrap_or(&Value::Null);
        let current = at(0);
        if let Some(ty) = prior {
            let applies = match &self.computed_by {
                None => !self.has_condition && *at(1) != Value::Null,
                Some(by) => {
                    let computed = by.convert(ty, at(1), [at(2), at(3), at(4)]);
                    computed.is_some_and(|computed| is_same(&computed, current, from))
                }
            };
            if applies || (self.has_condition && row.last() == Some(&Value::Bool(true))) {
                return Ok(None);
            }
        }
        convert_along(current, from, &self.to).map(Some)
    }
}

impl PriorConversion {
    /// Returns what became of a prior value of type `ty`; `None` for one that did not fit, if that
    /// aborted the change: then the row was inserted since.
    fn convert(
        &self,
        ty: &Type,
        prior: &Value,
        [fallback, fill, placeholder]: [&Value; 3],
    ) -> Option<Value> {
        let computed = match (convert_along(prior, ty, &self.to), &self.on_fail) {
            (Ok(computed), _) => computed,
            // Rows inserted since have the default of the column.
            (Err(_), _) if prior == placeholder => Value::Null,
            (Err(_), OnFail::Abort) => return None,
            (Err(_), OnFail::Null) => Value::Null,
            (Err(_), OnFail::Default(_)) => fallback.clone(),
        };
        let filled = if computed == Value::Null {
            fill
        } else {
            &computed
        };
        Some(filled.clone())
    }
}

fn convert_along(value: &Value, from: &Type, to: &[Type]) -> Result<Value, ConversionError> {
    let mut from = from;
    to.iter().try_fold(value.clone(), |value, to| {
        let converted = convert(&value, from, to);
        from = to;
        converted
    })
}

impl PriorValues {
    /// Returns whether the present values were computed in Rust by a built-in conversion.
    fn is_computed_in_rust(&self) -> bool {
        let from = self.computed.column.as_ref();
        from.is_some_and(|(_, from)| uses_rust(from, &self.computed.stages))
    }

    /// Returns whether a condition in Cypher decides, alone or next to a conversion in Rust, which
    /// rows take their prior value.
    fn has_condition(&self, is_converted: bool) -> bool {
        !self.is_conflict_column && !self.by_function && (!is_converted || self.returned.is_some())
    }

    /// Returns the conversion of the prior values to the present ones, of type `to`, if it is a
    /// built-in one.
    fn conversion(&self, to: &Type) -> Option<PriorConversion> {
        let computed = &self.computed;
        let (_, from) = computed.column.as_ref()?;
        conversions(from, &computed.stages).filter(|_| !self.by_function)?;
        let on_fail = computed.on_fail().clone();
        let fallback = match &on_fail {
            OnFail::Default(expr) => Some(expr.canonical(to)),
            OnFail::Abort | OnFail::Null => None,
        };
        let fill = computed.fill.as_ref().map(|fill| fill.canonical(to));
        let constant = |text: Option<String>, ty: &Type| {
            text.map_or_else(|| "NULL".to_owned(), |text| transport_cypher(&text, ty))
        };
        Some(PriorConversion {
            to: computed
                .stages
                .iter()
                .map(|stage| stage.to.clone())
                .collect(),
            on_fail,
            constants: [
                constant(fallback, to),
                constant(fill, to),
                constant(self.default.clone(), from),
            ],
        })
    }

    /// Renders the prior value of the rows that have no converted value.
    pub(super) fn render_by_function(&self, row: &str, by: &ValueFunction, to: &Type) -> String {
        let then = self.computed.render_input(row);
        if self.is_conflict_column {
            return format!("coalesce({}, {then})", by.render(to));
        }
        by.render_or(&then, to)
    }
}

impl ValueSource {
    /// Renders a value after a sequence of type changes, where `from` is its type, if known.
    pub(super) fn render_stages<'a>(
        value: &str,
        stages: &'a [CastStage],
        from: Option<&'a Type>,
    ) -> String {
        let mut from = from;
        stages.iter().fold(value.to_owned(), |old, stage| {
            let is = from.replace(&stage.to);
            render_stage(&old, stage, is)
        })
    }
}

/// Renders the value `old` of type `from` after a type change.
fn render_stage(old: &str, stage: &CastStage, from: Option<&Type>) -> String {
    let to = &stage.to;
    if stage.is_plain() {
        return render_conversion(old, from, to);
    }
    match &stage.cast {
        // A struct of NULLs is not NULL.
        Some(cast @ Expr::Struct(_)) if cast.references_old() => {
            let members = wrapped(cast).render_with_old(old);
            format!("CASE WHEN {old} IS NULL THEN NULL ELSE CAST({members} AS {to}) END")
        }
        // The CAST fails where the value is NULL.
        Some(cast @ Expr::Call(name, _)) if name == "to_json" && *to == Type::Json => {
            wrapped(cast).render_with_old(old)
        }
        // The engine does not remove a redundant second CAST, and a million of them take time.
        Some(cast @ Expr::Cast(_, ty)) if ty == to => wrapped(cast).render_with_old(old),
        Some(cast) => format!("CAST({} AS {to})", wrapped(cast).render_with_old(old)),
        None => format!("CAST({old} AS {to})"),
    }
}

fn render_conversion(old: &str, from: Option<&Type>, to: &Type) -> String {
    let method = from.and_then(|from| from.conversion_to(to).method());
    let wraps = method == Some(ConversionMethod::WrappedCast);
    match (method, from, to) {
        (Some(ConversionMethod::Members), Some(Type::Struct(from)), Type::Struct(to)) => {
            members(old, from, to)
        }
        // The engine has no such cast, also where there are no values.
        (None, Some(_), _) => format!("CAST(NULL AS {to})"),
        // Where it reads NULL, the cast gives the value of another row.
        _ if wraps && *to == Type::Json => {
            format!(
                "CASE WHEN {old} IS NULL THEN NULL ELSE CAST(coalesce({old}, 'null') AS {to}) END"
            )
        }
        _ if wraps || (from.is_none() && is_shared_by_rows(to)) => {
            format!("CAST(coalesce({old}, NULL) AS {to})")
        }
        _ => format!("CAST({old} AS {to})"),
    }
}

/// Renders a struct of the converted members; a NULL struct has arbitrary members.
fn members(old: &str, from: &[StructField], to: &[StructField]) -> String {
    let member = |new: &StructField| {
        let name = string_literal(&new.name);
        let value = match from.iter().find(|member| member.name == new.name) {
            Some(member) if member.ty == new.ty => format!("struct_extract({old}, {name})"),
            Some(_) => format!("CAST(struct_extract({old}, {name}) AS {})", new.ty),
            None => format!("CAST(NULL AS {})", new.ty),
        };
        format!("{} := {value}", new.name)
    };
    let members: Vec<String> = to.iter().map(member).collect();
    format!(
        "CASE WHEN {old} IS NULL THEN NULL ELSE struct_pack({}) END",
        members.join(", ")
    )
}

/// Returns the expression without casts of `old` itself to types for which the engine would give
/// all rows the value of the first (bug B30).
fn wrapped(expr: &Expr) -> Expr {
    let all = |items: &[Expr]| items.iter().map(wrapped).collect();
    match expr {
        Expr::Cast(inner, ty) if **inner == Expr::Old && is_shared_by_rows(ty) => {
            let operand = Expr::Call("coalesce".into(), vec![Expr::Old, Expr::Old]);
            Expr::Cast(Box::new(operand), ty.clone())
        }
        Expr::Cast(inner, ty) => Expr::Cast(Box::new(wrapped(inner)), ty.clone()),
        Expr::Call(name, args) => Expr::Call(name.clone(), all(args)),
        Expr::List(items) => Expr::List(all(items)),
        Expr::Struct(fields) => Expr::Struct(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), wrapped(value)))
                .collect(),
        ),
        Expr::Negate(inner) => Expr::Negate(Box::new(wrapped(inner))),
        Expr::Binary(op, a, b) => Expr::Binary(*op, Box::new(wrapped(a)), Box::new(wrapped(b))),
        other => other.clone(),
    }
}

fn is_shared_by_rows(ty: &Type) -> bool {
    use Type as T;
    matches!(
        ty,
        T::Json | T::List(_) | T::Array(..) | T::Struct(_) | T::Map(..) | T::Union(_)
    )
}
