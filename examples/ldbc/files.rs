//! The rows: the files of a folder, or a small sample in the same format.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kuzu_ddl::kuzu::{Connection, Database};

use crate::Outcome;

/// Tables with their files, node tables first. Other tables of the schema stay empty.
const FILES: &[(&str, &[&str])] = &[
    ("Organisation", &["Organisation.csv"]),
    ("Person", &["Person.csv"]),
    ("Place", &["Place.csv"]),
    ("Tag", &["Tag.csv"]),
    ("TagClass", &["TagClass.csv"]),
    (
        "Organisation_isLocatedIn",
        &["Organisation_isLocatedIn_Place.csv"],
    ),
    ("hasInterest", &["Person_hasInterest_Tag.csv"]),
    ("Person_isLocatedIn", &["Person_isLocatedIn_Place.csv"]),
    (
        "knows",
        &["Person_knows_Person.csv", "Person_knows_Person_1.csv"],
    ),
    ("studyAt", &["Person_studyAt_Organisation.csv"]),
    ("workAt", &["Person_workAt_Organisation.csv"]),
    ("isPartOf", &["Place_isPartOf_Place.csv"]),
    ("hasType", &["Tag_hasType_TagClass.csv"]),
    ("isSubclassOf", &["TagClass_isSubclassOf_TagClass.csv"]),
];

/// Loads every file of the list.
pub(crate) fn load(db: &Database, folder: &Path) -> Outcome<()> {
    let connection = Connection::new(db)?;
    for (table, files) in FILES {
        for file in *files {
            let path = folder.join(file);
            if !path.is_file() {
                return Err(format!("{} does not exist", path.display()).into());
            }
            let path = path
                .to_string_lossy()
                .replace('\\', "\\\\")
                .replace('\'', "\\'");
            connection.query(&format!(
                "COPY `{table}` FROM '{path}' (HEADER=true, DELIM='|')"
            ))?;
        }
    }
    Ok(())
}

/// Writes a sample to `folder`: people, places and interests, with non-ASCII and quoted text.
pub(crate) fn sample(folder: &Path) -> Outcome<PathBuf> {
    for (_, files) in FILES {
        for file in *files {
            std::fs::write(folder.join(file), contents(file))?;
        }
    }
    Ok(folder.to_owned())
}

const PEOPLE: u64 = 120;
const PLACES: u64 = 12;
const TAGS: u64 = 40;
const CLASSES: u64 = 5;
const ORGANISATIONS: u64 = 9;

fn contents(file: &str) -> String {
    match file {
        "Organisation.csv" => lines(ORGANISATIONS, |i| {
            format!("{i}|Company|Zoë & Söhne Airlines {i}|http://o/{i}")
        }),
        "Person.csv" => lines(PEOPLE, |i| {
            format!(
                "{i}|Ada {i}|O'Neill 北|female|1989{:02}03|2010021415321{i:04}|10.0.0.{i}|Firefox",
                i % 12 + 1
            )
        }),
        "Place.csv" => lines(PLACES, |i| format!("{i}|Place {i}|http://p/{i}|City")),
        "Tag.csv" => lines(TAGS, |i| format!("{i}|Tag_{i}|http://t/{i}")),
        "TagClass.csv" => lines(CLASSES, |i| format!("{i}|Class {i}|http://c/{i}")),
        "Organisation_isLocatedIn_Place.csv" => {
            lines(ORGANISATIONS, |i| format!("{i}|{}", i % PLACES))
        }
        "Person_hasInterest_Tag.csv" => {
            lines(PEOPLE * 3, |i| format!("{}|{}", i % PEOPLE, (i * 7) % TAGS))
        }
        "Person_isLocatedIn_Place.csv" => lines(PEOPLE, |i| format!("{i}|{}", i % PLACES)),
        "Person_knows_Person.csv" => lines(PEOPLE, |i| {
            format!("{i}|{}|2010042212305{i:04}", (i + 1) % PEOPLE)
        }),
        "Person_knows_Person_1.csv" => lines(PEOPLE, |i| {
            format!("{i}|{}|2011102206362{i:04}", (i + 7) % PEOPLE)
        }),
        "Person_studyAt_Organisation.csv" => lines(PEOPLE / 2, |i| {
            format!("{}|{}|{}", i * 2, i % ORGANISATIONS, 2000 + i % 20)
        }),
        "Person_workAt_Organisation.csv" => lines(PEOPLE, |i| {
            format!("{i}|{}|{}", (i * 5) % ORGANISATIONS, 2005 + i % 10)
        }),
        "Place_isPartOf_Place.csv" => lines(PLACES - 1, |i| format!("{}|0", i + 1)),
        "Tag_hasType_TagClass.csv" => lines(TAGS, |i| format!("{i}|{}", i % CLASSES)),
        _ => lines(CLASSES - 1, |i| format!("{}|0", i + 1)),
    }
}

/// Rows below a header, which the loader skips, but whose columns it counts.
fn lines(n: u64, row: impl Fn(u64) -> String) -> String {
    let columns = row(0).matches('|').count();
    let mut text = format!("header{}\n", "|".repeat(columns));
    for i in 0..n {
        let _ = writeln!(text, "{}", row(i));
    }
    text
}
