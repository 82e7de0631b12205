use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
enum Person {
    Natural,
    Legal,
}

fn main() {}
