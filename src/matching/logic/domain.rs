//! What a fact may be: the values that some tests leave it.

use std::collections::BTreeSet;

use chrono::Datelike as _;

use crate::matching::lexicon::Type;
use crate::matching::matcher::{Ask, Sign, Typed};

/// The values that are left to a fact. What tests say of values holds of those that it has; apart
/// from that it may be missing.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    /// Its type.
    pub(super) of: Type,
    /// Whether it may be missing.
    pub(super) missing: bool,
    /// Whether it may have a value.
    pub(super) present: bool,
    /// Then one of these.
    pub(super) only: Option<Vec<Typed>>,
    /// Then none of these.
    pub(super) not: Vec<Typed>,
    /// Then at least, and at most, this, on a scale where there is something between one value and
    /// the next.
    pub(super) least: Option<i128>,
    pub(super) most: Option<i128>,
    /// Then with each of these pieces, or items, and none of those.
    pub(super) has: Vec<Typed>,
    pub(super) lacks: Vec<Typed>,
    /// Whether it changed, from what, to what, and what fits which pattern: as it was written, and
    /// whether it is true.
    pub(super) odd: BTreeSet<(String, bool)>,
}

/// How it is written that something changed.
pub(super) const CHANGED: &str = "Changed";

impl Domain {
    fn any(of: &Type) -> Self {
        let only = matches!(of, Type::Boolean).then(|| [false, true].map(Typed::Boolean).to_vec());
        Self {
            of: of.clone(),
            missing: true,
            present: true,
            only,
            not: Vec::new(),
            least: None,
            most: None,
            has: Vec::new(),
            lacks: Vec::new(),
            odd: BTreeSet::new(),
        }
    }

    /// Some value.
    pub(super) fn present(of: &Type) -> Self {
        Self { missing: false, ..Self::any(of) }
    }

    /// No value.
    pub(super) fn missing(of: &Type) -> Self {
        Self { present: false, ..Self::any(of) }
    }

    /// One of these values.
    pub(super) fn among(values: Vec<Typed>, of: &Type) -> Self {
        Self { only: Some(values), ..Self::present(of) }
    }

    /// What a test leaves, where it is true or else false.
    pub(super) fn of(ask: &Ask, of: &Type, truth: bool) -> Self {
        let any = Self::any(of);
        let odd = |base: Self| {
            let mut odd = base;
            odd.odd.insert((format!("{ask:?}"), truth));
            odd
        };
        match (ask, truth) {
            (Ask::Missing, true) | (Ask::Present, false) => Self::missing(of),
            (Ask::Missing, false) | (Ask::Present, true) => Self::present(of),
            (Ask::OneOf(values), true) | (Ask::NoneOf(values), false) => {
                Self::among(values.clone(), of)
            }
            (Ask::OneOf(values), false) | (Ask::NoneOf(values), true) => {
                Self { not: values.clone(), ..any }
            }
            (Ask::Order(sign, bound), truth) => match (bounds(*sign, bound, of, truth), truth) {
                (Some((least, most)), true) => Self { least, most, ..Self::present(of) },
                (Some((least, most)), false) => Self { least, most, ..any },
                (None, _) => odd(any),
            },
            (Ask::Contains(item), true) => Self { has: vec![item.clone()], ..Self::present(of) },
            (Ask::Contains(item), false) => Self { lacks: vec![item.clone()], ..any },
            (Ask::Matches(_) | Ask::Older(_) | Ask::Younger(_), true) => odd(Self::present(of)),
            (Ask::ChangedTo(value), true) => odd(Self::among(vec![value.clone()], of)).changed(),
            // As text it may have been the same in other letter case.
            (Ask::ChangedFrom(value), true) if !matches!(of, Type::Text) => {
                odd(Self { not: vec![value.clone()], ..any }).changed()
            }
            (Ask::ChangedFrom(_), true) => odd(any).changed(),
            (Ask::Changed, truth) => {
                let mut changed = any;
                changed.odd.insert((CHANGED.into(), truth));
                changed
            }
            (
                Ask::Matches(_)
                | Ask::Older(_)
                | Ask::Younger(_)
                | Ask::ChangedTo(_)
                | Ask::ChangedFrom(_),
                false,
            ) => odd(any),
        }
    }

    fn changed(mut self) -> Self {
        self.odd.insert((CHANGED.into(), true));
        self
    }

    /// Leaves what both leave.
    pub(super) fn narrow(&mut self, other: &Self) {
        self.missing &= other.missing;
        self.present &= other.present;
        match (&mut self.only, &other.only) {
            (Some(own), Some(others)) => own.retain(|value| others.contains(value)),
            (own @ None, Some(others)) => *own = Some(others.clone()),
            (_, None) => {}
        }
        let add = |own: &mut Vec<Typed>, others: &[Typed]| {
            for other in others {
                if !own.contains(other) {
                    own.push(other.clone());
                }
            }
        };
        add(&mut self.not, &other.not);
        add(&mut self.has, &other.has);
        add(&mut self.lacks, &other.lacks);
        self.least = self.least.max(other.least);
        self.most = match (self.most, other.most) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self.odd.extend(other.odd.iter().cloned());
    }

