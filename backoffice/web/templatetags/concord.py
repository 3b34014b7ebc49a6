"""The components and filters of every page (a builtin: templates need no `{% load %}`).

Components take records of `backoffice.web.pieces`; words come from `backoffice.web.words`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.utils import render_crispy_form
from django import template
from django.forms import BoundField, Form
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.web import assets, markup, news, words
from backoffice.web import forms as own_forms
from backoffice.web.files import FilesField
from backoffice.web.pieces import Entry, Fact, Row, Tab, Tag
from workflows.engine.models import Attachment, Notice

register = template.Library()

for _name in (
    "date_words", "weekday_date", "clock_time", "moment", "weekday_moment", "money", "per_week", "per_year",
    "capped_count", "file_size", "fingerprint", "ordinal", "upper_first",
):  # fmt: skip
    register.filter(_name, getattr(words, _name))


@register.filter
def plural(count: int, nouns: str) -> str:
    """`{{ 5|plural:"document" }}` or, when the plural is not regular, `"reply,replies"`."""
    one, _, many = nouns.partition(",")
    return words.plural(count, one, many)


@register.filter
def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text of the profile: a blank line parts them."""
    return words.paragraphs(text)


@register.simple_tag
def tag(text: str | Tag, colour: str = "grey") -> SafeString:
    """A status: `{% tag "Published" "blue" %}` or `{% tag a_tag %}`."""
    made = text if isinstance(text, Tag) else Tag(text, colour)
    return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', made.colour, made.text)


@register.simple_block_tag(takes_context=True)
def now_panel(
    context: Context,
    content: str,
    title: str,
    warm: bool = False,
    href: str = "",
    post: str = "",
    button: str = "",
    also: str = "",
    also_href: str = "",
) -> str:
    """The one thing to do first. `href` makes the button a link, `post` a form; `also` is the less usual sibling."""
    return render_to_string(
        "web/pieces/now.html",
        {
            "content": content.strip(), "title": title, "warm": warm, "href": href, "post": post,
            "button": button, "also": also, "also_href": also_href, "csrf_token": context.get("csrf_token", ""),
        },
    )  # fmt: skip


@register.inclusion_tag("web/pieces/facts.html")
def facts(items: Sequence[Fact], big: bool = False) -> dict[str, Any]:
    """The facts strip under the now panel; `big` for numbers only."""
    return {"items": items, "big": big}


@register.inclusion_tag("web/pieces/details.html")
def details_list(items: Sequence[Fact]) -> dict[str, Any]:
    """The label-over-value list of a side box."""
    return {"items": items}


@register.inclusion_tag("web/pieces/summary.html")
def summary_list(rows: Sequence[Row], label: str = "") -> dict[str, Any]:
    """GOV.UK's summary list; room for actions is kept only when a row has one."""
    return {"rows": rows, "label": label, "actions": any(row.href for row in rows)}


@register.simple_block_tag
def side(content: str, title: str) -> SafeString:
    """A box at the side of the page, with its heading."""
    return format_html('<section class="cc-side"><h2>{}</h2>{}</section>', title, SafeString(content))


@register.inclusion_tag("web/pieces/tabs.html")
def tabs(items: Sequence[Tab], label: str) -> dict[str, Any]:
    """The views of a page with their counts; `label` names the navigation to a screen reader."""
    return {"items": items, "label": label}


@register.inclusion_tag("web/pieces/paging.html")
def paging(page: Any, what: str = "results") -> dict[str, Any]:
    """Previous and Next of a keyset page (`backoffice.web.paging.Page`)."""
    return {"page": page, "what": what}


@register.inclusion_tag("web/pieces/story.html")
def story(entries: Sequence[Entry], level: int = 3) -> dict[str, Any]:
    """A story of events, newest first."""
    return {"entries": entries, "level": level}


@register.inclusion_tag("web/pieces/files.html", takes_context=True)
def files_list(context: Context, files: Sequence[Attachment]) -> dict[str, Any]:
    """Attached files with their size and state, each a link for the reader's own side."""
    provider = context["request"].actor.is_provider
    return {"files": files, "address": "portal:file" if provider else "council:file"}


