"""The rights of `streams/acls.py` on the broker: given where they are missing, and what differs there from the list."""

import msgspec
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from services.broker_settings import BrokerSettings
from services.clock import SystemClock
from services.errors import BadSettings, BrokerFailed
from services.topic_admin import administrating
from streams.acls import acls
from streams.topics import Client

_IN_FORCE_MS = 10_000
_LOOK_S = 0.1
_MISSING = "is missing: `twinbell topics apply --acls` gives it"
_TOO_MUCH = "is more than the process needs: take it away with kafka-acls --remove"


class AclState(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One right, in Kafka's own words; `problem` says what is wrong with it and what to do, or is empty."""

    user: str
    on: str
    name: str
    right: str
    problem: str = ""


def apply_acls(broker: BrokerSettings) -> list[AclState]:
    """Give what is missing, and return every right as it then is. Nothing is taken away. Raises BrokerFailed."""
    missing = [state for state in check_acls(broker) if state.problem == _MISSING]
    if missing:
        with administrating(broker.of(Client.OPERATOR)) as admin:
            failed = admin.create_acls([_acl(state) for state in missing])["failed"]
        if failed:
            raise BrokerFailed(f"the broker has not taken {len(failed)} of {len(missing)} rights: {failed[0][1]}")
    return _in_force(broker)


def _in_force(broker: BrokerSettings) -> list[AclState]:
    """The rights, once what was given is in force: the broker answers before it is."""
    clock = SystemClock()
    until = clock.now_ms() + _IN_FORCE_MS
    while True:
        states = check_acls(broker)
        if clock.now_ms() > until or not [state for state in states if state.problem == _MISSING]:
            return states
        clock.wait(_LOOK_S)


def check_acls(broker: BrokerSettings) -> list[AclState]:
    """Every right that processes need or have, and what is wrong with it; nothing is changed. Raises BrokerFailed."""
    wanted, found = _wanted(broker), _found(broker)
    administrator = broker.of(Client.OPERATOR).user
    states = [
        *wanted & found,
        *(msgspec.structs.replace(each, problem=_MISSING) for each in wanted - found),
        *(
            msgspec.structs.replace(each, problem=_TOO_MUCH)
            for each in found - wanted
            # The administrator may well have more than Twinbell knows of; a user may serve another deployment too.
            if each.user != administrator and _concerns(broker, each)
        ),
    ]
    return sorted(states)


def _concerns(broker: BrokerSettings, state: AclState) -> bool:
    """Whether a right is one on this deployment's topics or group, or on everything."""
    ours = f"{broker.prefix}."
    return (
        state.on not in ("TOPIC", "GROUP")
        or state.name in ("*", broker.detect_group)
        or state.name.startswith(ours)
        or ours.startswith(state.name)
    )


def _wanted(broker: BrokerSettings) -> set[AclState]:
    users = {process: broker.of(process).user for process in Client}
    if len(set(users.values())) < len(users):
        raise BadSettings(
            f"[broker] user is {broker.user!r} for every process, so none can be kept from what another may do: write "
            'user = "twinbell-{process}"'
        )
    return {
        AclState(user=users[each.process], on=each.on, name=each.name, right=each.right)
        for each in acls(broker.prefix, broker.detect_group)
    }


def _found(broker: BrokerSettings) -> set[AclState]:
    """The rights on the broker that our users have."""
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    found: set[AclState] = set()
    with administrating(broker.of(Client.OPERATOR)) as admin:
        for user in {broker.of(process).user for process in Client}:
            wanted = ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ALLOW, anything)
            for each in admin.describe_acls(wanted)[0]:
                resource = each.resource_pattern
                found.add(
                    AclState(
                        user=user,
                        on=resource.resource_type.name,
                        name=resource.resource_name,
                        right=each.operation.name,
                    )
                )
    return found


def _acl(state: AclState) -> ACL:
    return ACL(
        principal=f"User:{state.user}",
        host="*",
        operation=ACLOperation[state.right],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(ResourceType[state.on], state.name),
    )
