kuzu_ddl::sequence!("order_no", start = 5, min = 10);

fn main() {}
