"""What can go wrong on the way from an assistant to a case. Every message says what to do."""

from __future__ import annotations


class AssistantError(Exception):
    """Something about an assistant, a draft or its submission."""


class ReleaseRefused(AssistantError):
    """The preflight found errors; ``problems`` names them."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("The assistant cannot be published: " + " ".join(problems))


class NotOffered(AssistantError):
    """The placement is switched off or its assistant has never been published."""


class LoginNeeded(AssistantError):
    """The errand needs somebody logged in at ``level``, or the person who began the draft."""

    def __init__(self, level: int) -> None:
        self.level = level
        super().__init__(f"Log in with assurance level {level} or higher.")


class DraftLost(AssistantError):
    """No such draft, or the key in the cookie does not open it. Begin again."""


class DraftSubmitted(AssistantError):
    """The draft has been handed in; it is a case now."""


class Incomplete(AssistantError):
    """Answers are missing or no longer valid; ``step_key`` names the first step to go back to."""

    def __init__(self, step_key: str) -> None:
        self.step_key = step_key
        super().__init__(f"Step {step_key} needs attention before this can be sent.")


class Changed(AssistantError):
    """What is about to be sent differs from what was shown last: show it again."""


class FeeUnknown(AssistantError):
    """The fee schedule lacks ``keys`` today, so nothing may be sent: the amount would be wrong."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        super().__init__(f"Add {', '.join(keys)} to the fee schedule that is valid today.")


class UploadRefused(AssistantError):
    """A file that will not do; the message is for the person who sent it."""
