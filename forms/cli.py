"""The door of `atrae forms …`: the group, and the families of its commands in `forms.commands`."""

import click

from .commands import database, doctor, evidence, people, quarantine, server, suppression, webhooks

FAMILIES = (server, people, quarantine, suppression, evidence, database, webhooks, doctor)

ENVIRONMENT = """\b
Settings come from the environment:
  ATRAE_SITE_URL         where the site is, like https://example.org/
  ATRAE_PUBLIC_URL       where people reach this handler, like https://forms.example.org
  ATRAE_HANDLER_DIR      the tree handler/ that `atrae build` wrote (default: handler)
  ATRAE_DATABASE_URL     sqlite:////var/lib/atrae/forms.db or postgresql://… (default: forms.db)
  ATRAE_SECRET_KEY       signs the links in mails; several, separated by spaces: the first signs
  ATRAE_SUPPRESSION_KEY  remembers who must not be written to; never change it
  ATRAE_SMTP_URL         smtp://user:password@mail.example.org:587 or smtps://…
  ATRAE_MAIL_FROM        "Ana of Example <ana@example.org>"; a no-reply address is refused
  ATRAE_REPLY_TO         where answers go (default: ATRAE_MAIL_FROM)
  ATRAE_OWNER            who is told what the handler has to say (default: ATRAE_REPLY_TO)
  ATRAE_CHECKPOINT_KEY   signs checkpoints and proofs; without it there are none
\b
Against abuse, all of them optional:
  ATRAE_TRUSTED_PROXIES         networks of the web servers in front, like 127.0.0.1 10.0.0.0/8
  ATRAE_FORWARDED_HEADER        the header that they write (default: X-Forwarded-For)
  ATRAE_SUBMISSIONS_PER_MINUTE  forms from one network (default: 30; 0: no limit)
  ATRAE_CONFIRMATIONS_PER_HOUR  over all; what is above waits (default: 1000; 0: no limit)
  ATRAE_BLOCKED_DOMAINS         domains that get no mail; also ATRAE_BLOCKED_DOMAINS_FILE
  ATRAE_CHECK_MX                no: do not ask the DNS whether a domain takes mail
  ATRAE_LOG              text or json (default: text)
  ATRAE_METRICS_TOKEN    who brings it as a bearer may see /metrics (default: this machine alone)
  ATRAE_WEBHOOK_URL      whom to tell of confirmations and withdrawals: see `webhooks --help`
\b
A key is made with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'
"""


@click.group("forms", epilog=ENVIRONMENT)
def forms() -> None:
    """The form handler: records opt-ins, sends confirmations, and proves who asked for what.

    In a site's folder, the commands find the database of `atrae serve` by themselves.
    """


for family in FAMILIES:
    for command in family.COMMANDS:
        forms.add_command(command)