    /// Whether anything is left; said more often than it is so, and never the other way round.
    pub(super) fn is_possible(&self) -> bool {
        (self.missing || self.may_be_present())
            && !self
                .odd
                .iter()
                .any(|(test, truth)| *truth && self.odd.contains(&(test.clone(), false)))
    }

    fn may_be_present(&self) -> bool {
        let inside = |piece: &Typed| self.lacks.iter().any(|lack| has(piece, lack));
        self.present
            && self.least.zip(self.most).is_none_or(|(least, most)| least <= most)
            && !self.has.iter().any(inside)
            && self.only.as_ref().is_none_or(|only| only.iter().any(|value| self.admits(value)))
    }

    /// Whether a value is left, as far as it can be told of one.
    pub(super) fn admits(&self, value: &Typed) -> bool {
        !self.not.contains(value)
            && self.only.as_ref().is_none_or(|only| only.contains(value))
            && self.has.iter().all(|piece| has(value, piece))
            && !self.lacks.iter().any(|piece| has(value, piece))
            && scalar(value).is_none_or(|at| {
                self.least.is_none_or(|least| at >= least)
                    && self.most.is_none_or(|most| at <= most)
            })
    }

    /// Whether whatever is left here is left there. Never said where it is not so.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let odd = || other.odd.is_subset(&self.odd);
        (!self.missing || other.missing)
            && odd()
            && (!self.may_be_present() || other.present && self.values_are_within(other))
    }

    fn values_are_within(&self, other: &Self) -> bool {
        if let Some(only) = &self.only {
            // One by one, where they are known.
            return only.iter().filter(|value| self.admits(value)).all(|value| other.admits(value));
        }
        let least = other.least.is_none_or(|least| self.least.is_some_and(|own| own >= least));
        let most = other.most.is_none_or(|most| self.most.is_some_and(|own| own <= most));
        other.only.is_none()
            && least
            && most
            && other.not.iter().all(|value| !self.admits(value))
            && other.has.iter().all(|piece| self.has.iter().any(|own| has(own, piece)))
            && other.lacks.iter().all(|piece| self.lacks.iter().any(|own| has(piece, own)))
    }
}

/// Whether what is this, or has it, has that piece or item.
fn has(this: &Typed, piece: &Typed) -> bool {
    match (this, piece) {
        (Typed::Text(text), Typed::Text(piece)) => text.contains(&**piece),
        (this, piece) => this == piece,
    }
}

/// A value's place on the scale of bounds.
fn scalar(value: &Typed) -> Option<i128> {
    let at = match value {
        Typed::Integer(number) => i128::from(*number),
        Typed::Instant(at) => i128::from(at.timestamp_micros()),
        Typed::Date(date) => i128::from(date.num_days_from_ce()),
        _ => return None,
    };
    Some(2 * at)
}

/// Between which places values are of which a comparison is true, or else false.
fn bounds(
    sign: Sign,
    bound: &Typed,
    of: &Type,
    truth: bool,
) -> Option<(Option<i128>, Option<i128>)> {
    let at = scalar(bound)?;
    // Between instants there are others; between numbers, and between days, there are none.
    let next = if matches!(of, Type::Instant) { 1 } else { 2 };
    Some(match (sign, truth) {
        (Sign::Less, true) | (Sign::AtLeast, false) => (None, Some(at - next)),
        (Sign::AtMost, true) | (Sign::More, false) => (None, Some(at)),
        (Sign::More, true) | (Sign::AtMost, false) => (Some(at + next), None),
        (Sign::AtLeast, true) | (Sign::Less, false) => (Some(at), None),
    })
}

#[cfg(test)]
mod tests {
    use super::{Domain, Sign};
    use crate::matching::lexicon::Type;
    use crate::matching::matcher::{Ask, Typed};

    fn number(sign: Sign, bound: i64, truth: bool) -> Domain {
        Domain::of(&Ask::Order(sign, Typed::Integer(bound)), &Type::Integer, truth)
    }

    fn text(piece: &str, truth: bool) -> Domain {
        Domain::of(&Ask::Contains(Typed::Text(piece.into())), &Type::Text, truth)
    }

    #[test]
    fn whole_numbers_have_none_between_them() {
        let mut between = number(Sign::More, 3, true);
        between.narrow(&number(Sign::Less, 5, true));
        assert!(between.is_possible(), "4 is");
        assert!(between.is_within(&number(Sign::AtMost, 4, true)));
        between.narrow(&number(Sign::Less, 4, true));
        assert!(!between.is_possible());
    }

    #[test]
    fn what_is_not_less_may_be_missing() {
        let not_less = number(Sign::Less, 3, false);
        let at_least = number(Sign::AtLeast, 3, true);
        assert!(at_least.is_within(&not_less));
        assert!(!not_less.is_within(&at_least));
    }

    #[test]
    fn a_longer_piece_brings_the_shorter_one() {
        assert!(text("refund", true).is_within(&text("fund", true)));
        assert!(!text("fund", true).is_within(&text("refund", true)));
        assert!(text("fund", false).is_within(&text("refund", false)));
        let mut both = text("refund", true);
        both.narrow(&text("fun", false));
        assert!(!both.is_possible());
    }
}
