use kuzu_ddl::{KuzuEdge, KuzuNode};

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

struct Product;

#[derive(KuzuEdge)]
#[kuzu(from = Person, to = Product)]
struct Purchased;

fn main() {}
