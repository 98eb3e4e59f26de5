"""Whether an alarm can be meant as it is written; what cannot is refused with what to write."""

from streams.alerting.budget import days_between
from streams.alerting.hours import quiet_hours, zone_of
from streams.alerting.routing import notifier_of
from streams.alerting.severity import SCALE
from streams.errors import UsageError
from streams.subscription import Alarm

STEPS = tuple(str(step.severity) for step in SCALE)


def check_alarm(alarm: Alarm) -> None:
    """Raises UsageError that names the line and what to write in its place."""
    days_between(alarm.at_most)
    for recipient in (*alarm.notify, *alarm.digest_to, *alarm.escalate_to):
        notifier_of(recipient)
    for name, step in (("min_severity", alarm.min_severity), ("loud_from", alarm.loud_from)):
        if str(step) not in STEPS:
            raise UsageError(f"{name}: {step} is no step of the scale; write `{name} = 4`, of 0 to 6")
    zone_of(alarm.timezone)
    quiet_hours(alarm)
    _check_digest(alarm)
    _check_escalation(alarm)
    for key in alarm.playbook:
        if key not in STEPS:
            raise UsageError(
                f'playbook: {key!r:.20} is no step of the scale; write `playbook = {{4 = ["Call …"]}}`, of 0 to 6'
            )


def _check_digest(alarm: Alarm) -> None:
    if alarm.digest != "never" and not alarm.digest_to:
        raise UsageError('digest: nobody gets it; write `digest_to = ["mailto:presse@example.org"]` as well')
    if alarm.digest == "never" and alarm.digest_to:
        raise UsageError('digest_to: how often? write `digest = "daily"` or `digest = "weekly"` as well')


def _check_escalation(alarm: Alarm) -> None:
    if alarm.escalate_after is not None and alarm.escalate_after < 1:
        raise UsageError("escalate_after: a number of minutes; write `escalate_after = 15`")
    if alarm.escalate_after is not None and not alarm.escalate_to:
        raise UsageError(
            'escalate_after: to whom? write `escalate_to = ["mailto:chefin@example.org"]` as well'
        )
    if alarm.escalate_after is None and alarm.escalate_to:
        raise UsageError("escalate_to: when? write `escalate_after = 15`, in minutes, as well")
