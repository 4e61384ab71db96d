"""Incremental builds. Without this room, builds are slower and no different.

The law: the trees of an incremental build are those of a clean build, byte for byte, after any
history of edits (`tests/generator/incremental/test_law.py`).

Tasks and keys
    Reading a document has the source's path as its key, rendering an output the output's path.
    A plan is a pure function of what all documents say.

Traces
    A reading is valid for the digest of the source's bytes. An output is valid while each question
    that its template asked (`render.dependencies`) has the answer that it had: `trace` stores the
    questions with the digests of their answers. An answer that is computed again and has the same
    digest makes nothing stale. An output is stale, too, if its file isn't as `changes` has it.

Stores, in `.atrae/cache/`. Each begins with `store.GENERATION`, and with a fingerprint of what its
content depends on, in which the program and its libraries are included. Keys of blocks have it.

    documents, *.segment    readings by source: `documents`
    plan                    site, outputs and theme of the last build: `last_plan`
    trace                   dependencies by output, and the digests of answers: `trace`
    changes                 files read and written, with their stats; diagnostics: `changes`
    blocks                  highlighted code by language and text: `code_blocks`
    serve/                  `plan` and `changes` of the last server
    templates/              byte code, which is jinja2's

Invalidation: what makes a stored value unusable.

    reading         other bytes; program, libraries, settings for reading, names of shortcodes
    plan            any change but of texts or theme; another `documents`
    trace           program, libraries, settings, public folder
    changes         options or working folder; the moment at which a date shows or hides a document
    block           program, libraries

Changes and lanes
    `snapshot` is what a build reads, by stat. `changes.detect` compares it with the last one, and
    the written files with what was written: `Unchanged`, `TextsChanged`, `ThemeChanged` or
    `Anything`. The four are one algorithm with fewer keys that may be dirty: `plan.after` plans no
    more than they need, or refuses. Then the whole site is planned.

Why a text edit can't change other answers than those that `answer_digests` computes again
    An answer is about the body of one document, about what else one document says, about the
    structure of the site, or about the theme (`answer_digests.Scope`). A text edit is planned alone
    only if every source still has its document and each document is equal in what decides its place
    and when it's shown (`plan.substitute`: `_PLACE`, `_TIME`; the title of a section too). So the
    sets of documents, sections, terms, URLs and files are equal. Lists are sorted by weight, date,
    title and path: only a title may differ, and `substitute` refuses one that changes an order.
    That leaves answers that name an edited document. If more than bodies changed, it also leaves
    answers about any document, and dates of change in the sitemap.
    Diagnostics of other documents can only concern anchors that they link to, and forms that are on
    no page: `plan.after` refuses edits that touch either.

Ownership
    One process at a time changes a cache and holds its lock (`store.exclusive`): the others wait.
    Records are replaced as a whole. Segments only grow, and are removed when no record names them
    and no process has them open, so that a server goes on reading those of its own plan.
"""
