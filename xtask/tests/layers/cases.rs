//! Each rule on small crates: it must find the violation, and nothing else.

use crate::crate_tree::CrateTree;
use crate::rules::{MAX_FILES, MAX_LINES, circles, later_imports, oversized};
use crate::sources::Sources;

fn tree(files: &[(&str, &str)]) -> CrateTree {
    CrateTree::load(&Sources::from_texts(files.iter().copied()), "src/lib.rs")
}

/// The modules `a` and `b`, in this order.
fn two(a: &str, b: &str) -> CrateTree {
    let root = "pub mod a; mod b; pub use b::Reexported;";
    tree(&[("src/lib.rs", root), ("src/a.rs", a), ("src/b.rs", b)])
}

/// The module `a` with the children `x` and `y`.
fn nested(a: &str, x: &str, y: &str) -> CrateTree {
    tree(&[
        ("src/lib.rs", "mod a;"),
        ("src/a/mod.rs", &format!("mod x; mod y; {a}")),
        ("src/a/x.rs", x),
        ("src/a/y.rs", y),
    ])
}

#[test]
fn imports_of_later_modules_are_found() {
    let b = "pub struct Item; pub struct Reexported;";
    for a in [
        "use crate::b::Item;",
        "use crate::{b::Item};",
        "use crate::b::{self as other};",
        "use crate::{\n    b::{Item as Other},\n};",
        "use super::b::Item;",
        "use crate::b::*;",
        "pub use crate::b::Item;",
        "pub(crate) use crate::b;",
        "use crate::b; fn f() { b::f() }",
        "fn f() { crate::b::Item }",
        "fn f(item: super::b::Item) {}",
        "fn f() { use crate::b::Item; }",
        "macro_rules! m { () => { crate::b::Item } }",
        "impl crate::b::Trait for X {}",
        "mod inner { use super::super::b::Item; }",
        "#[cfg(not(test))] use crate::b::Item;",
        "#[cfg(any(test, feature = \"x\"))] use crate::b::Item;",
        "use crate::Reexported;",
        "fn f() -> crate::Reexported {}",
    ] {
        assert!(!later_imports(&two(a, b)).is_empty(), "{a}");
        assert!(circles(&two(a, b)).is_empty(), "{a}");
    }
    let found = later_imports(&two("use crate::b::Item;", b));
    assert_eq!(
        found,
        ["src/a.rs imports crate::b::Item, which is not above it"]
    );
}

#[test]
fn items_of_the_root_are_found() {
    let files = [
        ("src/lib.rs", "mod a; fn f() {}"),
        ("src/a.rs", "use crate::f;"),
    ];
    let found = later_imports(&tree(&files));
    assert_eq!(found, ["src/a.rs imports crate::f, which is not above it"]);
}

#[test]
fn other_imports_are_allowed() {
    let b = "use crate::a::Item; use super::a; fn f() { crate::a::g(); a::g() }";
    for a in [
        "pub struct Item;",
        "// use crate::b::Item;\n/// See [`crate::b::Item`].\nfn f() { \"crate::b::Item\"; }",
        "use std::b::Item; use b::Item; use ::b::Item; fn f() { x::crate_b::f(); self.b() }",
        "pub(super) struct A; pub(in crate::b) struct B;",
        "#[cfg(test)] mod tests { use crate::b::Item; }",
        "#[cfg(test)]\nuse crate::b::{Item, Other};",
        "#[cfg(all(test, feature = \"x\"))] fn f() { crate::b::f() }",
        "#[test] fn f() { crate::b::f() }",
        "macro_rules! m { () => { $crate::b::Item } }",
        "mod inner { fn f() {} } fn g() { inner::f(); self::inner::f() }",
    ] {
        assert_eq!(later_imports(&two(a, b)), [""; 0], "{a}");
        assert_eq!(circles(&two(a, b)), [""; 0], "{a}");
    }
    let a = "#[cfg(test)] use crate::b::{A, B}; use crate::b::f;";
    assert_eq!(later_imports(&two(a, b)).len(), 1);
}

#[test]
fn test_modules_are_exempt() {
    let files = [
        ("src/lib.rs", "mod a; #[cfg(test)] mod fixture; mod b;"),
        ("src/a.rs", "#[cfg(test)] mod tests; pub struct Item;"),
        ("src/a/tests.rs", "use crate::b::Item; use super::*;"),
        ("src/fixture.rs", "use crate::b::Item;"),
        ("src/b.rs", "use crate::a::Item;"),
    ];
    assert_eq!(later_imports(&tree(&files)), [""; 0]);
    assert_eq!(circles(&tree(&files)), [""; 0]);
}

