//! Caps on everything that could grow. Beyond a cap is a refusal, never a truncation.

use serde::{Deserialize, Serialize};

use crate::problem::{Mistake, Problems};

/// The caps of a desk, each with a default that most desks never meet.
///
/// Beyond a cap, a command is refused whole; nothing is ever cut. Of one thing a ticket itself only
/// keeps so much at hand: [`clock_pauses`](Self::clock_pauses).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let mut draft = SettingsDraft::default();
/// draft.limits.text_bytes = 10_000;
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
///
/// let long = Reply::new(id, "?".repeat(10_001));
/// let refused = desk.reply(customer.at(now), long).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "the limit `text_bytes` is 10000, and this would be 10001"
/// );
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "limits: a map")]
pub struct Limits {
    /// Bytes of a subject, and of each text about an attachment; at least 16. Default 998, the
    /// longest line of an e-mail (RFC 5322).
    pub subject_bytes: u32,
    /// Bytes of a message, a note or a reason; at least 1. Default 1 MiB.
    pub text_bytes: u32,
    /// Bytes of a resolution, which a ticket keeps at hand. Default 16 KiB.
    pub resolution_bytes: u32,
    /// Tags on a ticket. Default 50.
    pub tags: u32,
    /// Links of a ticket to others. Default 100.
    #[serde(skip_serializing_if = "is::<100>")]
    pub links: u32,
    /// Parents above a ticket, one above the other; 1 to 20. Default 10.
    #[serde(skip_serializing_if = "is::<10>")]
    pub link_depth: u32,
    /// To-dos of a ticket, those that are done included. Default 100.
    #[serde(skip_serializing_if = "is::<100>")]
    pub todos: u32,
    /// Agents whom a note mentions. Default 50.
    #[serde(skip_serializing_if = "is::<50>")]
    pub mentions: u32,
    /// Followers of a ticket. Default 100. Late words open a follow-up also where their author may
    /// not follow it.
    pub followers: u32,
    /// Guests of a ticket at once. Default 20. Late words of a guest open a follow-up also where
    /// they may not be let in to it.
    pub guests: u32,
    /// Subjects of a ticket, each role counted. Default 50.
    #[serde(skip_serializing_if = "is_default::<ABOUT>")]
    pub about: u32,
    /// External references of a ticket. Default 20.
    #[serde(skip_serializing_if = "is_default::<EXTERNAL_REFS>")]
    pub external_refs: u32,
    /// Bytes of the host's id of a subject, and of the scope and the id of an external reference;
    /// 1 to 1000. Default 200.
    #[serde(skip_serializing_if = "is_default::<OBJECT_ID_BYTES>")]
    pub object_id_bytes: u32,
    /// Attachments of a message. Default 50.
    pub attachments: u32,
    /// Bytes of one attachment, as the host states them. Default 50 MiB.
    pub attachment_bytes: u64,
    /// Follow-up tickets of a ticket. Default 100. Late words for which there may be no more go to
    /// one that there is; [`FollowUp`](crate::command::FollowUp) is refused.
    pub follow_ups: u32,
    /// Tickets merged into a ticket, those included that had been merged into these. Default 50.
    #[serde(skip_serializing_if = "is_default::<50>")]
    pub merged: u32,
    /// Merges one upon another, from a merged ticket to the one that goes on; 1 to 32. Default
    /// 10.
    #[serde(skip_serializing_if = "is_default::<10>")]
    pub merge_chain: u32,
    /// Messages split off a ticket. Default 100.
    #[serde(skip_serializing_if = "is_default::<100>")]
    pub splits: u32,
    /// Pauses that a ticket keeps at hand of each clock of its service levels; 1 to 10,000.
    /// Default 32. This is no cap on how often a clock stands still: of a clock that has more, half as
    /// many are kept, and at least one, and what ran before them as one sum. The others are looked up
    /// in the history, by the few commands that need them: those by which the clock is to run in other
    /// hours, or which tell of something that happened so long ago.
    #[serde(skip_serializing_if = "is_default::<32>")]
    pub clock_pauses: u32,
    /// Side conversations of a ticket, closed ones too. Default 20.
    #[serde(skip_serializing_if = "is_default::<20>")]
    pub sides: u32,
    /// How many times triggers may set each other off, one after the other, for what one command or
    /// one timer did; 1 to 100. Default 10. Beyond that nothing more is done, and it is recorded
    /// ([`TicketChange::CascadeStopped`](crate::TicketChange::CascadeStopped)).
    #[serde(skip_serializing_if = "is::<10>")]
    pub cascade_depth: u32,
    /// Views of an agent's own. Default 50.
    pub views: u32,
    /// Identities of a contact. Default 50.
    #[serde(skip_serializing_if = "is_default::<50>")]
    pub identities: u32,
    /// Contacts that were merged into one, also by way of each other. Default 50.
    #[serde(skip_serializing_if = "is_default::<50>")]
    pub contact_merges: u32,
    /// E-mail domains of an organisation. Default 50.
    #[serde(skip_serializing_if = "is_default::<50>")]
    pub domains: u32,
    /// Levels of a condition, the test at the bottom included; 1 to 48. Default 16.
    pub condition_depth: u32,
    /// Tests of a condition; at least 1. Default 500.
    pub condition_tests: u32,
    /// Values that one test of a condition lists. Default 1000.
    pub condition_items: u32,
    /// Bytes of a condition in its text form; 1 to 65,536. Default 16 KiB, which is some 350 ids:
    /// an agent's own views are read with every command of the agent.
    pub condition_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            subject_bytes: 998,
            text_bytes: 1 << 20,
            resolution_bytes: 16 << 10,
            tags: 50,
            links: 100,
            link_depth: 10,
            todos: 100,
            mentions: 50,
            followers: 100,
            guests: 20,
            about: ABOUT,
            external_refs: EXTERNAL_REFS,
            object_id_bytes: OBJECT_ID_BYTES,
            attachments: 50,
            attachment_bytes: 50 << 20,
            follow_ups: 100,
            merged: 50,
            merge_chain: 10,
            splits: 100,
            clock_pauses: 32,
            sides: 20,
            cascade_depth: 10,
            views: 50,
            identities: 50,
            contact_merges: 50,
            domains: 50,
            condition_depth: 16,
            condition_tests: 500,
            condition_items: 1000,
            condition_bytes: 16 << 10,
        }
    }
}

