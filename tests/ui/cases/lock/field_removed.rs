use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Locked {
    #[kuzu(primary_key)]
    id: i64,
    email: Option<String>,
    age: i32,
}

fn main() {}
