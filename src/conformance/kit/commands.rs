//! The names of all commands, so that a test can show that it covers each.

use crate::Command;

macro_rules! commands {
    ($($name:literal: $pattern:pat,)*) => {
        /// The name of every command there is, in the order of [`Command`]'s variants: for a
        /// test that is to cover all of them, and to fail when there is another.
        ///
        /// ```
        /// use helpdesk::command::{Reply, Take};
        /// use helpdesk::conformance::kit::{COMMANDS, command_name};
        /// use helpdesk::{Command, TicketId};
        ///
        /// let id = TicketId::from_u128(1);
        /// let tried = [Command::Take(Take { ticket: id }), Command::Reply(Reply::new(id, "?"))];
        /// let tried: Vec<_> = tried.iter().map(command_name).collect();
        /// assert_eq!(tried, ["take", "reply"]);
        /// let missing = COMMANDS.iter().filter(|name| !tried.contains(name));
        /// assert_eq!(missing.count(), COMMANDS.len() - 2);
        /// ```
        pub const COMMANDS: [&str; [$($name),*].len()] = [$($name),*];

        /// The name of a command, as it is serialised: one of [`COMMANDS`].
        pub fn command_name(command: &Command) -> &'static str {
            // No arm for the rest: a new command must be named here, and then in every test
            // that covers all of them.
            match command {
                $($pattern => $name,)*
            }
        }
    };
}

commands! {
    "open": Command::Open(_),
    "reply": Command::Reply(_),
    "note": Command::Note(_),
    "grant_access": Command::GrantAccess(_),
    "revoke_access": Command::RevokeAccess(_),
    "log_conversation": Command::LogConversation(_),
    "edit": Command::Edit(_),
    "link": Command::Link(_),
    "unlink": Command::Unlink(_),
    "mark_todo": Command::MarkTodo(_),
    "assign": Command::Assign(_),
    "unassign": Command::Unassign(_),
    "take": Command::Take(_),
    "transfer": Command::Transfer(_),
    "escalate": Command::Escalate(_),
    "set_status": Command::SetStatus(_),
    "postpone": Command::Postpone(_),
    "resolve": Command::Resolve(_),
    "close": Command::Close(_),
    "reopen": Command::Reopen(_),
    "follow_up": Command::FollowUp(_),
    "merge": Command::Merge(_),
    "undo_merge": Command::UndoMerge(_),
    "split": Command::Split(_),
    "tick": Command::Tick(_),
    "adopt": Command::Adopt(_),
    "route": Command::Route(_),
    "put_agent": Command::PutAgent { .. },
    "set_availability": Command::SetAvailability(_),
    "save_views": Command::SaveViews(_),
    "put_contact": Command::PutContact { .. },
    "put_organisation": Command::PutOrganisation { .. },
    "merge_contacts": Command::MergeContacts(_),
    "undo_contact_merge": Command::UndoContactMerge(_),
    "block_contact": Command::BlockContact(_),
    "note_contact": Command::NoteContact(_),
    "create_desk": Command::CreateDesk(_),
    "publish_settings": Command::PublishSettings(_),
    "redact": Command::Redact(_),
    "erase_ticket": Command::EraseTicket(_),
    "hold": Command::Hold(_),
    "erase_agent": Command::EraseAgent(_),
    "propose_solution": Command::ProposeSolution(_),
    "confirm_solution": Command::ConfirmSolution(_),
    "reject_solution": Command::RejectSolution(_),
    "mark_spam": Command::MarkSpam(_),
    "unmark_spam": Command::UnmarkSpam(_),
    "erase_contact": Command::EraseContact(_),
    "start_side": Command::StartSide(_),
    "reply_side": Command::ReplySide(_),
    "close_side": Command::CloseSide(_),
    "apply_macro": Command::ApplyMacro(_),
    "report_undelivered": Command::ReportUndelivered(_),
}
