//! Regular expressions, where the crate is built with them.

use crate::problem::Mistake;

/// The most bytes that a compiled expression may take: some dozens of `\w` and repetitions, and
/// no more than a search of a long message can bear.
#[cfg(feature = "regex")]
const MOST_BYTES: usize = 256 << 10;

/// A compiled regular expression.
#[cfg(feature = "regex")]
#[derive(Clone, Debug)]
pub(super) struct Pattern(regex::Regex);

#[cfg(feature = "regex")]
impl Pattern {
    pub(super) fn new(pattern: &str) -> Result<Self, Mistake> {
        let built = regex::RegexBuilder::new(pattern)
            .size_limit(MOST_BYTES)
            .dfa_size_limit(MOST_BYTES)
            .build();
        built.map(Self).map_err(|error| Mistake::BadPattern {
            why: match error {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                // The last line says what is wrong; those before draw the pattern.
                other => {
                    let text = other.to_string();
                    let last = text.lines().last().unwrap_or_default();
                    last.trim_start_matches("error: ").to_owned()
                }
            },
        })
    }

    /// Whether a piece of the text fits.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// There is none without the feature.
#[cfg(not(feature = "regex"))]
#[derive(Clone, Debug)]
pub(super) enum Pattern {}

#[cfg(not(feature = "regex"))]
impl Pattern {
    pub(super) fn new(_: &str) -> Result<Self, Mistake> {
        Err(Mistake::NeedsFeature { feature: "regex" })
    }

    pub(super) fn fits(&self, _: &str) -> bool {
        match *self {}
    }
}
