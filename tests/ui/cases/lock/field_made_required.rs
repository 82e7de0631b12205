use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Locked {
    #[kuzu(primary_key)]
    id: i64,
    mail: String,
    age: i32,
}

fn main() {}
