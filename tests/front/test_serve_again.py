"""A real process and its front: the first day of a node, and TLS, as in ``tests/api/test_serve.py``."""

from tests.api.test_serve import served
from tests.front.again import again

ONLY = (
    "test_the_first_link_lets_in_one_person_once",
    "test_a_session_is_in_a_cookie_that_no_script_reads",
    "test_each_is_told_what_both_share",
    "test_a_stream_goes_on_from_the_last_event_seen",
    "test_the_command_line_is_a_client_of_it",
    "test_a_folder_that_is_served_says_where",
    "test_told_to_stop_it_ends_well_and_everything_answered_is_there",
    "test_no_secret_is_in_the_log_or_in_the_database_as_it_is",
    "test_an_end_waits_for_nobody_who_is_connected_and_asks_nothing",
    "test_over_tls_cookies_are_secure_and_old_versions_are_refused",
)


def with_front(folder, *options, log):
    """The same, with a front."""
    return served(folder, "--front", *options, log=log)


globals().update(again("test_serve", {"served": with_front}, ONLY))
