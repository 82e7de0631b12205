//! The word that was meant.

/// The one of `legal` that `word` most likely stands for. Case and the characters between words do not count.
pub(crate) fn nearest<'a>(word: &str, legal: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    // As rustc has it: a third of the word may be wrong.
    let most = word.len().max(3) / 3;
    legal
        .into_iter()
        .filter_map(|candidate| {
            let other = plain(candidate);
            let wrong = distance(&word, &other);
            if wrong <= most {
                Some((wrong, candidate))
            } else if word.len() >= 3 && other.starts_with(&word) {
                // "primary" for `primary_key`.
                Some((most + 1, candidate))
            } else {
                None
            }
        })
        .min_by_key(|(wrong, _)| *wrong)
        .map(|(_, candidate)| candidate)
}

/// `word` as most people quote it: in backticks, separated by commas.
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

fn plain(word: &str) -> Vec<char> {
    word.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many letters must be typed, removed, replaced or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_understood_and_strangers_are_not() {
        let words = ["primary_key", "name", "type", "renamed_from", "camelCase"];
        for (word, want) in [
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
            assert_eq!(nearest(word, words), want, "{word}");
        }
    }
}
