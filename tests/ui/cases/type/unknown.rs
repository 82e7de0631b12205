use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(type = "STRNG")]
    email: String,
}

fn main() {}
