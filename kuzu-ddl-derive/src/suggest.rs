//! Suggestions for misspelled names.

/// Returns the candidate that is most similar to `name`, if one is similar enough. Case and the
/// separators `_`, `-` and space are ignored.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = normalize(name);
    // The limit of rustc: a third of the name may be wrong.
    let limit = name.len().max(3) / 3;
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = normalize(candidate);
            let distance = edit_distance(&name, &other);
            if distance <= limit {
                Some((distance, candidate))
            } else if name.len() >= 3 && other.starts_with(&name) {
                // "primary" for `primary_key`.
                Some((limit + 1, candidate))
            } else {
                None
            }
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Renders `names` in backticks, separated by commas.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn normalize(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the number of characters to insert, delete, replace or swap with a neighbour (optimal
/// string alignment).
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut previous: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(previous[j - 2] + 1);
            }
            row.push(least);
        }
        previous = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn similar_names_are_suggested_and_others_are_not() {
        let names = ["primary_key", "name", "type", "renamed_from", "camelCase"];
        for (name, want) in [
            ("primary", Some("primary_key")),
            ("PrimaryKey", Some("primary_key")),
            ("primray_key", Some("primary_key")),
            ("typ", Some("type")),
            ("tpye", Some("type")),
            ("rename_from", Some("renamed_from")),
            ("Camel", Some("camelCase")),
            ("nullable", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, names), want, "{name}");
        }
    }
}
