//! Promises that look at the status, which a ticket changes by itself, too.

use helpdesk::command::{Edit, Reply};
use helpdesk::sla::policy::Obligation;
use helpdesk::sla::{Metric, SlaPolicy, Verdict};
use helpdesk::{
    Actor, ContactProfile, OrganisationId, OrganisationProfile, Rule, SettingsDraft, Span,
};

use crate::service::{changed, clock, draft_with, due};
use crate::support::*;

/// A month while it is postponed, and thirty hours else.
fn by_status() -> SettingsDraft {
    let resolved = |span| Obligation::new(Metric::TotalResolution).within(span);
    let aside = SlaPolicy::new("set aside").when("status = postponed".parse().unwrap());
    draft_with([
        aside.obligation(resolved(Span::days(30))),
        SlaPolicy::new("standard").obligation(resolved(Span::hours(30)).remedy("a cake")),
    ])
}

fn policy(desk: &TestDesk) -> String {
    desk.ticket(TICKET).promised().unwrap().policy.clone().unwrap().to_string()
}

/// Postponed for five hours, at nine on Monday.
fn postponed(desk: &TestDesk) {
    desk.given_request();
    desk.ok(&agent(ANNA), Reply::new(TICKET, "We look into it."));
    desk.ok(&agent(ANNA), postpone(TICKET, desk.now() + hours(5)));
}

#[test]
fn what_a_ticket_does_by_itself_changes_what_it_is_promised() {
    let desk = TestDesk::with(by_status());
    postponed(&desk);
    assert_eq!(
        (policy(&desk).as_str(), due(&desk, Metric::TotalResolution)),
        ("set aside", Some(monday() + days(30)))
    );
    desk.advance_to(monday() + hours(6));
    assert_eq!(
        (policy(&desk).as_str(), due(&desk, Metric::TotalResolution)),
        ("standard", Some(monday() + hours(30)))
    );
    let (at, rule, _) = changed(&desk, TICKET).pop().unwrap();
    assert_eq!((at, rule), (monday() + hours(5), Some(Rule::Sla)), "when it woke");
    desk.verify();
}

#[test]
fn whether_anybody_touched_or_ticked_in_between_verdicts_are_the_same() {
    for (touched, ticked) in [(false, false), (false, true), (true, false), (true, true)] {
        let desk = TestDesk::with(by_status());
        postponed(&desk);
        if ticked {
            desk.advance_to(monday() + hours(6));
        }
        desk.set_now(monday() + hours(6));
        if touched {
            desk.ok(&agent(ANNA), Edit { add_tags: ["smoke".into()].into(), ..Edit::new(TICKET) });
        }
        desk.set_now(monday() + hours(60));
        desk.ok(&agent(ANNA), resolve(TICKET));
        let ended = clock(&desk, TICKET, Metric::TotalResolution).ended().unwrap();
        assert_eq!(ended.verdict, Some(Verdict::Missed), "touched {touched}, ticked {ticked}");
        let owed = changed(&desk, TICKET).into_iter().flat_map(|(_, _, it)| it.remedies);
        let owed: Vec<_> = owed.map(|remedy| remedy.metric).collect();
        assert_eq!(owed, [Metric::TotalResolution]);
        desk.verify();
    }
}

#[test]
fn a_ticket_that_wakes_is_still_of_the_settings_and_of_the_customers_of_its_last_command() {
    for ticked in [false, true] {
        let acme = OrganisationId::from_u128(0xAC);
        let gold = || {
            let mut draft = by_status();
            let answer = Obligation::new(Metric::TotalResolution).within(Span::hours(7));
            draft.sla_policies.insert(1, SlaPolicy::new("gold").group("gold").obligation(answer));
            draft
        };
        let desk = TestDesk::with(gold());
        let host = || desk.context(&Actor::Host);
        let golden = OrganisationProfile::new("Acme").group("gold");
        desk.desk.put_organisation(host(), acme, golden).unwrap();
        let maria = ContactProfile { organisation: Some(acme), ..ContactProfile::new("Maria") };
        desk.desk.put_contact(host(), MARIA, maria).unwrap();
        postponed(&desk);
        // Something else is promised since, and of others.
        let plain = SlaPolicy::new("plain")
            .obligation(Obligation::new(Metric::TotalResolution).within(Span::hours(1)));
        desk.publish(draft_with([plain]));
        if ticked {
            desk.advance_to(monday() + hours(6));
            assert_eq!(policy(&desk), "gold");
        }
        desk.set_now(monday() + hours(6));
        let fresh = desk.context(&Actor::Host);
        desk.desk.put_organisation(fresh, acme, OrganisationProfile::new("Acme")).unwrap();
        desk.set_now(monday() + hours(8));
        desk.ok(&agent(ANNA), Edit { add_tags: ["smoke".into()].into(), ..Edit::new(TICKET) });
        // That it woke is told as gold was promised, at whatever time it was noticed.
        let policies: Vec<_> = changed(&desk, TICKET)
            .into_iter()
            .filter_map(|(_, _, changed)| Some(changed.promised?.policy.unwrap().to_string()))
            .collect();
        assert_eq!(policies, ["gold", "set aside", "gold", "plain"], "ticked {ticked}");
        desk.verify();
    }
}
