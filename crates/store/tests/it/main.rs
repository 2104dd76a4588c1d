//! What every engine under the store has to keep: the conformance suite, and what is checked of one engine alone.
//!
//! A case is an `async fn` of a [`rig::Rig`]. Another engine is another line of [`engine!`]: it says how a rig is
//! made, and runs every case.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod allowance;
mod asking;
mod attendance;
mod audit;
mod cancel;
mod catalogue;
mod changes;
mod citus;
mod counting;
mod delivery;
mod due_letter;
mod enrol;
mod enrol_keys;
mod enrol_law;
mod enrol_many;
mod events;
mod faults;
mod interleavings;
mod life;
mod lists;
mod mailings;
mod meetings;
mod offers;
mod once;
mod opening;
mod orders;
mod outbox;
mod paging;
mod people;
mod plans;
mod proxy;
mod queries;
mod query_maker;
mod query_plans;
mod races;
mod registrations;
mod rig;
mod scale;
mod sources;
mod statements;

/// Every case, by the file it stands in. A case that is missing here is dead code, which the compiler tells.
macro_rules! every_case {
    ($run:ident, $open:expr) => {
        $run! { $open;
            enrol:
                places_are_given_in_order_of_arrival,
                a_person_twice_in_one_batch_has_one_place,
                a_person_who_comes_back_is_known,
                a_person_may_be_in_two_meetings,
                one_batch_may_hold_several_meetings_in_any_order,
                who_came_too_late_leaves_no_trace,
                who_has_a_place_is_known_when_all_are_taken,
                a_stranger_is_told_of_nobody_when_all_places_are_taken,
                a_place_given_back_is_given_again,
                a_lowered_capacity_gives_no_place_and_takes_none_away,
                a_check_made_on_an_older_version_is_stale,
                a_check_made_on_an_older_directory_is_stale,
                a_deleted_registration_takes_nobody,
                the_stale_do_not_hold_up_the_others,
                a_colleague_is_one_person_whatever_the_address,
                external_registrants_get_no_letter,
                what_is_stored_of_a_registrant_is_what_was_sent,
                everybody_s_time_zone_is_kept_until_they_are_erased;
            enrol_keys:
                a_repeated_request_gets_the_first_answer,
                a_key_used_for_another_request_is_refused,
                of_those_with_a_key_and_without_the_first_gets_the_last_place,
                one_key_twice_in_a_batch_counts_once,
                two_requests_under_one_key_in_a_batch_are_told_apart,
                a_key_is_forgotten_when_it_expires,
                a_key_belongs_to_one_meeting,
                keys_whose_time_is_over_are_removed_and_no_others,
                many_keys_are_removed_a_thousand_at_a_time,
                a_refusal_is_not_remembered,
                a_repeated_request_does_not_undo_a_cancellation,
                who_was_known_before_is_remembered_with_the_key;
            once:
                what_was_made_once_is_answered_from_what_was_kept,
                a_kept_key_with_another_request_changes_nothing,
                what_was_not_made_is_not_kept,
                one_meeting_asked_for_from_every_side_is_made_once,
                what_changed_since_it_was_seen_is_not_deleted;
            enrol_law:
                any_run_of_batches_and_cancellations_agrees_with_a_naive_model;
            enrol_many:
                batches_of_every_length_are_stored_whole,
                whoever_got_a_place_before_a_fault_is_told_so,
                statements_grow_with_the_pieces_and_not_with_the_people,
                many_meetings_cost_no_more_than_two,
                keys_travel_in_pieces_as_well;
            races:
                several_stores_never_give_more_places_than_there_are,
                one_person_from_every_side_has_one_place,
                enrolments_cancellations_and_deletions_at_once_keep_the_counts,
                a_registration_enabled_from_every_side_is_enabled_once;
            audit:
                an_audit_of_what_operations_stored_finds_nothing,
                a_lowered_capacity_is_no_breach,
                an_audit_finds_what_was_spoiled,
                an_audit_finds_who_waits_and_is_not_counted_or_not_on_the_list,
                an_audit_finds_a_person_registered_twice;
            allowance:
                a_mailbox_gets_so_many_letters_in_an_hour_and_the_first_ones,
                a_letter_that_is_tried_again_is_counted_once_by_every_node,
                several_nodes_at_once_grant_no_more_than_there_may_be,
                what_is_remembered_of_a_mailbox_goes_after_an_hour_and_holds_no_address,
                an_organisations_letters_are_counted_by_the_day_and_by_every_node;
            attendance:
                a_pass_is_recorded_once_a_minute_and_every_later_one_beside_it,
                passes_are_listed_for_the_registrants_of_a_page,
                one_device_has_the_entry_until_it_is_idle_or_another_takes_over,
                of_several_devices_at_once_one_has_the_entry;
            delivery:
                a_letter_is_followed_from_the_outbox_to_its_end,
                ones_letters_are_told_apart_and_from_everybody_elses,
                what_came_back_is_told_of_the_letter_it_is_about_and_once,
                an_address_that_is_dead_is_kept_until_it_is_allowed_and_no_other_is,
                an_address_without_a_mailbox_is_kept_with_the_letter_that_failed,
                a_return_address_leads_to_its_registrant,
                reminders_are_stopped_and_resumed_for_one_registrant_and_said_once,
                a_no_of_a_calendar_offers_once_for_each_version_told,
                who_is_erased_is_named_by_no_answer_of_a_mail_server,
                who_is_erased_is_named_by_no_answer_however_many_there_are,
                an_erasure_asks_the_same_however_many_letters_wait,
                somebody_who_sends_reports_without_end_is_heard_fifty_times,
                what_is_said_of_a_letter_after_its_recipient_is_erased_is_not_kept;
            cancel:
                a_cancellation_frees_the_place_and_queues_one_letter,
                a_second_cancellation_changes_nothing,
                many_give_their_places_back_each_once,
                an_unknown_registrant_cannot_be_canceled,
                an_external_registrant_gets_no_cancellation_letter,
                a_cancellation_after_the_end_of_the_registration_changes_nothing;
            life:
                who_finds_no_place_waits_in_order_of_arrival,
                a_place_given_back_is_held_for_the_first_in_line,
                an_offer_that_is_over_goes_to_the_next_and_is_over_once,
                a_place_is_never_held_past_the_start_and_given_at_once_behind_it,
                as_many_are_offered_as_places_are_new_however_many,
                nobody_passes_those_who_wait,
                an_offer_is_accepted_once_and_in_time,
                who_leaves_the_list_frees_what_was_held_for_them,
                the_organizer_decides_about_each,
                who_is_let_in_to_a_full_meeting_waits_or_is_refused,
                a_stranger_is_told_what_somebody_new_would_be_told,
                a_retry_is_told_what_the_first_request_was_told,
                who_waits_is_canceled_with_the_registration,
                who_waits_is_neither_reminded_nor_told_of_changes,
                a_reason_is_kept_with_the_cancellation_until_they_are_erased,
                names_and_answers_are_changed_while_nothing_else_has,
                of_two_who_decide_on_what_they_saw_one_is_told_to_look_again,
                any_life_keeps_the_counts_and_the_order;
            offers:
                an_offer_is_no_longer_than_the_way_to_a_start_that_comes_earlier,
                an_offer_that_was_shortened_is_accepted_before_the_start,
                a_meeting_that_has_begun_by_its_new_start_gives_the_place_at_once,
                an_offer_that_outlives_the_start_is_not_accepted_behind_it,
                however_many_offers_there_are_all_are_shortened,
                a_place_that_is_free_is_offered_when_the_meeting_is_put_off;
            meetings:
                a_meeting_comes_back_as_it_was_stored,
                an_external_id_makes_one_meeting,
                the_same_external_id_belongs_to_each_organizer_alone,
                a_meeting_is_found_by_its_number,
                a_change_made_on_an_older_version_is_refused,
                a_changed_meeting_makes_enrolments_check_again,
                a_deleted_meeting_is_gone_and_everybody_is_told,
                a_registration_the_caller_did_not_see_is_closed_with_its_meeting,
                a_deleted_meeting_takes_no_registration;
            registrations:
                a_registration_comes_back_as_it_was_stored,
                a_close_that_is_moved_lets_nobody_in_who_saw_the_one_before,
                what_somebody_agreed_to_is_kept_with_them_until_they_are_erased,
                a_meeting_has_one_live_registration,
                a_registration_changed_on_an_older_version_is_refused,
                questions_keep_their_order_and_follow_the_version,
                answers_to_a_deleted_question_stay,
                closing_tells_everybody_registered_once,
                closing_replaces_a_confirmation_that_waits,
                closing_while_a_confirmation_is_under_way_still_tells,
                closing_tells_those_whose_confirmation_failed_as_well,
                closing_twice_changes_nothing,
                a_new_registration_begins_with_an_empty_list,
                a_look_at_the_page_is_counted;
            mailings:
                a_change_is_told_once_to_whoever_was_registered_before_it,
                what_is_not_told_makes_no_letter,
                several_changes_before_a_piece_are_one_letter,
                whose_confirmation_still_waits_needs_no_update,
                a_mailing_that_is_killed_goes_on_where_it_was,
                nodes_that_work_off_one_mailing_together_write_each_letter_once,
                a_reminder_is_due_at_its_moment_and_follows_the_meeting,
                whoever_came_after_the_moment_is_not_reminded_of_it,
                a_large_registration_is_canceled_in_pieces_and_everybody_is_told_once,
                who_leaves_while_a_large_registration_is_closed_is_counted_once,
                a_registration_made_anew_finds_nobody_of_the_one_before,
                a_changed_list_of_reminders_holds_for_every_meeting;
            outbox:
                a_leased_letter_is_given_to_nobody_else,
                a_lease_that_ran_out_gives_the_letter_back,
                a_letter_whose_lease_is_over_is_settled_by_its_new_holder_alone,
                letters_leave_oldest_first_and_no_more_than_asked,
                a_lease_takes_no_more_than_asked_whatever_else_the_outbox_holds,
                a_sent_letter_leaves_and_its_event_stays,
                a_dropped_letter_leaves_and_says_so,
                a_withheld_letter_leaves_says_so_and_counts_as_settled,
                letters_settled_together_end_each_in_its_own_way,
                letters_settled_together_cost_no_more_than_two,
                letters_leased_together_cost_no_more_than_two,
                a_letter_that_cannot_be_read_holds_up_no_other,
                a_postponed_letter_is_due_again_at_its_time,
                a_failed_letter_stays_and_is_not_given_out,
                slots_with_due_letters_are_found_and_no_others,
                an_empty_outbox_has_no_due_slots,
                the_backlog_counts_what_waits,
                a_letter_carries_what_the_registration_told,
                two_workers_share_the_letters_without_overlap;
            due_letter:
                a_letter_is_read_again_as_its_rows_are_by_then,
                a_letter_tells_its_meeting_s_external_id_from_its_registrant_s,
                a_letter_whose_registrant_is_gone_is_not_read_as_somebody_else_s,
                a_letter_whose_registration_is_gone_says_what_the_meeting_says,
                a_letter_that_cannot_be_read_again_is_a_fault_that_stays,
                a_letter_is_read_again_by_one_question_and_its_organizer_by_another;
            people:
                many_are_found_by_id_name_and_mail_in_their_own_organisation,
                a_person_is_found_by_id_and_by_name_in_any_case,
                a_person_of_another_organisation_is_not_found,
                people_are_imported_all_or_none,
                every_change_of_the_directory_raises_its_version,
                a_password_belongs_to_a_person,
                the_organizers_own_grant_beats_the_tenants,
                a_grant_takes_effect_at_once_and_so_does_its_end,
                a_grant_replaces_the_one_before,
                the_name_of_a_policy_is_unique_in_its_organisation,
                policies_are_listed_with_what_belongs_to_them,
                an_application_is_replaced_as_a_whole;
            changes:
                what_happens_is_gathered_in_order_and_once,
                what_is_committed_later_under_an_earlier_id_is_not_passed_over,
                who_enrols_into_a_registration_made_anew_is_not_passed_over,
                a_list_that_is_longer_than_a_piece_is_gathered_whole,
                an_organizer_s_meetings_are_in_a_feed_of_their_own,
                nodes_that_gather_together_pass_over_nothing_and_count_nothing_twice,
                subscriptions_are_counted_for_each_owner_and_organisation,
                a_visit_that_took_too_long_changes_nothing,
                who_was_visited_longest_ago_comes_first_and_no_organisation_takes_all,
                a_subscription_is_changed_in_what_is_named_alone,
                no_more_subscriptions_are_kept_for_a_late_renewal_than_may_run,
                a_subscription_whose_time_is_over_goes_on_where_it_stopped_if_it_is_renewed,
                what_was_kept_long_enough_is_forgotten_and_the_feed_says_so;
            paging:
                pages_cover_the_list_in_order_of_arrival,
                a_page_may_be_longer_than_what_is_read_at_once,
                a_page_of_long_answers_ends_early_and_loses_nobody,
                a_page_is_not_moved_by_rows_that_come_meanwhile,
                a_reader_misses_nobody_who_is_stored_later_under_an_earlier_id,
                canceled_registrants_are_listed_unless_only_live_ones_are_asked_for,
                registrants_are_found_by_their_ids_in_the_order_asked_for,
                a_registrant_is_found_by_id_and_by_live_key;
            lists:
                a_list_of_one_and_of_three_ask_the_same_statements;
            queries:
                any_filter_and_order_finds_what_it_means,
                a_sorted_list_is_read_whole_while_people_come,
                items_are_passed_over_by_number,
                an_address_leads_to_everybody_who_gave_it,
                a_report_is_asked_by_what_its_filter_means,
                the_values_of_a_list_are_looked_for_at_once,
                no_value_of_a_filter_stands_in_the_statement;
            query_plans:
                an_address_and_an_external_id_are_found_by_their_key,
                a_question_looks_at_one_meeting_alone;
        }
    };
}

