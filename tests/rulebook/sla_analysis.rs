//! What is found in policies, by name; and, of random ones asked of random tickets, that it is so.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use helpdesk::matching::{Facts, Value};
use helpdesk::sla::Metric;
use helpdesk::sla::policy::analysis::Finding;
use helpdesk::sla::policy::{Audience, Customer, Obligation, SlaPolicy};
use helpdesk::{
    ContractName, CustomerGroupName, Department, Fact, FieldDef, FieldKind, Settings,
    SettingsDraft, SettingsFinding, Span, Status, Tag, TicketId,
};

fn settings(policies: Vec<SlaPolicy>) -> Settings {
    let draft = SettingsDraft {
        departments: vec![Department::new("support"), Department::new("billing")],
        customer_groups: vec!["gold".into(), "silver".into()],
        fields: vec![FieldDef::new("seats", FieldKind::Integer { min: -10, max: 500 })],
        sla_policies: policies,
        ..SettingsDraft::default()
    };
    draft.build().unwrap()
}

fn findings(settings: &Settings) -> Vec<Finding> {
    settings.sla_policies().analyse(&settings.lexicon())
}

fn answer() -> Obligation {
    Obligation::new(Metric::NextResponse).within(Span::hours(4))
}

/// A policy of this name and condition, that promises something at every priority.
fn policy(name: &str, when: &str) -> SlaPolicy {
    SlaPolicy::new(name).when(when.parse().unwrap()).obligation(answer())
}

/// What is told of policies of these conditions, named `0`, `1` and so on.
fn found(conditions: &[&str]) -> Vec<String> {
    let policies = conditions.iter().enumerate().map(|(at, when)| policy(&at.to_string(), when));
    told(policies.collect())
}

fn told(policies: Vec<SlaPolicy>) -> Vec<String> {
    findings(&settings(policies)).iter().map(Finding::to_string).collect()
}

#[test]
fn policies_that_leave_nobody_out_have_no_gap() {
    for covers in [
        &["all()"][..],
        &["priority >= high", "priority < high"],
        // Every ticket has a priority, a status and a kind.
        &["priority in (low, medium)", "priority = high", "priority = critical"],
        &["kind = customer", "kind = internal"],
        &["status_category in (new, open)", "not status in (new, open, in_progress)"],
        &["department = support", "department = billing", "department is missing"],
        &["reopened = 0", "reopened > 0"],
        &["spam = true", "spam = false"],
        &["tags contains vip", "not tags contains vip"],
        &["subject contains refund", "not subject contains fund", "subject contains fund"],
        &["field.seats < 3", "field.seats in (3, 4)", "field.seats > 4", "field.seats is missing"],
        &["opened_at < 2026-03-02T09:00:00Z", "opened_at >= 2026-03-02T09:00:00Z"],
    ] {
        assert_eq!(found(covers), Vec::<String>::new(), "{covers:?}");
    }
    assert_eq!(told(Vec::new()), Vec::<String>::new(), "then nothing is measured");
}

#[test]
fn a_gap_is_told_with_a_ticket_that_no_policy_is_for() {
    for (policies, told) in [
        (&["priority >= high"][..], "priority: low"),
        (&["priority = high", "priority = low", "priority = critical"], "priority: medium"),
        (&["department = support", "department = billing"], "any ticket"),
        (&["department is missing", "department = support"], "department: billing"),
        (&["reopened > 0"], "reopened: 0"),
        (&["status_category in (new, open, waiting, resolved, closed)"], "status: postponed"),
        (
            &["kind = internal and priority >= medium", "priority >= high"],
            "kind: customer; priority: low",
        ),
        (&["any()"], "any ticket"),
    ] {
        let of = |finding: &Finding| matches!(finding, Finding::Uncovered { .. });
        let policies = policies.iter().enumerate().map(|(at, when)| policy(&at.to_string(), when));
        let settings = settings(policies.collect());
        let findings = findings(&settings);
        let gap = findings.iter().find(|it| of(it)).unwrap();
        assert_eq!(gap.to_string(), format!("no policy is for some tickets, such as {told}"));
        let example = gap.example().unwrap();
        assert!(settings.sla_policies().of(example, Customer::default()).is_none(), "{gap}");
        assert!(gap.policies().is_empty());
    }
}

