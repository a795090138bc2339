//! Views that are kept: the desk's, the departments', an agent's own; whose they are, and what
//! is wrong with one.

use crate::support::*;
use helpdesk::condition::View;
use helpdesk::matching::Listing;
use helpdesk::{
    Actor, Command, DeskError, Key, Outcome, Refusal, Revision, SettingsDraft, ViewOwner,
};

fn view(name: &str, filter: &str) -> View {
    View::new(name, filter.parse().unwrap())
}

/// The kit's settings: billing has a view, and so has the desk.
fn with_views() -> SettingsDraft {
    let mut draft = draft();
    draft.departments[1].views = vec![view("invoices", "category = billing")];
    draft.views = vec![view("urgent", "priority >= high").sorted("waiting_since").unwrap()];
    draft
}

fn save(desk: &TestDesk, actor: &Actor, views: Vec<View>) -> Result<Outcome, DeskError> {
    desk.desk.save_views(desk.context(actor), views)
}

fn names(desk: &TestDesk, actor: &Actor) -> Vec<String> {
    let owner = |owner| match owner {
        ViewOwner::Agent => "own".to_owned(),
        ViewOwner::Department(name) => name.to_string(),
        ViewOwner::Desk => "desk".to_owned(),
    };
    let views = desk.desk.views(actor, desk.now()).unwrap().into_iter();
    views.map(|saved| format!("{}: {}", owner(saved.owner), saved.view.name)).collect()
}

#[test]
fn an_agent_has_their_own_views_then_the_departments_then_the_desks() {
    let desk = TestDesk::with(with_views());
    save(&desk, &agent(BEN), vec![view("mine", "assignee = me"), view("old", "all()")]).unwrap();
    let own = ["own: mine", "own: old"];
    assert_eq!(
        names(&desk, &agent(BEN)),
        [&own[..], &["billing: invoices", "desk: urgent"]].concat()
    );
    assert_eq!(names(&desk, &agent(ANNA)), ["desk: urgent"], "she does not work in billing");
    assert_eq!(names(&desk, &Actor::Host), ["billing: invoices", "desk: urgent"]);
    assert_eq!(names(&desk, &customer(MARIA)), [""; 0]);
    assert_eq!(names(&desk, &bot()), [""; 0]);
}

#[test]
fn me_is_whoever_looks() {
    let desk = TestDesk::with(with_views());
    let ticket = desk.given_request();
    desk.ok(&agent(ANNA), helpdesk::command::Take { ticket });
    let mine = view("mine", "assignee = me");
    for (who, found) in [(ANNA, 1), (CARL, 0)] {
        let page = desk.desk.find(&agent(who), desk.now(), &mine.listing()).unwrap();
        assert_eq!(page.rows.len(), found);
    }
    let page = desk.desk.find(&Actor::Host, desk.now(), &mine.listing()).unwrap();
    assert!(page.rows.is_empty(), "the host is nobody's `me`");
}

#[test]
fn every_agent_keeps_views_and_nobody_else_does() {
    let desk = TestDesk::new();
    for id in EVERY_AGENT {
        assert!(save(&desk, &agent(id), vec![view("mine", "assignee = me")]).is_ok());
        assert_eq!(desk.desk.agent(id).unwrap().unwrap().views().len(), 1);
    }
    for actor in [Actor::Host, customer(MARIA), bot(), auto_responder()] {
        let refusal = desk.refused(&actor, Command::SaveViews(vec![view("a", "all()")]));
        assert_eq!(refusal.code(), "forbidden", "{actor}");
    }
}

#[test]
fn what_the_host_says_of_an_agent_leaves_the_agents_views_alone() {
    let desk = TestDesk::new();
    save(&desk, &agent(ANNA), vec![view("mine", "assignee = me")]).unwrap();
    desk.put_agent(ANNA, profile(ANNA).email("anna@example.com").capacity(3));
    let anna = desk.desk.agent(ANNA).unwrap().unwrap();
    assert_eq!((anna.views().len(), anna.capacity()), (1, Some(3)));
    assert!(desk.put_agent(ANNA, profile(ANNA).email("anna@example.com").capacity(3)).is_no_op());

    // And views leave everything else alone.
    save(&desk, &agent(ANNA), Vec::new()).unwrap();
    let anna = desk.desk.agent(ANNA).unwrap().unwrap();
    assert_eq!((anna.name(), anna.email()), ("Anna", Some("anna@example.com")));
    assert_eq!((anna.views().len(), anna.capacity()), (0, Some(3)));
    desk.desk.verify(Key::agent(desk.desk.id(), ANNA)).unwrap();
}

