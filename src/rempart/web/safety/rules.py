"""Every unsafe configuration that is looked for, in the order in which they are told."""

from collections.abc import Sequence

from rempart.web.safety import config, place
from rempart.web.safety.verdict import Rule

RULES: Sequence[Rule] = (
    place.debug_on, place.debug_variable, place.requests_logged, config.hosts_any, config.hosts_none,
    config.no_https, config.no_proxy, config.proxy_anybody, config.way_round_proxy, config.same_address,
    config.desk_open, config.few_threads, config.upload_too_large, config.exit_plain, config.demo_in_production,
    config.enquete_in_public, config.no_witness, config.bad_witness, config.own_witness, config.database_away,
    config.commit_not_durable, config.journal_not_wal, config.commit_not_synchronous, config.fsync_off,
    config.full_page_writes_off, config.door_is_owner, config.door_is_superuser, config.door_reads,
    config.door_rewrites, config.rows_unguarded, config.tables_stale, place.no_intake_key, place.no_guard_key,
    place.guard_key_here, place.private_key_open, place.private_key_damaged, place.no_signer,
    place.no_journal_key, place.no_desk_key, place.no_blind_key, place.keys_folder_open,
    place.intake_key_old, place.keys_open_to_public, place.no_secret, place.same_secret, place.folder_readable,
    place.folder_writable, place.password_open, place.password_away, place.runs_as_root, place.core_dumps,
    place.few_files, place.dev_mode, place.no_assertions, place.hash_seed_fixed, place.code_writable,
    place.swap_open, place.clock_wrong, place.clock_alone, place.disk_full,
)  # fmt: skip
