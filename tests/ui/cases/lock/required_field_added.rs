use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Locked {
    #[kuzu(primary_key)]
    id: i64,
    mail: Option<String>,
    age: i32,
    name: String,
}

fn main() {}
