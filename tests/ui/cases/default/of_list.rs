use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(default = [1, 300])]
    levels: Vec<u8>,
}

fn main() {}
