use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(dropped("email"))]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    email: String,
}

fn main() {}