#[test]
fn a_policy_for_some_customers_leaves_out_the_others() {
    let gold = || policy("gold", "all()").group("gold");
    let signed = || policy("signed", "all()").contract("2026");
    let gap = "no policy is for some tickets, such as any ticket";
    assert_eq!(told(vec![gold(), signed()]), [gap]);
    assert_eq!(told(vec![gold(), signed(), policy("others", "all()")]), Vec::<String>::new());
}

#[test]
fn a_policy_behind_those_that_take_all_is_never_chosen() {
    for (policies, by) in [
        (
            &["priority >= medium", "priority = high", "all()"][..],
            "`0` before it takes all, such as priority: high",
        ),
        (
            &["priority <= medium", "priority >= high", "tags contains vip"],
            "`0` and `1` before it take all, such as",
        ),
        (
            &["kind = internal", "spam = false", "kind = internal and spam = false", "all()"],
            "`0` before",
        ),
    ] {
        let told = found(policies);
        let last = policies.len() - if policies[policies.len() - 1] == "all()" { 2 } else { 1 };
        assert!(told[0].starts_with(&format!("`{last}` is never chosen: {by}")), "{told:?}");
    }
    let never = ["priority is missing", "priority = low and priority = high", "any()"];
    for condition in never {
        assert_eq!(
            found(&[condition, "all()"]),
            ["`0` is never chosen: no ticket matches its condition"]
        );
    }
}

#[test]
fn a_policy_is_behind_another_for_its_own_customers_only() {
    let of = |groups: &[&str], name: &str| {
        groups.iter().fold(policy(name, "all()"), |policy, group| policy.group(*group))
    };
    let all = || policy("all", "all()");
    assert_eq!(told(vec![of(&["gold"], "a"), of(&["silver"], "b"), all()]), Vec::<String>::new());
    assert_eq!(told(vec![of(&["gold"], "a"), all()]), Vec::<String>::new());
    let behind = |policies| {
        let told = told(policies);
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].clone()
    };
    let both =
        behind(vec![of(&["gold"], "a"), of(&["silver"], "b"), of(&["gold", "silver"], "c"), all()]);
    assert_eq!(both, "`c` is never chosen: `a` and `b` before it take all, such as any ticket");
    let one = behind(vec![of(&["gold", "silver"], "a"), of(&["silver"], "b"), all()]);
    assert_eq!(one, "`b` is never chosen: `a` before it takes all, such as any ticket");
    let contract = behind(vec![of(&["gold"], "a"), of(&["gold"], "b").contract("2026"), all()]);
    assert!(contract.starts_with("`b` is never chosen"), "{contract}");
}

#[test]
fn a_target_that_some_of_its_tickets_lack_is_told_and_one_that_none_needs_is_not() {
    let some = |when: &str| {
        let mut policy = policy("some", when);
        policy.obligations = vec![
            Obligation::new(Metric::NextResponse).for_priority("high", Span::hours(4)),
            Obligation::new(Metric::TimeToAssign)
                .internal()
                .for_priority("high", Span::hours(1))
                .for_priority("critical", Span::hours(1)),
        ];
        policy
    };
    assert_eq!(
        told(vec![some("priority >= high"), policy("others", "all()")]),
        ["`some` has no target for the next response of some of its tickets, such as priority: \
          critical"]
    );
    let worst = policy("worst", "priority = critical");
    assert_eq!(
        told(vec![worst, some("priority >= high"), policy("others", "all()")]),
        Vec::<String>::new(),
        "they never get to it"
    );
    assert_eq!(
        told(vec![some("priority > medium and kind = internal"), policy("others", "all()")]),
        ["`some` has no target for the next response of some of its tickets, such as kind: \
          internal; priority: critical"]
    );
    let told = told(vec![some("all()")]);
    let ours = "`some` has no target for the time to assign among ourselves of some of its tickets";
    assert!(told.iter().any(|it| it.starts_with(ours)), "{told:?}");
    assert_eq!(told.len(), 5, "three of one metric, two of the other: {told:?}");
}

