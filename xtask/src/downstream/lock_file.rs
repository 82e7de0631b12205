//! An application with a lock file. Each change that could lose data is a compile error; the
//! attribute that the error proposes is pasted; then the application compiles, and the migration
//! does what the error announced.

use std::fs;
use std::process::Command;

use super::project::Project;
use crate::process::{self, Outcome, Result};
use crate::workspace;

const LOCK: &str = "kuzu-schema.lock";
const SCHEMA: &str = "src/schema.rs";

const FIRST_SCHEMA: &str = "\
use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
pub struct Person {
    #[kuzu(primary_key)]
    id: i64,
    name: String,
    score: i64,
    fax: Option<String>,
}

#[derive(KuzuNode)]
pub struct Shop {
    #[kuzu(primary_key)]
    name: String,
}
";

pub(super) fn run() -> Result {
    let project = Project::new("kuzu-ddl-locked", "lock_file.rs")?;
    // The workspace's versions, so that nothing is compiled again in the shared directory.
    fs::copy(
        workspace::root()?.join("Cargo.lock"),
        project.path("Cargo.lock"),
    )?;
    fs::create_dir(project.path("locks"))?;
    fs::write(project.path(SCHEMA), FIRST_SCHEMA)?;
    let application = Application { project };
    for (title, step) in STEPS {
        println!("--- {title}");
        step(&application).map_err(|e| format!("{title}: {e}"))?;
    }
    Ok(())
}

type Step = fn(&Application) -> Result;

const STEPS: &[(&str, Step)] = &[
    ("the first lock file", first_lock_file),
    ("a field is removed", removed_field),
    ("a field is renamed", renamed_field),
    ("a type is narrowed", narrowed_type),
    ("a required field is added", required_field),
    ("only the lock file changes", changed_lock_file),
    ("a struct is removed", removed_struct),
    ("rows of the first version are upgraded", upgrade),
];

fn first_lock_file(app: &Application) -> Result {
    let missing = ["lock file not found", "KUZU_DDL_LOCK=overwrite cargo test"];
    app.fails(app.lock_test()?, &missing)?;
    if app.project.path(LOCK).exists() {
        return Err("the lock file was written without a request".into());
    }
    app.overwrite_lock()?;
    println!("{}", app.read(LOCK)?);
    app.copy(LOCK, "locks/v1.lock")?;
    app.start(&[
        "CREATE (:Person {id: 1, name: 'Ada', score: 7, fax: '11'})",
        "CREATE (:Person {id: 2, name: 'Bob', score: 8})",
        "CREATE (:Shop {name: 'here'})",
    ])?;
    Ok(())
}

fn removed_field(app: &Application) -> Result {
    app.replace("    fax: Option<String>,\n", "")?;
    let error = app.one_error(&[
        "`fax` is in kuzu-schema.lock",
        "#[kuzu(renamed_from = \"fax\")]",
        "archive it",
        "--> src/schema.rs:4:12",
    ])?;
    app.paste(&proposal(&error, "dropped")?, "pub struct Person")?;
    let people = "MATCH (p:Person) RETURN p.id, p.name, p.score";
    app.expect_rows(people, &["1|Ada|7", "2|Bob|8"])?;
    let archived = "CALL table_info('Person') WHERE name STARTS WITH 'fax__a_' RETURN 'archived'";
    app.expect_rows(archived, &["archived"])?;
    app.overwrite_lock()
}

fn renamed_field(app: &Application) -> Result {
    app.replace("    name: String", "    full_name: String")?;
    let expected = [
        "`name` is in kuzu-schema.lock",
        "if it was renamed to `full_name`",
    ];
    let error = app.one_error(&expected)?;
    app.paste(&proposal(&error, "renamed_from")?, "    full_name")?;
    app.expect_rows(
        "MATCH (p:Person) RETURN p.id, p.full_name",
        &["1|Ada", "2|Bob"],
    )?;
    app.overwrite_lock()?;
    if !app.read(LOCK)?.contains("  full_name STRING was=name ") {
        return Err("the lock file does not contain the previous name".into());
    }
    Ok(())
}

