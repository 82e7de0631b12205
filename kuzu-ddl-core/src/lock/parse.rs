//! Parses a lock file. Any input yields a lock or an error, never a panic.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{FORMAT, LockFile, LockedIdentity, LockedTable};
use crate::json_text::unquote;
use crate::schema::{
    Expr, Index, IndexKind, Multiplicity, NameKey, Pair, Property, Sequence, StorageDirection,
    Table, TableKind, Type,
};

/// Error returned when a line of a lock file is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ParseLockError {
    /// The line number, starting at 1.
    pub line: usize,
    /// The reason.
    pub reason: String,
}

impl FromStr for LockFile {
    type Err = ParseLockError;

    fn from_str(text: &str) -> Result<Self, ParseLockError> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line.trim_end()));
        let at = |line: usize| move |reason: String| ParseLockError { line, reason };
        let (first, head) = lines.next().unwrap_or((1, ""));
        header(head).map_err(at(first))?;
        let mut reader = Reader::default();
        for (line, text) in lines {
            reader.line(text).map_err(at(line))?;
            reader.at = line;
        }
        let last = reader.at.max(1);
        reader.finish().map_err(at(last))
    }
}

/// Checks the format line.
fn header(line: &str) -> Result<(), String> {
    if line.starts_with("<<<<<<<") {
        return Err(CONFLICT.into());
    }
    let format = line.strip_prefix("# kuzu-ddl schema lock, format ");
    match format.and_then(|format| format.parse::<u32>().ok()) {
        Some(format) if format > FORMAT => Err(format!(
            "unsupported format {format}: this version of kuzu-ddl reads {FORMAT}\nhelp: use a newer version of kuzu-ddl"
        )),
        Some(1..) => Ok(()),
        _ => Err(format!(
            "expected `# kuzu-ddl schema lock, format {FORMAT}`, found {:?}",
            abbreviate(line)
        )),
    }
}

const CONFLICT: &str =
    "unresolved merge conflict\nhelp: keep the lines of both sides and remove the conflict markers";

fn abbreviate(text: &str) -> String {
    text.chars().take(80).collect()
}

/// The state of a parser that consumes lines in order.
#[derive(Default)]
struct Reader {
    lock: LockFile,
    /// The table of the current lines.
    table: Option<(NameKey, LockedTable)>,
    at: usize,
    /// The objects that use each id.
    ids: BTreeMap<String, String>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let mark = |mark: &&str| line.starts_with(*mark);
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(mark)
        {
            return Err(CONFLICT.into());
        }
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let words = words(line)?;
        if line.starts_with([' ', '\t']) {
            return self.inner(&words);
        }
        self.close()?;
        match words.split_first() {
            Some((&"node", rest)) => self.table = Some(table(rest, true)?),
            Some((&"edge", rest)) => self.table = Some(table(rest, false)?),
            Some((&"sequence", rest)) => {
                let sequence = sequence(rest)?;
                let key = NameKey::new(&sequence.name);
                if self.lock.sequences.insert(key, sequence).is_some() {
                    return Err("duplicate sequence".into());
                }
            }
            _ => {
                return Err(format!(
                    "expected `node`, `edge` or `sequence`, found {:?}",
                    abbreviate(line)
                ));
            }
        }
        Ok(())
    }

    fn inner(&mut self, words: &[&str]) -> Result<(), String> {
        let (_, table) = self.table.as_mut().ok_or("indented line without a table")?;
        let (first, rest) = words.split_first().ok_or("the line is empty")?;
        if first.starts_with('(') {
            let (pair, id) = pair(first, rest)?;
            let TableKind::Edge { pairs, .. } = &mut table.table.kind else {
                return Err("a node table cannot have FROM–TO pairs".into());
            };
            if !pairs.insert(pair.clone()) {
                return Err("duplicate pair".into());
            }
            table.pairs.insert(pair, id);
        } else if let Some(name) = first.strip_prefix('@') {
            let index = index(name, rest)?;
            let key = NameKey::new(&index.name);
            if table.table.indexes.insert(key, index).is_some() {
                return Err("duplicate index".into());
            }
        } else {
            let (property, identity) = property(first, rest)?;
            let key = NameKey::new(&property.name);
            table.properties.insert(key.clone(), identity);
            if table.table.properties.insert(key, property).is_some() {
                return Err(
                    "duplicate property\nhelp: if two branches changed it, keep one of the lines"
                        .into(),
                );
            }
        }
        Ok(())
    }

    /// Completes the current table.
    fn close(&mut self) -> Result<(), String> {
        let Some((key, table)) = self.table.take() else {
            return Ok(());
        };
        for (id, whose) in table.ids() {
            if let Some(other) = self.ids.insert(id.to_owned(), whose.clone()) {
                return Err(format!(
                    "`{whose}` and `{other}` have the same id\nhelp: if two branches renamed one object, keep one of the lines"
                ));
            }
        }
        if let TableKind::Node { primary_key } = &table.table.kind
            && !table.table.properties.contains_key(primary_key)
        {
            return Err(format!(
                "the primary key of `{}` is not one of its properties",
                table.table.name
            ));
        }
        if self.lock.tables.insert(key, table).is_some() {
            return Err("the table that ends here is a duplicate".into());
        }
        Ok(())
    }

    fn finish(mut self) -> Result<LockFile, String> {
        self.close()?;
        Ok(self.lock)
    }
}

