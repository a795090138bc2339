//! Words: how a text is cut into them, and what somebody looks for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::fold::folded;
use super::serde_as_text;

/// How many characters of a word count: two that begin with as many alike are the same.
const LONGEST: usize = 64;

/// The words of a text, each once, in order: what stands between anything that is neither a letter
/// nor a digit, without regard to case. Scripts that put no spaces between words are cut into their
/// characters.
///
/// ```
/// use helpdesk::matching::words;
///
/// let found: Vec<String> = words("It BURNS: model 4711-b, 打印机!").into_iter().collect();
/// assert_eq!(found, ["4711", "b", "burns", "it", "model", "印", "打", "机"]);
/// ```
pub fn words(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for piece in folded(text).split(between) {
        let mut word = String::new();
        let mut length = 0;
        let mut put = |word: &mut String| {
            if !word.is_empty() {
                found.insert(std::mem::take(word));
            }
        };
        for c in piece.chars() {
            if stands_alone(c) {
                put(&mut word);
                length = 0;
                put(&mut c.to_string());
            } else if length < LONGEST {
                length += 1;
                word.push(c);
            }
        }
        put(&mut word);
    }
    found
}

/// Whether words end at this character: it is neither a letter nor a digit, nor a mark on one.
fn between(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether it is of a script without spaces between words: Han, Hiragana, Katakana, Thai, Lao, Khmer
/// and Burmese.
fn stands_alone(c: char) -> bool {
    matches!(
        u32::from(c),
        0x0E00..=0x0EFF
            | 0x1000..=0x109F
            | 0x1780..=0x17FF
            | 0x3040..=0x30FF
            | 0x3400..=0x4DBF
            | 0x4E00..=0x9FFF
            | 0xF900..=0xFAFF
            | 0x20000..=0x3134F
    )
}

/// A word that somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    /// The word, as [`words`] gives it.
    text: String,
    /// Whether words count that only begin so.
    open: bool,
}

impl Word {
    /// The word, or how it begins.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether words count that only begin so.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether this word is meant.
    pub fn is(&self, word: &str) -> bool {
        if self.open { word.starts_with(&self.text) } else { word == self.text }
    }
}

/// What somebody looks for in texts: words, all of which must be there. One that ends with `*` stands
/// for all that begin so; at least [`LEAST_OPEN`](Self::LEAST_OPEN) characters stand before that.
///
/// ```
/// use helpdesk::matching::Words;
///
/// let sought: Words = "Printer on fi*".parse()?;
/// assert_eq!(sought.to_string(), "fi* on printer");
/// assert!(sought.are_in("A fire on the PRINTER"));
/// assert!(!sought.are_in("The printer is on"));
///
/// let nothing = "…!".parse::<Words>().unwrap_err();
/// assert_eq!(nothing.to_string(), "there is no word in `…!`");
/// let short = "p*".parse::<Words>().unwrap_err();
/// assert_eq!(short.to_string(), "too many words begin with `p`: it takes 2 characters");
/// # Ok::<(), helpdesk::matching::NoWords>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Words {
    words: BTreeSet<Word>,
}

impl Words {
    /// How many words may be looked for at once.
    pub const MOST: usize = 32;

    /// How many characters at least stand before a `*`: of fewer, too many words begin so.
    pub const LEAST_OPEN: usize = 2;

    /// Each of them, none twice.
    pub fn iter(&self) -> impl Iterator<Item = &Word> {
        self.words.iter()
    }

    /// Whether all of them are in this text.
    pub fn are_in(&self, text: &str) -> bool {
        let there = words(text);
        self.iter().all(|sought| there.iter().any(|word| sought.is(word)))
    }
}

/// Why nothing can be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoWords {
    /// There is no letter and no digit in it.
    #[error("there is no word in `{text}`")]
    Nothing {
        /// What was given.
        text: String,
    },
    /// Of a word, fewer than [`Words::LEAST_OPEN`] characters stand before its `*`.
    #[error("too many words begin with `{word}`: it takes {least} characters", least = Words::LEAST_OPEN)]
    Short {
        /// How the words begin.
        word: String,
    },
    /// There are more than [`Words::MOST`].
    #[error("there are {found} words, and {most} are allowed", most = Words::MOST)]
    TooMany {
        /// How many there are.
        found: usize,
    },
}

impl FromStr for Words {
    type Err = NoWords;

    fn from_str(text: &str) -> Result<Self, NoWords> {
        let mut found = BTreeSet::new();
        for piece in text.split_whitespace() {
            let folded = folded(piece);
            // What the star stands behind is the last word of the piece; a character that stands alone
            // begins no other word.
            let last = words_in_order(&folded).pop().filter(|_| piece.ends_with('*'));
            let last = last.filter(|last| !last.starts_with(stands_alone));
            if let Some(word) = last.as_ref().filter(|it| it.chars().count() < Self::LEAST_OPEN) {
                return Err(NoWords::Short { word: word.clone() });
            }
            found.extend(words(piece).into_iter().map(|text| {
                let open = last.as_deref() == Some(&*text);
                Word { text, open }
            }));
        }
        match found.len() {
            0 => Err(NoWords::Nothing { text: text.to_owned() }),
            count if count > Self::MOST => Err(NoWords::TooMany { found: count }),
            _ => Ok(Self { words: found }),
        }
    }
}

/// The words of a piece as they follow one another.
fn words_in_order(piece: &str) -> Vec<String> {
    let pieces = piece.split(between).filter(|it| !it.is_empty());
    pieces
        .flat_map(|piece| {
            // Cut as `words` cuts it; of characters that stand alone, the last is the last word.
            match piece.char_indices().rev().find(|(_, c)| stands_alone(*c)) {
                Some((at, c)) if at + c.len_utf8() == piece.len() => vec![c.to_string()],
                Some((at, c)) => vec![piece.get(at + c.len_utf8()..).unwrap_or("").to_owned()],
                None => vec![piece.to_owned()],
            }
        })
        .map(|word| word.chars().take(LONGEST).collect())
        .collect()
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Word { text, open }) in self.words.iter().enumerate() {
            let (space, star) = (if index > 0 { " " } else { "" }, if *open { "*" } else { "" });
            write!(f, "{space}{text}{star}")?;
        }
        Ok(())
    }
}

serde_as_text!(Words);
