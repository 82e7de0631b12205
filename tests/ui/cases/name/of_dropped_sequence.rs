kuzu_ddl::dropped_sequence!("shop.order_no");

fn main() {}
