use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
union Person {
    id: i64,
}

fn main() {}
