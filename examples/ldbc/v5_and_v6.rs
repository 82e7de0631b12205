//! Version 5 changes types, a key and a multiplicity, and adds an index; version 6 adds another.

use kuzu_ddl::kuzu::{Connection, Database};
use kuzu_ddl::schema;
use kuzu_ddl_core::declared::{DeclareError, Declared};

use super::{Outcome, v1, v2_to_v4};

/// Other types, another key, another multiplicity, a full-text index.
mod v5 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    use super::v1::Person as AnyPerson;

    /// Where people study and work.
    #[derive(KuzuNode)]
    pub(crate) struct Organization {
        #[kuzu(primary_key)]
        pub id: i64,
        pub label: String,
        #[kuzu(fts_index)]
        pub name: String,
        pub url: String,
    }

    /// A member of the network.
    #[derive(KuzuNode)]
    #[kuzu(rename_all = "camelCase")]
    pub(crate) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub given_name: String,
        pub family_name: String,
        pub gender: String,
        #[kuzu(cast = "make_date(old / 10000, old / 100 % 100, old % 100)")]
        pub birthday: time::Date,
        pub creation_date: i64,
        #[kuzu(name = "locationIP")]
        pub location_ip: String,
        pub browser_used: String,
        #[kuzu(default = "en")]
        pub language: String,
        /// The birthday as a point on the circle of the year.
        pub season: Option<[f32; 2]>,
    }

    #[derive(KuzuNode)]
    pub(crate) struct Tag {
        pub id: i64,
        pub name: String,
        #[kuzu(primary_key)]
        pub url: String,
    }

    /// A person may study at several places.
    #[derive(KuzuEdge)]
    #[kuzu(name = "studyAt", from = AnyPerson, to = Organization, rename_all = "camelCase")]
    pub(crate) struct StudyAt {
        pub class_year: i64,
    }
}

/// A vector index.
mod v6 {
    use kuzu_ddl::KuzuNode;

    /// A member of the network.
    #[derive(KuzuNode)]
    #[kuzu(rename_all = "camelCase")]
    pub(crate) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        pub given_name: String,
        pub family_name: String,
        pub gender: String,
        #[kuzu(cast = "make_date(old / 10000, old / 100 % 100, old % 100)")]
        pub birthday: time::Date,
        pub creation_date: i64,
        #[kuzu(name = "locationIP")]
        pub location_ip: String,
        pub browser_used: String,
        #[kuzu(default = "en")]
        pub language: String,
        /// The birthday as a point on the circle of the year.
        #[kuzu(vector_index(metric = "l2"))]
        pub season: Option<[f32; 2]>,
    }
}

/// The schema with one of the two structs for people.
macro_rules! latest {
    ($person:ident) => {{
        use v1::*;
        use v2_to_v4::v2::{Knows, OrganizationIsLocatedIn, Place, WorkAt};
        use v2_to_v4::v3::{Follows, HasType};
        use v5::{Organization, StudyAt, Tag};
        use $person::Person;
        schema![
            Comment,
            Forum,
            Organization,
            Person,
            Place,
            Post,
            Tag,
            TagClass,
            CommentHasCreator,
            CommentHasTag,
            CommentIsLocatedIn,
            ReplyOfComment,
            ReplyOfPost,
            ContainerOf,
            HasMember,
            HasModerator,
            ForumHasTag,
            OrganizationIsLocatedIn,
            Follows,
            HasInterest,
            PersonIsLocatedIn,
            Knows,
            LikesComment,
            LikesPost,
            StudyAt,
            WorkAt,
            IsPartOf,
            PostHasCreator,
            PostHasTag,
            PostIsLocatedIn,
            HasType,
            IsSubclassOf,
        ]
    }};
}

pub(crate) fn v5() -> Result<Declared, DeclareError> {
    latest!(v5)
}

pub(crate) fn v6() -> Result<Declared, DeclareError> {
    latest!(v6)
}

/// Queries the objects of version 5, and stores the season of every person.
pub(crate) fn use_v5(db: &Database) -> Outcome<()> {
    let connection = Connection::new(db)?;
    let found = "CALL QUERY_FTS_INDEX('Organization', 'name_fts', 'airline') RETURN node.name, score \
                 ORDER BY score DESC, node.id";
    show(&connection, "organizations by the word `airline`", found)?;
    let born = "MATCH (p:Person) RETURN CAST(min(p.birthday) AS STRING) + ' to ' + CAST(max(p.birthday) AS STRING)";
    show(&connection, "birthdays as dates", born)?;
    let angle = "2 * pi() * (date_part('month', p.birthday) - 1 + date_part('day', p.birthday) / 31.0) / 12";
    connection.query(&format!(
        "MATCH (p:Person) SET p.season = CAST([cos({angle}), sin({angle})] AS FLOAT[2])"
    ))?;
    Ok(())
}

/// Queries the vector index for the birthdays nearest to the turn of the year.
pub(crate) fn use_v6(db: &Database) -> Outcome<()> {
    let nearest = "CALL QUERY_VECTOR_INDEX('Person', 'season_vec', CAST([1.0, 0.0] AS FLOAT[2]), 6) \
                   RETURN node.givenName, node.birthday ORDER BY distance, node.id";
    show(
        &Connection::new(db)?,
        "born at the turn of the year",
        nearest,
    )
}

/// Prints the number of rows of a query, and some of them.
///
/// # Errors
/// The query has no rows.
fn show(connection: &Connection<'_>, what: &str, query: &str) -> Outcome<()> {
    let row = |row: Vec<kuzu_ddl::kuzu::Value>| {
        let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
        cells.join(" ")
    };
    let rows: Vec<String> = connection.query(query)?.map(row).collect();
    if rows.is_empty() {
        return Err(format!("no rows: {what}").into());
    }
    let some = rows[..rows.len().min(3)].join(", ");
    println!("  {what}: {} found, such as {some}", rows.len());
    Ok(())
}