fn narrowed_type(app: &Application) -> Result {
    app.replace("score: i64", "score: i32")?;
    let error = app.one_error(&[
        "changing the type of `score` from INT64 to INT32",
        "--> src/schema.rs",
    ])?;
    app.paste(&proposal(&error, "cast")?, "    score")?;
    app.expect_rows("MATCH (p:Person) RETURN p.id, p.score", &["1|7", "2|8"])?;
    let ty = "CALL table_info('Person') WHERE name = 'score' RETURN type";
    app.expect_rows(ty, &["INT32"])?;
    app.overwrite_lock()
}

fn required_field(app: &Application) -> Result {
    app.replace("    score: i32,\n", "    score: i32,\n    age: i64,\n")?;
    let error = app.one_error(&[
        "`age` is new and required",
        "#[kuzu(default = 0)]",
        "make it an `Option`",
    ])?;
    app.paste(&proposal(&error, "fill")?, "    age")?;
    app.expect_rows("MATCH (p:Person) RETURN p.id, p.age", &["1|0", "2|0"])?;
    app.overwrite_lock()
}

/// Cargo compiles again, and an unfinished merge is one error.
fn changed_lock_file(app: &Application) -> Result {
    let good = app.read(LOCK)?;
    fs::write(
        app.project.path(LOCK),
        good.replace("  age INT64 ", "  age INT128 "),
    )?;
    app.one_error(&["changing the type of `age` from INT128 to INT64"])?;
    let line = good.lines().find(|line| line.starts_with("  age"));
    let line = line.ok_or("the lock file has no line of `age`")?;
    let merge = format!("<<<<<<< ours\n{line}\n=======\n{line}\n>>>>>>> theirs");
    fs::write(app.project.path(LOCK), good.replace(line, &merge))?;
    app.one_error(&["kuzu-schema.lock: line", "unresolved merge conflict"])?;
    fs::write(app.project.path(LOCK), good)?;
    app.compiles()
}

/// No derive sees that a struct is missing, but the test does.
fn removed_struct(app: &Application) -> Result {
    let source = app.read(SCHEMA)?;
    let (rest, _) = source
        .rsplit_once("#[derive(KuzuNode)]")
        .ok_or("no struct is left")?;
    fs::write(app.project.path(SCHEMA), rest)?;
    app.compiles()?;
    app.fails(
        app.lock_test()?,
        &[
            "the table `Shop` has no struct",
            "#[kuzu(renamed_from = \"Shop\")]",
        ],
    )?;
    let before = app.read(LOCK)?;
    let tombstone = "kuzu_ddl::dropped_table!(\"Shop\");";
    let mut overwrite = app.lock_test()?;
    overwrite.env("KUZU_DDL_LOCK", "overwrite");
    app.fails(overwrite, &[tombstone])?;
    if app.read(LOCK)? != before {
        return Err("the lock file was overwritten although data would be lost".into());
    }
    fs::write(app.project.path(SCHEMA), format!("{rest}{tombstone}\n"))?;
    let dropped = "CALL show_tables() WHERE name = 'Shop' OR name STARTS WITH 'Shop__a_' \
                   RETURN name <> 'Shop'";
    app.expect_rows(dropped, &["True"])?;
    app.overwrite_lock()
}

/// `upgrade_tests!` migrates rows of each lock file in `locks` to the current schema.
fn upgrade(app: &Application) -> Result {
    let passed = process::stdout(&mut app.project.cargo(["test", "upgrade_from_v1"])?)?;
    if !passed.contains("upgrade_from_v1 ... ok") {
        return Err(format!("the upgrade from v1 is not a test:\n{passed}").into());
    }
    app.copy(LOCK, "locks/v2.lock")?;
    let test = app
        .project
        .cargo(["test", "--quiet", "all_lock_files_have_upgrade_tests"])?;
    app.fails(test, &["v2.lock"])?;
    Ok(())
}

