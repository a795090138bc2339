//! What is left of cases once others are taken out of them.

use super::{Case, cases};
use crate::condition::Fact;
use crate::matching::lexicon::Type;
use crate::matching::{Lexicon, Matcher};

use super::domain::Domain;

/// The most cases that are left at a time; of more, nothing is said.
const MOST_LEFT: usize = 256;

impl Matcher {
    /// The cases in which it does not match: as [`cases`](Matcher::cases), the other way round.
    pub(crate) fn cases_without(&self) -> Option<Vec<Case>> {
        cases(&self.program.node, false)
    }
}

/// Whether every ticket has some value of it.
fn is_always_there(fact: &Fact) -> bool {
    match fact {
        Fact::Status
        | Fact::StatusCategory
        | Fact::Kind
        | Fact::Origin
        | Fact::Requester
        | Fact::Priority
        | Fact::Channel
        | Fact::OpenTodos
        | Fact::OpenSides
        | Fact::Messages
        | Fact::Notes
        | Fact::Reopened
        | Fact::Escalated
        | Fact::Transferred
        | Fact::Queued
        | Fact::SlaMissed
        | Fact::Overdue
        | Fact::Held
        | Fact::Spam
        | Fact::OpenAgeWarned
        | Fact::OpenedAt
        | Fact::UpdatedAt
        | Fact::StatusSince => true,
        Fact::Number
        | Fact::Reason
        | Fact::Department
        | Fact::Assignee
        | Fact::Followers
        | Fact::About
        | Fact::ExternalRefs
        | Fact::Impact
        | Fact::Urgency
        | Fact::ReceivedAt
        | Fact::Category
        | Fact::Tags
        | Fact::Subject
        | Fact::Resolution
        | Fact::Organisation
        | Fact::Parent
        | Fact::Follows
        | Fact::MergedInto
        | Fact::SlaPolicy
        | Fact::SlaLevel
        | Fact::SlaDueAt
        | Fact::UnresolvedSince
        | Fact::WaitingSince
        | Fact::FirstAnsweredAt
        | Fact::LastAskedAt
        | Fact::LastAnsweredAt
        | Fact::ResolvedAt
        | Fact::ClosedAt
        | Fact::PostponedUntil
        | Fact::ProposedAt
        | Fact::Field(_)
        | Fact::MessageText
        | Fact::MessageAuthor
        | Fact::MessageVisibility => false,
    }
}

impl Case {
    /// Every ticket, as far as these facts are concerned: it has a value of those that none lacks,
    /// and counts are not less than nothing.
    pub(crate) fn of_every<'f>(facts: impl Iterator<Item = &'f Fact>, lexicon: &Lexicon) -> Self {
        let mut case = Self::default();
        // A status comes with its category, and is what says it.
        let both = |fact: &'f Fact| {
            [fact, if *fact == Fact::StatusCategory { &Fact::Status } else { fact }]
        };
        for fact in facts.flat_map(both).filter(|fact| is_always_there(fact)) {
            let Some(of) = lexicon.type_of(fact) else { continue };
            let least = matches!(of, Type::Integer).then_some(0);
            case.narrow(fact, &of, false, Domain { least, ..Domain::present(&of) });
        }
        case
    }

    /// Whether a value is left for each fact that has so few that all of them can be looked at.
    fn is_real(&self, lexicon: &Lexicon) -> bool {
        let left = self.domains.iter().filter(|(tested, domain)| !tested.before && !domain.missing);
        let mut countable = left.filter(|(_, domain)| match domain.of {
            Type::Name(_)
            | Type::Status
            | Type::Choice(_)
            | Type::Boolean
            | Type::Integer
            | Type::Date
            | Type::Instant => true,
            Type::Text
            | Type::Owner
            | Type::Requester
            | Type::Organisation
            | Type::Ticket
            | Type::Channel
            | Type::Tags
            | Type::Followers
            | Type::About
            | Type::ExternalRefs => false,
        });
        countable.all(|(tested, domain)| match tested.fact {
            Fact::Status => self.status(domain, lexicon).is_some(),
            ref fact => domain.sample(fact, lexicon).is_some(),
        })
    }

    /// Those of these that can be.
    pub(crate) fn real(cases: Vec<Self>, lexicon: &Lexicon) -> Vec<Self> {
        cases.into_iter().filter(|case| case.is_real(lexicon)).collect()
    }

    /// What both leave, case by case; `None`: too much to look at. Pairs that are looked at are
    /// taken off `pairs`.
    pub(crate) fn both(
        ones: &[Self],
        others: &[Self],
        lexicon: &Lexicon,
        pairs: &mut usize,
    ) -> Option<Vec<Self>> {
        *pairs = pairs.checked_sub(ones.len().checked_mul(others.len())?)?;
        let mut left: Vec<Self> = Vec::new();
        for one in ones {
            for other in others {
                let both = one.and(other).filter(|both| both.is_real(lexicon));
                let Some(both) = both.filter(|both| !left.iter().any(|it| both.implies(it))) else {
                    continue;
                };
                left.retain(|it| !it.implies(&both));
                left.push(both);
                if left.len() > MOST_LEFT {
                    return None;
                }
            }
        }
        Some(left)
    }
}
