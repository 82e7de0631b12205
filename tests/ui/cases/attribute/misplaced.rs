use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(primary_key = "id")]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() {}
