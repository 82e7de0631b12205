use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Locked {
    #[kuzu(primary_key)]
    id: i64,
    age: i32,
    mail: kuzu_ddl::types::Serial,
}

fn main() {}