/// The longest chain of merges that any settings allow.
pub(crate) const MOST_CHAIN: u32 = 32;

/// The most pauses that a ticket may keep of a clock.
const MOST_PAUSES: u32 = 10_000;

// Left out of what is stored while they are the default, as they were before there were any.
const ABOUT: u32 = 50;
const EXTERNAL_REFS: u32 = 20;
const OBJECT_ID_BYTES: u32 = 200;

/// Whether a cap that came later is as it was before anybody could set it: then settings are
/// written as they were.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_default<const CAP: u32>(cap: &u32) -> bool {
    *cap == CAP
}

/// Whether a limit is at its default: what came later is written only where it says more, so that
/// settings that never named it keep their form.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn is<const DEFAULT: u32>(limit: &u32) -> bool {
    *limit == DEFAULT
}

pub(super) fn check(limits: &Limits, problems: &mut Problems) {
    // Below this the crate could not derive a subject from a text.
    if limits.subject_bytes < 16 {
        problems.at(
            "limits.subject_bytes",
            Mistake::OutOfRange {
                found: limits.subject_bytes.to_string(),
                expected: "at least 16",
            },
        );
    }
    if !(1..=48).contains(&limits.condition_depth) {
        problems.at(
            "limits.condition_depth",
            Mistake::OutOfRange {
                found: limits.condition_depth.to_string(),
                expected: "1 to 48: no text of a condition is deeper",
            },
        );
    }
    if !(1..=20).contains(&limits.link_depth) {
        problems.at(
            "limits.link_depth",
            Mistake::OutOfRange {
                found: limits.link_depth.to_string(),
                expected: "1 to 20: each is looked at",
            },
        );
    }
    if !(1..=65_536).contains(&limits.condition_bytes) {
        problems.at(
            "limits.condition_bytes",
            Mistake::OutOfRange {
                found: limits.condition_bytes.to_string(),
                expected: "1 to 65536: no text of a condition is longer",
            },
        );
    }
    if !(1..=1000).contains(&limits.object_id_bytes) {
        problems.at(
            "limits.object_id_bytes",
            Mistake::OutOfRange {
                found: limits.object_id_bytes.to_string(),
                expected: "1 to 1000: databases index what is found by it",
            },
        );
    }
    if !(1..=MOST_CHAIN).contains(&limits.merge_chain) {
        problems.at(
            "limits.merge_chain",
            Mistake::OutOfRange { found: limits.merge_chain.to_string(), expected: "1 to 32" },
        );
    }
    if !(1..=MOST_PAUSES).contains(&limits.clock_pauses) {
        let found = limits.clock_pauses.to_string();
        let expected = "1 to 10000: a head has them all, for each clock";
        problems.at("limits.clock_pauses", Mistake::OutOfRange { found, expected });
    }
    if !(1..=100).contains(&limits.cascade_depth) {
        let found = limits.cascade_depth.to_string();
        let expected = "1 to 100: each is looked at";
        problems.at("limits.cascade_depth", Mistake::OutOfRange { found, expected });
    }
    if limits.condition_tests == 0 {
        problems.at(
            "limits.condition_tests",
            Mistake::OutOfRange { found: "0".into(), expected: "at least 1" },
        );
    }
    if limits.text_bytes == 0 {
        problems.at(
            "limits.text_bytes",
            Mistake::OutOfRange { found: "0".into(), expected: "at least 1" },
        );
    }
}
