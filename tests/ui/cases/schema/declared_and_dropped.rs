use kuzu_ddl::{KuzuNode, schema};

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() {
    let _ = schema![Person; dropped "person"];
}
