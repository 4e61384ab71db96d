# ruff: noqa: E501
"""A small site in which everything depends on something else."""

TEXT = """
-- site.yaml --
title: Mine
base_url: https://example.org/
languages: {en: {}, es: {}}
menu: [about.md, blog/_index.md]
page_size: 2
controller: {name: Ana, address: 1 Street}
privacy: about.md
theme: own
-- data/team.yaml --
- Ana
-- content/_index.md --
---
title: Home
---
Welcome.
-- content/about.md --
# About

See [one](blog/one.md), [two](blog/two.md#part) and [six](guides/six/index.md#part).
-- content/_purposes/news.yaml --
wording: {en: Send me news., es: Envíame noticias.}
-- content/_purposes/guide.yaml --
lasts: once
wording: {en: Send me the guide., es: Envíame la guía.}
resource: guides/_gated/guide.pdf
-- content/_forms/news.yaml --
purposes: [news]
-- content/_forms/guide.yaml --
purposes: [guide, news]
-- content/guides/_gated/guide.pdf --
the gated words
-- content/blog/_index.md --
---
title: Blog
---
-- content/blog/one.md --
---
title: One
date: 2026-01-01
tags: [a, b]
---
First. {{< form news >}} {{< picture pic.png >}}

## Part
-- content/blog/two.md --
---
title: Two
date: 2026-01-02
tags: [b]
---
Second. ![x](pic.png)

## Part
-- content/blog/two.es.md --
---
title: Dos
date: 2026-01-02
tags: [b]
---
Segunda, tras [la primera](one.md#part).

## Part
-- content/blog/three.es.md --
---
title: Tres
date: 2026-01-03
tags: [a]
---
Tercera.
-- content/blog/draft.md --
---
title: Not yet
date: 2026-01-04
draft: true
tags: [a, secret]
---
[Two](two.md#part)
-- content/blog/pic.png --
not really
-- content/guides/six/index.md --
---
title: Six
weight: 2
image: pic.png
---
{{< form guide >}}

## Part

[The picture](plan.txt)
-- content/guides/six/plan.txt --
a plan
-- content/guides/seven.md --
---
title: Seven
weight: 1
---
After [six](six/index.md).
-- content/notes/eight.md --
# Eight

| a | b |
|---|---|
| *c* | d |
-- content/notes/nine.md --
# Nine

A note.[^1]

[^1]: Of [two](../blog/two.md).
-- content/notes/ten.md --
---
title: Ten
date: 2026-01-02
aliases: [/ten/]
---
Ten.
-- templates/page.html --
{% extends "base.html" %}{% block main %}<h1>{{ page.title }}</h1>{{ page.content }}
{% for card in view.latest(2) %}{{ card.title }} {% endfor %}{% for card in view.related(3) %}~{{ card.title }}{% endfor %}{% for card in view.section("guides") %}_{{ card.title }}{% endfor %}
{{ view.data("team")|join(",") }} {{ view.page("about.md").title }}{% for term in view.terms() %}{{ term.name }}={{ term.count }}{% endfor %}{% endblock %}
"""
"""A page's own template asks more than the theme's, on behalf of every page."""

THEME = """
-- themes/own/templates/base.html --
{{ site.title }}|{{ site.languages|join(",") }}|{{ site.privacy }}|{% for link in view.menu() %}{{ link.title }}{{ link.current }} {% endfor %}|{% include "partial.html" %}|{% for t in page.translations %}{{ t.url }}{% endfor %}|{% for b in page.breadcrumbs %}{{ b.title }}{{ b.url }}{% endfor %}|{{ page.feed }}|{{ site.year }}|{{ view.asset("site.css") }}|{{ page.description }}|{{ page.extra }}|{% for entry in page.toc recursive %}{{ entry.anchor }}{{ loop(entry.children) }}{% endfor %}|{% block main %}{{ page.content }}{% for card in page.entries %}{{ card.url }} {{ card.title }} {{ card.summary }} {{ card.date }} {{ card.lastmod }} {{ card.minutes }} {{ card.image }} {{ card.authors }} {% for tag in card.tags %}{{ tag.name }} {% endfor %}{% endfor %}{% for term in page.terms %}{{ term.name }} {{ term.count }}{% endfor %}{% if page.pager %}{{ page.pager.number }}/{{ page.pager.total }}{{ page.pager.next }}{% endif %}{% endblock %}
-- themes/own/templates/partial.html --
part
-- themes/own/templates/wide.html --
{% extends "base.html" %}{% block main %}wide {{ page.card.image }} {{ page.content }}{% endblock %}
-- themes/own/templates/home.html --
{% extends "base.html" %}
-- themes/own/templates/section.html --
{% extends "base.html" %}
-- themes/own/templates/page.html --
{% extends "base.html" %}
-- themes/own/templates/term.html --
{% extends "base.html" %}
-- themes/own/templates/taxonomy.html --
{% extends "base.html" %}
-- themes/own/templates/state.html --
{% extends "base.html" %}
-- themes/own/templates/shell.html --
{% extends "base.html" %}
-- themes/own/templates/404.html --
{% extends "base.html" %}
-- themes/own/templates/redirect.html --
{{ target }} {{ title }}
-- themes/own/templates/robots.txt --
{{ sitemap }}
-- themes/own/templates/sitemap.xml --
{% for page in pages %}{{ page.url }} {{ page.updated }}
{% endfor %}
-- themes/own/templates/feed.xml --
{{ title }} {{ updated }}{% for entry in entries %}{{ entry.card.title }} {{ entry.card.summary }} {{ entry.content }}{% endfor %}
-- themes/own/templates/shortcodes/form.html --
{{ view.form(arguments[0]) }}
-- themes/own/templates/shortcodes/picture.html --
{{ link(arguments[0]) }}
-- themes/own/templates/shortcodes/box.html --
<div>{{ inner }}{{ options.width }}</div>
-- themes/own/static/site.css --
p {}
-- themes/own/handler/form.html --
<form>{{ sheet.title }} {{ sheet.page }}{% for box in sheet.boxes %}{{ box.wording.text }}{% endfor %}</form>
-- themes/own/handler/texts/en.yaml --
a: b
-- themes/own/texts/en.yaml --
not_found_title: Nothing
state_check_your_inbox_title: a
state_confirmed_title: b
state_declined_title: c
state_unsubscribed_title: d
"""
