//! The tests that every store must pass.
//!
//! A store's tests are one line: [`store_contract!`] with the path of a function that gives a future
//! of a [`Subject`] — a fresh, empty store — or of an `Option` of one, where a test has to be left
//! out because what the store runs on is missing (the function says so itself, in a line of its
//! own).
//!
//! ```ignore
//! async fn redb() -> Subject {
//!     let directory = tempfile::tempdir().unwrap();
//!     let store = RedbStore::open(directory.path()).unwrap();
//!     Subject::new(store).standing_on(directory)
//! }
//!
//! store_contract!(redb);
//! store_contract!(redb, persistent);   // with the cases that close and reopen the store
//! ```
//!
//! Each case gets a store of its own and becomes one test named `contract::<theme>::<case>`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "this crate is test code: a case fails by panicking"
)]

mod desk;
mod reference;
mod samples;
mod subject;

pub mod attachments;
pub mod changes;
pub mod fidelity;
pub mod isolation;
pub mod limits;
pub mod lookups;
pub mod marks;
pub mod notes;
pub mod partitions;
pub mod quota;
pub mod races;
pub mod removal;
pub mod restart;
pub mod uniqueness;
pub mod walk;
pub mod windows;

pub use desk::{Desk, Refusal};
pub use samples::{
    CERTIFICATE, ED25519_A, ED25519_B, ED25519_C, RSA, draft, name, quota, ssh, x509,
};
pub use subject::Subject;

/// Makes one test of each case of the contract. The second form adds the cases for stores that
/// keep what they hold when they are closed; their subjects must be able to
/// [`reopen`](Subject::reopen).
#[macro_export]
macro_rules! store_contract {
    ($factory:path) => {
        mod contract {
            use super::*;
            $crate::volatile_cases!($factory);
        }
    };
    ($factory:path, persistent) => {
        mod contract {
            use super::*;
            $crate::volatile_cases!($factory);
            $crate::persistent_cases!($factory);
        }
    };
}

/// One module of tests for a theme of the contract.
#[doc(hidden)]
#[macro_export]
macro_rules! theme {
    ($factory:path, $theme:ident: $($case:ident)*) => {
        mod $theme {
            #[allow(unused_imports, reason = "what the factory's path needs, it finds here")]
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    let subject: Option<$crate::Subject> = $factory().await.into();
                    if let Some(subject) = subject {
                        $crate::$theme::$case(subject).await;
                    }
                }
            )*
        }
    };
}