macro_rules! run_cases {
    ($open:expr; $($file:ident: $($case:ident),+;)+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::$file::$case(&$open.await).await;
            }
        )+)+
    };
}

macro_rules! engine {
    ($name:ident, $open:expr) => {
        mod $name {
            every_case! { run_cases, $open }
        }
    };
}

engine!(sqlite, crate::rig::Rig::sqlite());
engine!(postgres, crate::rig::Rig::postgres());

/// One version back still serves during a rolling update: its store was open before the step, or opens after it. Every
/// case on SQLite; of PostgreSQL, which refuses a statement kept from before only where its columns are not named, some
/// that write and read every table that grows.
mod one_step_ahead {
    engine!(sqlite, async { crate::rig::Rig::sqlite().await.one_step_ahead().await });

    mod postgres {
        run_cases! { async { crate::rig::Rig::postgres().await.one_step_ahead().await };
            enrol: a_place_given_back_is_given_again;
            enrol_keys: a_repeated_request_gets_the_first_answer;
            enrol_many: batches_of_every_length_are_stored_whole;
            meetings: a_deleted_meeting_is_gone_and_everybody_is_told;
            outbox: two_workers_share_the_letters_without_overlap;
            paging: pages_cover_the_list_in_order_of_arrival;
        }
    }
}
