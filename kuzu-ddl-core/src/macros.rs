//! Macros by which source declares tables, sequences and tombstones.

/// Says that a table is gone, though its struct is no longer there to say so. Stands where items
/// stand.
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

/// A schema of the given structs, whatever else the binary declares: for tests, and for a program
/// with several databases. What follows `sequences` is what stands in a [`sequence!`](crate::sequence), what
/// follows `dropped` are names of tables that are gone.
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let nothing = kuzu_ddl::schema![]?;
/// let gone = kuzu_ddl::schema![; dropped "Customer", "Order"]?;
/// assert_eq!(nothing.schema, gone.schema);
/// assert_eq!(gone.dropped_tables.len(), 2);
/// let counting = kuzu_ddl::schema![; sequences ("order_no", start = 100), ("invoice_no")]?;
/// assert_eq!(counting.schema.sequences.len(), 2);
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
///
/// Evaluates to `Result<Declared, DeclareError>`. What can be known without running the program, the compiler
/// finds: two structs of one table, an edge whose endpoint is not in the list, a tombstone for what is there.
/// Types that a generic function was given are not known to it: use [`Declared::from_descs`] there.
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

/// Declares a sequence, by which properties count with `#[kuzu(default_expr = "nextval('name')")]`. Stands
/// where items stand.
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
///
/// It is made before the tables that count by it, and counts on for ever: where it starts counts only when
/// it is made, and one that is no longer declared is kept. To drop it, say
/// [`dropped_sequence!`](crate::dropped_sequence). The step, the bounds and `cycle` cannot be changed: Kùzu
/// has no ALTER SEQUENCE. Without `min` and `max` it counts up from 1 to the largest `INT64`, or down from
/// -1 to the smallest; a `start` beyond moves that bound.
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

/// Says that a sequence is gone, with the place it had come to. Stands where items stand.
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
            "a sequence has the options `start = …`, `increment = …`, `min = …`, `max = …` and `cycle`, and no `",
            $crate::__private::stringify!($other),
            "` like this"
        ))
    };
}
