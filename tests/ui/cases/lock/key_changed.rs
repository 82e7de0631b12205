use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Locked {
    id: i64,
    mail: Option<String>,
    #[kuzu(primary_key)]
    age: i32,
}

fn main() {}
