//! The list of cases, which become the tests of an engine.

/// A `#[test]` for each case of the suite, for one engine.
macro_rules! conformance_suite {
    ($provider:expr) => {
        $crate::conformance::conformance_suite! { @tests $provider;
            capabilities:
                the_version_is_the_tested_one,
                unsupported_statements_are_refused;
            casts:
                casts_are_those_of_the_schema_model;
            checkpoints:
                a_checkpoint_blocked_by_readers_stays_pending,
                a_rollback_of_other_changes_needs_no_checkpoint,
                an_in_memory_database_cannot_checkpoint;
            defaults:
                defaults_round_trip,
                functions_are_accepted;
            durability:
                add_a_property_with_a_default,
                rename_properties,
                rename_tables,
                archive_and_create_under_the_same_name,
                add_pair,
                drop_pair,
                drop_the_last_pair_and_add_another,
                drop_a_pair_and_add_it_again,
                rows_of_the_same_transaction;
            errors:
                errors_are_classified;
            guarded_casts:
                a_union_accepts_what_a_cast_accepts,
                a_union_does_not_try_every_type,
                a_condition_guards_a_cast_and_case_does_not;
            handles:
                a_second_process_is_locked_out,
                a_second_handle_is_detected,
                handles_are_distinct;
            inspection:
                every_kind_of_object_is_found,
                only_the_requested_tables_are_read,
                an_empty_database_is_empty,
                a_transaction_sees_its_own_changes,
                a_stray_serial_sequence_is_noted,
                many_tables_are_read_at_once;
            multiplicities:
                multiplicities_are_reported,
                multiplicities_are_unknown_without_an_export;
            names:
                names_that_cannot_be_quoted_are_noted,
                an_attached_database_is_not_inspected,
                members_cannot_be_reserved_words;
            read_only:
                a_read_only_database_is_readable;
            resources:
                each_node_table_takes_its_share_of_the_buffer_pool,
                a_scratch_database_has_room_for_its_tables;
            serial:
                a_renamed_serial_continues,
                explicit_values_are_kept_and_not_counted;
            transactions:
                a_dropped_transaction_is_rolled_back,
                a_failed_transaction_runs_nothing_more,
                a_busy_writer_poisons_only_the_session,
                a_reader_keeps_a_table_that_is_renamed_or_dropped;
            values:
                values_round_trip,
                values_that_cannot_be_read_are_refused;
        }
    };
    (@tests $provider:expr; $($module:ident: $($case:ident),+;)+) => {
        $(mod $module {
            $(#[test]
            fn $case() {
                use super::*;
                $crate::conformance::$module::$case(&$crate::conformance::Subject {
                    provider: &$provider,
                    test: test_name!(),
                });
            })+
        })+
    };
}

pub(crate) use conformance_suite;
