use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person(i64, String);

fn main() {}
