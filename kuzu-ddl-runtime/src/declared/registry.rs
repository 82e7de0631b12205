//! The registry of all declared tables and sequences in a binary.
//!
//! Every derive and every declaring macro registers its description. The linker collects them in an
//! order that differs from build to build, so nothing here depends on order.

use super::desc::TableDesc;
use super::mistake::DeclareError;
use super::sequence::SequenceDesc;
use super::{Declared, collect};
use crate::schema::Schema;

/// A registration submitted by a derive or a macro.
#[derive(Debug)]
pub enum Registered {
    /// A table.
    Table(&'static TableDesc),
    /// The tombstone of a table.
    Dropped(Tombstone),
    /// A sequence.
    Sequence(SequenceDesc),
    /// The tombstone of a sequence.
    DroppedSequence(Tombstone),
}

/// All registrations of a binary.
#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) descs: Vec<&'static TableDesc>,
    pub(super) tombstones: Vec<Tombstone>,
    pub(super) sequences: Vec<SequenceDesc>,
    pub(super) dropped_sequences: Vec<Tombstone>,
}

/// Declares that a table or sequence was removed.
#[derive(Clone, Copy, Debug)]
pub struct Tombstone {
    /// The name of the removed object.
    pub name: &'static str,
    /// The file of the declaration.
    pub file: &'static str,
    /// The line of the declaration.
    pub line: u32,
}

inventory::collect!(Registered);

impl Schema {
    /// Returns the schema that this binary declares: all structs with `#[derive(KuzuNode)]` or
    /// `#[derive(KuzuEdge)]`, from all linked crates.
    ///
    /// A crate of which nothing is used may not be linked. Its tables are then not declared, which
    /// does not mean that they are dropped.
    ///
    /// # Errors
    ///
    /// Returns every issue that the compiler could not detect.
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

/// Declares that tables were removed, after their structs have been deleted. Use it where items are
/// allowed.
///
/// # Examples
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

/// Assembles a schema from the given structs, ignoring other declarations of the binary: for tests,
/// and for programs with several databases.
///
/// `sequences` takes the arguments of [`sequence!`](crate::sequence), and `dropped` the names of
/// removed tables.
///
/// # Examples
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
/// Evaluates to `Result<Declared, DeclareError>`. The compiler detects what does not depend on
/// running the program: two structs for one table, an edge whose endpoint is not listed, a
/// tombstone for a declared table. It cannot see types passed to a generic function: use
/// [`Declared::from_descs`] there.
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
