use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Doc {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(vector_index(pu = 0.3))]
    v: [f32; 3],
}

fn main() {}
