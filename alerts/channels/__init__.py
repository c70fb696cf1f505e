"""The registry of channels: one file and one line here each. They are built in services/routes.py and nowhere else."""

from alerts.channels.base import Kind
from alerts.channels.cap import Cap
from alerts.channels.mail import Mail
from alerts.channels.pagerduty import PagerDuty
from alerts.channels.slack import Slack

CHANNELS: tuple[type[Kind], ...] = (Slack, Mail, Cap, PagerDuty)
