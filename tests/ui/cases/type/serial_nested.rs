use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    numbers: Vec<kuzu_ddl::types::Serial>,
}

fn main() {}