/// Returns the attribute that a compile error proposes.
fn proposal(error: &str, keyword: &str) -> Result<String> {
    let attribute = format!("#[kuzu({keyword}");
    let found = error.lines().find_map(|line| {
        let line = &line[line.find("#[kuzu(")?..];
        let line = &line[..line.rfind(")]")? + 2];
        line.contains(&attribute).then(|| line.to_owned())
    });
    found.ok_or_else(|| format!("no proposal with `{keyword}`:\n{error}").into())
}

struct Application {
    project: Project,
}

impl Application {
    fn read(&self, file: &str) -> Result<String> {
        Ok(fs::read_to_string(self.project.path(file))?)
    }

    fn copy(&self, from: &str, to: &str) -> Result {
        fs::copy(self.project.path(from), self.project.path(to))?;
        Ok(())
    }

    /// Replaces the first occurrence of the text in the source of the schema.
    fn replace(&self, from: &str, to: &str) -> Result {
        let source = self.read(SCHEMA)?;
        if !source.contains(from) {
            return Err(format!("{SCHEMA} does not contain {from:?}").into());
        }
        Ok(fs::write(
            self.project.path(SCHEMA),
            source.replacen(from, to, 1),
        )?)
    }

    /// Inserts an attribute before the first occurrence of an item.
    fn paste(&self, attribute: &str, item: &str) -> Result {
        self.replace(item, &format!("{attribute}\n{item}"))
    }

    fn lock_test(&self) -> Result<Command> {
        self.project.cargo(["test", "--quiet", "schema_lock"])
    }

    fn overwrite_lock(&self) -> Result {
        process::stdout(self.lock_test()?.env("KUZU_DDL_LOCK", "overwrite"))?;
        process::run(&mut self.project.cargo(["test", "--quiet"])?)
    }

    fn compiles(&self) -> Result {
        process::stdout(&mut self.project.cargo(["check", "--quiet"])?).map(drop)
    }

    /// Runs a command that must fail and print all of the texts; returns what it prints.
    fn fails(&self, mut command: Command, texts: &[&str]) -> Result<String> {
        let Outcome { success, text } = process::outcome(&mut command)?;
        if success {
            return Err(format!("{command:?} succeeded").into());
        }
        match texts.iter().find(|expected| !text.contains(**expected)) {
            None => Ok(text),
            Some(missing) => Err(format!("expected {missing:?} in:\n{text}").into()),
        }
    }

    /// Compiles the application, which must fail with one error that contains all of the texts.
    fn one_error(&self, texts: &[&str]) -> Result<String> {
        let text = self.fails(self.project.cargo(["check", "--quiet"])?, texts)?;
        // The second says that the crate could not be compiled.
        if text
            .lines()
            .filter(|line| line.starts_with("error"))
            .count()
            == 2
        {
            return Ok(text);
        }
        Err(format!("expected one error:\n{text}").into())
    }

    /// Starts the application, which migrates its database and runs the queries; returns the rows.
    fn start(&self, queries: &[&str]) -> Result<Vec<String>> {
        let mut cargo = self.project.cargo(["run", "--quiet", "--"])?;
        cargo.arg(self.project.path("shop.kuzu")).args(queries);
        let output = process::stdout(&mut cargo)?;
        let rows = output.lines().filter_map(|line| line.strip_prefix("row: "));
        Ok(rows.map(str::to_owned).collect())
    }

    /// Starts the application with one query, which must return these rows in some order.
    fn expect_rows(&self, query: &str, expected: &[&str]) -> Result {
        let mut rows = self.start(&[query])?;
        rows.sort_unstable();
        if rows == expected {
            return Ok(());
        }
        Err(format!("{query}\nexpected {expected:?}, found {rows:?}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposal_is_the_attribute_with_the_keyword() -> Result {
        let error = "help: `#[kuzu(renamed_from = \"fax\")]` on its new name\n\
                     help: `#[kuzu(dropped(\"fax\"))]` if it is no longer needed\n";
        assert_eq!(proposal(error, "dropped")?, "#[kuzu(dropped(\"fax\"))]");
        assert!(proposal(error, "cast").is_err());
        Ok(())
    }
}
