"""Hosts of trackers and pop-ups."""

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
"""Domains of trackers, their subdomains included."""

POP_UPS = (
    *("chimpstatic.com", "omappapi.com", "opmnstr.com", "optinmonster.com", "sumo.com"),
    *("hellobar.com", "privy.com", "wisepops.com", "justuno.com", "sleeknote.com"),
    *("getsitecontrol.com", "poptin.com", "popupsmart.com"),
)
"""Domains of pop-ups, their subdomains included."""

_ALL = "|".join(re.escape(domain) for domain in (*TRACKERS, *POP_UPS))
# Compiled on use, because that's slow and few pages have a script.
_IN_TEXT = rf"//((?:[\w-]+\.)*(?:{_ALL}))(?![\w.-]*\w)"


def host_of(url: str) -> str:
    """Return the host of another site's URL in lower case, empty for a URL of this site."""
    stripped = url.strip()
    if not re.match(r"(?:https?:)?//", stripped, re.I):
        return ""
    try:
        return (urlsplit(stripped).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_below(host: str, domains: tuple[str, ...]) -> bool:
    """Return True if the host is one of the domains or a subdomain."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def find_hosts(text: str) -> tuple[tuple[str, int], ...]:
    """Return the known hosts in a style sheet or a script, each with its position."""
    return tuple((url[1].lower(), url.start()) for url in re.finditer(_IN_TEXT, text, re.I))


def permits(policy: str, url: str) -> bool:
    """Return True if a directive's sources allow `url` (CSP level 3, section 6.7.2)."""
    host = host_of(url)
    for source in policy.split():
        if source in ("*", "https:", "http:"):
            return True
        pattern = source.partition("://")[2] or source
        pattern = pattern.partition("/")[0].partition(":")[0].lower()
        if pattern.startswith("*.") and host.endswith(pattern[1:]):
            return True
        if pattern == host:
            return True
    return False