/// Splits at spaces outside quotes and parentheses.
fn words(line: &str) -> Result<Vec<&str>, String> {
    let mut words = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (None, 0_usize, false, false);
    for (at, c) in line.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c.is_whitespace() && depth == 0 {
            words.extend(start.take().map(|start| &line[start..at]));
            continue;
        } else {
            match c {
                '"' => quoted = true,
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        start.get_or_insert(at);
    }
    if quoted {
        return Err("unclosed quote".into());
    }
    words.extend(start.map(|start| &line[start..]));
    Ok(words)
}

/// Returns a name or a value without its quotes.
fn bare(word: &str) -> Result<String, String> {
    if word.starts_with('"') {
        return unquote(word).ok_or_else(|| format!("{:?} is not a quoted text", abbreviate(word)));
    }
    if word.is_empty() {
        return Err("missing name".into());
    }
    Ok(word.to_owned())
}

/// Splits names at commas outside quotes.
fn list(text: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c == '"' {
            quoted = true;
        } else if c == ',' {
            all.push(bare(text[start..at].trim())?);
            start = at + 1;
        }
    }
    all.push(bare(text[start..].trim())?);
    Ok(all)
}

fn id(word: &str) -> Result<String, String> {
    let digits = word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if digits && (8..=64).contains(&word.len()) {
        return Ok(word.to_owned());
    }
    Err(format!(
        "expected an id of hexadecimal digits, found {:?}",
        abbreviate(word)
    ))
}

/// Parses `was=a,b` and the id, at the end of a line.
fn identity(words: &[&str]) -> Result<LockedIdentity, String> {
    let (was, last) = match words {
        [was, last] => match was.strip_prefix("was=") {
            Some(names) => (list(names)?, last),
            None => return Err(format!("unexpected {:?}", abbreviate(was))),
        },
        [last] => (Vec::new(), last),
        [] => return Err("missing id at the end of the line".into()),
        [_, extra @ ..] => {
            return Err(format!("unexpected {:?}", abbreviate(&extra.join(" "))));
        }
    };
    Ok(LockedIdentity {
        id: id(last)?,
        former_names: was,
    })
}

fn table(words: &[&str], is_node: bool) -> Result<(NameKey, LockedTable), String> {
    let (name, mut rest) = words.split_first().ok_or("missing name")?;
    let name = bare(name)?;
    let kind = if is_node {
        let key = rest.first().and_then(|word| word.strip_prefix("key="));
        let key = key.ok_or("expected `key=…` after the name of a node")?;
        rest = &rest[1..];
        TableKind::Node {
            primary_key: NameKey::new(&bare(key)?),
        }
    } else {
        let multiplicity: Multiplicity = rest.first().ok_or("missing multiplicity")?.parse()?;
        rest = &rest[1..];
        let fwd = rest.first() == Some(&"fwd");
        rest = if fwd { &rest[1..] } else { rest };
        TableKind::Edge {
            pairs: Default::default(),
            multiplicity: Some(multiplicity),
            storage: if fwd {
                StorageDirection::Forward
            } else {
                StorageDirection::Both
            },
        }
    };
    let mut krate = String::new();
    if let Some(name) = rest.first().and_then(|word| word.strip_prefix("crate=")) {
        krate = bare(name)?;
        rest = &rest[1..];
    }
    let locked = LockedTable {
        table: Table {
            name: name.clone(),
            kind,
            properties: BTreeMap::new(),
            indexes: BTreeMap::new(),
            comment: None,
        },
        identity: identity(rest)?,
        krate,
        properties: BTreeMap::new(),
        pairs: BTreeMap::new(),
    };
    Ok((NameKey::new(&name), locked))
}