#[test]
fn what_is_too_much_to_look_at_is_said() {
    let pairs: Vec<String> =
        (0..10).map(|at| format!("(tags contains a{at} or tags contains b{at})")).collect();
    let long = pairs.join(" and ");
    let unsure = "whether every ticket has a policy is not known: there is too much to look at";
    let not = format!("not ({long})");
    assert_eq!(found(&[&long, &not]), [unsure], "they take all, which is not seen");
    // A ticket without either is found all the same.
    assert_eq!(found(&[&long]), ["no policy is for some tickets, such as any ticket"]);
    let pattern = ["subject is missing", "subject matches \"^a\"", "subject contains b"];
    assert_eq!(found(&pattern).len(), 1);
    let mut some = policy("some", &long);
    some.obligations =
        vec![Obligation::new(Metric::NextResponse).for_priority("low", Span::hours(1))];
    assert_eq!(
        told(vec![some, policy("others", "all()")]),
        [
            "whether `some` lacks a target that some ticket needs is not known: there is too much to \
          look at"
        ]
    );
}

#[test]
fn a_thousand_policies_are_looked_at() {
    let policies = (0..1000).map(|at| {
        let at = if at == 900 { 100 } else { at };
        policy(&format!("p{at:03}"), &format!("tags contains tag{at:03}"))
    });
    let mut policies: Vec<SlaPolicy> = policies.collect();
    policies[900].name = "again".into();
    let told = told(policies);
    assert_eq!(
        told[0],
        "`again` is never chosen: `p100` before it takes all, such as tags: tag100"
    );
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn settings_tell_what_is_found_of_rules_and_of_policies() {
    let mut draft = settings(vec![policy("some", "spam = true")]).draft().clone();
    let rule = helpdesk::rules::Assignment::department("support");
    let never = "priority = low and priority = high".parse().unwrap();
    draft.rules.routing = vec![helpdesk::rules::RoutingRule::new("never", rule).when(never)];
    let findings = draft.build().unwrap().analyse();
    assert!(matches!(findings[0], SettingsFinding::Rules(_)), "{findings:?}");
    assert!(matches!(findings[1], SettingsFinding::Policies(Finding::Uncovered { .. })));
    assert_eq!(findings[1].example().unwrap().to_string(), "spam: false");
    assert!(Settings::default().analyse().is_empty());
}

/// The same policies and tickets on every machine.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const STATUSES: [&str; 4] = ["new", "open", "suspended", "closed"];
const TAGS: [&str; 2] = ["a", "b"];
const SUBJECTS: [&str; 4] = ["refund", "Fund", "fun", "x"];
const GROUPS: [&str; 2] = ["gold", "silver"];
const METRICS: [Metric; 2] = [Metric::NextResponse, Metric::TotalResolution];

fn test(lcg: &mut Lcg) -> String {
    let signs = ["=", "!=", ">=", "<", "<=", ">"];
    match lcg.below(9) {
        0 | 1 => format!("priority {} {}", lcg.pick(&signs), lcg.pick(&PRIORITIES)),
        2 => format!("status in ({}, {})", lcg.pick(&STATUSES), lcg.pick(&STATUSES)),
        3 => format!("tags contains {}", lcg.pick(&TAGS)),
        4 => format!("subject contains \"{}\"", lcg.pick(&SUBJECTS)),
        5 => format!("field.seats {} {}", lcg.pick(&signs), lcg.below(3)),
        6 => format!("{} is missing", lcg.pick(&["tags", "subject", "field.seats", "department"])),
        7 => format!("kind = {}", lcg.pick(&["customer", "internal"])),
        _ => format!("status_category {} {}", lcg.pick(&["=", "!="]), lcg.pick(&["open", "new"])),
    }
}

fn condition(lcg: &mut Lcg, depth: usize) -> String {
    let parts = |lcg: &mut Lcg, between: &str| {
        let parts: Vec<String> = (0..=lcg.below(3)).map(|_| condition(lcg, depth - 1)).collect();
        format!("({})", parts.join(between))
    };
    match if depth == 0 { 9 } else { lcg.below(10) } {
        0 => parts(lcg, " and "),
        1..=3 => parts(lcg, " or "),
        4..=5 => format!("not {}", parts(lcg, " and ")),
        _ => test(lcg),
    }
}

fn random_policy(lcg: &mut Lcg, name: usize) -> SlaPolicy {
    let mut policy = SlaPolicy::new(name.to_string()).when(condition(lcg, 2).parse().unwrap());
    for group in GROUPS {
        if lcg.below(6) == 0 {
            policy = policy.group(group);
        }
    }
    if lcg.below(8) == 0 {
        policy = policy.contract("2026");
    }
    for metric in METRICS {
        let mut obligation = Obligation::new(metric);
        if lcg.below(3) > 0 {
            obligation = obligation.within(Span::hours(8));
        }
        for priority in PRIORITIES {
            if lcg.below(2) == 0 || obligation == Obligation::new(metric) {
                obligation = obligation.for_priority(priority, Span::hours(2));
            }
        }
        policy = policy.obligation(obligation);
    }
    policy
}

/// A ticket, as far as these policies see it: what every ticket has is there.
#[derive(Debug)]
struct Row {
    priority: &'static str,
    status: Status,
    kind: &'static str,
    department: Option<&'static str>,
    tags: Vec<Tag>,
    subject: Option<&'static str>,
    seats: Option<i64>,
}

impl Row {
    fn random(lcg: &mut Lcg, settings: &Settings) -> Self {
        let some = |lcg: &mut Lcg| lcg.below(4) > 0;
        Self {
            priority: lcg.pick(&PRIORITIES),
            status: settings.workflow().status(lcg.pick(&STATUSES)).unwrap().clone(),
            kind: lcg.pick(&["customer", "internal"]),
            department: some(lcg).then(|| lcg.pick(&["support", "billing"])),
            tags: TAGS.into_iter().filter(|_| lcg.below(2) > 0).map(Tag::from).collect(),
            subject: some(lcg).then(|| lcg.pick(&SUBJECTS)),
            seats: some(lcg).then(|| lcg.below(5) as i64 - 1),
        }
    }
}

impl Facts for Row {
    fn id(&self) -> TicketId {
        TicketId::from_u128(1)
    }
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
    fn value(&self, fact: &Fact) -> Value<'_> {
        match fact {
            Fact::Priority => Value::Name(self.priority),
            Fact::Status => Value::Status(&self.status),
            Fact::StatusCategory => Value::Name(self.status.category.as_str()),
            Fact::Kind => Value::Name(self.kind),
            Fact::Department => self.department.map_or(Value::Missing, Value::Name),
            Fact::Tags if !self.tags.is_empty() => Value::Tags(&self.tags),
            Fact::Subject => self.subject.map_or(Value::Missing, Value::Text),
            Fact::Field(name) if *name == "seats" => {
                self.seats.map_or(Value::Missing, Value::Integer)
            }
            _ => Value::Missing,
        }
    }
    fn before(&self, _: &Fact) -> Option<Value<'_>> {
        None
    }
}

