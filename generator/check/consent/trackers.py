"""Who watches visitors for a living: hosts that no page here loads anything from."""

import re
from urllib.parse import urlsplit

TRACKERS = (
    *("google-analytics.com", "googletagmanager.com", "googletagservices.com", "doubleclick.net"),
    *("googlesyndication.com", "googleadservices.com", "adservice.google.com"),
    *("connect.facebook.net", "facebook.com", "analytics.tiktok.com", "snap.licdn.com"),
    *("ads.linkedin.com", "ads-twitter.com", "analytics.twitter.com", "ct.pinterest.com"),
    *("sc-static.net", "tr.snapchat.com", "redditstatic.com", "alb.reddit.com", "bat.bing.com"),
    *("clarity.ms", "mc.yandex.ru", "hotjar.com", "hotjar.io", "mouseflow.com", "fullstory.com"),
    *("crazyegg.com", "luckyorange.com", "inspectlet.com", "smartlook.com", "logrocket.io"),
    *("mixpanel.com", "mxpnl.com", "segment.com", "segment.io", "amplitude.com"),
    *("heapanalytics.com", "quantserve.com", "scorecardresearch.com", "chartbeat.com"),
    *("statcounter.com", "nr-data.net", "js-agent.newrelic.com", "stats.wp.com", "pixel.wp.com"),
    *("addthis.com", "sharethis.com", "adroll.com", "criteo.com", "criteo.net", "taboola.com"),
    *("outbrain.com", "demdex.net", "omtrdc.net", "everesttech.net", "krxd.net", "bluekai.com"),
    *("rlcdn.com", "adnxs.com", "rubiconproject.com", "pubmatic.com", "openx.net"),
    *("amazon-adsystem.com", "hs-scripts.com", "hs-analytics.net", "hsadspixel.net"),
    *("track.hubspot.com", "list-manage.com", "pardot.com", "marketo.net", "mktoresp.com"),
    *("trackcmp.net", "klaviyo.com", "getdrip.com"),
)
"""Domains, and whatever is below them."""

POP_UPS = (
    *("chimpstatic.com", "omappapi.com", "opmnstr.com", "optinmonster.com", "sumo.com"),
    *("hellobar.com", "privy.com", "wisepops.com", "justuno.com", "sleeknote.com"),
    *("getsitecontrol.com", "poptin.com", "popupsmart.com"),
)
"""Domains of what is made to lie over the page of somebody else."""

_ALL = "|".join(re.escape(domain) for domain in (*TRACKERS, *POP_UPS))
# Compiled where a script is looked through: it takes as long as many pages without one.
_IN_TEXT = rf"//((?:[\w-]+\.)*(?:{_ALL}))(?![\w.-]*\w)"


def host_of(url: str) -> str:
    """The host of an address of another site, in lower case; empty: the address is of this one."""
    bare = url.strip()
    if not re.match(r"(?:https?:)?//", bare, re.I):
        return ""
    try:
        return (urlsplit(bare).hostname or "").rstrip(".")
    except ValueError:
        return ""


def below(host: str, domains: tuple[str, ...]) -> bool:
    """Whether the host is one of these, or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def named_in(text: str) -> tuple[tuple[str, int], ...]:
    """The known hosts whose addresses stand in a style sheet or a script, each with its place."""
    return tuple((found[1].lower(), found.start()) for found in re.finditer(_IN_TEXT, text, re.I))


def permits(policy: str, url: str) -> bool:
    """Whether the sources of one directive let a page load `url` (CSP 3, 6.7.2)."""
    host = host_of(url)
    for source in policy.split():
        if source in ("*", "https:", "http:"):
            return True
        own = source.partition("://")[2] or source
        own = own.partition("/")[0].partition(":")[0].lower()
        if own.startswith("*.") and host.endswith(own[1:]):
            return True
        if own == host:
            return True
    return False