#[test]
fn circles_between_files_are_found() {
    let x = "use super::y::Y; pub struct X;";
    for y in [
        "use super::x::X; pub struct Y;",
        "use super::{x::X}; pub struct Y;",
        "use crate::a::x; pub struct Y; fn f() { x::f() }",
        "use super::x as other; pub struct Y; fn f() { other::f() }",
        "pub struct Y(super::x::X);",
        "use super::x::*; pub struct Y;",
        "pub use super::x::X; pub struct Y;",
        "use super::X; pub struct Y;",
        "fn f() { super::X } pub struct Y;",
    ] {
        for parent in ["pub use x::X;", "pub use x::*;", "use self::x::X;"] {
            let found = circles(&nested(parent, x, y));
            assert_eq!(found.len(), 1, "{parent} {y}");
        }
    }
    let found = circles(&nested("", x, "use super::x::X; pub struct Y;"));
    let expected = "a circle:\n  src/a/x.rs imports super::y::Y (src/a/y.rs)\n  \
                    src/a/y.rs imports super::x::X (src/a/x.rs)";
    assert_eq!(found, [expected]);
}

#[test]
fn circles_through_several_files_are_found() {
    let files = [
        ("src/lib.rs", "mod a; mod b; mod c; mod d;"),
        ("src/a.rs", "use crate::b::B; pub struct A;"),
        ("src/b.rs", "use crate::c::C; pub struct B;"),
        ("src/c.rs", "use crate::a::A; pub struct C;"),
        ("src/d.rs", "use crate::a::A;"),
    ];
    let found = circles(&tree(&files));
    assert_eq!(found.len(), 1);
    assert!(!found[0].contains("d.rs"), "{}", found[0]);
}

#[test]
fn a_module_that_uses_its_children_is_no_item_of_theirs() {
    let child = "use super::Item;";
    for parent in [
        "pub struct Item; use x::f;",
        "pub struct Item; fn g() { x::f() }",
        "pub struct Item; fn g() { self::x::f() }",
        "pub struct Item; pub use x::f; fn g() { f() }",
    ] {
        assert_eq!(circles(&nested(parent, child, "")).len(), 1, "{parent}");
    }
}

#[test]
fn reexports_are_followed_to_the_definition() {
    let y = "pub struct Item;";
    for parent in [
        "pub use y::Item; pub use x::f;",
        "pub(crate) use self::y::Item; pub use x::{f, g};",
        "pub use y::*; pub use x::f;",
        "use y::Item; pub use x::f;",
        "use y as other; pub use other::Item; pub use x::f;",
        "pub use y::Item; pub use x::f; trait T { fn f(); }",
    ] {
        let tree = nested(parent, "use super::Item;", y);
        assert_eq!(circles(&tree), [""; 0], "{parent}");
    }
    // The other direction shows that the definition, not the module, is the target.
    let y = "use super::f; pub struct Item;";
    let tree = nested(
        "pub use y::Item; pub use x::f;",
        "use super::Item; fn f() {}",
        y,
    );
    assert_eq!(circles(&tree).len(), 1);
}

#[test]
fn long_files_and_full_folders_are_found() {
    let lines = |n| "\n".repeat(n);
    let sources = |text: &str, files: usize| {
        let names: Vec<String> = (0..files).map(|n| format!("tests/{n}.rs")).collect();
        let files = names.iter().map(|name| (&name[..], ""));
        Sources::from_texts(files.chain([("src/lib.rs", text)]))
    };
    let found = oversized(&sources(&lines(MAX_LINES), MAX_FILES));
    assert_eq!(found, [""; 0]);
    let found = oversized(&sources(&lines(MAX_LINES + 1), MAX_FILES + 1));
    assert_eq!(
        found,
        ["src/lib.rs has 501 lines", "tests contains 21 files"]
    );
}

#[test]
fn crates_are_found() {
    let sources = Sources::from_texts([
        ("src/lib.rs", ""),
        ("x/src/main.rs", ""),
        ("x/src/y/main.rs", ""),
        ("tests/suite/main.rs", ""),
    ]);
    assert_eq!(sources.crate_roots(), ["src/lib.rs", "x/src/main.rs"]);
}