#[test]
fn keeping_what_is_kept_changes_nothing() {
    let desk = TestDesk::new();
    let mine = || vec![view("mine", "assignee = me").sorted("priority desc").unwrap()];
    assert!(!save(&desk, &agent(ANNA), mine()).unwrap().is_no_op());
    assert!(save(&desk, &agent(ANNA), mine()).unwrap().is_no_op());
}

#[test]
fn views_with_mistakes_are_refused_with_the_path_of_each() {
    let desk = TestDesk::new();
    let views = vec![
        view("mine", "assignee = me"),
        view("mine", "status = opne or priority >= hgih"),
        view(" edge", "all()").sorted("tags").unwrap(),
        view("changed", "status changed"),
    ];
    let refusal = desk.refused(&agent(ANNA), Command::SaveViews(views));
    let Refusal::BadCondition { problems } = &refusal else { panic!("{refusal}") };
    let told: Vec<String> = problems.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "views[1].name: the view `mine` is defined twice",
            "views[2].name: the name ` edge` has a blank at its edge",
            "views[1].filter.any[0].equal: there is no status `opne`",
            "views[1].filter.any[1].at_least: there is no priority `hgih`",
            "views[2].sort[0].by: `tags` is not a fact with an order: it is a list",
            "views[3].filter.changed: `changed` can be used in triggers only",
        ]
    );
    assert_eq!(refusal.kind(), helpdesk::RefusalKind::Invalid);
}

#[test]
fn settings_with_a_mistake_in_a_view_are_not_built() {
    let mut draft = with_views();
    draft.departments[1].views[0].filter = "category = invoices".parse().unwrap();
    draft.views.push(view("urgent", "field.order = 1"));
    let error = draft.build().unwrap_err();
    let told: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "views[1].name: the view `urgent` is defined twice",
            "views[1].filter.fact: there is no field `order`",
            "departments[1].views[0].filter.equal: there is no category `invoices`",
        ]
    );
}

#[test]
fn a_view_that_new_settings_broke_says_so_where_it_is_used() {
    let desk = TestDesk::new();
    save(&desk, &agent(ANNA), vec![view("money", "department = billing")]).unwrap();
    let mut fewer = draft();
    fewer.departments.remove(1);
    desk.publish(fewer);
    let saved = desk.desk.views(&agent(ANNA), desk.now()).unwrap().remove(0);
    let error = desk.desk.find(&agent(ANNA), desk.now(), &saved.view.listing()).unwrap_err();
    assert_eq!(error.to_string(), "invalid condition: equal: there is no department `billing`");
}

#[test]
fn there_are_at_most_so_many_and_a_stale_view_of_them_is_refused() {
    let desk = TestDesk::new();
    let many = (0..51).map(|n| view(&n.to_string(), "all()")).collect();
    let refusal = desk.refused(&agent(ANNA), Command::SaveViews(many));
    assert_eq!(refusal.to_string(), "the limit `views` is 50, and this would be 51");

    let context = desk.context(&agent(ANNA)).having_seen(Revision(1));
    desk.desk.save_views(context.clone(), vec![view("a", "all()")]).unwrap();
    let error = desk.desk.save_views(context, vec![view("b", "all()")]).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), "stale_view");
}

#[test]
fn a_listing_is_refused_by_what_is_wrong_with_it() {
    let desk = TestDesk::new();
    desk.given_request();
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    let find = |actor: &Actor, listing: &Listing| {
        let found = desk.desk.find(actor, desk.now(), listing);
        found.map_err(|error| error.refusal().unwrap().clone())
    };
    let by_priority = Listing::every().sorted("priority").unwrap().page(1);
    let next = find(&agent(ANNA), &by_priority).unwrap().next.unwrap();
    let other = Listing::every().sorted("updated_at").unwrap().after(next);
    assert_eq!(find(&agent(ANNA), &other), Err(Refusal::CursorMismatch));

    let nobody = agent(helpdesk::AgentId::from_u128(0xdead));
    assert_eq!(find(&nobody, &Listing::every()).unwrap_err().code(), "not_an_agent");

    let none = find(&agent(ANNA), &Listing::every().page(0)).unwrap();
    assert!(none.rows.is_empty());
}
