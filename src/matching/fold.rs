//! The one folding of letter case: each character to its lower case, nothing else.

/// The text in lower case, character by character. No word's end and no language changes it.
pub(super) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The bytes of the folded text, one after the other.
pub(super) fn bytes(text: &str, mut each: impl FnMut(u8)) {
    for c in text.chars() {
        if c.is_ascii() {
            each(c.to_ascii_lowercase() as u8);
        } else {
            for c in c.to_lowercase() {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(&mut each);
            }
        }
    }
}

/// Whether the text, folded, is this folded text.
pub(super) fn equals(text: &str, folded: &str) -> bool {
    text.chars().flat_map(char::to_lowercase).eq(folded.chars())
}

/// Whether the text, folded, has this folded piece in it. A text of the length of a subject is
/// folded in place; the search takes time linear in both lengths.
pub(super) fn contains(text: &str, folded_piece: &str) -> bool {
    let mut space = [0; 1024];
    match fold_into(text, &mut space) {
        Some(text) => text.contains(folded_piece),
        None => folded(text).contains(folded_piece),
    }
}

/// The folded text in this space; `None` where it does not fit.
fn fold_into<'s>(text: &str, space: &'s mut [u8]) -> Option<&'s str> {
    let mut end = 0;
    if text.is_ascii() {
        end = text.len();
        let slot = space.get_mut(..end)?;
        slot.copy_from_slice(text.as_bytes());
        slot.make_ascii_lowercase();
    } else {
        for c in text.chars().flat_map(char::to_lowercase) {
            let slot = space.get_mut(end..end + c.len_utf8())?;
            end += c.encode_utf8(slot).len();
        }
    }
    std::str::from_utf8(space.get(..end)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{contains, equals, fold_into, folded};

    #[test]
    fn each_character_folds_by_itself() {
        assert_eq!(folded("STRASSE"), "strasse");
        assert_eq!(folded("Straße"), "straße", "a sharp s stays one");
        assert_eq!(folded("İ"), "i\u{307}", "one character may become two");
        assert_eq!(folded("ΟΔΟΣ"), "οδοσ", "no rule for a word's end");
        assert!(equals("PRINTER", "printer"));
        assert!(contains("A PRINTER burns", "printer b"));
    }

    #[test]
    fn what_does_not_fit_is_found_all_the_same() {
        let long = format!("{}Ende", "İ".repeat(400));
        assert_eq!(fold_into(&long, &mut [0; 1024]), None);
        assert!(contains(&long, "ende"));
        let exact = "A".repeat(1024);
        assert!(fold_into(&exact, &mut [0; 1024]).is_some());
        assert!(fold_into("é", &mut [0; 1]).is_none());
    }
}
