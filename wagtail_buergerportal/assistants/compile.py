"""From blocks to a definition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from wagtail.whitelist import Whitelister

from .definition import Condition, Definition, FeeRule, Field, Option, Rule, Step
from .keys import fill_keys
from .preflight import Problem, preflight

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Compiled:
    """A definition and what speaks against releasing it."""

    definition: Definition
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)


def compile_assistant(assistant: Any) -> Compiled:
    """Compile an assistant as it stands, saved or not; a draft may be as incomplete as it likes."""
    fill_keys(assistant.steps)
    definition = Definition(
        title=assistant.title or "",
        language=assistant.locale.language_code if assistant.locale_id else "de",
        intro=assistant.intro or "",
        needed=lines_of(assistant.needed),
        processing_time=assistant.processing_time or "",
        confirmation=assistant.confirmation or "",
        submit_label=assistant.submit_label or "",
        steps=tuple(_step(child.value) for child in assistant.steps),
        fees=tuple(_fee(child.value) for child in assistant.fees),
    )
    definition = _with_option_keys(definition)
    return Compiled(definition, tuple(preflight(definition)))


def lines_of(text: str | None) -> tuple[str, ...]:
    """The non-empty lines of a text, one item each."""
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def _step(value: Any) -> Step:
    fields: list[Field] = []
    for child in value.get("fields") or ():
        if child.block_type == "group":
            group, rules = child.value.get("label") or "", _rules(child.value)
            fields += [_field(inner, group, rules) for inner in child.value.get("fields") or ()]
        else:
            fields.append(_field(child, "", ()))
    return Step(
        key=value.get("key") or "",
        title=value.get("title") or "",
        intro=value.get("intro") or "",
        rules=_rules(value),
        fields=tuple(_unique_content(fields)),
    )


def _unique_content(fields: list[Field]) -> list[Field]:
    """Explanations get keys by their place; nothing is ever stored under them."""
    return [
        Field(kind="content", key=f"-{place}", html=field.html, rules=field.rules, group=field.group)
        if field.kind == "content"
        else field
        for place, field in enumerate(fields)
    ]


def _field(child: Any, group: str, rules: tuple[Rule, ...]) -> Field:
    value = child.value
    own = (*rules, *_rules(value))
    if child.block_type == "content":
        return Field(kind="content", key="", html=_html(value.get("text")), rules=own, group=group)
    return Field(
        kind=child.block_type,
        key=value.get("key") or "",
        label=value.get("label") or "",
        help=value.get("help") or "",
        presence=value.get("presence") or "required",
        prefill=value.get("prefill") or "",
        group=group,
        rules=own,
        options=tuple(Option(item.get("key") or "", item.get("label") or "") for item in value.get("options") or ()),
        minimum=_number(value.get("minimum")),
        maximum=_number(value.get("maximum")),
        places=value.get("places") or 0,
        unit=value.get("unit") or "",
        earliest_days=value.get("earliest_days"),
        latest_days=value.get("latest_days"),
        max_length=value.get("max_length") or 0,
        accept=tuple(value.get("accept") or ()),
        max_bytes=(value.get("max_megabytes") or 0) * MEGABYTE,
        max_files=value.get("max_files") or 1,
    )


def _html(value: Any) -> str:
    """Rich text as citizens see it: links resolved. Cleaned once more, as an import may bring anything."""
    return str(Whitelister().clean(str(value))) if value else ""


def _number(value: Any) -> str:
    return "" if value is None or value == "" else format(value, "f") if hasattr(value, "as_tuple") else str(value)


def _fee(value: Any) -> FeeRule:
    return FeeRule(
        key=(value.get("key") or "").strip(),
        label=value.get("label") or "",
        quantity=value.get("quantity") or 1,
        quantity_field=value.get("quantity_field") or "",
        rules=_rules(value),
    )


def _rules(value: Any) -> tuple[Rule, ...]:
    rule = value.get("rule")
    if not rule:
        return ()
    conditions = tuple(
        Condition(item.get("field") or "", item.get("operator") or "is", (item.get("value") or "").strip())
        for item in rule.get("conditions") or ()
    )
    return (Rule(conditions, rule.get("mode") or "all"),) if conditions else ()


_YES_NO = {"ja": "yes", "nein": "no", "yes": "yes", "no": "no"}


def _with_option_keys(definition: Definition) -> Definition:
    """Conditions may name an answer by its label; the definition names it by its key."""
    questions = {field.key: field for _step_, field in definition.questions()}

    def condition(item: Condition) -> Condition:
        field = questions.get(item.field)
        return Condition(item.field, item.operator, _answer_key(field, item.value)) if field else item

    def rules(given: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(Rule(tuple(condition(item) for item in rule.conditions), rule.mode) for rule in given)

    return replace(
        definition,
        steps=tuple(
            replace(
                step,
                rules=rules(step.rules),
                fields=tuple(replace(field, rules=rules(field.rules)) for field in step.fields),
            )
            for step in definition.steps
        ),
        fees=tuple(replace(fee, rules=rules(fee.rules)) for fee in definition.fees),
    )


def _answer_key(field: Field, value: str) -> str:
    if field.kind == "yes_no":
        return _YES_NO.get(value.casefold(), value)
    by_label = {option.label.casefold(): option.key for option in field.options}
    if value in {option.key for option in field.options}:
        return value
    return by_label.get(value.casefold(), value)
