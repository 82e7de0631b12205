kuzu_ddl::sequence!("order_no", start = 5, step = 2);

fn main() {}