/// What is found of some policies, to be asked of a ticket.
#[derive(Default)]
struct Told {
    never: BTreeSet<String>,
    uncovered: bool,
    lacking: BTreeSet<(String, Metric, String)>,
    unsure: BTreeSet<Option<String>>,
}

impl Told {
    /// Takes what is found, and holds each example to it.
    fn of(settings: &Settings, counts: &mut BTreeMap<&'static str, usize>) -> Self {
        let mut told = Self::default();
        let policies = settings.sla_policies();
        for finding in findings(settings) {
            let mut count = |kind| *counts.entry(kind).or_default() += 1;
            match &finding {
                Finding::NeverMatches { policy } => {
                    count("never");
                    told.never.insert(policy.to_string());
                }
                Finding::Shadowed { policy, by, example } => {
                    count("shadowed");
                    told.never.insert(policy.to_string());
                    if let Some(example) = example {
                        count("shown");
                        let matches = |name| {
                            let policy = policies.named(name).unwrap().policy();
                            let group = policy.groups.first();
                            let customer = Customer { group, contract: policy.contracts.first() };
                            policies.named(name).unwrap().is_for(example, customer)
                        };
                        assert!(matches(policy), "{finding}");
                        assert!(by.iter().any(matches), "{finding}");
                    }
                }
                Finding::Uncovered { example } => {
                    count("uncovered");
                    told.uncovered = true;
                    assert!(policies.of(example, Customer::default()).is_none(), "{finding}");
                }
                Finding::NoTarget { policy, metric, audience, priority, example } => {
                    count("no target");
                    assert_eq!(*audience, Audience::Customer);
                    let promise = policies.named(policy).unwrap();
                    let obligation = promise.policy().promises(*metric, *audience).unwrap();
                    assert_eq!(obligation.target(priority), None, "{finding}");
                    let of_priority = matches!(example.value(&Fact::Priority),
                        Value::Name(name) if *priority == *name);
                    assert!(of_priority, "{finding}");
                    assert!(
                        promise
                            .policy()
                            .when
                            .check(&settings.lexicon(), helpdesk::matching::Place::Rule)
                            .unwrap()
                            .matches(example),
                        "{finding}"
                    );
                    told.lacking.insert((policy.to_string(), *metric, priority.to_string()));
                }
                Finding::Unsure { policy } => {
                    count("unsure");
                    told.unsure.insert(policy.as_ref().map(ToString::to_string));
                }
                other => panic!("{other}"),
            }
        }
        told
    }

