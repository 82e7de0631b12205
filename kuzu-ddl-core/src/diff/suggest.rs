//! Suggestions for misspelled paths.

/// The maximum number of suggestions.
const MAX_SUGGESTIONS: usize = 3;

/// Returns the candidates that are most similar to `path`, the best first. ASCII case is ignored. A
/// third of the path may be wrong, as for the suggestions of rustc.
pub(super) fn similar(path: &str, candidates: impl IntoIterator<Item = String>) -> Vec<String> {
    let characters = |text: &str| text.to_ascii_lowercase().chars().collect::<Vec<char>>();
    let wanted = characters(path);
    let limit = wanted.len().max(3) / 3;
    let ranked = candidates.into_iter().filter_map(|candidate| {
        let distance = edit_distance(&wanted, &characters(&candidate));
        (distance <= limit).then_some((distance, candidate))
    });
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort();
    ranked.dedup();
    ranked.truncate(MAX_SUGGESTIONS);
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Returns the number of characters to insert, delete or replace.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    if a.len().abs_diff(b.len()) > a.len().max(3) / 3 {
        return usize::MAX;
    }
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(left != right);
            row.push(replaced.min(above[j + 1] + 1).min(row[j] + 1));
        }
        above = row;
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn similar_paths_are_suggested_and_others_are_not() {
        let paths = || ["Person", "Person.mail", "Product"].map(str::to_owned);
        assert_eq!(similar("Persn", paths()), ["Person"]);
        assert_eq!(similar("person.mial", paths()), ["Person.mail"]);
        assert!(similar("Knows", paths()).is_empty());
        assert!(similar("", paths()).is_empty());
    }
}
