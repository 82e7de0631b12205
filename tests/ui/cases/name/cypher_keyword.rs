#![deny(deprecated)]

use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Task {
    #[kuzu(primary_key)]
    id: i64,
    order: i64,
    #[kuzu(allow_reserved)]
    when: i64,
}

#[derive(KuzuNode)]
struct Group {
    #[kuzu(primary_key)]
    id: i64,
}

#[derive(KuzuNode)]
#[kuzu(allow_reserved)]
struct Order {
    #[kuzu(primary_key)]
    id: i64,
    r#in: i64,
}

fn main() {}