    /// Holds a ticket to what was found, and to what was not.
    fn hold(&self, settings: &Settings, row: &Row, customer: Customer<'_>) {
        let of = settings.sla_policies().of(row, customer);
        let Some(promise) = of else {
            let known = self.uncovered || self.unsure.contains(&None);
            assert!(known, "no gap was found, and {row:?} has no policy: {settings:?}");
            return;
        };
        let name = promise.name().to_string();
        assert!(!self.never.contains(&name), "`{name}` is chosen for {row:?}: {settings:?}");
        for obligation in &promise.policy().obligations {
            let lacks = obligation.target(&row.priority.into()).is_none();
            let told = (name.clone(), obligation.metric, row.priority.to_owned());
            assert!(
                !lacks || self.lacking.contains(&told) || self.unsure.contains(&Some(name.clone())),
                "{told:?} was not found, for {row:?}: {settings:?}"
            );
        }
    }
}

#[test]
fn what_is_found_is_so_of_random_tickets_and_what_is_not_found_is_not() {
    let mut lcg = Lcg(21);
    let mut counts = BTreeMap::new();
    let contract = ContractName::from("2026");
    let groups = GROUPS.map(CustomerGroupName::from);
    let (mut covered, mut all) = (0, 0);
    for round in 0..2000 {
        let count = 1 + lcg.below(7);
        let mut policies: Vec<SlaPolicy> =
            (0..count).map(|at| random_policy(&mut lcg, at)).collect();
        if round % 4 == 0 {
            // A gap, if there is one, is small.
            let when = format!("not ({})", condition(&mut lcg, 1));
            policies.push(policy("rest", &when));
        }
        let settings = settings(policies);
        let told = Told::of(&settings, &mut counts);
        all += 1;
        covered += usize::from(!told.uncovered && !told.unsure.contains(&None));
        for _ in 0..60 {
            let row = Row::random(&mut lcg, &settings);
            let group = (lcg.below(2) == 0).then(|| &groups[lcg.below(2)]);
            let contract = (lcg.below(3) == 0).then_some(&contract);
            told.hold(&settings, &row, Customer { group, contract });
        }
    }
    for kind in ["never", "shadowed", "uncovered", "no target"] {
        assert!(counts.get(kind).is_some_and(|count| *count > 100), "{counts:?}");
    }
    assert!(counts["shown"] * 10 > counts["shadowed"] * 9, "{counts:?}");
    assert!(counts.get("unsure").is_none_or(|unsure| unsure * 20 < all), "{counts:?} of {all}");
    assert!(covered > 200, "{covered} of {all} leave no ticket out: {counts:?}");
}
