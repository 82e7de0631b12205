use kuzu_ddl::KuzuEdge;

#[derive(KuzuEdge)]
struct Purchased {
    quantity: i64,
}

fn main() {}
