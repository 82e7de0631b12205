kuzu_ddl::sequence!("order_no", min = 10, max = 9, start = 10);

fn main() {}
