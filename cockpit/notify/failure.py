"""Why a message did not leave, and what that means for the next try."""

from __future__ import annotations

from cockpit.errors import Refused, Retryable
from cockpit.i18n import gettext as _


class NotSent(Retryable):
    """This message did not leave now. Facts: reason."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _("Message non remis : {reason}. Il est gardé et sera renvoyé.").format(
            reason=self.said("reason")
        )


class ChannelDown(NotSent):
    """No message can leave by this channel now. Facts: reason."""


class NeverSent(Refused):
    """This message will never leave as it is. Facts: reason."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _("Message refusé : {reason}. Il ne sera pas renvoyé.").format(
            reason=self.said("reason")
        )
