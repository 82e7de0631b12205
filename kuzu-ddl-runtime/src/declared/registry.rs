//! The tables and sequences of a binary: every derive and every macro that says something of them submits
//! its description.
//!
//! The linker brings them together, in an order that differs from build to build, so nothing here
//! depends on order.

use super::desc::TableDesc;
use super::mistake::DeclareError;
use super::sequence::SequenceDesc;
use super::{Declared, collect};
use crate::schema::Schema;

/// What a derive or a macro submits.
#[derive(Debug)]
pub enum Registered {
    /// A table.
    Table(&'static TableDesc),
    /// A table that is gone.
    Dropped(Tombstone),
    /// A sequence.
    Sequence(SequenceDesc),
    /// A sequence that is gone.
    DroppedSequence(Tombstone),
}

/// All that was submitted.
#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) descs: Vec<&'static TableDesc>,
    pub(super) tombstones: Vec<Tombstone>,
    pub(super) sequences: Vec<SequenceDesc>,
    pub(super) dropped_sequences: Vec<Tombstone>,
}

/// The name of something that is gone.
#[derive(Clone, Copy, Debug)]
pub struct Tombstone {
    /// Its name.
    pub name: &'static str,
    /// The file that says so.
    pub file: &'static str,
    /// The line that says so.
    pub line: u32,
}

inventory::collect!(Registered);

impl Schema {
    /// The schema that this binary declares: all structs with `#[derive(KuzuNode)]` or
    /// `#[derive(KuzuEdge)]` in it, of all crates that are linked. A crate of which nothing is used
    /// may not be linked; its tables are then not declared, which is not to say that they are dropped.
    ///
    /// # Errors
    /// All mistakes that the compiler could not find.
    pub fn compiled() -> Result<Declared, DeclareError> {
        let mut registry = Registry::default();
        for registered in inventory::iter::<Registered> {
            match registered {
                Registered::Table(desc) => registry.descs.push(*desc),
                Registered::Dropped(tombstone) => registry.tombstones.push(*tombstone),
                Registered::Sequence(desc) => registry.sequences.push(*desc),
                Registered::DroppedSequence(gone) => registry.dropped_sequences.push(*gone),
            }
        }
        collect::collect(registry)
    }
}

/// Says that a table is gone, though its struct is no longer there to say so. Stands where items
/// stand.
///
/// ```
/// # use kuzu_ddl_runtime as kuzu_ddl;
/// kuzu_ddl::dropped_table!("Customer");
/// ```
#[macro_export]
macro_rules! dropped_table {
    ($($name:literal),+ $(,)?) => {
        $(const _: () = {
            $crate::__private::check::table_name($name);
            $crate::__private::inventory::submit! {
                $crate::__private::Registered::Dropped($crate::__private::Tombstone {
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
/// # use kuzu_ddl_runtime as kuzu_ddl;
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
        const __TABLES: &[&$crate::declared::desc::TableDesc] =
            &[$(<$table as $crate::__private::KuzuTable>::DESC),*];
        const __SEQUENCES: &[$crate::__private::SequenceDesc] =
            &[$($($crate::__sequence!($($sequence)*)),*)?];
        const __DROPPED: &[$crate::__private::Tombstone] =
            &[$($($crate::__private::Tombstone {
                name: $name,
                file: $crate::__private::file!(),
                line: $crate::__private::line!(),
            }),*)?];
        const _: () = $crate::__private::check::schema(__TABLES, __DROPPED);
        $crate::declared::Declared::from_parts(__TABLES, __SEQUENCES, __DROPPED)
    }};
}
