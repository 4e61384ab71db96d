"""Command line of `atrae forms`, with the commands of `forms.commands`."""

import click

from .commands import database, evidence, people, server, suppression, webhooks
from .commands.shared import ReportingGroup

COMMANDS = (
    *(server.serve, server.worker, server.doctor),
    *(people.export, people.import_, people.erase, people.purge, people.quarantine),
    *(suppression.suppress, suppression.lift),
    *(evidence.verify, evidence.seal, evidence.proof),
    *(database.migrate, database.backup, database.restore, database.move),
    webhooks.webhooks,
)

ENVIRONMENT = """\b
Settings come from the environment:
  ATRAE_SITE_URL         the site's address, like https://example.org/
  ATRAE_PUBLIC_URL       the handler's address, like https://forms.example.org
  ATRAE_HANDLER_DIR      the folder handler/ that `atrae build` wrote (default: handler)
  ATRAE_DATABASE_URL     sqlite:////var/lib/atrae/forms.db or postgresql://… (default: forms.db)
  ATRAE_SECRET_KEY       signs the links in emails; several, separated by spaces: the first signs
  ATRAE_SUPPRESSION_KEY  identifies suppressed addresses; never change it
  ATRAE_SMTP_URL         smtp://user:password@mail.example.org:587 or smtps://…
  ATRAE_MAIL_FROM        "Ana of Example <ana@example.org>"; a no-reply address is refused
  ATRAE_REPLY_TO         where replies go (default: ATRAE_MAIL_FROM)
  ATRAE_OWNER            where notices to you go (default: ATRAE_REPLY_TO)
  ATRAE_CHECKPOINT_KEY   signs checkpoints and proofs; without it there are none
\b
Protection against abuse, all optional:
  ATRAE_TRUSTED_PROXIES         networks of your reverse proxies, like 127.0.0.1 10.0.0.0/8
  ATRAE_FORWARDED_HEADER        the header that they set (default: X-Forwarded-For)
  ATRAE_SUBMISSIONS_PER_MINUTE  submissions from one network (default: 30; 0: no limit)
  ATRAE_CONFIRMATIONS_PER_HOUR  in total; more are delayed (default: 1000; 0: no limit)
  ATRAE_BLOCKED_DOMAINS         domains that get no email; also ATRAE_BLOCKED_DOMAINS_FILE
  ATRAE_CHECK_MX                no: don't check in the DNS whether a domain accepts email
  ATRAE_LOG              text or json (default: text)
  ATRAE_METRICS_TOKEN    bearer token for /metrics (default: only this machine can read it)
  ATRAE_WEBHOOK_URL      where to send confirmations and withdrawals: see `webhooks --help`
\b
To make a key: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'
"""


@click.group("forms", cls=ReportingGroup, epilog=ENVIRONMENT)
def forms() -> None:
    """Run the form handler: record opt-ins, send confirmations, prove who asked for what.

    In a site's folder, the commands use the database of `atrae serve`.
    """


for command in COMMANDS:
    forms.add_command(command)
