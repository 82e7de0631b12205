use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    mail: String,
    #[kuzu(renamed_from = "mail")]
    email: String,
}

fn main() {}
