use kuzu_ddl::{KuzuNode, schema};

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

#[derive(KuzuNode)]
#[kuzu(name = "PERSON")]
struct Human {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() {
    let _ = schema![Person, Human];
}
