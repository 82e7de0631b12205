use kuzu_ddl::{KuzuNode, KuzuType};

#[derive(KuzuType)]
struct Id(#[kuzu(type = "BIGINT")] i64);

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: Id,
    #[kuzu(default = -1)]
    parent: Option<Id>,
}

fn main() {}
