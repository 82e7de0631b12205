use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(renamed_from = "mail")]
    email: String,
    #[kuzu(renamed_from = "mail")]
    address: String,
}

fn main() {}
