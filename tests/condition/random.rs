//! Random conditions and orders. Two kinds: any tree that can be built, for its text and its
//! data; and trees that pass their check under given words, for what they mean.

use helpdesk::condition::{Is, Literal, Test};
use helpdesk::matching::Place;
use helpdesk::{Condition, Fact, Sort, Span};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::oracle::is_scaled;

/// Texts that a careless printer or reader would get wrong.
pub(crate) fn nasty_text() -> BoxedStrategy<String> {
    let chosen = [
        "",
        " ",
        "\"",
        "\\",
        "\\\"",
        "\n",
        "\r\n",
        "\t",
        "\0",
        "\u{7f}",
        "\u{202e}",
        "and",
        "or",
        "not",
        "all",
        "any",
        "true",
        "false",
        "in",
        "is",
        "to",
        "from",
        "than",
        "missing",
        "None",
        "0",
        "-0",
        "-1",
        "007",
        "+5",
        "1e3",
        "9223372036854775808",
        "-",
        "--",
        ".",
        "field.",
        "field.a",
        "a b",
        "a,b",
        "(",
        ")",
        "=",
        "!=",
        "ä",
        "İ",
        "ß",
        "日本",
        "😀",
        "e\u{301}",
        "PT4H",
        "2026-03-02T09:00:00Z",
        "social:mastodon",
        "me",
        "\u{feff}",
        "\u{a0}",
    ];
    prop_oneof![
        4 => select(chosen.map(String::from).to_vec()),
        2 => "[a-z_]{1,8}",
        1 => any::<String>(),
        1 => "[\"\\\\nut{} ()=<>!,a0-9-]{0,12}",
    ]
    .boxed()
}

fn any_literal() -> BoxedStrategy<Literal> {
    prop_oneof![
        3 => nasty_text().prop_map(Literal::from),
        1 => any::<i64>().prop_map(Literal::from),
        1 => (-3i64..3).prop_map(Literal::from),
        1 => any::<bool>().prop_map(Literal::from),
    ]
    .boxed()
}

/// Any fact, of any custom field.
pub(crate) fn any_fact() -> BoxedStrategy<Fact> {
    let built_in: Vec<Fact> = Fact::built_in().collect();
    prop_oneof![4 => select(built_in), 1 => nasty_text().prop_map(Fact::field)].boxed()
}

fn any_span() -> BoxedStrategy<Span> {
    prop_oneof![any::<u32>().prop_map(Span::micros), any::<u32>().prop_map(Span::hours)].boxed()
}

fn any_is() -> BoxedStrategy<Is> {
    prop_oneof![
        any_literal().prop_map(Is::Equal),
        any_literal().prop_map(Is::NotEqual),
        vec(any_literal(), 0..4).prop_map(Is::In),
        any_literal().prop_map(Is::Less),
        any_literal().prop_map(Is::AtMost),
        any_literal().prop_map(Is::More),
        any_literal().prop_map(Is::AtLeast),
        any_literal().prop_map(Is::Contains),
        nasty_text().prop_map(|pattern| Is::Matches(pattern.into())),
        Just(Is::Missing),
        Just(Is::Present),
        any_span().prop_map(Is::Older),
        any_span().prop_map(Is::Younger),
        Just(Is::Changed),
        any_literal().prop_map(Is::ChangedFrom),
        any_literal().prop_map(Is::ChangedTo),
    ]
    .boxed()
}

/// Trees over these tests, with empty lists and lists of one among them.
fn tree(tests: BoxedStrategy<Condition>) -> BoxedStrategy<Condition> {
    tests
        .prop_recursive(5, 24, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Condition::All),
                vec(inner.clone(), 0..4).prop_map(Condition::Any),
                inner.prop_map(Condition::not),
            ]
        })
        .boxed()
}

/// Any condition that can be built, whether it means something or not.
pub(crate) fn any_condition() -> BoxedStrategy<Condition> {
    tree((any_fact(), any_is()).prop_map(|(fact, is)| Condition::Test(Test { fact, is })).boxed())
}

/// The words of a desk: what a condition that passes its check can name.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) names: Vec<(Fact, Vec<String>)>,
    pub(crate) texts: Vec<(Fact, Vec<String>)>,
    pub(crate) integers: Vec<(Fact, Vec<i64>)>,
    pub(crate) booleans: Vec<Fact>,
    pub(crate) instants: (Vec<Fact>, Vec<String>),
    pub(crate) dates: Vec<(Fact, Vec<String>)>,
    pub(crate) people: (Vec<String>, Vec<String>),
    pub(crate) organisations: Vec<String>,
    pub(crate) tickets: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) subjects: Vec<String>,
    pub(crate) references: Vec<String>,
    pub(crate) spans: Vec<Span>,
}

fn equality(fact: Fact, values: Vec<Literal>) -> BoxedStrategy<Condition> {
    let value = select(values);
    let with = move |is: fn(Literal) -> Is, value| Test { fact: fact.clone(), is: is(value) };
    let (other, list) = (with.clone(), with.clone());
    let bare = list(Is::Equal, true.into()).fact;
    prop_oneof![
        3 => value.clone().prop_map(move |value| with(Is::Equal, value).into()),
        1 => value.clone().prop_map(move |value| other(Is::NotEqual, value).into()),
        2 => vec(value, 0..4).prop_map({
            let bare = bare.clone();
            move |values| bare.clone().is_in(values)
        }),
        1 => Just(bare.clone().missing()),
        1 => Just(bare.present()),
    ]
    .boxed()
}

fn comparison(fact: Fact, values: Vec<Literal>) -> BoxedStrategy<Condition> {
    let signs: [fn(Literal) -> Is; 4] = [Is::Less, Is::AtMost, Is::More, Is::AtLeast];
    (select(signs.to_vec()), select(values))
        .prop_map(move |(sign, value)| Test { fact: fact.clone(), is: sign(value) }.into())
        .boxed()
}

