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
fn the_limits_themselves_have_limits() {
    for depth in [0, 49] {
        let mut draft = draft();
        draft.limits.condition_depth = depth;
        let error = draft.build().unwrap_err();
        assert_eq!(error.problems()[0].path(), "limits.condition_depth");
    }
    let mut draft = draft();
    draft.limits.condition_tests = 0;
    let error = draft.build().unwrap_err();
    let expected = Mistake::OutOfRange { found: "0".into(), expected: "at least 1" };
    assert_eq!(error.problems()[0].mistake(), &expected);
}
