use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(dropped("mail"))]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(renamed_from = "mail")]
    email: String,
}

fn main() {}
