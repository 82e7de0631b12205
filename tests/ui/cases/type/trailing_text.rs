use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(type = "INT64 NOT NULL")]
    age: i64,
}

fn main() {}
