use kuzu_ddl::{KuzuEdge, KuzuNode};

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

#[derive(KuzuEdge)]
#[kuzu(from = Person, to = Person, from = Person, to = Person)]
struct Knows;

fn main() {}
