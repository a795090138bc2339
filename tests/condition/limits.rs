//! How large a condition may be.

use helpdesk::matching::Place;
use helpdesk::{Condition, Fact, Mistake, SettingsDraft};

use super::draft;

fn limited(change: impl FnOnce(&mut SettingsDraft)) -> impl Fn(&Condition) -> Vec<String> {
    let mut draft = draft();
    change(&mut draft);
    let lexicon = draft.build().unwrap().lexicon();
    move |condition| match condition.check(&lexicon, Place::View) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn levels_are_counted_with_the_test() {
    let check = limited(|draft| draft.limits.condition_depth = 2);
    let one = Condition::not(Fact::Queued.equals(true));
    assert!(check(&one).is_empty());
    assert!(check(&Condition::not(Condition::all([]))).is_empty());
    assert_eq!(
        check(&Condition::all([Fact::Queued.equals(true), one])),
        ["all[1].not: the limit `condition_depth` is 2, and this would be 3"]
    );
}

#[test]
fn tests_are_counted_over_the_whole_tree_and_told_once() {
    let check = limited(|draft| draft.limits.condition_tests = 2);
    let test = || Fact::Queued.equals(true);
    assert!(check(&Condition::all([test(), Condition::not(test())])).is_empty());
    assert_eq!(
        check(&Condition::all([test(), Condition::any([test(), test(), test()]), test()])),
        ["all[1].any[1]: the limit `condition_tests` is 2, and this would be 3"]
    );
}

#[test]
fn listed_values_are_counted() {
    let check = limited(|draft| draft.limits.condition_items = 2);
    assert!(check(&Fact::Notes.is_in([1, 2])).is_empty());
    assert_eq!(
        check(&Fact::Notes.is_in([1, 2, 3])),
        ["in: the limit `condition_items` is 2, and this would be 3"]
    );
}

#[test]
fn bytes_are_those_of_the_text_form() {
    let check = limited(|draft| draft.limits.condition_bytes = 40);
    for length in 0..60 {
        for character in ["x", "\"", "\n", "ü", "\u{1}"] {
            let condition = Condition::not(Fact::Subject.equals(character.repeat(length)));
            let bytes = condition.to_string().len();
            let expected = format!("the limit `condition_bytes` is 40, and this would be {bytes}");
            match check(&condition).as_slice() {
                [] => assert!(bytes <= 40, "{condition}"),
                [problem] => assert!(bytes > 40 && problem.ends_with(&expected), "{problem}"),
                problems => panic!("{problems:?}"),
            }
        }
    }
}

#[test]
fn what_is_accepted_has_a_text_that_is_read() {
    let most = limited(|draft| draft.limits.condition_bytes = 65_536);
    let named = |bytes: usize| Fact::Subject.equals("x".repeat(bytes - "subject = ".len()));
    let longest = named(65_536);
    assert!(most(&longest).is_empty());
    assert_eq!(longest.to_string().parse(), Ok(longest));
    assert!(named(65_537).to_string().parse::<Condition>().is_err());
    assert_eq!(most(&named(65_537)).len(), 1);

    // A thousand ids twice are more than a text may have.
    let ids = || (0..1000).map(helpdesk::AgentId::from_u128);
    let twice = Condition::any([Fact::Assignee.is_in(ids()), Fact::Requester.is_in(ids())]);
    assert!(twice.to_string().parse::<Condition>().is_err());
    let told = most(&twice);
    assert!(told[0].contains("the limit `condition_bytes` is 65536"), "{told:?}");
    assert_eq!(told.len(), 1);

    let usual = limited(|_| {});
    let few = Fact::Assignee.is_in(ids().take(300));
    assert!(usual(&few).is_empty());
    assert_eq!(few.to_string().parse(), Ok(few));
    let told = usual(&Fact::Subject.contains("x".repeat(20 << 20)));
    assert!(told[0].contains("the limit `condition_bytes` is 16384"), "{told:?}");
}

#[test]
fn a_view_that_is_too_long_is_told_by_its_path() {
    let mut draft = draft();
    let long = Fact::Subject.contains("x".repeat(20_000));
    draft.views = vec![helpdesk::condition::View::new("long", long)];
    let error = draft.build().unwrap_err();
    let bytes = "subject contains ".len() + 20_000;
    assert_eq!(
        error.problems()[0].to_string(),
        format!("views[0].filter: the limit `condition_bytes` is 16384, and this would be {bytes}")
    );
}

#[test]
fn the_limits_themselves_have_limits() {
    for depth in [0, 49] {
        let mut draft = draft();
        draft.limits.condition_depth = depth;
        let error = draft.build().unwrap_err();
        assert_eq!(error.problems()[0].path(), "limits.condition_depth");
    }
    for bytes in [0, 65_537] {
        let mut draft = draft();
        draft.limits.condition_bytes = bytes;
        let error = draft.build().unwrap_err();
        assert_eq!(error.problems()[0].path(), "limits.condition_bytes");
    }
    let mut draft = draft();
    draft.limits.condition_tests = 0;
    let error = draft.build().unwrap_err();
    let expected = Mistake::OutOfRange { found: "0".into(), expected: "at least 1" };
    assert_eq!(error.problems()[0].mistake(), &expected);
}