fn property(name: &str, words: &[&str]) -> Result<(Property, LockedIdentity), String> {
    let name = bare(name)?;
    let (ty, mut rest) = words.split_first().ok_or("missing type")?;
    let ty: Type = ty.parse().map_err(|e| format!("{e}"))?;
    let nullable = rest.first() == Some(&"NULL");
    rest = if nullable { &rest[1..] } else { rest };
    let mut default = None;
    if let Some((&"DEFAULT", after)) = rest.split_first() {
        let (text, after) = after.split_first().ok_or("missing default")?;
        default = Expr::parse_engine(&format!("CAST({} AS {ty})", bare(text)?), &ty);
        rest = after;
    }
    let property = Property {
        name,
        ty,
        nullable,
        default,
        comment: None,
    };
    Ok((property, identity(rest)?))
}

/// Parses `(A)->(B)`, in which names may be quoted.
fn pair(word: &str, rest: &[&str]) -> Result<(Pair, String), String> {
    let form = || format!("expected `(A)->(B)`, found {:?}", abbreviate(word));
    let inside = word
        .strip_prefix('(')
        .and_then(|w| w.strip_suffix(')'))
        .ok_or_else(form)?;
    let (from, to) = inside.split_once(")->(").ok_or_else(form)?;
    let pair = Pair {
        from: NameKey::new(&bare(from)?),
        to: NameKey::new(&bare(to)?),
    };
    match rest {
        [last] => Ok((pair, id(last)?)),
        _ => Err("expected an id after the pair".into()),
    }
}

fn index(name: &str, words: &[&str]) -> Result<Index, String> {
    let name = bare(name)?;
    let (kind, options) = words.split_first().ok_or("missing kind of index")?;
    let form = || {
        format!(
            "expected `FTS(…)` or `VECTOR(…)`, found {:?}",
            abbreviate(kind)
        )
    };
    let (word, on) = kind
        .strip_suffix(')')
        .and_then(|k| k.split_once('('))
        .ok_or_else(form)?;
    let kind = match word {
        "FTS" => IndexKind::FullText,
        "VECTOR" => IndexKind::Vector,
        other => IndexKind::Other(other.to_owned()),
    };
    let mut read = BTreeMap::new();
    for option in options {
        let (option, value) = option
            .split_once('=')
            .ok_or("expected an option `name=value`")?;
        read.insert(option.to_owned(), bare(value)?);
    }
    Ok(Index {
        name,
        kind,
        properties: list(on)?.iter().map(|name| NameKey::new(name)).collect(),
        options: read,
    })
}

fn sequence(words: &[&str]) -> Result<Sequence, String> {
    let (name, words) = words.split_first().ok_or("missing name")?;
    let name = bare(name)?;
    let (words, cycle) = match words {
        [numbers @ .., "cycle"] => (numbers, true),
        numbers => (numbers, false),
    };
    let form = || "expected `start=… increment=… min=… max=…`".to_owned();
    let number = |at: usize, option: &str| {
        let word = words.get(at).and_then(|word| word.strip_prefix(option));
        let number = word
            .and_then(|word| word.strip_prefix('='))
            .ok_or_else(form)?;
        number.parse::<i64>().map_err(|_| form())
    };
    Ok(Sequence {
        name,
        start: number(0, "start")?,
        increment: number(1, "increment")?,
        min: number(2, "min")?,
        max: number(3, "max")?,
        cycle,
    })
}
