//! The published schema: 8 node tables and 23 rel tables.

use kuzu_ddl::{KuzuEdge, KuzuNode, schema};
use kuzu_ddl_core::declared::{DeclareError, Declared};

#[derive(KuzuNode)]
#[kuzu(rename_all = "camelCase")]
pub(crate) struct Comment {
    #[kuzu(primary_key)]
    pub id: i64,
    pub creation_date: i64,
    #[kuzu(name = "locationIP")]
    pub location_ip: String,
    pub browser_used: String,
    pub content: String,
    pub length: i32,
}

#[derive(KuzuNode)]
#[kuzu(rename_all = "camelCase")]
pub(crate) struct Forum {
    #[kuzu(primary_key)]
    pub id: i64,
    pub title: String,
    pub creation_date: i64,
}

#[derive(KuzuNode)]
pub(crate) struct Organisation {
    #[kuzu(primary_key)]
    pub id: i64,
    pub label: String,
    pub name: String,
    pub url: String,
}

#[derive(KuzuNode)]
#[kuzu(rename_all = "camelCase")]
pub(crate) struct Person {
    #[kuzu(primary_key)]
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub gender: String,
    pub birthday: i64,
    pub creation_date: i64,
    #[kuzu(name = "locationIP")]
    pub location_ip: String,
    pub browser_used: String,
}

#[derive(KuzuNode)]
pub(crate) struct Place {
    #[kuzu(primary_key)]
    pub id: i64,
    pub name: String,
    pub url: String,
    pub label: String,
}

#[derive(KuzuNode)]
#[kuzu(rename_all = "camelCase")]
pub(crate) struct Post {
    #[kuzu(primary_key)]
    pub id: i64,
    pub image_file: Option<String>,
    pub creation_date: i64,
    #[kuzu(name = "locationIP")]
    pub location_ip: String,
    pub browser_used: String,
    pub language: Option<String>,
    pub content: Option<String>,
    pub length: i32,
}

#[derive(KuzuNode)]
pub(crate) struct Tag {
    #[kuzu(primary_key)]
    pub id: i64,
    pub name: String,
    pub url: String,
}

#[derive(KuzuNode)]
pub(crate) struct TagClass {
    #[kuzu(primary_key)]
    pub id: i64,
    pub name: String,
    pub url: String,
}

#[derive(KuzuEdge)]
#[kuzu(name = "Comment_hasCreator", from = Comment, to = Person)]
pub(crate) struct CommentHasCreator {}

#[derive(KuzuEdge)]
#[kuzu(name = "Comment_hasTag", from = Comment, to = Tag)]
pub(crate) struct CommentHasTag {}

#[derive(KuzuEdge)]
#[kuzu(name = "Comment_isLocatedIn", from = Comment, to = Place, multiplicity = "many_one")]
pub(crate) struct CommentIsLocatedIn {}

#[derive(KuzuEdge)]
#[kuzu(name = "replyOf_Comment", from = Comment, to = Comment, multiplicity = "many_one")]
pub(crate) struct ReplyOfComment {}

#[derive(KuzuEdge)]
#[kuzu(name = "replyOf_Post", from = Comment, to = Post, multiplicity = "many_one")]
pub(crate) struct ReplyOfPost {}

#[derive(KuzuEdge)]
#[kuzu(name = "containerOf", from = Forum, to = Post, multiplicity = "one_many")]
pub(crate) struct ContainerOf {}

#[derive(KuzuEdge)]
#[kuzu(name = "hasMember", from = Forum, to = Person, rename_all = "camelCase")]
pub(crate) struct HasMember {
    pub join_date: i64,
}

#[derive(KuzuEdge)]
#[kuzu(name = "hasModerator", from = Forum, to = Person)]
pub(crate) struct HasModerator {}

#[derive(KuzuEdge)]
#[kuzu(name = "Forum_hasTag", from = Forum, to = Tag)]
pub(crate) struct ForumHasTag {}

#[derive(KuzuEdge)]
#[kuzu(name = "Organisation_isLocatedIn", from = Organisation, to = Place, multiplicity = "many_one")]
pub(crate) struct OrganisationIsLocatedIn {}

#[derive(KuzuEdge)]
#[kuzu(name = "hasInterest", from = Person, to = Tag)]
pub(crate) struct HasInterest {}

#[derive(KuzuEdge)]
#[kuzu(name = "Person_isLocatedIn", from = Person, to = Place, multiplicity = "many_one")]
pub(crate) struct PersonIsLocatedIn {}

#[derive(KuzuEdge)]
#[kuzu(name = "knows", from = Person, to = Person, rename_all = "camelCase")]
pub(crate) struct Knows {
    pub creation_date: i64,
}

#[derive(KuzuEdge)]
#[kuzu(name = "likes_Comment", from = Person, to = Comment, rename_all = "camelCase")]
pub(crate) struct LikesComment {
    pub creation_date: i64,
}

#[derive(KuzuEdge)]
#[kuzu(name = "likes_Post", from = Person, to = Post, rename_all = "camelCase")]
pub(crate) struct LikesPost {
    pub creation_date: i64,
}

#[derive(KuzuEdge)]
#[kuzu(name = "studyAt", from = Person, to = Organisation, multiplicity = "many_one", rename_all = "camelCase")]
pub(crate) struct StudyAt {
    pub class_year: i32,
}

#[derive(KuzuEdge)]
#[kuzu(name = "workAt", from = Person, to = Organisation, rename_all = "camelCase")]
pub(crate) struct WorkAt {
    pub work_from: i32,
}

#[derive(KuzuEdge)]
#[kuzu(name = "isPartOf", from = Place, to = Place, multiplicity = "many_one")]
pub(crate) struct IsPartOf {}

#[derive(KuzuEdge)]
#[kuzu(name = "Post_hasCreator", from = Post, to = Person, multiplicity = "many_one")]
pub(crate) struct PostHasCreator {}

#[derive(KuzuEdge)]
#[kuzu(name = "Post_hasTag", from = Post, to = Tag)]
pub(crate) struct PostHasTag {}

#[derive(KuzuEdge)]
#[kuzu(name = "Post_isLocatedIn", from = Post, to = Place, multiplicity = "many_one")]
pub(crate) struct PostIsLocatedIn {}

#[derive(KuzuEdge)]
#[kuzu(name = "hasType", from = Tag, to = TagClass, multiplicity = "many_one")]
pub(crate) struct HasType {}

#[derive(KuzuEdge)]
#[kuzu(name = "isSubclassOf", from = TagClass, to = TagClass, multiplicity = "many_one")]
pub(crate) struct IsSubclassOf {}

/// The whole schema.
#[rustfmt::skip]
pub(crate) fn schema() -> Result<Declared, DeclareError> {
    schema![
        Comment, Forum, Organisation, Person, Place, Post, Tag, TagClass,
        CommentHasCreator, CommentHasTag, CommentIsLocatedIn, ReplyOfComment, ReplyOfPost,
        ContainerOf, HasMember, HasModerator, ForumHasTag, OrganisationIsLocatedIn, HasInterest,
        PersonIsLocatedIn, Knows, LikesComment, LikesPost, StudyAt, WorkAt, IsPartOf,
        PostHasCreator, PostHasTag, PostIsLocatedIn, HasType, IsSubclassOf,
    ]
}
