//! An application with a lock file: migrates its database, then runs the Cypher statements in its
//! arguments and prints the rows.

mod schema;

use kuzu_ddl::kuzu::{Connection, Database, SystemConfig};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = SystemConfig::default().max_db_size(1 << 34).buffer_pool_size(64 << 20);
    let mut arguments = std::env::args().skip(1);
    let db = Database::new(arguments.next().ok_or("expected the path of the database")?, config)?;
    println!("{}", kuzu_ddl::migrate(&db)?);
    let connection = Connection::new(&db)?;
    for query in arguments {
        for row in connection.query(&query)? {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            println!("row: {}", cells.join("|"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn schema_lock() {
        kuzu_ddl::verify_lock_file!();
    }

    #[test]
    fn schema() {
        kuzu_ddl::check().unwrap();
    }

    kuzu_ddl::upgrade_tests!();
}
