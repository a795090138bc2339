//! Many pieces looked for in a text at once.

use aho_corasick::automaton::Automaton;
use aho_corasick::{Anchored, MatchKind, StartKind, dfa, nfa};

use super::bits::{Places, has, set, with_space};
use crate::matching::fold;

/// The most bytes of all pieces together for which the fastest automaton is made, which takes up
/// to a kibibyte for each.
const MOST_FAST: usize = 16 << 10;

/// Folded pieces, each once, and the places that each stands for.
pub(super) struct Words {
    pieces: Vec<String>,
    places: Vec<Places>,
    automaton: Kind,
}

enum Kind {
    Fast(Box<dfa::DFA>),
    Small(Box<nfa::contiguous::NFA>),
    /// What no automaton could be made of: more than 2,000 million states.
    Plain,
}

impl Words {
    /// These pieces, none of which is empty.
    pub(super) fn new(pieces: Vec<(String, Places)>) -> Self {
        let bytes: usize = pieces.iter().map(|(piece, _)| piece.len()).sum();
        let (pieces, places): (Vec<String>, Vec<Places>) = pieces.into_iter().unzip();
        let fast = || {
            let mut builder = dfa::Builder::new();
            builder.match_kind(MatchKind::Standard).start_kind(StartKind::Unanchored);
            builder.prefilter(false).build(&pieces).ok()
        };
        let small = || {
            let mut builder = nfa::contiguous::Builder::new();
            builder.match_kind(MatchKind::Standard).prefilter(false).build(&pieces).ok()
        };
        let fast = (bytes <= MOST_FAST).then(fast).flatten();
        let automaton = match fast {
            Some(fast) => Kind::Fast(Box::new(fast)),
            None => small().map_or(Kind::Plain, |small| Kind::Small(Box::new(small))),
        };
        Self { pieces, places, automaton }
    }

    /// Marks the places of each piece that the text has.
    pub(super) fn mark(&self, text: &str, bits: &mut [u64]) {
        match &self.automaton {
            Kind::Fast(automaton) => self.walk(&**automaton, text, bits),
            Kind::Small(automaton) => self.walk(&**automaton, text, bits),
            Kind::Plain => {
                let folded = fold::folded(text);
                for (piece, places) in self.pieces.iter().zip(&self.places) {
                    if folded.contains(piece) {
                        places.mark(bits);
                    }
                }
            }
        }
    }

    fn walk(&self, automaton: &impl Automaton, text: &str, bits: &mut [u64]) {
        let Ok(start) = automaton.start_state(Anchored::No) else { return };
        with_space(self.places.len(), |seen| {
            let mut state = start;
            fold::bytes(text, |byte| {
                state = automaton.next_state(Anchored::No, state, byte);
                if !automaton.is_special(state) || !automaton.is_match(state) {
                    return;
                }
                for at in 0..automaton.match_len(state) {
                    let piece = automaton.match_pattern(state, at).as_usize();
                    // The longest comes first, and the others are at its end: where it was seen,
                    // so were they. So a text of one letter costs no more than any.
                    if has(seen, piece) {
                        return;
                    }
                    set(seen, piece);
                    if let Some(places) = self.places.get(piece) {
                        places.mark(bits);
                    }
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Words};
    use crate::matching::fold;
    use crate::matching::set::bits::{Places, has};

    /// The pieces in this text, by the automaton.
    fn found(words: &Words, text: &str) -> Vec<bool> {
        let mut bits = vec![0; words.pieces.len().div_ceil(64)];
        words.mark(text, &mut bits);
        (0..words.pieces.len()).map(|at| has(&bits, at)).collect()
    }

    fn words(pieces: &[&str], padding: usize) -> Words {
        let mut pieces: Vec<String> = pieces.iter().map(|piece| fold::folded(piece)).collect();
        pieces.extend((0..padding).map(|at| format!("{at:010} is in no text")));
        let count = pieces.len();
        let places = (0..count as u32).map(|at| Places::new(vec![at], count));
        Words::new(pieces.into_iter().zip(places).collect())
    }

    #[test]
    fn pieces_inside_each_other_are_all_found() {
        let pieces =
            ["a", "aa", "aaa", "ba", "Abab", "ß", "İ", "i", "\u{307}", "he", "she", "hers"];
        let texts = [
            "",
            "A",
            "aaaa",
            "BABAB",
            "STRASSE",
            "Straße",
            "İstanbul",
            "i\u{307}",
            "ushers",
            "xxhexx",
            "bbaab",
            "hehehershe",
        ];
        let (fast, small) = (words(&pieces, 0), words(&pieces, 1000));
        assert!(matches!(fast.automaton, Kind::Fast(_)));
        assert!(matches!(small.automaton, Kind::Small(_)));
        for words in [fast, small] {
            for text in texts {
                let plain = words.pieces.iter().map(|piece| fold::contains(text, piece));
                assert!(plain.eq(found(&words, text)), "{text}");
            }
        }
    }

    #[test]
    fn without_an_automaton_the_answers_are_the_same() {
        let mut words = words(&["fire", "ir", "İ"], 0);
        words.automaton = Kind::Plain;
        assert_eq!(found(&words, "On FIRE"), [true, true, false]);
        assert_eq!(found(&words, "i\u{307}"), [false, false, true]);
    }
}
