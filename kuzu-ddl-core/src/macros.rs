//! Macros that declare schemas, sequences and tombstones.

/// Declares that tables were removed, after their structs have been deleted. Use it where items are
/// allowed.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// kuzu_ddl::dropped_table!("Customer");
/// ```
#[macro_export]
macro_rules! dropped_table {
    ($($name:literal),+ $(,)?) => {
        $(const _: () = {
            $crate::__private::const_checks::table_name($name);
            $crate::__private::inventory::submit! {
                $crate::__private::Registration::Dropped($crate::__private::Tombstone {
                    name: $name,
                    file: $crate::__private::file!(),
                    line: $crate::__private::line!(),
                })
            }
        };)+
    };
}

/// Assembles a schema from the given structs, ignoring other declarations of the binary: for tests,
/// and for programs with several databases.
///
/// `sequences` takes the arguments of [`sequence!`](crate::sequence), and `dropped` the names of
/// removed tables.
///
/// Evaluates to `Result<Declared, DeclareError>`. The compiler detects what does not depend on
/// running the program: two structs for one table, an edge whose endpoint is not listed, a
/// tombstone for a declared table. It cannot see types passed to a generic function: use
/// [`Declared::from_tables`] there.
///
/// # Errors
///
/// Returns every issue that only the assembled schema shows, such as a rename hint that names a
/// declared table.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let nothing = kuzu_ddl::schema![]?;
/// let removed = kuzu_ddl::schema![; dropped "Customer", "Order"]?;
/// assert_eq!(nothing.schema, removed.schema);
/// assert_eq!(removed.dropped_tables.len(), 2);
/// let sequences = kuzu_ddl::schema![; sequences ("order_no", start = 100), ("invoice_no")]?;
/// assert_eq!(sequences.schema.sequences.len(), 2);
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
///
/// [`Declared::from_tables`]: crate::declared::Declared::from_tables
#[macro_export]
macro_rules! schema {
    (
        $($table:ty),* $(,)?
        $(; sequences $(($($sequence:tt)*)),* $(,)?)?
        $(; dropped $($name:literal),* $(,)?)?
    ) => {{
        const __TABLES: &[&$crate::__private::TableDesc] =
            &[$(<$table as $crate::__private::KuzuTable>::DESC),*];
        const __SEQUENCES: &[$crate::__private::SequenceDesc] =
            &[$($($crate::__sequence!($($sequence)*)),*)?];
        const __DROPPED: &[$crate::__private::Tombstone] =
            &[$($($crate::__private::Tombstone {
                name: $name,
                file: $crate::__private::file!(),
                line: $crate::__private::line!(),
            }),*)?];
        const _: () = $crate::__private::const_checks::schema(__TABLES, __DROPPED);
        $crate::__private::Declared::from_parts(__TABLES, __SEQUENCES, __DROPPED)
    }};
}

/// Declares a sequence, which properties use with `#[kuzu(default_expr = "nextval('name')")]`. Use
/// it where items are allowed.
///
/// The sequence is created before the tables that use it. `start` only matters at that time, and a
/// sequence that is no longer declared is kept: to remove it, use
/// [`dropped_sequence!`](crate::dropped_sequence). The increment, the bounds and `cycle` cannot
/// change, because Kùzu has no `ALTER SEQUENCE`.
///
/// Without `min` and `max` the sequence counts up from 1 to the largest `INT64`, or down from -1 to
/// the smallest; a `start` beyond these moves the bound.
///
/// # Examples
///
/// ```standalone_crate
/// # use kuzu_ddl_core as kuzu_ddl;
/// kuzu_ddl::sequence!("order_no");                                  // 1, 2, 3, …
/// kuzu_ddl::sequence!("invoice_no", start = 1000, increment = 10);
/// kuzu_ddl::sequence!("shelf", min = 0, max = 9, cycle);            // 0, 1, …, 9, 0, …
/// kuzu_ddl::sequence!("countdown", increment = -1, start = 100);
/// kuzu_ddl::dropped_sequence!("ticket");
///
/// let declared = kuzu_ddl::schema::Schema::compiled()?;
/// assert_eq!(declared.schema.sequences.len(), 4);
/// assert_eq!(declared.dropped_sequences.len(), 1);
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[macro_export]
macro_rules! sequence {
    ($name:literal $($options:tt)*) => {
        const _: () = {
            const DESC: $crate::__private::SequenceDesc =
                $crate::__sequence!($name $($options)*);
            $crate::__private::inventory::submit! {
                $crate::__private::Registration::Sequence(DESC)
            }
        };
    };
}

/// Declares that sequences were removed, together with their current values. Use it where items are
/// allowed.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// kuzu_ddl::dropped_sequence!("order_no");
/// ```
#[macro_export]
macro_rules! dropped_sequence {
    ($($name:literal),+ $(,)?) => {
        $(const _: () = {
            $crate::__private::const_checks::table_name($name);
            $crate::__private::inventory::submit! {
                $crate::__private::Registration::DroppedSequence($crate::__private::Tombstone {
                    name: $name,
                    file: $crate::__private::file!(),
                    line: $crate::__private::line!(),
                })
            }
        };)+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __sequence {
    ($name:literal $(, $($options:tt)*)?) => {
        $crate::__sequence!(
            @$crate::__private::SequenceDesc::new(
                $name,
                $crate::__private::file!(),
                $crate::__private::line!(),
            ); $($($options)*)?
        )
    };
    (@$desc:expr;) => { $desc.checked() };
    (@$desc:expr; start = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.start($value); $($($more)*)?)
    };
    (@$desc:expr; increment = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.increment($value); $($($more)*)?)
    };
    (@$desc:expr; min = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.min($value); $($($more)*)?)
    };
    (@$desc:expr; max = $value:expr $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.max($value); $($($more)*)?)
    };
    (@$desc:expr; cycle $(, $($more:tt)*)?) => {
        $crate::__sequence!(@$desc.cycle(); $($($more)*)?)
    };
    (@$desc:expr; $other:tt $($more:tt)*) => {
        $crate::__private::compile_error!($crate::__private::concat!(
            "invalid option `",
            $crate::__private::stringify!($other),
            "` of a sequence\nexpected one of: `start = …`, `increment = …`, `min = …`, `max = …`, `cycle`"
        ))
    };
}
