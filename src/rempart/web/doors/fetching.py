"""A round over the folder and the mailbox of the configuration; what the worker does from time to time."""

from rempart.web.config import Site
from rempart.web.doors.imap import Account, fetch_imap
from rempart.web.doors.mail import Round, receive_folder
from rempart.web.public.means import means


def fetch(site: Site) -> Round:
    """Takes what is in them.

    Raises: MailServerAway; OSError; what stopped a message, which then stays where it was, once the others are done.
    """
    config, told = site.config.mail, Round()
    if config.folder:
        told += receive_folder(site.folder / config.folder, site=site, means=means)
    if config.imap_host:
        told += fetch_imap(Account.of(config, folder=site.folder), site=site, means=means)
    return told