fn literals<T: Clone + Into<Literal>>(values: &[T]) -> Vec<Literal> {
    values.iter().cloned().map(Into::into).collect()
}

/// Conditions over these words that pass their check in this place.
pub(crate) fn valid_condition(words: &Words, place: Place) -> BoxedStrategy<Condition> {
    let mut tests = Vec::new();
    let mut changing: Vec<(Fact, Vec<Literal>)> = Vec::new();
    let (owners, people) = (literals(&words.people.0), literals(&words.people.1));
    let mut equal = vec![
        (Fact::Assignee, owners),
        (Fact::Requester, people.clone()),
        (Fact::Organisation, literals(&words.organisations)),
        (Fact::Follows, literals(&words.tickets)),
        (Fact::MergedInto, literals(&words.tickets)),
        (Fact::Parent, literals(&words.tickets)),
    ];
    equal.extend(words.names.iter().map(|(fact, names)| (fact.clone(), literals(names))));
    equal.extend(words.texts.iter().map(|(fact, texts)| (fact.clone(), literals(texts))));
    equal.extend(words.integers.iter().map(|(fact, all)| (fact.clone(), literals(all))));
    equal.extend(words.booleans.iter().map(|fact| (fact.clone(), literals(&[true, false]))));
    equal.extend(words.instants.0.iter().map(|fact| (fact.clone(), literals(&words.instants.1))));
    equal.extend(words.dates.iter().map(|(fact, dates)| (fact.clone(), literals(dates))));
    if place != Place::View {
        equal.retain(|(fact, _)| *fact != Fact::Number);
    }
    let me = Literal::from("me");
    for (fact, mut values) in equal {
        if place != Place::View {
            values.retain(|value| *value != me);
        }
        let ordered = words.integers.iter().any(|(known, _)| *known == fact)
            || words.instants.0.contains(&fact)
            || words.dates.iter().any(|(known, _)| *known == fact)
            || is_scaled(&fact);
        if ordered {
            tests.push(comparison(fact.clone(), values.clone()));
        }
        changing.push((fact.clone(), values.clone()));
        tests.push(equality(fact, values));
    }
    let everyone: Vec<Literal> =
        people.into_iter().filter(|value| place == Place::View || *value != me).collect();
    tests.push(select(everyone).prop_map(|who| Fact::Followers.contains(who)).boxed());
    tests.push(select(words.tags.clone()).prop_map(|tag| Fact::Tags.contains(tag)).boxed());
    let subjects = select(words.subjects.clone());
    tests.push(subjects.prop_map(|subject| Fact::About.contains(subject)).boxed());
    let references = select(words.references.clone());
    tests.push(references.prop_map(|it| Fact::ExternalRefs.contains(it)).boxed());
    let attached = select(vec![Fact::About, Fact::ExternalRefs]);
    tests.push(
        (attached, any::<bool>())
            .prop_map(|(fact, is)| if is { fact.present() } else { fact.missing() })
            .boxed(),
    );
    for (fact, texts) in words.texts.clone() {
        let piece = (select(texts), any::<prop::sample::Index>(), 1usize..4);
        let contains = move |(text, at, length): (String, prop::sample::Index, usize)| {
            let chars: Vec<char> = text.chars().collect();
            let start = at.index(chars.len());
            let piece: String = chars[start..].iter().take(length).collect();
            fact.clone().contains(piece)
        };
        tests.push(piece.prop_map(contains).boxed());
    }
    match place {
        Place::View => {
            let (facts, spans) = (select(words.instants.0.clone()), select(words.spans.clone()));
            let age = (facts, spans, any::<bool>()).prop_map(|(fact, span, older)| {
                if older { fact.older(span) } else { fact.younger(span) }
            });
            tests.push(age.boxed());
        }
        Place::Rule => {}
        Place::Trigger => {
            let changed = changing.iter().map(|(fact, _)| fact.clone());
            tests.push(select(changed.collect::<Vec<Fact>>()).prop_map(Fact::changed).boxed());
            // No literal equals a list, so these would be rare.
            let lists = select(vec![Fact::Tags, Fact::Followers, Fact::About, Fact::ExternalRefs]);
            tests.push(lists.prop_map(Fact::changed).boxed());
            let from_to = select(changing).prop_flat_map(|(fact, values)| {
                (select(values), any::<bool>()).prop_map(move |(value, from)| {
                    let fact = fact.clone();
                    if from { fact.changed_from(value) } else { fact.changed_to(value) }
                })
            });
            tests.push(from_to.boxed());
            let authors = ["customer", "agent", "light_agent", "bot", "auto_responder", "host"];
            tests.push(equality(Fact::MessageAuthor, literals(&authors)));
            tests.push(equality(Fact::MessageVisibility, literals(&["public", "note"])));
            tests.push(equality(Fact::MessageText, literals(&["WORDS", "it burns"])));
            let pieces = select(vec!["BURN", "word", "x"]);
            tests.push(pieces.prop_map(|piece| Fact::MessageText.contains(piece)).boxed());
        }
    }
    tree(prop::strategy::Union::new(tests).boxed())
}

/// Orders over these facts, none twice.
pub(crate) fn sorts(facts: Vec<Fact>) -> BoxedStrategy<Vec<Sort>> {
    let some = prop::sample::subsequence(facts, 0..=4).prop_shuffle();
    (some, any::<[bool; 4]>())
        .prop_map(|(facts, down)| {
            let keys = facts.into_iter().zip(down);
            keys.map(|(by, descending)| Sort { by, descending }).collect()
        })
        .boxed()
}