@register.simple_tag
def changed(before: str, after: str) -> SafeString:
    """Old and new value side by side: struck through, then marked as inserted."""
    return format_html(
        '<del class="cc-old"><span class="govuk-visually-hidden">Was </span>{}</del> '
        '<ins class="cc-new"><span class="govuk-visually-hidden">Now </span>{}</ins>',
        before,
        after,
    )


@register.simple_tag
def was(value: str) -> SafeString:
    """A value that has been replaced."""
    return format_html('<del class="cc-old">{}</del>', value)


@register.simple_tag
def became(value: str) -> SafeString:
    """A value that has replaced another."""
    return format_html('<ins class="cc-new">{}</ins>', value)


@register.inclusion_tag("web/pieces/error_summary.html")
def error_summary(form: Form | str | None) -> dict[str, Any]:
    """What did not happen, how many things to put right, and a link to each; nothing when there is no error."""
    return {"form": form, "errors": own_forms.summary_of(form) if isinstance(form, Form) else []}


@register.simple_tag(takes_context=True)
def show_form(context: Context, form: Form) -> SafeString:
    """The whole form as its helper lays it out, with its token (crispy-forms, template pack gds)."""
    return SafeString(render_crispy_form(form, context=context.flatten()))


@register.simple_tag
def gds_widget(field: BoundField, extra: str = "") -> SafeString:
    """A form control with the classes and descriptions that GOV.UK Frontend 6 expects (used by gds/field.html)."""
    return markup.control(field, extra)


@register.filter
def gds_counted(field: BoundField) -> int | None:
    """The limit of a long text that is counted down."""
    return markup.counted(field)


@register.filter
def thousands(number: int) -> str:
    """`4,000`."""
    return f"{number:,}"


@register.filter
def pick(mapping: Any, key: Any) -> Any:
    """An entry of a mapping by a key that is itself a variable; empty when there is none."""
    return mapping.get(key, "") if isinstance(mapping, Mapping) else ""


@register.filter
def error_title(form: Form) -> str:
    """What did not happen, and how many things there are to put right."""
    return own_forms.summary_title(form, len(own_forms.summary_of(form)))


@register.filter
def still_here(form: Form) -> str:
    """What has become of what was typed: passwords are never shown again, and files must be chosen again."""
    kinds = {markup.kind(form[name]) for name in form.fields} - {"hidden"}
    if not kinds - {"password", "file"}:
        return ""
    lost = [name for name in form.files if not isinstance(form.fields.get(name), FilesField)]
    gone = (["the password"] if "password" in kinds else []) + (["the file"] if lost else [])
    return f"Everything you typed is still here{', except ' if gone else ''}{words.listing(gone)}."


@register.simple_tag
def back(href: str, text: str) -> SafeString:
    """The way back, inside a landmark of its own; stands in `{% block back %}`."""
    return format_html(
        '<nav class="cc-back" aria-label="Back"><a class="govuk-back-link" href="{}">{}</a></nav>', href, text
    )


@register.simple_tag
def own_file(path: str) -> str:
    """The address of a built file, with its version so that a new build is fetched at once."""
    return assets.address(path)


@register.filter
def gds_kind(field: BoundField) -> str:
    """Which of GOV.UK's form components a field is."""
    return markup.kind(field)


@register.filter
def gds_described(field: BoundField) -> str:
    """The ids of a field's hint and errors, for aria-describedby."""
    return markup.described_by(field)


@register.simple_tag(takes_context=True)
def notice_text(context: Context, notice: Notice) -> SafeString:
    """What a notice says, as a link to what it is about when there is a page of it."""
    actor = context["page"].actor
    href = news.href(notice, actor.kind if actor else "")
    if not href:
        return format_html("{}", notice.text)
    told = f", notice of {words.moment(notice.created_at)}, number {notice.pk}"
    return format_html(
        '<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden">{}</span></a>', href, notice.text, told
    )
