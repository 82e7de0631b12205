use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Doc {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(vector_index(alpha = 1.2345678))]
    v: [f32; 3],
}

fn main() {}
