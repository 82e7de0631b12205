use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    name: String,
}

fn main() {}
