//! Versions 2 to 4. An application has one struct per table and edits it; here the versions are
//! next to each other.

use kuzu_ddl::schema;
use kuzu_ddl_core::declared::{DeclareError, Declared};

use super::v1;

/// Renames, new properties, comments.
pub(crate) mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    use super::v1::{Person as AnyPerson, Place as AnyPlace};

    /// Where people study and work.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "Organisation")]
    pub(crate) struct Organization {
        #[kuzu(primary_key)]
        pub id: i64,
        pub label: String,
        pub name: String,
        pub url: String,
    }

    /// A member of the network.
    #[derive(KuzuNode)]
    #[kuzu(rename_all = "camelCase")]
    pub(crate) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(renamed_from = "firstName")]
        pub given_name: String,
        #[kuzu(renamed_from = "lastName")]
        pub family_name: String,
        pub gender: String,
        /// As the digits yyyymmdd.
        pub birthday: i64,
        pub creation_date: i64,
        #[kuzu(name = "locationIP")]
        pub location_ip: String,
        pub browser_used: String,
        #[kuzu(default = "en")]
        pub language: String,
    }

    #[derive(KuzuNode)]
    pub(crate) struct Place {
        #[kuzu(primary_key)]
        pub id: i64,
        pub name: String,
        pub url: String,
        pub label: String,
        pub population: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(
        name = "Organization_isLocatedIn",
        renamed_from = "Organisation_isLocatedIn"
    )]
    #[kuzu(from = Organization, to = AnyPlace, multiplicity = "many_one")]
    pub(crate) struct OrganizationIsLocatedIn {}

    /// Friendship, in both directions.
    #[derive(KuzuEdge)]
    #[kuzu(name = "knows", from = AnyPerson, to = AnyPerson)]
    pub(crate) struct Knows {
        #[kuzu(renamed_from = "creationDate")]
        pub since: i64,
        #[kuzu(default = 1.0)]
        pub weight: f64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(name = "studyAt", from = AnyPerson, to = Organization)]
    #[kuzu(multiplicity = "many_one", rename_all = "camelCase")]
    pub(crate) struct StudyAt {
        pub class_year: i32,
    }

    #[derive(KuzuEdge)]
    #[kuzu(name = "workAt", from = AnyPerson, to = Organization, rename_all = "camelCase")]
    pub(crate) struct WorkAt {
        pub work_from: i32,
    }
}

/// A property and a rel table are dropped, and rels are added.
pub(crate) mod v3 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    use super::v1::{Tag, TagClass};
    use super::v2::Organization;

    /// A member of the network.
    #[derive(KuzuNode)]
    #[kuzu(rename_all = "camelCase", dropped("locationIP"))]
    pub(crate) struct Person {
        #[kuzu(primary_key)]
        pub id: i64,
        #[kuzu(renamed_from = "firstName")]
        pub given_name: String,
        #[kuzu(renamed_from = "lastName")]
        pub family_name: String,
        pub gender: String,
        /// As the digits yyyymmdd.
        pub birthday: i64,
        pub creation_date: i64,
        pub browser_used: String,
        #[kuzu(default = "en")]
        pub language: String,
    }

    /// What people want to read about.
    #[derive(KuzuEdge)]
    #[kuzu(name = "follows", from = Person, to = Tag, from = Person, to = Organization)]
    pub(crate) struct Follows {
        pub since: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(name = "hasType", multiplicity = "many_one")]
    #[kuzu(from = Tag, to = TagClass, from = Organization, to = TagClass)]
    pub(crate) struct HasType {}
}

#[rustfmt::skip]
pub(crate) fn v2() -> Result<Declared, DeclareError> {
    use v1::*;
    use v2::{Knows, Organization, OrganizationIsLocatedIn, Person, Place, StudyAt, WorkAt};
    schema![
        Comment, Forum, Organization, Person, Place, Post, Tag, TagClass,
        CommentHasCreator, CommentHasTag, CommentIsLocatedIn, ReplyOfComment, ReplyOfPost,
        ContainerOf, HasMember, HasModerator, ForumHasTag, OrganizationIsLocatedIn, HasInterest,
        PersonIsLocatedIn, Knows, LikesComment, LikesPost, StudyAt, WorkAt, IsPartOf,
        PostHasCreator, PostHasTag, PostIsLocatedIn, HasType, IsSubclassOf,
    ]
}

#[rustfmt::skip]
pub(crate) fn v3() -> Result<Declared, DeclareError> {
    use v1::*;
    use v2::{Knows, Organization, OrganizationIsLocatedIn, Place, StudyAt, WorkAt};
    use v3::{Follows, HasType, Person};
    schema![
        Comment, Forum, Organization, Person, Place, Post, Tag, TagClass,
        CommentHasCreator, CommentHasTag, CommentIsLocatedIn, ReplyOfComment, ReplyOfPost,
        ContainerOf, HasMember, HasModerator, ForumHasTag, OrganizationIsLocatedIn, Follows,
        PersonIsLocatedIn, Knows, LikesComment, LikesPost, StudyAt, WorkAt, IsPartOf,
        PostHasCreator, PostHasTag, PostIsLocatedIn, HasType, IsSubclassOf;
        dropped "hasInterest"
    ]
}

/// Declares again what version 3 dropped.
#[rustfmt::skip]
pub(crate) fn v4() -> Result<Declared, DeclareError> {
    use v1::*;
    use v2::{Knows, Organization, OrganizationIsLocatedIn, Person, Place, StudyAt, WorkAt};
    use v3::{Follows, HasType};
    schema![
        Comment, Forum, Organization, Person, Place, Post, Tag, TagClass,
        CommentHasCreator, CommentHasTag, CommentIsLocatedIn, ReplyOfComment, ReplyOfPost,
        ContainerOf, HasMember, HasModerator, ForumHasTag, OrganizationIsLocatedIn, Follows,
        HasInterest, PersonIsLocatedIn, Knows, LikesComment, LikesPost, StudyAt, WorkAt, IsPartOf,
        PostHasCreator, PostHasTag, PostIsLocatedIn, HasType, IsSubclassOf,
    ]
}
