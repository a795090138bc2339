//! Many conditions asked at once: the answers are those of asking each in turn.

use helpdesk::matching::{Facts, Lexicon, Matcher, MatcherSet, Place, Value};
use helpdesk::{Condition, Fact, Tag, TicketId};
use proptest::prelude::*;

use super::agreement::conditions;
use super::scenes::{PLACES, SCENES, noon};
use super::support::At;
use super::{lexicon, matcher, parse};

/// The answers of a set, beside those of asking each matcher in turn.
#[track_caller]
fn agree(set: &MatcherSet, facts: &impl Facts) -> usize {
    let plain: Vec<usize> =
        (0..set.len()).filter(|at| set.matchers()[*at].matches(facts)).collect();
    assert_eq!(set.all(facts), plain, "{set:?}");
    assert_eq!(set.first(facts), plain.first().copied(), "{set:?}");
    let from = set.len() / 2;
    let after = plain.iter().copied().find(|at| *at >= from);
    assert_eq!(set.next(facts, from), after, "{set:?}");
    plain.len()
}

#[test]
fn a_set_answers_as_its_matchers_do_on_50_000_pairs_of_rulebook_and_ticket() {
    let (mut pairs, mut matched, mut asked) = (0, 0, 0);
    for place in PLACES {
        let matchers: Vec<Matcher> =
            conditions(place, 3000).into_iter().map(|(_, matcher, _)| matcher).collect();
        // Rulebooks of one rule, of a few, and of more than a word has bits.
        let mut left = &matchers[..];
        for size in [1, 2, 5, 9, 3, 17, 70].into_iter().cycle() {
            let Some((rules, rest)) = left.split_at_checked(size) else { break };
            left = rest;
            let set = MatcherSet::new(rules.iter().cloned());
            for shown in SCENES.iter().skip(pairs % 3).step_by(3) {
                matched += agree(&set, &shown.scene());
                asked += size;
                pairs += 1;
            }
        }
    }
    assert!(pairs >= 50_000, "{pairs} pairs");
    let share = matched * 100 / asked;
    assert!((20..80).contains(&share), "{share} % match: the conditions test little");
}

/// Something with a subject and tags, and nothing else.
struct Row {
    subject: String,
    tags: Vec<Tag>,
}

impl Facts for Row {
    fn id(&self) -> TicketId {
        TicketId::from_u128(1)
    }
    fn now(&self) -> At {
        noon()
    }
    fn value(&self, fact: &Fact) -> Value<'_> {
        match fact {
            Fact::Subject => Value::Text(&self.subject),
            Fact::Tags => Value::Tags(&self.tags),
            // Of another type than the fact has: it counts as missing.
            Fact::Priority => Value::Integer(7),
            Fact::Category => Value::Name("no such category"),
            _ => Value::Missing,
        }
    }
    fn before(&self, _: &Fact) -> Option<Value<'_>> {
        None
    }
}

fn quoted(text: &str) -> String {
    Condition::to_string(&Fact::Subject.contains(text))
}

proptest! {
    /// Letters whose folding has another length, in texts and in what is looked for; pieces that
    /// lie inside each other; tests inside `not` and `any`.
    #[test]
    fn texts_fold_as_they_do_everywhere(
        subjects in prop::collection::vec("[aAbBßẞİıiſσςΣéÉ\u{307} 日]{0,12}", 1..6),
        pieces in prop::collection::vec("[aAbBßẞİıiſσςΣéÉ\u{307} 日]{1,4}", 1..12),
        shapes in prop::collection::vec(0..5u8, 12),
    ) {
        let lexicon: &Lexicon = &lexicon();
        let mut rules = Vec::new();
        for (index, (piece, shape)) in pieces.iter().zip(shapes).enumerate() {
            let has = quoted(piece);
            let other = quoted(&pieces[(index * 7 + 3) % pieces.len()]);
            rules.push(match shape {
                0 => has,
                1 => format!("not ({has} or {other})"),
                2 => format!("{has} and not {other}"),
                3 => format!("{has} or {other} or priority is present"),
                _ => format!("subject = {}", &has["subject contains ".len()..]),
            });
        }
        let check = |rule: &String| parse(rule).check(lexicon, Place::Rule).unwrap();
        let set = MatcherSet::new(rules.iter().map(check));
        for subject in subjects.into_iter().chain(pieces.clone()) {
            agree(&set, &Row { subject, tags: Vec::new() });
        }
    }
}

#[test]
fn what_lies_beyond_the_settings_is_other_than_all_that_rules_name() {
    let rules = [
        "priority is missing",
        "priority = high",
        "not priority = high",
        "category is present and category != billing",
        "category in (billing, technical)",
        "tags is present",
        "tags contains a and tags contains b",
        "tags contains b or tags contains nobody",
        "any()",
        "all()",
        "not any()",
        "status = open or subject contains fire",
        "requester is missing and department is missing",
    ];
    let set = MatcherSet::new(rules.map(|rule| matcher(rule, Place::Rule)));
    for (subject, tags) in [("Fire", vec!["a", "b"]), ("", vec![]), ("x", vec!["b"])] {
        let tags = tags.into_iter().map(Tag::from).collect();
        agree(&set, &Row { subject: subject.into(), tags });
    }
}

#[test]
fn of_no_matchers_none_matches() {
    let (set, row) = (MatcherSet::new([]), Row { subject: "x".into(), tags: Vec::new() });
    assert!(set.is_empty());
    assert_eq!(set.first(&row), None);
    assert!(set.all(&row).is_empty());
}

#[test]
fn a_set_keeps_whom_each_matcher_is_for() {
    let mine = matcher("assignee = me or followers contains me", Place::View);
    let set = MatcherSet::new([mine.for_agent(super::support::ANNA), mine.clone()]);
    let own = SCENES.iter().map(|shown| agree(&set, &shown.scene())).sum::<usize>();
    assert!(own > 0);
}

#[test]
fn a_long_text_of_one_letter_is_searched_once() {
    // Each of the pieces ends at nearly every byte: looked at anew each time, that would be a
    // thousand million of them.
    let rules = (1..=1000).map(|length| quoted(&"a".repeat(length)));
    let set = MatcherSet::new(rules.map(|rule| matcher(&rule, Place::Rule)));
    let row = Row { subject: "A".repeat(1 << 20), tags: Vec::new() };
    assert_eq!(set.all(&row).len(), 1000);
}
