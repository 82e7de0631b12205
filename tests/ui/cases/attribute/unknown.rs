use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key, rename = "key")]
    id: i64,
}

fn main() {}