/// The cases for all stores.
#[doc(hidden)]
#[macro_export]
macro_rules! volatile_cases {
    ($factory:path) => {
        $crate::theme! { $factory, uniqueness:
            a_name_is_taken_once_in_its_partition
            a_name_is_free_in_other_partitions_tenants_and_realms
            names_are_compared_byte_for_byte
            an_identifier_is_taken_once_in_its_tenant
            a_public_key_is_refused_only_when_asked
            a_public_key_stays_taken_while_one_holder_is_left
            all_conflicts_are_reported_at_once
            a_failed_insert_leaves_nothing_behind
            sequence_numbers_grow_and_never_repeat
        }
        $crate::theme! { $factory, quota:
            the_default_limit_holds_when_none_is_stored
            a_stored_limit_holds_before_the_default
            the_limit_of_another_holder_counts
            the_limit_of_the_exception_goes_before_the_holders
            all_partitions_of_the_tenant_count_and_no_other_tenant
            a_removed_key_pair_frees_its_place
            a_lowered_limit_keeps_what_is_there
            a_look_sees_what_an_insert_would_find
        }
        $crate::theme! { $factory, limits:
            a_limit_is_stored_replaced_and_forgotten
            limits_belong_to_one_tenant_of_one_realm
            a_limit_makes_no_partition_and_no_usage
        }
        $crate::theme! { $factory, races:
            one_of_64_inserts_of_a_name_wins
            one_of_64_inserts_of_an_identifier_wins
            one_of_64_inserts_into_the_last_place_wins
            exactly_100_of_101_inserts_fit_into_100_places
            one_of_16_removals_wins
            one_of_16_renames_to_a_name_wins
            no_change_is_lost_among_many
            a_mutation_goes_through_when_nobody_waits_for_it
        }
        $crate::theme! { $factory, windows:
            a_listing_is_sorted_by_the_names_bytes
            paging_by_marker_meets_every_key_pair_once
            paging_by_offset_meets_every_key_pair_once
            an_unknown_marker_is_refused
            a_window_of_zero_is_empty_and_knows_the_total
            an_empty_or_unknown_partition_lists_nothing
            a_listing_holds_only_its_partition
            a_long_listing_is_complete
        }
        $crate::theme! { $factory, lookups:
            a_key_pair_is_found_by_its_name_and_each_identifier
            a_key_pair_of_another_partition_is_not_found
            what_never_was_is_not_found
        }
        $crate::theme! { $factory, removal:
            all_of_the_selected_are_removed
            one_unknown_keeps_all
            one_in_use_keeps_all
            what_is_missing_is_reported_before_what_is_in_use
            selecting_twice_counts_once
            selecting_nothing_removes_nothing
            name_identifier_and_public_key_are_free_again
            key_pairs_of_another_partition_are_out_of_reach
        }
        $crate::theme! { $factory, changes:
            a_rename_moves_the_name_and_nothing_else
            a_rename_changes_the_order
            its_own_name_is_no_conflict
            a_taken_name_changes_nothing
            a_renamed_key_pair_frees_its_old_name_and_can_be_removed
            description_and_author_change
            labels_are_set_and_dropped
            what_is_not_named_stays
            an_unknown_key_pair_is_reported
            a_key_pair_of_another_partition_cannot_be_changed
        }
        $crate::theme! { $factory, attachments:
            attaching_replaces_exactly
            attaching_to_nothing_takes_the_attachment_off
            attaching_twice_changes_nothing
            detaching_passes_over_what_is_absent
            an_attachment_blocks_removal_until_it_is_taken_off
            an_unknown_key_pair_leaves_all_as_it_was
            attachments_survive_a_rename
            attachments_of_another_partition_stay
            attachment_and_name_are_told_apart
        }
        $crate::theme! { $factory, partitions:
            a_partition_is_made_once
            partitions_are_sorted_by_their_bytes
            an_insert_makes_its_partition
            a_partition_outlives_its_last_key_pair
            partitions_belong_to_one_tenant_of_one_realm
        }
        $crate::theme! { $factory, marks:
            a_mark_is_remembered_until_its_time
            an_unknown_mark_is_not_remembered
            of_two_times_the_later_holds
            marks_are_told_apart_whatever_they_hold
        }
        $crate::theme! { $factory, notes:
            a_note_is_there_until_it_ends
            a_name_is_taken_once_in_a_drawer
            a_removed_note_is_gone
            drawers_belong_to_one_tenant_of_one_realm
            notes_are_sorted_by_their_names_bytes
            a_full_drawer_drops_what_ends_first
            a_receipt_is_left_with_its_mutation
            one_of_64_notes_of_a_name_wins
        }
        $crate::theme! { $factory, isolation:
            scopes_never_meet_whatever_their_names_hold
            names_and_identifiers_never_meet_whatever_they_hold
            removing_in_one_scope_leaves_the_others
        }
        $crate::theme! { $factory, fidelity:
            every_field_comes_back
            none_and_empty_are_told_apart
            text_comes_back_whatever_it_holds
            public_material_comes_back_as_it_was_given
            sealed_private_keys_come_back_byte_for_byte
            times_come_back_to_the_nanosecond
            a_change_keeps_every_other_field
        }
        $crate::theme! { $factory, walk:
            a_thousand_random_steps_agree_with_the_reference
        }
    };
}

/// The cases for stores that keep what they hold.
#[doc(hidden)]
#[macro_export]
macro_rules! persistent_cases {
    ($factory:path) => {
        $crate::theme! { $factory, restart:
            key_pairs_survive_with_every_field
            conflicts_survive
            partitions_limits_usage_marks_and_notes_survive
            sequence_numbers_go_on
        }
    };
}
